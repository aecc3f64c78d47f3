package orgs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// world is an organization as those see it who administrate it, and the
// Source that tells of it.
type world interface {
	source() Source
	create(t *testing.T) (managementID string)
	add(t *testing.T, name string) (id string)
	suspend(t *testing.T, id string)
	remove(t *testing.T, id string)
	undelegate(t *testing.T, id string)
}

// contract tests a Source; open returns a world without an organization.
func contract(t *testing.T, open func(t *testing.T) world) {
	for name, test := range map[string]func(*testing.T, world){
		"none":               noOrganization,
		"management alone":   managementAlone,
		"many accounts":      manyAccounts,
		"accounts change":    accountsChange,
		"delegation":         delegation,
		"no delegation":      noDelegation,
		"an ended context":   endedContext,
		"concurrent readers": concurrentReaders,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func noOrganization(t *testing.T, w world) {
	o, err := w.source().Organization(t.Context())
	if !errors.Is(err, ErrNone) || o.ID != "" {
		t.Errorf("Organization() = %+v, %v; want an error that wraps ErrNone", o, err)
	}
}

func managementAlone(t *testing.T, w world) {
	id := w.create(t)
	o := organization(t, w)
	if o.ManagementAccountID != id || !cmp.Equal(ids(o), []string{id}) || o.DelegatedAdministrator != "" {
		t.Errorf("Organization() = %+v; want the management account %s and nothing else", o, id)
	}
	if a := o.Accounts[0]; a.Status != control.AccountActive || a.Joined.IsZero() {
		t.Errorf("management account = %+v; want an active one that has joined", a)
	}
}

func manyAccounts(t *testing.T, w world) {
	want := map[string]string{} // name by id
	management := w.create(t)
	for i := range 2*pageSize + 3 {
		name := fmt.Sprintf("account %d", i)
		want[w.add(t, name)] = name
	}
	o := organization(t, w)
	got := map[string]string{}
	for _, a := range o.Accounts {
		if a.Status != control.AccountActive || a.Joined.IsZero() || a.Joined.Location().String() != "UTC" {
			t.Errorf("account %+v; want an active one that has joined, in UTC", a)
		}
		if a.ID != management {
			got[a.ID] = a.Name
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names of accounts (-want +got):\n%s", diff)
	}
	if len(o.Accounts) != len(want)+1 || !slices.IsSorted(ids(o)) {
		t.Errorf("ids = %q; want %d of them, sorted", ids(o), len(want)+1)
	}
}

func accountsChange(t *testing.T, w world) {
	w.create(t)
	stays, suspended, leaves := w.add(t, "stays"), w.add(t, "is suspended"), w.add(t, "leaves")
	w.suspend(t, suspended)
	w.remove(t, leaves)
	o := organization(t, w)
	for id, want := range map[string]control.AccountStatus{
		stays: control.AccountActive, suspended: control.AccountSuspended, leaves: "",
	} {
		if a, ok := o.Account(id); a.Status != want || ok != (want != "") {
			t.Errorf("account %s = %+v, %t; want status %q", id, a, ok, want)
		}
	}
}

func delegation(t *testing.T, w world) {
	w.create(t)
	w.add(t, "another")
	id := w.add(t, "security")
	for range 2 { // the second one is no error
		if err := w.source().RegisterDelegatedAdministrator(t.Context(), id); err != nil {
			t.Fatalf("RegisterDelegatedAdministrator(%s) = %v", id, err)
		}
		if got := organization(t, w).DelegatedAdministrator; got != id {
			t.Fatalf("delegated administrator = %q; want %s", got, id)
		}
	}
	w.undelegate(t, id)
	if got := organization(t, w).DelegatedAdministrator; got != "" {
		t.Errorf("delegated administrator = %q after the delegation ended", got)
	}
}

func noDelegation(t *testing.T, w world) {
	management := w.create(t)
	w.add(t, "member")
	for id, want := range map[string]error{
		management:     ErrRefused,
		"000000000001": ErrNotMember,
		"12":           ErrNotMember,
		"":             ErrNotMember,
	} {
		if err := w.source().RegisterDelegatedAdministrator(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("RegisterDelegatedAdministrator(%q) = %v; want an error that wraps %q", id, err, want)
		}
	}
	if got := organization(t, w).DelegatedAdministrator; got != "" {
		t.Errorf("delegated administrator = %q; want none", got)
	}
}

func endedContext(t *testing.T, w world) {
	w.create(t)
	id := w.add(t, "member")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o, err := w.source().Organization(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrNone) {
		t.Errorf("Organization() = %+v, %v; want an error that wraps context.Canceled", o, err)
	}
	if err := w.source().RegisterDelegatedAdministrator(ctx, id); !errors.Is(err, context.Canceled) {
		t.Errorf("RegisterDelegatedAdministrator() = %v; want an error that wraps context.Canceled", err)
	}
	if got := organization(t, w).DelegatedAdministrator; got != "" {
		t.Errorf("delegated administrator = %q; want none", got)
	}
}

func concurrentReaders(t *testing.T, w world) {
	w.create(t)
	w.add(t, "member")
	want := organization(t, w)
	results := make(chan error, 4)
	for range cap(results) {
		go func() {
			got, err := w.source().Organization(t.Context())
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				err = errors.New(diff)
			}
			results <- err
		}()
	}
	for range cap(results) {
		if err := <-results; err != nil {
			t.Errorf("Organization() beside others: %v", err)
		}
	}
}

func organization(t *testing.T, w world) control.Organization {
	t.Helper()
	o, err := w.source().Organization(t.Context())
	if err != nil {
		t.Fatalf("Organization() = %v", err)
	}
	return o
}

func ids(o control.Organization) []string {
	var all []string
	for _, a := range o.Accounts {
		all = append(all, a.ID)
	}
	return all
}
