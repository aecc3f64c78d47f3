package orgs

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	management = "111111111111"
	active     = "222222222222"
	delegated  = "333333333333"
	suspended  = "444444444444"
	closed     = "555555555555"
	stranger   = "666666666666"
)

var joined = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// example is an organization with an account of each kind.
func example() control.Organization {
	account := func(id string, s control.AccountStatus) control.OrganizationAccount {
		return control.OrganizationAccount{ID: id, Email: id + "@example.com", Name: "of " + id, Status: s, Joined: joined}
	}
	return control.Organization{
		ID: "o-abcdefghij", ManagementAccountID: management, DelegatedAdministrator: delegated,
		Accounts: []control.OrganizationAccount{
			account(management, control.AccountActive),
			account(active, control.AccountActive),
			account(delegated, control.AccountActive),
			account(suspended, control.AccountSuspended),
			account(closed, control.AccountClosed),
		},
	}
}

func undelegated() control.Organization {
	o := example()
	o.DelegatedAdministrator = ""
	return o
}

// line is an organization in few words: what the edits change.
func line(o control.Organization) string {
	var words []string
	for _, a := range o.Accounts {
		word := a.ID[:1] + ":" + string(a.Status)
		if a.ID == o.ManagementAccountID {
			word += "(management)"
		}
		if a.ID == o.DelegatedAdministrator {
			word += "(delegated)"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestEdits(t *testing.T) {
	t.Parallel()
	type edited func(control.Organization) (control.Organization, error)
	on := func(f func(control.Organization, string) (control.Organization, error), id string) edited {
		return func(o control.Organization) (control.Organization, error) { return f(o, id) }
	}
	add := func(a control.OrganizationAccount) edited {
		return func(o control.Organization) (control.Organization, error) { return Add(o, a) }
	}
	const (
		head = "1:ACTIVE(management) "
		tail = " 4:SUSPENDED 5:CLOSED"
	)
	for name, c := range map[string]struct {
		from control.Organization
		edit edited
		want string // line, or what the error says
		err  error
	}{
		"add":                     {example(), add(control.OrganizationAccount{ID: stranger}), head + "2:ACTIVE 3:ACTIVE(delegated)" + tail + " 6:ACTIVE", nil},
		"add in front":            {example(), add(control.OrganizationAccount{ID: "000000000000"}), "0:ACTIVE " + head + "2:ACTIVE 3:ACTIVE(delegated)" + tail, nil},
		"add an active one":       {example(), add(control.OrganizationAccount{ID: stranger, Status: control.AccountActive}), head + "2:ACTIVE 3:ACTIVE(delegated)" + tail + " 6:ACTIVE", nil},
		"add a suspended one":     {example(), add(control.OrganizationAccount{ID: stranger, Status: control.AccountSuspended}), "it is SUSPENDED", ErrRefused},
		"add a wild status":       {example(), add(control.OrganizationAccount{ID: stranger, Status: "GONE"}), "it is GONE", ErrRefused},
		"add twice":               {example(), add(control.OrganizationAccount{ID: active}), "a member already, ACTIVE", ErrRefused},
		"add the management":      {example(), add(control.OrganizationAccount{ID: management}), "a member already, ACTIVE", ErrRefused},
		"add a closed member":     {example(), add(control.OrganizationAccount{ID: closed}), "a member already, CLOSED", ErrRefused},
		"add no id":               {example(), add(control.OrganizationAccount{}), "not 12 digits", ErrRefused},
		"add a short id":          {example(), add(control.OrganizationAccount{ID: "1234"}), "not 12 digits", ErrRefused},
		"add to nothing":          {control.Organization{}, add(control.OrganizationAccount{ID: stranger}), "", ErrNone},
		"remove":                  {example(), on(Remove, active), head + "3:ACTIVE(delegated)" + tail, nil},
		"remove the delegated":    {example(), on(Remove, delegated), head + "2:ACTIVE" + tail, nil},
		"remove a suspended one":  {example(), on(Remove, suspended), head + "2:ACTIVE 3:ACTIVE(delegated) 5:CLOSED", nil},
		"remove a closed one":     {example(), on(Remove, closed), "which cannot be undone", ErrRefused},
		"remove the management":   {example(), on(Remove, management), "the management account", ErrRefused},
		"remove a stranger":       {example(), on(Remove, stranger), stranger, ErrNotMember},
		"remove from nothing":     {control.Organization{}, on(Remove, ""), "", ErrNone},
		"suspend":                 {example(), on(Suspend, active), head + "2:SUSPENDED 3:ACTIVE(delegated)" + tail, nil},
		"suspend the delegated":   {example(), on(Suspend, delegated), head + "2:ACTIVE 3:SUSPENDED(delegated)" + tail, nil},
		"suspend again":           {example(), on(Suspend, suspended), "it is SUSPENDED", ErrRefused},
		"suspend a closed one":    {example(), on(Suspend, closed), "it is CLOSED", ErrRefused},
		"suspend the management":  {example(), on(Suspend, management), "the management account", ErrRefused},
		"suspend a stranger":      {example(), on(Suspend, stranger), stranger, ErrNotMember},
		"suspend in nothing":      {control.Organization{}, on(Suspend, active), "", ErrNone},
		"restore":                 {example(), on(Restore, suspended), head + "2:ACTIVE 3:ACTIVE(delegated) 4:ACTIVE 5:CLOSED", nil},
		"restore an active one":   {example(), on(Restore, active), "it is ACTIVE", ErrRefused},
		"restore a closed one":    {example(), on(Restore, closed), "it is CLOSED", ErrRefused},
		"restore a stranger":      {example(), on(Restore, stranger), stranger, ErrNotMember},
		"close":                   {example(), on(Close, active), head + "2:CLOSED 3:ACTIVE(delegated)" + tail, nil},
		"close the delegated":     {example(), on(Close, delegated), head + "2:ACTIVE 3:CLOSED" + tail, nil},
		"close a suspended one":   {example(), on(Close, suspended), head + "2:ACTIVE 3:ACTIVE(delegated) 4:CLOSED 5:CLOSED", nil},
		"close again":             {example(), on(Close, closed), "it is CLOSED", ErrRefused},
		"close the management":    {example(), on(Close, management), "the management account", ErrRefused},
		"close a stranger":        {example(), on(Close, stranger), stranger, ErrNotMember},
		"delegate":                {undelegated(), on(Delegate, active), head + "2:ACTIVE(delegated) 3:ACTIVE" + tail, nil},
		"delegate again":          {example(), on(Delegate, delegated), head + "2:ACTIVE 3:ACTIVE(delegated)" + tail, nil},
		"delegate another":        {example(), on(Delegate, active), "account " + delegated + " is the delegated administrator", ErrRefused},
		"delegate a suspended":    {undelegated(), on(Delegate, suspended), "it is SUSPENDED", ErrRefused},
		"delegate a closed":       {undelegated(), on(Delegate, closed), "it is CLOSED", ErrRefused},
		"delegate the management": {undelegated(), on(Delegate, management), "the management account", ErrRefused},
		"delegate a stranger":     {undelegated(), on(Delegate, stranger), stranger, ErrNotMember},
		"delegate in nothing":     {control.Organization{}, on(Delegate, active), "", ErrNone},
		"undelegate":              {example(), Undelegate, head + "2:ACTIVE 3:ACTIVE" + tail, nil},
		"undelegate nobody":       {undelegated(), Undelegate, "no account", ErrRefused},
		"undelegate in nothing":   {control.Organization{}, Undelegate, "", ErrNone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := c.from
			before.Accounts = slices.Clone(c.from.Accounts)
			got, err := c.edit(c.from)
			if diff := cmp.Diff(before, c.from); diff != "" {
				t.Errorf("the argument changed (-before +after):\n%s", diff)
			}
			if c.err != nil {
				if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("error = %v; want one that wraps %q and says %q", err, c.err, c.want)
				}
				if diff := cmp.Diff(control.Organization{}, got); diff != "" {
					t.Errorf("beside the error (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil || line(got) != c.want {
				t.Fatalf("got  %s, %v\nwant %s", line(got), err, c.want)
			}
			if err := check(got); err != nil {
				t.Errorf("check: %v", err)
			}
			// The copy is the caller's.
			for i := range got.Accounts {
				got.Accounts[i].Name = "changed"
			}
			if diff := cmp.Diff(before, c.from); diff != "" {
				t.Errorf("the argument changes with the copy (-before +after):\n%s", diff)
			}
		})
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 14, 0, 0, 1999, time.FixedZone("", 7200))
	o, err := Create(management, "root@example.com", "main", now)
	if err != nil {
		t.Fatal(err)
	}
	want := control.Organization{
		ID: o.ID, ManagementAccountID: management,
		Accounts: []control.OrganizationAccount{{
			ID: management, Email: "root@example.com", Name: "main", Status: control.AccountActive, Joined: joined.Add(time.Microsecond),
		}},
	}
	if diff := cmp.Diff(want, o); diff != "" {
		t.Errorf("Create (-want +got):\n%s", diff)
	}
	if err := check(o); err != nil || len(o.ID) != len("o-0123456789") {
		t.Errorf("Create: id %q, check: %v; want o- and 10 characters", o.ID, err)
	}
	if again, err := Create(management, "", "", now); err != nil || again.ID == o.ID {
		t.Errorf("Create again = id %q, %v; want another id than %q", again.ID, err, o.ID)
	}
	for _, id := range []string{"", "12345678901", "1234567890123", "12345678901x", "１１１１"} {
		if o, err := Create(id, "", "", now); !errors.Is(err, ErrRefused) || o.ID != "" {
			t.Errorf("Create(%q) = %+v, %v; want an error that wraps ErrRefused", id, o, err)
		}
	}
}

func TestAddKeepsWhatIsKnown(t *testing.T) {
	t.Parallel()
	in := control.OrganizationAccount{
		ID: stranger, Email: "a@example.com", Name: "a", Joined: joined.Add(999).In(time.FixedZone("", -3600)),
	}
	o, err := Add(example(), in)
	if err != nil {
		t.Fatal(err)
	}
	want := control.OrganizationAccount{ID: stranger, Email: "a@example.com", Name: "a", Status: control.AccountActive, Joined: joined}
	if got, _ := o.Account(stranger); !cmp.Equal(got, want) {
		t.Errorf("account = %+v; want %+v", got, want)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	if err := check(example()); err != nil {
		t.Errorf("check of a good one: %v", err)
	}
	long := example()
	long.ID = "o-" + strings.Repeat("0z", 16)
	if err := check(long); err != nil {
		t.Errorf("check of the longest id: %v", err)
	}
	for name, c := range map[string]struct {
		spoil func(*control.Organization)
		want  string
	}{
		"no id":                {func(o *control.Organization) { o.ID = "" }, "organization id"},
		"a short id":           {func(o *control.Organization) { o.ID = "o-123456789" }, "organization id"},
		"a long id":            {func(o *control.Organization) { o.ID = "o-" + strings.Repeat("a", 33) }, "organization id"},
		"a capital in the id":  {func(o *control.Organization) { o.ID = "o-abcdeFghij" }, "organization id"},
		"another prefix":       {func(o *control.Organization) { o.ID = "r-abcdefghij" }, "organization id"},
		"a wild account id":    {func(o *control.Organization) { o.Accounts[1].ID = "22222222222x" }, "not 12 digits"},
		"an account twice":     {func(o *control.Organization) { o.Accounts[1] = o.Accounts[2] }, "twice"},
		"accounts not sorted":  {func(o *control.Organization) { slices.Reverse(o.Accounts) }, "sorted"},
		"a wild status":        {func(o *control.Organization) { o.Accounts[1].Status = "" }, "unknown status"},
		"no accounts":          {func(o *control.Organization) { o.Accounts = nil }, "among the 0 accounts"},
		"management has left":  {func(o *control.Organization) { o.Accounts = o.Accounts[1:] }, "management account"},
		"no management":        {func(o *control.Organization) { o.ManagementAccountID = "" }, "management account"},
		"management delegated": {func(o *control.Organization) { o.DelegatedAdministrator = management }, "delegated"},
		"a stranger delegated": {func(o *control.Organization) { o.DelegatedAdministrator = stranger }, "delegated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := example()
			c.spoil(&o)
			if err := check(o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("check = %v; want an error that says %q", err, c.want)
			}
		})
	}
}
