package detective

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// errOrganizationChanged says that the organization was changed while its
// directory was read: what was read may be older than the change.
var errOrganizationChanged = errors.New("the organization was changed meanwhile")

// syncTries is how often the directory is read before giving up on others who
// change the organization: a server that has just started does so, too.
const syncTries = 5

// SyncOrganization reads the organization directory and applies what has
// changed since the last time.
func (s *Service) SyncOrganization(ctx context.Context) (err error) {
	for range syncTries {
		if err = s.syncOrganization(ctx); !errors.Is(err, errOrganizationChanged) {
			return err
		}
	}
	return err
}

func (s *Service) syncOrganization(ctx context.Context) error {
	before, err := s.store.Organization(ctx)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return err
	}
	o, err := s.organizations.Organization(ctx)
	if errors.Is(err, control.ErrNotFound) {
		o = control.Organization{}
	} else if err != nil {
		return fmt.Errorf("read the organization: %w", err)
	}
	return s.ApplyOrganization(ctx, func(old control.Organization) (control.Organization, error) {
		if !reflect.DeepEqual(old, before) {
			return old, errOrganizationChanged
		}
		return o, nil
	})
}

// runSync reads the organization directory when a server starts.
func (s *Service) runSync(ctx context.Context, _ control.Job) error { return s.SyncOrganization(ctx) }

// ApplyOrganization changes the organization as edit says, with all that
// follows for graphs and members: accounts that joined become members where
// AutoEnable is on, those that left are members no more, suspended ones are
// disabled and closed ones are gone. edit gets the organization as it was,
// or one without id when there is none, and returns the same for no
// organization. Its error ends the change.
func (s *Service) ApplyOrganization(ctx context.Context, edit func(control.Organization) (control.Organization, error)) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		old, err := tx.Organization(ctx)
		if err != nil && !errors.Is(err, control.ErrNotFound) {
			return err
		}
		given := old
		given.Accounts = slices.Clone(old.Accounts) // edit may work in place
		now, err := edit(given)
		if err != nil {
			return err
		}
		c := organizationChange{Service: s, tx: tx, old: old, now: now}
		return c.apply(ctx)
	})
	if err != nil {
		return err
	}
	s.wake()
	return nil
}

// organizationChange is a change of the organization.
type organizationChange struct {
	*Service
	tx       control.Tx
	old, now control.Organization
}

func (c organizationChange) apply(ctx context.Context) error {
	if err := c.save(ctx); err != nil {
		return err
	}
	if err := c.retireAdmins(ctx); err != nil {
		return err
	}
	for _, a := range c.old.Accounts {
		if err := c.left(ctx, a); err != nil {
			return fmt.Errorf("account %s of the organization: %w", a.ID, err)
		}
	}
	for _, a := range c.now.Accounts {
		if err := c.arrived(ctx, a); err != nil {
			return fmt.Errorf("account %s of the organization: %w", a.ID, err)
		}
	}
	return nil
}

// save stores the organization as it is now.
func (c organizationChange) save(ctx context.Context) error {
	if c.now.ID != "" {
		return c.tx.SetOrganization(ctx, c.now)
	}
	if c.old.ID != "" {
		return c.tx.RemoveOrganization(ctx)
	}
	return nil
}

// retireAdmins ends the role of administrator accounts that are not the
// organization's any more: they left it, or the delegation ended (which
// leaves the management account alone). Their graphs stay, as graphs of their
// own without the organization's members: a change in the directory must not
// destroy evidence.
func (c organizationChange) retireAdmins(ctx context.Context) error {
	admins, err := c.tx.OrganizationAdmins(ctx)
	if err != nil {
		return err
	}
	for _, a := range admins {
		_, member := c.now.Account(a.AccountID)
		undelegated := c.old.DelegatedAdministrator == a.AccountID && c.now.DelegatedAdministrator != a.AccountID &&
			a.AccountID != c.now.ManagementAccountID
		if member && !undelegated && c.old.ID == c.now.ID {
			continue
		}
		if err := c.tx.RemoveOrganizationAdmin(ctx, a.Region); err != nil {
			return err
		}
		members, err := c.tx.Members(ctx, a.GraphARN, "", 0)
		if err != nil {
			return err
		}
		for _, m := range members {
			if m.InvitationType == control.ByOrganization {
				if err := c.tx.RemoveMember(ctx, a.GraphARN, m.AccountID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// left ends the memberships that an account has through the organization if
// it left, and applies its status if that is another one.
func (c organizationChange) left(ctx context.Context, was control.OrganizationAccount) error {
	is, member := c.now.Account(was.ID)
	switch {
	case !member:
		return c.eachMembership(ctx, was.ID, func(g control.Graph, m control.Member) error {
			if m.InvitationType != control.ByOrganization {
				return nil
			}
			return c.tx.RemoveMember(ctx, g.ARN, m.AccountID)
		})
	case is.Status == was.Status:
		return nil
	}
	return c.changed(ctx, is)
}

// changed applies the status of an account: all its memberships are disabled
// while it is suspended, and everything of it goes when it is closed.
func (c organizationChange) changed(ctx context.Context, a control.OrganizationAccount) error {
	if a.Status == control.AccountClosed {
		return c.closed(ctx, a.ID)
	}
	return c.eachMembership(ctx, a.ID, func(g control.Graph, m control.Member) error {
		if !isAccepted(m) {
			return nil
		}
		v, err := c.readVolumes(ctx, c.tx, g, m.AccountID)
		if err != nil {
			return err
		}
		return c.admit(ctx, c.tx, g, v, m)
	})
}

// closed removes a closed account: its keys, its memberships and its graphs.
func (c organizationChange) closed(ctx context.Context, accountID string) error {
	keys, err := c.tx.Keys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.AccountID == accountID {
			if err := c.tx.RevokeKey(ctx, k.AccessKeyID, c.stamp()); err != nil {
				return err
			}
		}
	}
	err = c.eachMembership(ctx, accountID, func(g control.Graph, m control.Member) error {
		return c.tx.RemoveMember(ctx, g.ARN, m.AccountID)
	})
	if err != nil {
		return err
	}
	return c.eachGraphOf(ctx, accountID, func(g control.Graph) error { return c.deleteGraph(ctx, c.tx, g) })
}

// arrived makes an account that joined a member of the organization's graphs
// where AutoEnable is on; where it is a member already it is one through the
// organization now. One that is suspended or closed when it is first seen is
// treated as if it had become that.
func (c organizationChange) arrived(ctx context.Context, a control.OrganizationAccount) error {
	_, was := c.old.Account(a.ID)
	switch {
	case was && c.old.ID == c.now.ID:
		return nil
	case a.Status != control.AccountActive:
		return c.changed(ctx, a)
	}
	admins, err := c.tx.OrganizationAdmins(ctx)
	if err != nil {
		return err
	}
	for _, admin := range admins {
		if admin.AccountID == a.ID {
			continue
		}
		if err := c.join(ctx, admin, a); err != nil {
			return err
		}
	}
	return nil
}

// join lets an account that joined into one graph of the organization.
func (c organizationChange) join(ctx context.Context, admin control.OrganizationAdmin, a control.OrganizationAccount) error {
	g, err := c.tx.Graph(ctx, admin.GraphARN)
	if err != nil || g.State != control.GraphActive {
		return err
	}
	m, err := c.tx.Member(ctx, g.ARN, a.ID)
	if errors.Is(err, control.ErrNotFound) {
		n, err := c.tx.MemberCount(ctx, g.ARN)
		if err != nil || !admin.AutoEnable || n >= c.maxMembers {
			return err // not a member
		}
		m = newMember(g, a.ID, a.Email, control.ByOrganization, c.stamp())
	} else if err != nil {
		return err
	}
	v, err := c.readVolumes(ctx, c.tx, g, m.AccountID)
	if err != nil {
		return err
	}
	return c.adopt(ctx, c.tx, g, v, m)
}

// eachMembership calls f for an account's entries in graphs that can be used.
func (c organizationChange) eachMembership(ctx context.Context, accountID string, f func(control.Graph, control.Member) error) error {
	all, err := c.tx.MembershipsOf(ctx, accountID)
	if err != nil {
		return err
	}
	for _, m := range all {
		g, err := c.tx.Graph(ctx, m.GraphARN)
		if err == nil && g.State == control.GraphActive {
			err = f(g, m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachGraphOf calls f for the graphs that an account administers.
func (c organizationChange) eachGraphOf(ctx context.Context, accountID string, f func(control.Graph) error) error {
	all, err := c.tx.Graphs(ctx)
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.AccountID == accountID && g.State == control.GraphActive {
			if err := f(g); err != nil {
				return err
			}
		}
	}
	return nil
}
