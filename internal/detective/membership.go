package detective

import (
	"context"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// AcceptInvitation makes an invited account a member. It is ENABLED once a
// job has found that the graph has room for its records.
func (s *Service) AcceptInvitation(ctx context.Context, c Caller, graphARN string) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		g, m, err := joined(ctx, tx, c, "AcceptInvitation", graphARN)
		if err != nil {
			return err
		}
		if m.Status != control.MemberInvited {
			return wrongStatus(m, control.MemberInvited)
		}
		now := s.stamp()
		if err := setStatus(ctx, tx, g, m, control.MemberAcceptedButDisabled, "", now); err != nil {
			return err
		}
		return enqueueVolumeCheck(ctx, tx, m, now)
	})
	if err != nil {
		return err
	}
	s.wake()
	return nil
}

// RejectInvitation declines an invitation.
func (s *Service) RejectInvitation(ctx context.Context, c Caller, graphARN string) error {
	return s.leave(ctx, c, "RejectInvitation", graphARN, func(m control.Member) error {
		if m.Status != control.MemberInvited {
			return wrongStatus(m, control.MemberInvited)
		}
		return nil
	})
}

// DisassociateMembership ends a membership from the member's side. Accounts
// of the organization cannot leave.
func (s *Service) DisassociateMembership(ctx context.Context, c Caller, graphARN string) error {
	return s.leave(ctx, c, "DisassociateMembership", graphARN, func(m control.Member) error {
		switch {
		case m.InvitationType == control.ByOrganization:
			return errorf(Conflict, "Account %s is a member through its organization and cannot leave the behavior graph; its administrator account can remove it.", m.AccountID)
		case m.Status != control.MemberEnabled:
			return wrongStatus(m, control.MemberEnabled)
		}
		return nil
	})
}

// leave removes the caller from a graph if check has nothing against it.
func (s *Service) leave(ctx context.Context, c Caller, operation, graphARN string, check func(control.Member) error) error {
	return s.store.Update(ctx, func(tx control.Tx) error {
		_, m, err := joined(ctx, tx, c, operation, graphARN)
		if err != nil {
			return err
		}
		if err := check(m); err != nil {
			return err
		}
		return tx.RemoveMember(ctx, graphARN, m.AccountID)
	})
}

func wrongStatus(m control.Member, want control.MemberStatus) *Error {
	return errorf(Conflict, "The status of account %s in the behavior graph must be %s. It is %s.", m.AccountID, want, m.Status)
}

// ListInvitations returns the caller's open invitations and memberships in
// the Region, by graph ARN.
func (s *Service) ListInvitations(ctx context.Context, c Caller, p Page) ([]Member, string, error) {
	limit, err := membershipPages.limit(p)
	if err != nil {
		return nil, "", err
	}
	if err := allowedAnywhere(c, "ListInvitations"); err != nil {
		return nil, "", err
	}
	bound := []string{"ListInvitations", c.AccountID, c.Region}
	after, err := s.tokens.place(p, bound)
	if err != nil {
		return nil, "", err
	}
	all, err := s.store.MembershipsOf(ctx, c.AccountID)
	if err != nil {
		return nil, "", err
	}
	out := []Member{}
	for _, m := range all {
		if m.GraphARN <= after || !wasTold(m) {
			continue
		}
		g, err := s.store.Graph(ctx, m.GraphARN)
		if errors.Is(err, control.ErrNotFound) || err == nil && (g.State != control.GraphActive || g.Region != c.Region) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		if out = append(out, s.describe(g, []control.Member{m})...); len(out) > limit {
			break
		}
	}
	out, last, more := cut(out, limit)
	if !more {
		return out, "", nil
	}
	return out, s.tokens.seal(last.GraphARN, bound), nil
}
