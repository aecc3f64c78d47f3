package detective

import (
	"context"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Organizations is the organization directory.
type Organizations interface {
	// Organization returns the organization as it is now. The error wraps
	// control.ErrNotFound when there is none.
	Organization(ctx context.Context) (control.Organization, error)
	// RegisterDelegatedAdministrator makes an account the delegated
	// administrator for Detective. It MUST be idempotent.
	RegisterDelegatedAdministrator(ctx context.Context, accountID string) error
}

// managed returns the organization for an operation that only its management
// account may do, if the caller's policies allow it.
func managed(ctx context.Context, r control.Reader, c Caller, operation string) (control.Organization, error) {
	o, err := r.Organization(ctx)
	if errors.Is(err, control.ErrNotFound) {
		return o, notInOrganization()
	}
	if err != nil {
		return o, err
	}
	if a, ok := o.Account(c.AccountID); !ok || a.Status == control.AccountClosed {
		return o, notInOrganization()
	}
	if c.AccountID != o.ManagementAccountID {
		return o, denied(c, operation, "*")
	}
	return o, allowedAnywhere(c, operation)
}

// notInOrganization has words that Terraform looks for.
func notInOrganization() *Error {
	return errorf(Validation, "The request failed because the account is not a member of an organization.")
}

// EnableOrganizationAdminAccount makes an account of the organization the
// Detective administrator account in the caller's Region. Its graph, which is
// made if there is none, becomes the organization's.
func (s *Service) EnableOrganizationAdminAccount(ctx context.Context, c Caller, accountID string) error {
	const operation = "EnableOrganizationAdminAccount"
	o, err := managed(ctx, s.store, c, operation)
	if err != nil {
		return err
	}
	if err := checkAdminChoice(ctx, s.store, o, c.Region, accountID); err != nil {
		return err
	}
	delegate := o.DelegatedAdministrator == "" && accountID != o.ManagementAccountID
	if delegate {
		if err := s.organizations.RegisterDelegatedAdministrator(ctx, accountID); err != nil {
			return err
		}
	}
	owner := Caller{AccountID: accountID, Region: c.Region}
	_, err = s.createGraph(ctx, owner, nil, func(tx control.Tx, g control.Graph) error {
		// Again: the organization may have changed meanwhile.
		o, err := managed(ctx, tx, c, operation)
		if err != nil {
			return err
		}
		if err := checkAdminChoice(ctx, tx, o, c.Region, accountID); err != nil {
			return err
		}
		if delegate && o.DelegatedAdministrator == "" {
			o.DelegatedAdministrator = accountID
			if err := tx.SetOrganization(ctx, o); err != nil {
				return err
			}
		}
		_, err = tx.OrganizationAdmin(ctx, c.Region)
		if err == nil {
			return nil // a second call
		}
		if !errors.Is(err, control.ErrNotFound) {
			return err
		}
		admin := control.OrganizationAdmin{Region: c.Region, AccountID: accountID, GraphARN: g.ARN, Delegated: s.stamp()}
		if err := tx.SetOrganizationAdmin(ctx, admin); err != nil {
			return err
		}
		return s.adoptMembers(ctx, tx, o, g)
	})
	return err
}

// checkAdminChoice says whether the account can be the administrator of the
// organization in the Region.
func checkAdminChoice(ctx context.Context, r control.Reader, o control.Organization, region, accountID string) error {
	a, ok := o.Account(accountID)
	switch {
	case !ok:
		return errorf(Validation, "Account %s is not a member of the organization.", accountID)
	case a.Status != control.AccountActive:
		return errorf(Validation, "Account %s is suspended or closed.", accountID)
	case o.DelegatedAdministrator != "" && accountID != o.DelegatedAdministrator && accountID != o.ManagementAccountID:
		return errorf(Validation, "The delegated administrator account for Detective is %s. Only it or the management account can be the Detective administrator account.", o.DelegatedAdministrator)
	}
	admin, err := r.OrganizationAdmin(ctx, region)
	switch {
	case err == nil && admin.AccountID != accountID:
		return errorf(Validation, "Account %s is the Detective administrator account of the organization in %s already. Disable it first.", admin.AccountID, region)
	case err != nil && !errors.Is(err, control.ErrNotFound):
		return err
	}
	return nil
}

// adoptMembers turns those members of a graph that became the organization's
// whose accounts belong to it into members through the organization, and
// enables them: no invitation is open between the two any more.
func (s *Service) adoptMembers(ctx context.Context, tx control.Tx, o control.Organization, g control.Graph) error {
	members, err := tx.Members(ctx, g.ARN, "", 0)
	if err != nil {
		return err
	}
	v, err := s.readVolumes(ctx, tx, g, accountsOf(members)...)
	if err != nil {
		return err
	}
	for _, m := range members {
		if a, ok := o.Account(m.AccountID); ok {
			if a.Email != "" {
				m.Email = a.Email // the other one may never have been verified
			}
			if err := s.adopt(ctx, tx, g, v, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// adopt makes an account a member through the organization.
func (s *Service) adopt(ctx context.Context, tx control.Tx, g control.Graph, v *volumes, m control.Member) error {
	m.InvitationType = control.ByOrganization
	// admit stores nothing when the status stays.
	if isAccepted(m) {
		if err := tx.SetMember(ctx, m); err != nil || m.Status == control.MemberEnabled {
			return err
		}
	}
	return s.admit(ctx, tx, g, v, m)
}

// DisableOrganizationAdminAccount removes the Detective administrator account
// of the organization in the caller's Region and deletes its graph. The
// delegation in the organization stays. Where there is no administrator
// account there is nothing to do: its graph may have been deleted before.
func (s *Service) DisableOrganizationAdminAccount(ctx context.Context, c Caller) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		if _, err := managed(ctx, tx, c, "DisableOrganizationAdminAccount"); err != nil {
			return err
		}
		admin, err := tx.OrganizationAdmin(ctx, c.Region)
		if errors.Is(err, control.ErrNotFound) {
			return nil // as asked; the model has no error for it
		}
		if err != nil {
			return err
		}
		g, err := tx.Graph(ctx, admin.GraphARN)
		if err != nil {
			return err
		}
		return s.deleteGraph(ctx, tx, g)
	})
	if err != nil {
		return err
	}
	s.wake()
	return nil
}

// ListOrganizationAdminAccounts returns the Detective administrator account
// of the organization in the caller's Region: one or none.
func (s *Service) ListOrganizationAdminAccounts(ctx context.Context, c Caller, p Page) ([]control.OrganizationAdmin, string, error) {
	if _, err := membershipPages.limit(p); err != nil {
		return nil, "", err
	}
	if _, err := managed(ctx, s.store, c, "ListOrganizationAdminAccounts"); err != nil {
		return nil, "", err
	}
	after, err := s.tokens.place(p, []string{"ListOrganizationAdminAccounts", c.AccountID, c.Region})
	if err != nil {
		return nil, "", err
	}
	admin, err := s.store.OrganizationAdmin(ctx, c.Region)
	if errors.Is(err, control.ErrNotFound) || err == nil && admin.AccountID <= after {
		return []control.OrganizationAdmin{}, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	return []control.OrganizationAdmin{admin}, "", nil
}

// isOrganizationGraph reports whether g is the organization's graph.
func isOrganizationGraph(ctx context.Context, r control.Reader, g control.Graph) (bool, error) {
	admin, err := r.OrganizationAdmin(ctx, g.Region)
	if errors.Is(err, control.ErrNotFound) {
		return false, nil
	}
	return err == nil && admin.GraphARN == g.ARN, err
}
