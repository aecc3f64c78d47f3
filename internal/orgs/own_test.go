package orgs

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/sqlite"
)

func TestOwn(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T) world { return &ownWorld{store: openStore(t)} })
}

func openStore(t *testing.T) control.Store {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "control.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// A delegation is entered or refused by the rules of Delegate, and nothing
// but a new one is written.
func TestOwnDelegation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before control.Organization
		id     string
		want   string // the delegated administrator afterwards
		err    error
	}{
		"an active account": {undelegated(), active, active, nil},
		"the same again":    {example(), delegated, delegated, nil},
		"a second one":      {example(), active, delegated, ErrRefused},
		"a suspended one":   {undelegated(), suspended, "", ErrRefused},
		"a closed one":      {undelegated(), closed, "", ErrRefused},
		"the management":    {undelegated(), management, "", ErrRefused},
		"a stranger":        {undelegated(), stranger, "", ErrNotMember},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t)
			set(t, s, c.before)
			own := NewOwn(s)
			if err := own.RegisterDelegatedAdministrator(t.Context(), c.id); !errors.Is(err, c.err) {
				t.Errorf("RegisterDelegatedAdministrator(%s) = %v; want %v", c.id, err, c.err)
			}
			want := c.before
			want.DelegatedAdministrator = c.want
			got, err := own.Organization(t.Context())
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("Organization() afterwards: %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestOwnNone(t *testing.T) {
	t.Parallel()
	own := NewOwn(openStore(t))
	if err := own.RegisterDelegatedAdministrator(t.Context(), active); !errors.Is(err, ErrNone) {
		t.Errorf("RegisterDelegatedAdministrator() = %v; want an error that wraps ErrNone", err)
	}
}

// A store that fails, or holds what cannot be, is not an organization less.
func TestOwnFailures(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	bad := example()
	bad.Accounts = bad.Accounts[1:]
	for name, c := range map[string]struct {
		store failing
		want  string
	}{
		"read":     {failing{read: broken}, broken.Error()},
		"write":    {failing{organization: undelegated(), write: broken}, broken.Error()},
		"nonsense": {failing{organization: bad}, "management account"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own := NewOwn(c.store)
			err := own.RegisterDelegatedAdministrator(t.Context(), active)
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrNone) {
				t.Errorf("RegisterDelegatedAdministrator() = %v; want an error that says %q", err, c.want)
			}
			o, err := own.Organization(t.Context())
			if c.store.write != nil {
				if err != nil {
					t.Errorf("Organization() = %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrNone) || o.ID != "" {
				t.Errorf("Organization() = %+v, %v; want an error that says %q", o, err, c.want)
			}
		})
	}
}

// A delegation that changes nothing writes nothing.
func TestOwnDelegationTwice(t *testing.T) {
	t.Parallel()
	own := NewOwn(failing{organization: example(), write: errors.New("written")})
	if err := own.RegisterDelegatedAdministrator(t.Context(), delegated); err != nil {
		t.Errorf("RegisterDelegatedAdministrator() = %v; want nothing written", err)
	}
}

// failing is a store that has an organization and fails.
type failing struct {
	control.Store
	organization control.Organization
	read, write  error
}

func (f failing) Organization(context.Context) (control.Organization, error) {
	return f.organization, f.read
}

func (f failing) Update(_ context.Context, fn func(control.Tx) error) error {
	return fn(failingTx{failing: f})
}

type failingTx struct {
	control.Tx
	failing failing
}

func (x failingTx) Organization(ctx context.Context) (control.Organization, error) {
	return x.failing.Organization(ctx)
}

func (x failingTx) SetOrganization(context.Context, control.Organization) error {
	return x.failing.write
}

// ownWorld changes the directory in the store as the command line does.
type ownWorld struct {
	store control.Store
	last  int
}

func (w *ownWorld) source() Source { return NewOwn(w.store) }

func (w *ownWorld) create(t *testing.T) string {
	t.Helper()
	o, err := Create(management, "", "", joined)
	if err != nil {
		t.Fatal(err)
	}
	set(t, w.store, o)
	return management
}

func (w *ownWorld) add(t *testing.T, name string) string {
	t.Helper()
	w.last++
	id := fmt.Sprintf("%012d", 999-w.last)
	w.edit(t, func(o control.Organization) (control.Organization, error) {
		return Add(o, control.OrganizationAccount{ID: id, Name: name, Joined: joined})
	})
	return id
}

func (w *ownWorld) suspend(t *testing.T, id string) {
	t.Helper()
	w.edit(t, func(o control.Organization) (control.Organization, error) { return Suspend(o, id) })
}

func (w *ownWorld) remove(t *testing.T, id string) {
	t.Helper()
	w.edit(t, func(o control.Organization) (control.Organization, error) { return Remove(o, id) })
}

func (w *ownWorld) undelegate(t *testing.T, _ string) {
	t.Helper()
	w.edit(t, Undelegate)
}

func (w *ownWorld) edit(t *testing.T, f func(control.Organization) (control.Organization, error)) {
	t.Helper()
	o, err := f(organization(t, w))
	if err != nil {
		t.Fatal(err)
	}
	set(t, w.store, o)
}

func set(t *testing.T, s control.Store, o control.Organization) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx control.Tx) error {
		return tx.SetOrganization(t.Context(), o)
	}); err != nil {
		t.Fatal(err)
	}
}
