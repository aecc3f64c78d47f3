package orgs

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Whatever the command line does to an organization, it stays one: the
// management account is there and active, ids are unique and sorted, the
// delegated administrator is another active account or nobody; and it is
// what a plain map of statuses says.
func TestAnyEdits(t *testing.T) {
	t.Parallel()
	pool := []string{"", "12", "000000000000", management, active, delegated, suspended, closed, stranger}
	rapid.Check(t, func(t *rapid.T) {
		o, err := Create(management, "", "", joined)
		if err != nil {
			t.Fatal(err)
		}
		model := map[string]control.AccountStatus{management: control.AccountActive}
		var admin string
		for range rapid.IntRange(1, 40).Draw(t, "edits") {
			verb := rapid.SampledFrom([]string{"add", "add", "remove", "suspend", "restore", "close", "delegate", "undelegate"}).Draw(t, "verb")
			id := rapid.SampledFrom(pool).Draw(t, "id")
			before := o
			before.Accounts = slices.Clone(o.Accounts)
			after, err := apply(o, verb, id)
			if diff := cmp.Diff(before, o); diff != "" {
				t.Fatalf("%s %q changed its argument:\n%s", verb, id, diff)
			}
			status, member := model[id]
			legal := member && id != management
			switch verb {
			case "add":
				legal = !member && len(id) == 12
				status = control.AccountActive
			case "remove":
				legal = legal && status != control.AccountClosed
				status = ""
			case "suspend":
				legal = legal && status == control.AccountActive
				status = control.AccountSuspended
			case "restore":
				legal = legal && status == control.AccountSuspended
				status = control.AccountActive
			case "close":
				legal = legal && status != control.AccountClosed
				status = control.AccountClosed
			case "delegate":
				legal = legal && status == control.AccountActive && (admin == "" || admin == id)
			case "undelegate":
				legal = admin != ""
			}
			if legal != (err == nil) {
				t.Fatalf("%s %q of %s = %v; legal: %t", verb, id, line(o), err, legal)
			}
			if err != nil {
				if !errors.Is(err, ErrRefused) && !errors.Is(err, ErrNotMember) {
					t.Fatalf("%s %q = %v; want one of the package's errors", verb, id, err)
				}
				continue
			}
			o = after
			switch verb {
			case "delegate":
				admin = id
			case "undelegate":
				admin = ""
			default:
				if model[id] = status; status == "" {
					delete(model, id)
				}
				if id == admin && status != control.AccountActive && status != control.AccountSuspended {
					admin = ""
				}
			}
			if err := check(o); err != nil {
				t.Fatalf("after %s %q: %v", verb, id, err)
			}
			got := map[string]control.AccountStatus{}
			for _, a := range o.Accounts {
				got[a.ID] = a.Status
			}
			if !maps.Equal(got, model) || o.DelegatedAdministrator != admin {
				t.Fatalf("after %s %q: %s; want %v, delegated %q", verb, id, line(o), model, admin)
			}
			if a, _ := o.Account(o.ManagementAccountID); o.ManagementAccountID != management || a.Status != control.AccountActive {
				t.Fatalf("after %s %q: %s; want the management account active", verb, id, line(o))
			}
			if a, _ := o.Account(o.DelegatedAdministrator); admin != "" && a.Status != control.AccountActive && a.Status != control.AccountSuspended {
				t.Fatalf("after %s %q: %s; want the delegated account in use", verb, id, line(o))
			}
		}
	})
}

func apply(o control.Organization, verb, id string) (control.Organization, error) {
	switch verb {
	case "add":
		return Add(o, control.OrganizationAccount{ID: id, Joined: joined})
	case "remove":
		return Remove(o, id)
	case "suspend":
		return Suspend(o, id)
	case "restore":
		return Restore(o, id)
	case "close":
		return Close(o, id)
	case "delegate":
		return Delegate(o, id)
	case "undelegate":
		return Undelegate(o)
	}
	return control.Organization{}, errors.New("no such edit: " + verb)
}
