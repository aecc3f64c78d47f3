package detective

import (
	"context"
	"errors"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// setStatus stores a member with a new status, and what is taken of its
// records from now on: what its graph takes, as long as it is ENABLED.
func setStatus(ctx context.Context, tx control.Tx, g control.Graph, m control.Member, status control.MemberStatus, why control.DisabledReason, now time.Time) error {
	m.Status, m.DisabledReason, m.Updated = status, why, now
	takePackages(g, &m, now)
	return tx.SetMember(ctx, m)
}

// takePackages brings a member's packages in line with its status and its
// graph's packages, and reports whether that changed them.
func takePackages(g control.Graph, m *control.Member, now time.Time) bool {
	changed := false
	for _, p := range control.AllPackages() {
		taken := m.Status == control.MemberEnabled && g.Packages.State(p) == control.IngestStarted
		changed = m.Packages.Set(p, taken, now) || changed
	}
	return changed
}

// newMember is a member that has no status yet. at is its place in the order
// of invitations.
func newMember(g control.Graph, accountID, email string, by control.InvitationType, at time.Time) control.Member {
	return control.Member{
		GraphARN: g.ARN, AccountID: accountID, Email: email, InvitationType: by, Invited: at,
	}
}

// admit makes an accepted member ENABLED if the graph has room for its
// records, else ACCEPTED_BUT_DISABLED with the reason.
func (s *Service) admit(ctx context.Context, tx control.Tx, g control.Graph, v *volumes, m control.Member) error {
	why, err := s.whyNot(ctx, tx, v, m)
	if err != nil {
		return err
	}
	if why != "" {
		if m.Status == control.MemberAcceptedButDisabled && m.DisabledReason == why {
			return nil // as it was: Updated stays
		}
		return setStatus(ctx, tx, g, m, control.MemberAcceptedButDisabled, why, s.stamp())
	}
	if m.Status == control.MemberEnabled {
		return nil // its volume counts already
	}
	v.take(m.AccountID)
	return setStatus(ctx, tx, g, m, control.MemberEnabled, "", s.stamp())
}

// whyNot says why a member cannot be enabled; empty when it can. What an
// account that is suspended will send cannot be told.
func (s *Service) whyNot(ctx context.Context, r control.Reader, v *volumes, m control.Member) (control.DisabledReason, error) {
	a, err := r.OrganizationAccount(ctx, m.AccountID)
	switch {
	case err == nil && a.Status != control.AccountActive:
		return control.VolumeUnknown, nil
	case err != nil && !errors.Is(err, control.ErrNotFound):
		return "", err
	case !v.known:
		return control.VolumeUnknown, nil
	case m.Status == control.MemberEnabled && v.full(), m.Status != control.MemberEnabled && !v.fits(m.AccountID):
		return control.VolumeTooHigh, nil
	}
	return "", nil
}
