package controltest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// state is all that a store has of what an administrator sees.
type state struct {
	Accounts     []control.Account
	Keys         []control.Key
	Graphs       []control.Graph
	Members      []control.Member
	Membership   control.Membership
	Organization control.Organization
	Admins       []control.OrganizationAdmin
	Usage        []control.Usage
}

func stateOf(t *testing.T, r control.Reader) (s state) {
	t.Helper()
	ctx := t.Context()
	for _, get := range []func() error{
		func() (err error) { s.Accounts, err = r.Accounts(ctx); return err },
		func() (err error) { s.Keys, err = r.Keys(ctx); return err },
		func() (err error) { s.Graphs, err = r.Graphs(ctx); return err },
		func() (err error) { s.Members, err = r.Members(ctx, graph(1).ARN, "", 0); return err },
		func() (err error) { s.Membership, err = r.Membership(ctx, graph(1).ARN); return err },
		func() (err error) { s.Organization, err = r.Organization(ctx); return err },
		func() (err error) { s.Admins, err = r.OrganizationAdmins(ctx); return err },
		func() (err error) { s.Usage, err = r.Usage(ctx, graph(1).ARN, nil); return err },
	} {
		if err := get(); err != nil {
			t.Fatalf("read the state: %v", err)
		}
	}
	return s
}

// updateRollsAllBack runs each change alone in a transaction that fails: the
// transaction sees it, nobody else ever does.
func updateRollsAllBack(t *testing.T, s control.Store) {
	arn, region := graph(1).ARN, "eu-west-1"
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return errors.Join(
			tx.CreateAccount(ctx, account(1)),
			tx.CreateKey(ctx, key(3, 1)),
			tx.CreateGraph(ctx, graph(1)),
			tx.SetMember(ctx, member(1, 2)),
			tx.SetOrganization(ctx, organization(1, 3)),
			tx.SetOrganizationAdmin(ctx, organizationAdmin(1, region)),
			tx.SetUsage(ctx, arn, usages(2, 3)),
		)
	})
	before := stateOf(t, s)
	mine := errors.New("no")
	for what, change := range map[string]func(context.Context, control.Tx) error{
		"SetKeyPolicies": func(ctx context.Context, tx control.Tx) error {
			return tx.SetKeyPolicies(ctx, key(3, 1).AccessKeyID, nil)
		},
		"RevokeKey": func(ctx context.Context, tx control.Tx) error {
			return tx.RevokeKey(ctx, key(3, 1).AccessKeyID, start)
		},
		"SetGraphPackages": func(ctx context.Context, tx control.Tx) error {
			return tx.SetGraphPackages(ctx, arn, packages(9))
		},
		"SetMember": func(ctx context.Context, tx control.Tx) error {
			m := member(1, 2)
			m.Packages, m.Updated = packages(9), start.Add(time.Hour)
			return tx.SetMember(ctx, m)
		},
		"RemoveMember": func(ctx context.Context, tx control.Tx) error { return tx.RemoveMember(ctx, arn, account(2).ID) },
		"SetOrganization": func(ctx context.Context, tx control.Tx) error {
			return tx.SetOrganization(ctx, organization(2, 5))
		},
		"SetOrganizationAdmin": func(ctx context.Context, tx control.Tx) error {
			a := organizationAdmin(1, region)
			a.AutoEnable = !a.AutoEnable
			return tx.SetOrganizationAdmin(ctx, a)
		},
		"RemoveOrganizationAdmin": func(ctx context.Context, tx control.Tx) error {
			return tx.RemoveOrganizationAdmin(ctx, region)
		},
		"SetUsage": func(ctx context.Context, tx control.Tx) error { return tx.SetUsage(ctx, arn, usages(4)) },
	} {
		err := try(t, s, func(ctx context.Context, tx control.Tx) error {
			if err := change(ctx, tx); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if cmp.Equal(before, stateOf(t, tx)) {
				t.Errorf("%s: the transaction does not see its change", what)
			}
			same(t, what+" seen from outside", before)(stateOf(t, s), nil)
			return mine
		})
		wantError(t, what, err, mine)
		same(t, what+" rolled back", before)(stateOf(t, s), nil)
	}
}
