package detective

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// alreadyMember is compared word for word by clients (AWS's Security
// Reference Architecture).
const alreadyMember = "Account is already a member"

// AccountDetails is an account that is to be made a member. Email may be
// empty for accounts of the organization only.
type AccountDetails struct{ AccountID, Email string }

// CreateMembersInput says whom to invite and how.
type CreateMembersInput struct {
	Accounts []AccountDetails
	Message  string // for the mail; may be empty
	NoEmail  bool   // DisableEmailNotification
}

// CreateMembers invites accounts to a graph. Accounts of the organization
// become members of the organization's graph at once. It returns the members
// it made and the accounts it left alone, with the reason.
func (s *Service) CreateMembers(ctx context.Context, c Caller, graphARN string, in CreateMembersInput) (made []Member, left []Unprocessed, err error) {
	err = s.store.Update(ctx, func(tx control.Tx) error {
		made, left = nil, nil
		g, err := administered(ctx, tx, c, "CreateMembers", graphARN)
		if err != nil {
			return err
		}
		i, err := s.newInvitations(ctx, tx, g, in.Accounts)
		if err != nil {
			return err
		}
		for n, a := range in.Accounts {
			if err := i.sort(ctx, n, a); err != nil {
				return err
			}
		}
		if err := i.checkQuota(ctx); err != nil {
			return err
		}
		stored, err := i.enter(ctx, in)
		if err != nil {
			return err
		}
		left = i.left
		made = s.describe(g, stored)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	s.wake()
	return made, left, nil
}

// invitations is one call of CreateMembers.
type invitations struct {
	*Service
	tx      control.Tx
	g       control.Graph
	volumes *volumes
	ofOrg   bool // g is the organization's graph
	inOrg   bool // its administrator account belongs to the organization
	now     time.Time
	seen    map[string]bool

	fresh   int              // how many accounts have no entry yet
	members []control.Member // to be entered, in the order of the request
	left    []Unprocessed
}

func (s *Service) newInvitations(ctx context.Context, tx control.Tx, g control.Graph, accounts []AccountDetails) (*invitations, error) {
	ids := make([]string, len(accounts))
	for n, a := range accounts {
		ids[n] = a.AccountID
	}
	v, err := s.readVolumes(ctx, tx, g, ids...)
	if err != nil {
		return nil, err
	}
	ofOrg, err := isOrganizationGraph(ctx, tx, g)
	if err != nil {
		return nil, err
	}
	o, err := tx.OrganizationAccount(ctx, g.AccountID)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return nil, err
	}
	return &invitations{Service: s, tx: tx, g: g, volumes: v, ofOrg: ofOrg, inOrg: o.Status == control.AccountActive, now: s.stamp(), seen: map[string]bool{}}, nil
}

// sort decides what becomes of the n-th account of the request.
func (i *invitations) sort(ctx context.Context, n int, a AccountDetails) error {
	known, err := i.tx.OrganizationAccount(ctx, a.AccountID)
	inOrg := err == nil
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return err
	}
	// Who is outside the organization is not told who is in it.
	if a.Email == "" && (!inOrg || !i.inOrg) {
		return &Error{Code: Validation, Message: "Invalid request body", Reason: "INVALID_REQUEST_BODY",
			Detail: fmt.Sprintf("CreateMembersRequest.Accounts[%d].EmailAddress is required.", n)}
	}
	leave := func(reason string) error {
		i.left = append(i.left, Unprocessed{a.AccountID, reason})
		return nil
	}
	switch {
	case i.seen[a.AccountID]:
		return leave("Account is listed more than once")
	case a.AccountID == i.g.AccountID:
		return leave("Account is the administrator account of the behavior graph")
	case inOrg && i.ofOrg && known.Status != control.AccountActive:
		return leave("Account is suspended or closed")
	}
	i.seen[a.AccountID] = true
	old, err := i.tx.Member(ctx, i.g.ARN, a.AccountID)
	switch {
	case err == nil && old.Status != control.MemberVerificationFailed:
		return leave(alreadyMember)
	case errors.Is(err, control.ErrNotFound):
		i.fresh++
	case err != nil:
		return err
	}
	// Microseconds keep the order of the request; the API shows milliseconds.
	at := i.now.Add(time.Duration(n) * time.Microsecond)
	if a.Email == "" && i.ofOrg {
		a.Email = known.Email // to others the directory does not tell it
	}
	by := control.ByInvitation
	if inOrg && i.ofOrg {
		by = control.ByOrganization
	}
	i.members = append(i.members, newMember(i.g, a.AccountID, a.Email, by, at))
	return nil
}

// checkQuota refuses the whole call when the graph would have too many
// members or takes too much data already.
func (i *invitations) checkQuota(ctx context.Context) error {
	if len(i.members) == 0 {
		return nil
	}
	n, err := i.tx.MemberCount(ctx, i.g.ARN)
	if err != nil {
		return err
	}
	if n+i.fresh > i.maxMembers {
		e := errorf(ServiceQuotaExceeded, "A behavior graph can have up to %d members. With these it would have %d.", i.maxMembers, n+i.fresh)
		e.Resources = []string{"Member accounts"}
		return e
	}
	if i.volumes.full() {
		return i.tooMuchData(i.volumes)
	}
	return nil
}

// enter stores the members, with the job that verifies those that need it,
// and returns them as they are now.
func (i *invitations) enter(ctx context.Context, in CreateMembersInput) ([]control.Member, error) {
	var toVerify []control.Member
	for _, m := range i.members {
		var err error
		if m.InvitationType == control.ByOrganization {
			err = i.admit(ctx, i.tx, i.g, i.volumes, m)
		} else {
			toVerify = append(toVerify, m)
			err = setStatus(ctx, i.tx, i.g, m, control.MemberVerificationInProgress, "", i.now)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(toVerify) > 0 {
		if err := enqueueVerification(ctx, i.tx, i.g, toVerify, in, i.now); err != nil {
			return nil, err
		}
	}
	made := make([]control.Member, len(i.members))
	for n, m := range i.members {
		var err error
		if made[n], err = i.tx.Member(ctx, i.g.ARN, m.AccountID); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// needsEmail reports whether a member is verified by its e-mail address too.
// In GovCloud it is not, and mail is never sent (administration guide).
func needsEmail(g control.Graph) bool { return entity.Partition(g.Region) != "aws-us-gov" }
