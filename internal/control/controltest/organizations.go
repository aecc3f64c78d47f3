package controltest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// organization returns the n-th organization of the suite, with the accounts
// from n on, n the management account.
func organization(n, accounts int) control.Organization {
	o := control.Organization{
		ID: fmt.Sprintf("o-%010d", n), Source: []control.OrganizationSource{control.OwnOrganization, control.AWSOrganization}[n%2], ManagementAccountID: account(n).ID, DelegatedAdministrator: account(n + 1).ID,
	}
	statuses := []control.AccountStatus{control.AccountActive, control.AccountSuspended, control.AccountClosed}
	for k := range accounts {
		a := account(n + k)
		o.Accounts = append(o.Accounts, control.OrganizationAccount{
			ID: a.ID, Email: a.Email, Name: a.Name, Status: statuses[k%len(statuses)],
			Joined: start.Add(time.Duration(k) * time.Microsecond),
		})
	}
	return o
}

// organizationAdmin returns the administrator of a Region, with the n-th
// graph.
func organizationAdmin(n int, region string) control.OrganizationAdmin {
	return control.OrganizationAdmin{
		Region: region, AccountID: account(n).ID, GraphARN: graph(n).ARN,
		Delegated: start.Add(time.Duration(n) * time.Microsecond), AutoEnable: n%2 == 1,
	}
}

func organizations(t *testing.T, s control.Store) {
	remove := func(ctx context.Context, tx control.Tx) error { return tx.RemoveOrganization(ctx) }
	none := func(when string) {
		t.Helper()
		_, err := s.Organization(t.Context())
		wantError(t, "Organization "+when, err, control.ErrNotFound)
		_, err = s.OrganizationAccount(t.Context(), account(1).ID)
		wantError(t, "OrganizationAccount "+when, err, control.ErrNotFound)
		wantError(t, "RemoveOrganization "+when, try(t, s, remove), control.ErrNotFound)
	}
	none("of an empty store")
	set := func(o control.Organization) {
		t.Helper()
		put(t, s, func(ctx context.Context, tx control.Tx) error {
			if err := tx.SetOrganization(ctx, o); err != nil {
				return err
			}
			same(t, "Organization within the transaction", o)(tx.Organization(ctx))
			return nil
		})
		same(t, "Organization", o)(s.Organization(t.Context()))
		for _, a := range o.Accounts {
			same(t, "OrganizationAccount", a)(s.OrganizationAccount(t.Context(), a.ID))
		}
	}
	set(organization(1, 5))
	set(organization(1, 5)) // again: no change
	moved := organization(1, 3)
	moved.DelegatedAdministrator = ""
	moved.Accounts[2].Status, moved.Accounts[1].Email, moved.Accounts[1].Name = control.AccountActive, "", ""
	set(moved)
	_, err := s.OrganizationAccount(t.Context(), account(4).ID)
	wantError(t, "account that left", err, control.ErrNotFound)
	set(organization(2, 4)) // another organization in the place of the first
	_, err = s.OrganizationAccount(t.Context(), account(1).ID)
	wantError(t, "account of the organization of before", err, control.ErrNotFound)
	set(organization(2, 0))

	// Accounts are listed by id, however they came in.
	mixed, want := organization(1, 4), organization(1, 4)
	mixed.Accounts[0], mixed.Accounts[3] = mixed.Accounts[3], mixed.Accounts[0]
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetOrganization(ctx, mixed) })
	same(t, "Organization with accounts in another order", want)(s.Organization(t.Context()))

	// Its administrators stay when it goes.
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateGraph(ctx, graph(2)); err != nil {
			return err
		}
		return tx.SetOrganizationAdmin(ctx, organizationAdmin(2, "eu-west-1"))
	})
	put(t, s, remove)
	none("after its removal")
	same(t, "administrator of a removed organization", organizationAdmin(2, "eu-west-1"))(
		s.OrganizationAdmin(t.Context(), "eu-west-1"))
	set(organization(1, 2))
}

// organizationWhole reads the organization while it changes: each answer must
// be one that was committed.
func organizationWhole(t *testing.T, s control.Store) {
	committed := []control.Organization{organization(1, 3), organization(2, 6)}
	ended := make(chan error, 1) // the loop below waits for it
	go func() {
		ended <- func() error {
			for n := range 60 {
				if err := s.Update(t.Context(), func(tx control.Tx) error {
					if n%3 == 2 {
						return tx.RemoveOrganization(t.Context())
					}
					return tx.SetOrganization(t.Context(), committed[n%3])
				}); err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	for {
		got, err := s.Organization(t.Context())
		if err != nil && !errors.Is(err, control.ErrNotFound) {
			t.Errorf("Organization: %v", err)
		}
		if err == nil && !cmp.Equal(got, committed[0]) && !cmp.Equal(got, committed[1]) {
			t.Errorf("Organization = %+v; want one that was committed", got)
		}
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("changing the organization: %v", err)
			}
			return
		default:
		}
	}
}

func organizationAdmins(t *testing.T, s control.Store) {
	set := func(a control.OrganizationAdmin) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetOrganizationAdmin(ctx, a) })
	}
	remove := func(region string) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error {
			return tx.RemoveOrganizationAdmin(ctx, region)
		})
	}
	same(t, "OrganizationAdmins of an empty store", []control.OrganizationAdmin(nil))(s.OrganizationAdmins(t.Context()))
	wantError(t, "removal of an unknown administrator", remove("eu-west-1"), control.ErrNotFound)
	wantError(t, "administrator without a graph", set(organizationAdmin(1, "eu-west-1")), control.ErrNotFound)
	_, err := s.OrganizationAdmin(t.Context(), "eu-west-1")
	wantError(t, "unknown administrator", err, control.ErrNotFound)

	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return errors.Join(tx.CreateGraph(ctx, graph(1)), tx.CreateGraph(ctx, graph(2)))
	})
	// It needs no organization: which one is seen may change.
	for _, a := range []control.OrganizationAdmin{
		organizationAdmin(1, "us-east-1"), organizationAdmin(2, "eu-west-1"), organizationAdmin(1, "sa-east-1"),
	} {
		if err := set(a); err != nil {
			t.Errorf("SetOrganizationAdmin: %v", err)
		}
	}
	all := []control.OrganizationAdmin{
		organizationAdmin(2, "eu-west-1"), organizationAdmin(1, "sa-east-1"), organizationAdmin(1, "us-east-1"),
	}
	same(t, "OrganizationAdmins", all)(s.OrganizationAdmins(t.Context()))
	same(t, "OrganizationAdmin", all[1])(s.OrganizationAdmin(t.Context(), "sa-east-1"))
	_, err = s.OrganizationAdmin(t.Context(), "eu-west-2")
	wantError(t, "administrator of another Region", err, control.ErrNotFound)

	all[2] = organizationAdmin(2, "us-east-1")
	if err := set(all[2]); err != nil {
		t.Errorf("SetOrganizationAdmin in the place of another: %v", err)
	}
	lost := organizationAdmin(9, "us-east-1")
	wantError(t, "replacement without a graph", set(lost), control.ErrNotFound)
	same(t, "replaced administrator", all)(s.OrganizationAdmins(t.Context()))

	if err := remove("eu-west-1"); err != nil {
		t.Errorf("RemoveOrganizationAdmin: %v", err)
	}
	same(t, "OrganizationAdmins after a removal", all[1:])(s.OrganizationAdmins(t.Context()))
	same(t, "graph of a removed administrator", graph(2))(s.Graph(t.Context(), graph(2).ARN))
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.DeleteGraph(ctx, graph(2).ARN) })
	same(t, "OrganizationAdmins after the graph of one went", all[1:2])(s.OrganizationAdmins(t.Context()))
}
