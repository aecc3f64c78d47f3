package detective

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// AutoEnable is about accounts that join later.
func TestAutoEnable(t *testing.T) {
	t.Parallel()
	l, arn := organized(t, quota(100), func(o *Options) { o.MaxMembers = 3 })
	yes := true
	join := func(id string, status control.AccountStatus) {
		t.Helper()
		l.edit(t, func(o *control.Organization) {
			o.Accounts = append(o.Accounts, control.OrganizationAccount{ID: id, Email: id + "@example.com", Status: status})
		})
	}
	join("000000000003", control.AccountActive)
	l.expect(t, "AutoEnable off", arn, "000000000003", "")
	must(t, l.UpdateOrganizationConfiguration(t.Context(), admin, arn, &yes))
	for _, id := range []string{one, two, "000000000003", management.AccountID} {
		l.expect(t, "AutoEnable on, joined before", arn, id, "")
	}
	join("000000000004", control.AccountActive)
	l.expect(t, "AutoEnable on", arn, "000000000004", orgMember)
	if m := l.member(t, arn, "000000000004"); m.Email != "000000000004@example.com" {
		t.Errorf("e-mail %q; want the directory's", m.Email)
	}
	join("000000000005", control.AccountSuspended)
	l.expect(t, "suspended when it joins", arn, "000000000005", "")
	l.sends(t, arn, map[string]int64{"000000000006": 101})
	join("000000000006", control.AccountActive)
	l.expect(t, "sends too much", arn, "000000000006", "ACCEPTED_BUT_DISABLED VOLUME_TOO_HIGH ORGANIZATION")
	l.invite(t, arn, "000000000007")
	join("000000000008", control.AccountActive)
	l.expect(t, "a fourth member of three", arn, "000000000008", "")
	join("000000000007", control.AccountActive)
	l.expect(t, "was invited", arn, "000000000007", orgMember)
	_, _, err := l.DeleteMembers(t.Context(), admin, arn, []string{"000000000004"})
	must(t, err)
	must(t, l.SyncOrganization(t.Context()))
	l.expect(t, "removed, and the directory is read again", arn, "000000000004", "")
}

// What happens to an account in the directory, and to its memberships: one
// through the organization and one by invitation to another graph.
func TestDirectoryChanges(t *testing.T) {
	t.Parallel()
	leave := func(l *lab, t *testing.T) {
		l.edit(t, func(o *control.Organization) {
			for i, a := range o.Accounts {
				if a.ID == one {
					o.Accounts = append(o.Accounts[:i], o.Accounts[i+1:]...)
					return
				}
			}
		})
	}
	set := func(all ...control.AccountStatus) func(l *lab, t *testing.T) {
		return func(l *lab, t *testing.T) {
			for _, s := range all {
				l.clock.add(time.Minute)
				l.status(t, one, s)
			}
		}
	}
	const idle = "ACCEPTED_BUT_DISABLED VOLUME_UNKNOWN "
	for _, c := range []struct {
		what         string
		change       func(l *lab, t *testing.T)
		org, invited string
		graph        bool // its own is still there
		taken        bool // of its own graph
	}{
		{"leaves", leave, "", "ENABLED INVITATION", true, true},
		{"suspended", set(control.AccountSuspended), idle + "ORGANIZATION", idle + "INVITATION", true, false},
		{"suspended and restored", set(control.AccountSuspended, control.AccountActive), orgMember, "ENABLED INVITATION", true, true},
		{"closed", set(control.AccountClosed), "", "", false, false},
		{"suspended and closed", set(control.AccountSuspended, control.AccountClosed), "", "", false, false},
		{"the organization ends", func(l *lab, t *testing.T) {
			l.edit(t, func(o *control.Organization) { *o = control.Organization{} })
		}, "", "ENABLED INVITATION", true, true},
		{"the organization is another one", func(l *lab, t *testing.T) {
			l.edit(t, func(o *control.Organization) { o.ID = "o-exampleorg2" })
		}, "", "ENABLED INVITATION", true, true},
		{"nothing", func(l *lab, t *testing.T) { must(t, l.SyncOrganization(t.Context())) }, orgMember, "ENABLED INVITATION", true, true},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l, arn := organized(t)
			ctx := t.Context()
			_, _, err := l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{{one, ""}, {two, ""}}})
			must(t, err)
			outside := l.graph(t, caller("777788889999"))
			l.put(t, control.Member{GraphARN: outside, AccountID: one, Status: control.MemberEnabled, InvitationType: control.ByInvitation})
			l.put(t, control.Member{GraphARN: outside, AccountID: two, Status: control.MemberInvited, InvitationType: control.ByInvitation})
			own := l.graph(t, caller(one))
			before, err := l.store.Membership(ctx, own)
			must(t, err)

			c.change(l, t)
			l.run(t)
			l.expect(t, "the organization's graph", arn, one, c.org)
			l.expect(t, "another graph", outside, one, c.invited)
			l.expect(t, "another account", outside, two, "INVITED INVITATION")
			list, _, err := l.ListGraphs(ctx, caller(one), Page{})
			if err != nil || (len(list) == 1) != c.graph {
				t.Errorf("its own graphs: %v, %v; want one: %v", list, err, c.graph)
			}
			if !c.graph {
				return
			}
			after, err := l.store.Membership(ctx, own)
			must(t, err)
			if after.Accepts(one) != c.taken || before.Accepts(one) != c.taken && after.Version == before.Version {
				t.Errorf("its own graph's membership went from %v to %v; its records are taken: %v", before, after, c.taken)
			}
		})
	}
}

// What becomes of the administrator account's role and of its graph.
func TestAdministratorChanges(t *testing.T) {
	t.Parallel()
	drop := func(o *control.Organization, id string) {
		for i, a := range o.Accounts {
			if a.ID == id {
				o.Accounts = append(o.Accounts[:i], o.Accounts[i+1:]...)
				return
			}
		}
	}
	status := func(s control.AccountStatus) func(o *control.Organization) {
		return func(o *control.Organization) {
			for i := range o.Accounts {
				if o.Accounts[i].ID == admin.AccountID {
					o.Accounts[i].Status = s
				}
			}
		}
	}
	for _, c := range []struct {
		what   string
		change func(o *control.Organization)
		role   bool   // it still is the administrator account
		graph  bool   // its graph is still there
		member string // a member through the organization
	}{
		{"undelegated", func(o *control.Organization) { o.DelegatedAdministrator = "" }, false, true, ""},
		{"another one is delegated", func(o *control.Organization) { o.DelegatedAdministrator = two }, false, true, ""},
		{"left", func(o *control.Organization) { drop(o, admin.AccountID); o.DelegatedAdministrator = "" }, false, true, ""},
		{"suspended", status(control.AccountSuspended), true, true, orgMember},
		{"closed", status(control.AccountClosed), false, false, ""},
		{"a member left", func(o *control.Organization) { drop(o, two) }, true, true, orgMember},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			l, arn := organized(t)
			ctx := t.Context()
			far := management
			far.Region = "us-east-1"
			must(t, l.EnableOrganizationAdminAccount(ctx, far, management.AccountID))
			_, _, err := l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{{one, ""}}})
			must(t, err)
			l.put(t, control.Member{GraphARN: arn, AccountID: "000000000009", Status: control.MemberEnabled, InvitationType: control.ByInvitation})
			l.edit(t, c.change)
			if all := l.admins(t); (len(all) == 1) != c.role {
				t.Errorf("administrators: %v; want one: %v", all, c.role)
			}
			if all, _, err := l.ListOrganizationAdminAccounts(ctx, far, Page{}); err != nil || len(all) != 1 {
				t.Errorf("the management account's role in the other Region: %v, %v; want it kept", all, err)
			}
			list, _, err := l.ListGraphs(ctx, admin, Page{})
			if err != nil || (len(list) == 1) != c.graph {
				t.Errorf("its graphs: %v, %v; want one: %v", list, err, c.graph)
			}
			if c.graph {
				l.expect(t, "member through the organization", arn, one, c.member)
				l.expect(t, "member by invitation", arn, "000000000009", "ENABLED INVITATION")
			}
		})
	}
}

// An account that is suspended or closed when the directory is read for the
// first time is treated like one that became so.
func TestFirstSeenIdle(t *testing.T) {
	t.Parallel()
	l := open(t)
	arn := l.graph(t, admin)
	for _, id := range []string{one, two, "000000000003"} {
		l.put(t, control.Member{GraphARN: arn, AccountID: id, Status: control.MemberEnabled, InvitationType: control.ByInvitation})
	}
	l.edit(t, func(o *control.Organization) {
		*o = control.Organization{ID: "o-exampleorg1", ManagementAccountID: management.AccountID, Accounts: []control.OrganizationAccount{
			{ID: one, Status: control.AccountSuspended}, {ID: two, Status: control.AccountClosed}, {ID: "000000000003", Status: control.AccountActive},
			{ID: management.AccountID, Status: control.AccountActive},
		}}
	})
	l.expect(t, "suspended", arn, one, "ACCEPTED_BUT_DISABLED VOLUME_UNKNOWN INVITATION")
	l.expect(t, "closed", arn, two, "")
	l.expect(t, "active", arn, "000000000003", "ENABLED INVITATION")
}

// fakeDirectory answers what the test says.
type fakeDirectory struct {
	o      control.Organization
	err    error
	during func()
}

func (f *fakeDirectory) Organization(context.Context) (control.Organization, error) {
	if f.during != nil {
		f.during()
	}
	return f.o, f.err
}

func (f *fakeDirectory) RegisterDelegatedAdministrator(context.Context, string) error { return nil }

func TestSyncOrganization(t *testing.T) {
	t.Parallel()
	f := &fakeDirectory{err: control.ErrNotFound}
	l := open(t, func(o *Options) { o.Organizations = f })
	ctx := t.Context()
	must(t, l.SyncOrganization(ctx)) // there is none
	_, _, err := l.ListOrganizationAdminAccounts(ctx, management, Page{})
	wantCode(t, "no organization", err, Validation)

	f.err = nil
	f.o = control.Organization{ID: "o-exampleorg1", ManagementAccountID: management.AccountID, DelegatedAdministrator: admin.AccountID}
	for _, id := range []string{one, admin.AccountID, management.AccountID} {
		f.o.Accounts = append(f.o.Accounts, control.OrganizationAccount{ID: id, Email: id + "@example.com", Status: control.AccountActive, Joined: begin.Truncate(time.Microsecond)})
	}
	must(t, l.StartUp(ctx)) // reads it at once
	l.run(t)
	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID))
	g, err := l.GraphOf(ctx, admin.AccountID, region)
	must(t, err)
	_, _, err = l.CreateMembers(ctx, admin, g.ARN, CreateMembersInput{Accounts: []AccountDetails{{one, ""}}})
	must(t, err)

	f.err = errors.New("throttled")
	before := l.state(t, g.ARN)
	if err := l.SyncOrganization(ctx); !errors.Is(err, f.err) {
		t.Errorf("a directory that cannot be read: %v", err)
	}
	if diff := cmp.Diff(before, l.state(t, g.ARN)); diff != "" {
		t.Errorf("a directory that cannot be read changed something (-before +after):\n%s", diff)
	}
	l.clock.add(time.Hour)
	l.run(t) // the hourly job goes on in spite of it
	l.expect(t, "an hour later", g.ARN, one, orgMember)

	// The organization is changed while its directory is read: the older
	// answer is not applied, and the directory read again.
	f.err = nil
	old := f.o
	joined := 0
	join := func() {
		joined++
		l.edit(t, func(o *control.Organization) {
			o.Accounts = append(o.Accounts, control.OrganizationAccount{ID: fmt.Sprint(999900001111 + joined), Status: control.AccountActive})
		})
	}
	f.during = join
	if err := l.SyncOrganization(ctx); err == nil || joined != syncTries {
		t.Errorf("answers that may be older than a change: %v after %d", err, joined)
	}
	if _, err := l.store.OrganizationAccount(ctx, fmt.Sprint(999900001111+joined)); err != nil {
		t.Errorf("the account that joined meanwhile: %v", err)
	}
	f.during = func() {
		f.during = nil
		join()
	}
	must(t, l.SyncOrganization(ctx))
	if _, err := l.store.OrganizationAccount(ctx, fmt.Sprint(999900001111+joined)); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("an account that the directory does not have: %v", err)
	}

	f.o = old
	f.o.Accounts = f.o.Accounts[1:] // one left
	l.clock.add(time.Hour)
	l.run(t)
	l.expect(t, "left, an hour later", g.ARN, one, "")
	f.o, f.err = control.Organization{}, control.ErrNotFound
	must(t, l.SyncOrganization(ctx))
	_, _, err = l.ListOrganizationAdminAccounts(ctx, management, Page{})
	wantCode(t, "the organization is gone", err, Validation)
	_, err = l.DescribeOrganizationConfiguration(ctx, admin, g.ARN)
	wantCode(t, "configuration of no organization", err, Validation)
	if list, _, err := l.ListGraphs(ctx, admin, Page{}); err != nil || len(list) != 1 {
		t.Errorf("the graph of its administrator: %v, %v; want it kept", list, err)
	}
}
