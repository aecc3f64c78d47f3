package detective

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	orgMember = "ENABLED ORGANIZATION"
	one, two  = "000000000001", "000000000002"
)

var management = second

// organized returns a lab with an organization of management, admin, one and
// two, and admin's graph as the organization's.
func organized(t *testing.T, more ...func(*Options)) (*lab, string) {
	t.Helper()
	l := open(t, more...)
	l.organize(t, management.AccountID, admin.AccountID, one, two)
	must(t, l.EnableOrganizationAdminAccount(t.Context(), management, admin.AccountID))
	g, err := l.GraphOf(t.Context(), admin.AccountID, region)
	must(t, err)
	return l, g.ARN
}

// edit changes the organization directory.
func (l *lab) edit(t *testing.T, change func(o *control.Organization)) {
	t.Helper()
	must(t, l.ApplyOrganization(t.Context(), func(o control.Organization) (control.Organization, error) {
		change(&o)
		return o, nil
	}))
}

func (l *lab) admins(t *testing.T) []control.OrganizationAdmin {
	t.Helper()
	all, next, err := l.ListOrganizationAdminAccounts(t.Context(), management, Page{})
	if err != nil || next != "" || all == nil {
		t.Fatalf("ListOrganizationAdminAccounts = %v, %q, %v; want a list that is not nil", all, next, err)
	}
	return all
}

func TestOrganizationAdmin(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	outside := func(what string, err error) {
		t.Helper()
		if e := wantCode(t, what, err, Validation); !strings.Contains(e.Message, "account is not a member of an organization") {
			t.Errorf("%s: %q is not what Terraform looks for", what, e.Message)
		}
	}
	_, _, err := l.ListOrganizationAdminAccounts(ctx, management, Page{})
	outside("no organization", err)
	outside("enable without an organization", l.EnableOrganizationAdminAccount(ctx, management, one))
	outside("disable without an organization", l.DisableOrganizationAdminAccount(ctx, management))
	l.organize(t, management.AccountID, admin.AccountID, one)
	_, _, err = l.ListOrganizationAdminAccounts(ctx, caller("000000000009"), Page{})
	outside("a stranger", err)
	if all := l.admins(t); len(all) != 0 {
		t.Errorf("administrators at first: %v", all)
	}
	must(t, l.DisableOrganizationAdminAccount(ctx, management)) // there is none: as asked
	wantCode(t, "a strange administrator", l.EnableOrganizationAdminAccount(ctx, management, "000000000009"), Validation)
	l.status(t, one, control.AccountSuspended)
	wantCode(t, "a suspended administrator", l.EnableOrganizationAdminAccount(ctx, management, one), Validation)
	l.status(t, one, control.AccountActive)

	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID))
	list, _, err := l.ListGraphs(ctx, admin, Page{})
	if err != nil || len(list) != 1 {
		t.Fatalf("the administrator's graphs: %v, %v; want one", list, err)
	}
	want := []control.OrganizationAdmin{{Region: region, AccountID: admin.AccountID, GraphARN: list[0].ARN, Delegated: begin.Truncate(time.Millisecond)}}
	if diff := cmp.Diff(want, l.admins(t)); diff != "" {
		t.Errorf("administrators (-want +got):\n%s", diff)
	}
	l.clock.add(time.Hour)
	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID)) // again: as it was
	if diff := cmp.Diff(want, l.admins(t)); diff != "" {
		t.Errorf("administrators after a second call (-want +got):\n%s", diff)
	}
	wantCode(t, "another account in the same Region", l.EnableOrganizationAdminAccount(ctx, management, one), Validation)
	wantCode(t, "the management account in the same Region", l.EnableOrganizationAdminAccount(ctx, management, management.AccountID), Validation)
	far := management
	far.Region = "us-east-1"
	// admin is the delegated administrator now: elsewhere it is it or the
	// management account.
	wantCode(t, "another account elsewhere", l.EnableOrganizationAdminAccount(ctx, far, one), Validation)
	must(t, l.EnableOrganizationAdminAccount(ctx, far, management.AccountID))
	o, err := l.store.Organization(ctx)
	if err != nil || o.DelegatedAdministrator != admin.AccountID {
		t.Errorf("the delegated administrator is %q, %v; want the first one chosen", o.DelegatedAdministrator, err)
	}
	_, _, err = l.ListOrganizationAdminAccounts(ctx, management, Page{Token: "AAAA"})
	wantCode(t, "a made-up token", err, Validation)
	_, _, err = l.ListOrganizationAdminAccounts(ctx, management, Page{Limit: 201})
	wantCode(t, "MaxResults 201", err, Validation)

	must(t, l.DisableOrganizationAdminAccount(ctx, management))
	wantCode(t, "DeleteGraph after Disable", l.DeleteGraph(ctx, admin, list[0].ARN), ResourceNotFound)
	l.run(t)
	if all := l.admins(t); len(all) != 0 || !l.warehouse.holds(1) {
		t.Errorf("after Disable: administrators %v, graphs %v; want none, and the other Region's", all, l.warehouse.graphs)
	}
	// The delegation stays: it is still admin or the management account.
	wantCode(t, "another account after Disable", l.EnableOrganizationAdminAccount(ctx, management, one), Validation)
	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID))
	again, _, err := l.ListGraphs(ctx, admin, Page{})
	if err != nil || len(again) != 1 || again[0].ARN == list[0].ARN {
		t.Errorf("after Enable again: %v, %v; want a new graph", again, err)
	}
	must(t, l.DeleteGraph(ctx, admin, again[0].ARN))
	must(t, l.DisableOrganizationAdminAccount(ctx, management)) // after DeleteGraph
}

// refuser refuses to register a delegated administrator.
type refuser struct {
	directory
	err   error
	asked []string
}

func (r *refuser) RegisterDelegatedAdministrator(_ context.Context, account string) error {
	r.asked = append(r.asked, account)
	return r.err
}

func TestDelegation(t *testing.T) {
	t.Parallel()
	var d *refuser
	l := open(t, func(o *Options) {
		d = &refuser{directory: directory{o.Store}, err: errors.New("access denied")}
		o.Organizations = d
	})
	ctx := t.Context()
	l.organize(t, management.AccountID, admin.AccountID)
	if err := l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID); !errors.Is(err, d.err) {
		t.Errorf("a refused delegation: %v", err)
	}
	if all := l.admins(t); len(all) != 0 || !l.warehouse.holds(0) {
		t.Errorf("a refused delegation left %v and %v", all, l.warehouse.graphs)
	}
	d.err = nil
	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID))
	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID))
	far := management
	far.Region = "us-east-1"
	must(t, l.EnableOrganizationAdminAccount(ctx, far, management.AccountID)) // is never registered
	if diff := cmp.Diff([]string{admin.AccountID, admin.AccountID}, d.asked); diff != "" {
		t.Errorf("registered (-want +got):\n%s", diff)
	}
}

// Accounts of the organization are entered without asking them.
func TestOrganizationMembers(t *testing.T) {
	t.Parallel()
	l, arn := organized(t, quota(100))
	ctx := t.Context()
	l.expect(t, "before", arn, one, "") // Enable makes no members
	l.sends(t, arn, map[string]int64{two: 101})
	made, left, err := l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{
		{one, ""}, {two, "any@example.com"}, {"000000000009", "nine@example.com"},
	}})
	if err != nil || len(made) != 3 || len(left) != 0 || made[0].Status != control.MemberEnabled || made[0].Email != "org-"+one+"@example.com" {
		t.Fatalf("CreateMembers = %+v, %v, %v", made, left, err)
	}
	l.run(t)
	l.expect(t, "an account of the organization", arn, one, orgMember)
	l.expect(t, "one that sends too much", arn, two, "ACCEPTED_BUT_DISABLED VOLUME_TOO_HIGH ORGANIZATION")
	l.expect(t, "one from outside", arn, "000000000009", "VERIFICATION_FAILED INVITATION")
	if len(l.mailer.sent) != 0 {
		t.Errorf("mails: %+v; want none", l.mailer.sent)
	}
	if all, _, err := l.ListInvitations(ctx, caller(one), Page{}); err != nil || len(all) != 1 || all[0].InvitationType != control.ByOrganization {
		t.Errorf("ListInvitations of a member = %+v, %v; want the organization's graph", all, err)
	}
	_, _, err = l.DeleteMembers(ctx, admin, arn, []string{one})
	must(t, err)
	l.expect(t, "removed", arn, one, "")
	_, _, err = l.CreateMembers(ctx, admin, arn, CreateMembersInput{Accounts: []AccountDetails{{one, ""}}})
	must(t, err)
	l.expect(t, "enabled again", arn, one, orgMember)
}

// When a graph becomes the organization's its members from the organization
// are members through it, whatever their status.
func TestAdoption(t *testing.T) {
	t.Parallel()
	l := open(t, quota(100))
	ctx := t.Context()
	arn := l.graph(t, admin)
	at := begin.Truncate(time.Millisecond)
	accounts := []string{management.AccountID, admin.AccountID, "000000000006"}
	for account, status := range theMembers {
		m := control.Member{GraphARN: arn, AccountID: account, Status: status, InvitationType: control.ByInvitation, Invited: at, Updated: at}
		l.put(t, m)
		accounts = append(accounts, account)
	}
	l.put(t, control.Member{GraphARN: arn, AccountID: "000000000006", Status: control.MemberAcceptedButDisabled, DisabledReason: control.VolumeTooHigh, InvitationType: control.ByInvitation})
	l.put(t, control.Member{GraphARN: arn, AccountID: "000000000009", Status: control.MemberInvited, InvitationType: control.ByInvitation})
	l.sends(t, arn, map[string]int64{"000000000006": 101})
	l.organize(t, accounts...)
	l.clock.add(time.Hour)
	must(t, l.EnableOrganizationAdminAccount(ctx, management, admin.AccountID))
	for account := range theMembers {
		l.expect(t, "member", arn, account, orgMember)
	}
	if m := l.member(t, arn, one); !m.Updated.Equal(at) || !m.Invited.Equal(at) {
		t.Errorf("a member that was ENABLED: %+v; want its times as they were", m)
	}
	// Its status stays, its type does not.
	l.expect(t, "one that sends too much", arn, "000000000006", "ACCEPTED_BUT_DISABLED VOLUME_TOO_HIGH ORGANIZATION")
	l.expect(t, "one from outside", arn, "000000000009", "INVITED INVITATION")
}

func TestOrganizationConfiguration(t *testing.T) {
	t.Parallel()
	l, arn := organized(t)
	ctx := t.Context()
	yes, no := true, false
	expect := func(want bool) {
		t.Helper()
		if got, err := l.DescribeOrganizationConfiguration(ctx, admin, arn); err != nil || got != want {
			t.Errorf("AutoEnable = %v, %v; want %v", got, err, want)
		}
	}
	expect(false)
	must(t, l.UpdateOrganizationConfiguration(ctx, admin, arn, &yes))
	expect(true)
	must(t, l.UpdateOrganizationConfiguration(ctx, admin, arn, nil))
	expect(true)
	must(t, l.UpdateOrganizationConfiguration(ctx, admin, arn, &no))
	expect(false)
	other := l.graph(t, management)
	_, err := l.DescribeOrganizationConfiguration(ctx, management, other)
	wantCode(t, "Describe of a graph that is not the organization's", err, Validation)
	wantCode(t, "Update of a graph that is not the organization's", l.UpdateOrganizationConfiguration(ctx, management, other, &yes), Validation)
}
