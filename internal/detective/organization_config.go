package detective

import (
	"context"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// DescribeOrganizationConfiguration reports whether accounts that join the
// organization become members of its graph.
func (s *Service) DescribeOrganizationConfiguration(ctx context.Context, c Caller, graphARN string) (autoEnable bool, err error) {
	a, err := configured(ctx, s.store, c, "DescribeOrganizationConfiguration", graphARN)
	return a.AutoEnable, err
}

// UpdateOrganizationConfiguration changes whether accounts that join the
// organization from now on become members of its graph; nil changes nothing.
func (s *Service) UpdateOrganizationConfiguration(ctx context.Context, c Caller, graphARN string, autoEnable *bool) error {
	return s.store.Update(ctx, func(tx control.Tx) error {
		a, err := configured(ctx, tx, c, "UpdateOrganizationConfiguration", graphARN)
		if err != nil || autoEnable == nil {
			return err
		}
		a.AutoEnable = *autoEnable
		return tx.SetOrganizationAdmin(ctx, a)
	})
}

// configured returns the administrator entry of the organization's graph for
// an operation of its administrator account.
func configured(ctx context.Context, r control.Reader, c Caller, operation, graphARN string) (control.OrganizationAdmin, error) {
	g, err := administered(ctx, r, c, operation, graphARN)
	if err != nil {
		return control.OrganizationAdmin{}, err
	}
	a, err := r.OrganizationAdmin(ctx, g.Region)
	if errors.Is(err, control.ErrNotFound) || err == nil && a.GraphARN != g.ARN {
		return control.OrganizationAdmin{}, errorf(Validation, "Account %s is not the Detective administrator account of an organization in %s.", c.AccountID, g.Region)
	}
	return a, err
}
