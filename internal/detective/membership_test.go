package detective

import (
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Each status of a member against each operation that depends on it.
func TestStatuses(t *testing.T) {
	t.Parallel()
	const x = "000000000001"
	member := caller(x)
	type outcome struct {
		code Code
		then string // status, or "" for no member
	}
	keep := func(code Code) outcome { return outcome{code: code, then: "same"} }
	by := func(l *lab, status control.MemberStatus, how control.InvitationType, arn string) {
		l.put(t, control.Member{GraphARN: arn, AccountID: x, Email: "x@example.com", Status: status, InvitationType: how, Invited: begin, Updated: begin})
	}
	operations := map[string]func(l *lab, arn string) error{
		"AcceptInvitation":       func(l *lab, arn string) error { return l.AcceptInvitation(t.Context(), member, arn) },
		"RejectInvitation":       func(l *lab, arn string) error { return l.RejectInvitation(t.Context(), member, arn) },
		"DisassociateMembership": func(l *lab, arn string) error { return l.DisassociateMembership(t.Context(), member, arn) },
		"StartMonitoringMember": func(l *lab, arn string) error {
			return l.StartMonitoringMember(t.Context(), admin, arn, x)
		},
		"CreateMembers": func(l *lab, arn string) error {
			made, left, err := l.CreateMembers(t.Context(), admin, arn, CreateMembersInput{Accounts: []AccountDetails{{x, "x@example.com"}}})
			if err == nil && len(made)+len(left) != 1 {
				t.Errorf("CreateMembers = %v, %v; want the account in one of them", made, left)
			}
			if len(left) == 1 && left[0] != (Unprocessed{x, "Account is already a member"}) {
				t.Errorf("CreateMembers left %v", left)
			}
			return err
		},
		"DeleteMembers": func(l *lab, arn string) error {
			removed, left, err := l.DeleteMembers(t.Context(), admin, arn, []string{x})
			if len(removed)+len(left) != 1 {
				t.Errorf("DeleteMembers = %v, %v; want the account in one of them", removed, left)
			}
			return err
		},
	}
	const (
		verifying = control.MemberVerificationInProgress
		failed    = control.MemberVerificationFailed
		invited   = control.MemberInvited
		disabled  = control.MemberAcceptedButDisabled
		enabled   = control.MemberEnabled
	)
	table := map[control.MemberStatus]map[string]outcome{
		"": {
			"AcceptInvitation": {ResourceNotFound, ""}, "RejectInvitation": {ResourceNotFound, ""}, "DisassociateMembership": {ResourceNotFound, ""},
			"StartMonitoringMember": {ResourceNotFound, ""}, "CreateMembers": {"", string(verifying)}, "DeleteMembers": {"", ""},
		},
		verifying: {
			"AcceptInvitation": keep(ResourceNotFound), "RejectInvitation": keep(ResourceNotFound), "DisassociateMembership": keep(ResourceNotFound),
			"StartMonitoringMember": keep(Conflict), "CreateMembers": keep(""), "DeleteMembers": {"", ""},
		},
		failed: {
			"AcceptInvitation": keep(ResourceNotFound), "RejectInvitation": keep(ResourceNotFound), "DisassociateMembership": keep(ResourceNotFound),
			"StartMonitoringMember": keep(Conflict), "CreateMembers": {"", string(verifying)}, "DeleteMembers": {"", ""},
		},
		invited: {
			"AcceptInvitation": {"", string(disabled)}, "RejectInvitation": {"", ""}, "DisassociateMembership": keep(Conflict),
			"StartMonitoringMember": keep(Conflict), "CreateMembers": keep(""), "DeleteMembers": {"", ""},
		},
		disabled: {
			"AcceptInvitation": keep(Conflict), "RejectInvitation": keep(Conflict), "DisassociateMembership": keep(Conflict),
			"StartMonitoringMember": {"", string(enabled)}, "CreateMembers": keep(""), "DeleteMembers": {"", ""},
		},
		enabled: {
			"AcceptInvitation": keep(Conflict), "RejectInvitation": keep(Conflict), "DisassociateMembership": {"", ""},
			"StartMonitoringMember": keep(Conflict), "CreateMembers": keep(""), "DeleteMembers": {"", ""},
		},
	}
	l := open(t)
	arn := l.graph(t, admin)
	clear := func() {
		_, _, err := l.DeleteMembers(t.Context(), admin, arn, []string{x})
		must(t, err)
	}
	for status, cells := range table {
		if len(cells) != len(operations) {
			t.Fatalf("status %q has %d outcomes for %d operations", status, len(cells), len(operations))
		}
		for operation, want := range cells {
			what := operation + " of " + string(status)
			clear()
			if status != "" {
				by(l, status, control.ByInvitation, arn)
			}
			err := operations[operation](l, arn)
			if code(err) != want.code {
				t.Errorf("%s: %v; want %q", what, err, want.code)
			}
			then := want.then
			if then == "same" {
				then = string(status)
			}
			if then != "" {
				then += " INVITATION"
			}
			l.expect(t, what, arn, x, then)
		}
	}
	// Members through the organization cannot leave; they can be removed.
	clear()
	by(l, enabled, control.ByOrganization, arn)
	wantCode(t, "leaving the organization's graph", l.DisassociateMembership(t.Context(), member, arn), Conflict)
	l.expect(t, "leaving the organization's graph", arn, x, "ENABLED ORGANIZATION")
	clear()
	l.expect(t, "removed", arn, x, "")
}

func TestDeleteMembers(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.invite(t, arn, "000000000001", "000000000002")
	removed, left, err := l.DeleteMembers(ctx, admin, arn, []string{"000000000002", admin.AccountID, "000000000009", "000000000002"})
	must(t, err)
	if len(removed) != 1 || removed[0] != "000000000002" {
		t.Errorf("removed %v; want the second account once", removed)
	}
	if len(left) != 2 || left[0].AccountID != admin.AccountID || left[1].AccountID != "000000000009" || left[0].Reason == left[1].Reason || left[0].Reason == "" {
		t.Errorf("unprocessed %v; want the administrator and the stranger with reasons of their own", left)
	}
	l.expect(t, "the other", arn, "000000000001", "VERIFICATION_IN_PROGRESS INVITATION")
	found, missing, err := l.GetMembers(ctx, admin, arn, []string{"000000000002", "000000000001", "000000000001", admin.AccountID})
	if err != nil || len(found) != 1 || found[0].AccountID != "000000000001" || len(missing) != 2 || missing[0].AccountID != "000000000002" {
		t.Errorf("GetMembers = %v, %v, %v", found, missing, err)
	}
}

// ListInvitations has the memberships of one account in its Region, page by
// page, of any size; its tokens are its own.
func TestListInvitations(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	const x = "000000000001"
	c := caller(x)
	want := map[string]control.MemberStatus{}
	for i, status := range []control.MemberStatus{control.MemberInvited, control.MemberEnabled, control.MemberAcceptedButDisabled, control.MemberVerificationInProgress, control.MemberVerificationFailed} {
		arn := l.graph(t, caller("11112222333"+string(rune('0'+i))))
		l.put(t, control.Member{GraphARN: arn, AccountID: x, Status: status, InvitationType: control.ByInvitation})
		if i < 3 {
			want[arn] = status
		}
	}
	far := admin
	far.Region = "us-east-1"
	l.put(t, control.Member{GraphARN: l.graph(t, far), AccountID: x, Status: control.MemberInvited, InvitationType: control.ByInvitation})
	doomed := l.graph(t, second)
	l.put(t, control.Member{GraphARN: doomed, AccountID: x, Status: control.MemberEnabled, InvitationType: control.ByInvitation})
	must(t, l.DeleteGraph(ctx, second, doomed))

	first, token, err := l.ListInvitations(ctx, c, Page{Limit: 1})
	if err != nil || len(first) != 1 || token == "" {
		t.Fatalf("first page: %v, %q, %v", first, token, err)
	}
	rest, next, err := l.ListInvitations(ctx, c, Page{Limit: 200, Token: token})
	if err != nil || len(rest) != 2 || next != "" {
		t.Fatalf("the rest: %v, %q, %v", rest, next, err)
	}
	for _, m := range append(first, rest...) {
		_, owner, _, err := control.ParseGraphARN(m.GraphARN)
		must(t, err)
		if want[m.GraphARN] != m.Status || m.AdministratorID != owner {
			t.Errorf("entry %+v; want status %s", m, want[m.GraphARN])
		}
		delete(want, m.GraphARN)
	}
	if len(want) != 0 {
		t.Errorf("not listed: %v", want)
	}
	if all, _, err := l.ListInvitations(ctx, Caller{AccountID: x, Region: "us-east-1"}, Page{}); err != nil || len(all) != 1 {
		t.Errorf("in the other Region: %v, %v; want one", all, err)
	}
	none, _, err := l.ListInvitations(ctx, caller("000000000009"), Page{})
	if err != nil || none == nil || len(none) != 0 {
		t.Errorf("of a stranger: %v, %v; want an empty list that is not nil", none, err)
	}
	_, _, err = l.ListInvitations(ctx, caller("000000000009"), Page{Token: token})
	wantCode(t, "another account's token", err, Validation)
	_, _, err = l.ListInvitations(ctx, Caller{AccountID: x, Region: "us-east-1"}, Page{Token: token})
	wantCode(t, "another Region's token", err, Validation)
	_, _, err = l.ListInvitations(ctx, c, Page{Limit: 201})
	wantCode(t, "MaxResults 201", err, Validation)
	l.clock.add(tokenLife)
	_, _, err = l.ListInvitations(ctx, c, Page{Token: token})
	wantCode(t, "an expired token", err, Validation)
}
