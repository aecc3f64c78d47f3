package controltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// times checks every time that is kept beside those of the accounts.
func times(t *testing.T, s control.Store) {
	for what, c := range map[string]struct{ in, want time.Time }{
		"in another zone, with nanoseconds": {start.In(time.FixedZone("", 3600)).Add(999 * time.Nanosecond), start},
		"zero":                              {},
	} {
		const region = "eu-west-1"
		var mark control.Packages
		mark.Set(control.EKSAudit, false, c.in)
		arn := graph(1).ARN
		g, m := graph(1), member(1, 2)
		g.Created, g.Packages = c.in, ""
		m.Invited, m.Updated, m.Packages = c.in, c.in, mark
		put(t, s, func(ctx context.Context, tx control.Tx) error {
			return errors.Join(
				tx.CreateGraph(ctx, g),
				tx.SetGraphPackages(ctx, arn, mark),
				tx.SetMember(ctx, m),
				tx.SetUsage(ctx, arn, []control.Usage{{AccountID: m.AccountID, Package: control.EKSAudit, Updated: c.in}}),
				tx.SetOrganizationAdmin(ctx, control.OrganizationAdmin{Region: region, GraphARN: arn, Delegated: c.in}),
				tx.SetOrganization(ctx, control.Organization{Accounts: []control.OrganizationAccount{
					{ID: m.AccountID, Status: control.AccountActive, Joined: c.in},
				}}),
			)
		})
		put(t, s, func(ctx context.Context, tx control.Tx) error {
			g, err1 := tx.Graph(ctx, arn)
			m, err2 := tx.Member(ctx, arn, m.AccountID)
			u, err3 := tx.Usage(ctx, arn, nil)
			a, err4 := tx.OrganizationAdmin(ctx, region)
			o, err5 := tx.OrganizationAccount(ctx, m.AccountID)
			whole, err6 := tx.Organization(ctx)
			if err := errors.Join(err1, err2, err3, err4, err5, err6); err != nil {
				return err
			}
			for field, got := range map[string]time.Time{
				"graph.Created":       g.Created,
				"graph.Packages":      g.Packages.History(control.EKSAudit).Changed[control.IngestDisabled],
				"member.Invited":      m.Invited,
				"member.Updated":      m.Updated,
				"member.Packages":     m.Packages.History(control.EKSAudit).Changed[control.IngestDisabled],
				"usage.Updated":       u[0].Updated,
				"admin.Delegated":     a.Delegated,
				"account.Joined":      o.Joined,
				"organization.Joined": whole.Accounts[0].Joined,
			} {
				if !got.Equal(c.want) || got.Location() != time.UTC || got.IsZero() != c.want.IsZero() {
					t.Errorf("time %s: %s = %v; want %v in UTC", what, field, got, c.want)
				}
			}
			return tx.DeleteGraph(ctx, arn)
		})
	}
}
