package detective

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// operations are all operations of a graph's administrator account, with
// arguments that it may use.
func operations(l *lab, id string) map[string]func(ctx context.Context, c Caller, arn string) error {
	return map[string]func(context.Context, Caller, string) error{
		"StartInvestigation": func(ctx context.Context, c Caller, arn string) error {
			_, err := l.StartInvestigation(ctx, c, arn, mallory, begin.Add(-time.Hour), begin)
			return err
		},
		"GetInvestigation": func(ctx context.Context, c Caller, arn string) error {
			_, err := l.GetInvestigation(ctx, c, arn, id)
			return err
		},
		"ListInvestigations": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.ListInvestigations(ctx, c, arn, InvestigationFilter{}, InvestigationSort{}, Page{})
			return err
		},
		"ListIndicators": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.ListIndicators(ctx, c, arn, id, "", Page{})
			return err
		},
		"UpdateInvestigationState": func(ctx context.Context, c Caller, arn string) error {
			return l.UpdateInvestigationState(ctx, c, arn, id, "ACTIVE")
		},
		"ListTagsForResource": func(ctx context.Context, c Caller, arn string) error {
			_, err := l.ListTagsForResource(ctx, c, arn)
			return err
		},
		"TagResource": func(ctx context.Context, c Caller, arn string) error {
			return l.TagResource(ctx, c, arn, map[string]string{"a": "b"})
		},
		"UntagResource": func(ctx context.Context, c Caller, arn string) error {
			return l.UntagResource(ctx, c, arn, []string{"a"})
		},
		"DeleteGraph": func(ctx context.Context, c Caller, arn string) error { return l.DeleteGraph(ctx, c, arn) },
		"CreateMembers": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.CreateMembers(ctx, c, arn, CreateMembersInput{Accounts: []AccountDetails{{"000000000007", "seven@example.com"}}})
			return err
		},
		"DeleteMembers": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.DeleteMembers(ctx, c, arn, []string{"000000000001"})
			return err
		},
		"GetMembers": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.GetMembers(ctx, c, arn, []string{"000000000001"})
			return err
		},
		"ListMembers": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.ListMembers(ctx, c, arn, Page{})
			return err
		},
		"StartMonitoringMember": func(ctx context.Context, c Caller, arn string) error {
			return l.StartMonitoringMember(ctx, c, arn, "000000000003")
		},
		"ListDatasourcePackages": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.ListDatasourcePackages(ctx, c, arn, Page{})
			return err
		},
		"UpdateDatasourcePackages": func(ctx context.Context, c Caller, arn string) error {
			return l.UpdateDatasourcePackages(ctx, c, arn, []control.Package{control.DetectiveCore})
		},
		"BatchGetGraphMemberDatasources": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.BatchGetGraphMemberDatasources(ctx, c, arn, []string{"000000000001"})
			return err
		},
		"DescribeOrganizationConfiguration": func(ctx context.Context, c Caller, arn string) error {
			_, err := l.DescribeOrganizationConfiguration(ctx, c, arn)
			return err
		},
		"UpdateOrganizationConfiguration": func(ctx context.Context, c Caller, arn string) error {
			yes := true
			return l.UpdateOrganizationConfiguration(ctx, c, arn, &yes)
		},
	}
}

// memberOperations are those of a graph's members.
func memberOperations(l *lab) map[string]func(ctx context.Context, c Caller, arn string) error {
	return map[string]func(context.Context, Caller, string) error{
		"AcceptInvitation":       l.AcceptInvitation,
		"RejectInvitation":       l.RejectInvitation,
		"DisassociateMembership": l.DisassociateMembership,
	}
}

// otherOperations are about no graph, or about many.
func otherOperations(l *lab) map[string]func(ctx context.Context, c Caller, arn string) error {
	return map[string]func(context.Context, Caller, string) error{
		"CreateGraph": func(ctx context.Context, c Caller, _ string) error {
			_, err := l.CreateGraph(ctx, c, nil)
			return err
		},
		"ListGraphs": func(ctx context.Context, c Caller, _ string) error {
			_, _, err := l.ListGraphs(ctx, c, Page{})
			return err
		},
		"ListInvitations": func(ctx context.Context, c Caller, _ string) error {
			_, _, err := l.ListInvitations(ctx, c, Page{})
			return err
		},
		"BatchGetMembershipDatasources": func(ctx context.Context, c Caller, arn string) error {
			_, _, err := l.BatchGetMembershipDatasources(ctx, c, []string{arn})
			return err
		},
		"EnableOrganizationAdminAccount": func(ctx context.Context, c Caller, _ string) error {
			return l.EnableOrganizationAdminAccount(ctx, c, admin.AccountID)
		},
		"DisableOrganizationAdminAccount": func(ctx context.Context, c Caller, _ string) error {
			return l.DisableOrganizationAdminAccount(ctx, c)
		},
		"ListOrganizationAdminAccounts": func(ctx context.Context, c Caller, _ string) error {
			_, _, err := l.ListOrganizationAdminAccounts(ctx, c, Page{})
			return err
		},
	}
}

// theMembers are accounts in each status, all by invitation.
var theMembers = map[string]control.MemberStatus{
	"000000000001": control.MemberEnabled, "000000000002": control.MemberInvited, "000000000003": control.MemberAcceptedButDisabled,
	"000000000004": control.MemberVerificationInProgress, "000000000005": control.MemberVerificationFailed,
}

// populate makes the administrator account's graph with theMembers, an
// investigation, and an organization whose graph it is, and whose management
// account is second.
func populate(t *testing.T, l *lab) (arn, investigation string) {
	t.Helper()
	ctx := t.Context()
	arn = l.graph(t, admin)
	for account, status := range theMembers {
		l.put(t, control.Member{GraphARN: arn, AccountID: account, Status: status, InvitationType: control.ByInvitation})
	}
	l.organize(t, second.AccountID, admin.AccountID)
	must(t, l.EnableOrganizationAdminAccount(ctx, second, admin.AccountID))
	return arn, l.start(t, arn, mallory)
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn, id := populate(t, l)
	const unknown = "arn:aws:detective:eu-west-1:111122223333:graph:00000000000000000000000000000000"
	elsewhere := admin
	elsewhere.Region = "us-east-1"
	refuse := func(who string, c Caller, arn string, want Code) {
		t.Helper()
		if want == ResourceNotFound {
			for operation, call := range memberOperations(l) {
				wantCode(t, who+": "+operation, call(ctx, c, arn), want)
			}
		}
		for operation, call := range operations(l, id) {
			e := wantCode(t, who+": "+operation, call(ctx, c, arn), want)
			if want == AccessDenied {
				text := "User: " + c.ARN + " is not authorized to perform: detective:" + operation + " on resource: " + arn
				if diff := cmp.Diff(text, e.Message); diff != "" {
					t.Errorf("%s: %s: message (-want +got):\n%s", who, operation, diff)
				}
			}
		}
	}
	refuse("unknown graph", admin, unknown, ResourceNotFound)
	refuse("text that is no ARN", admin, "nope", ResourceNotFound)
	refuse("another Region", elsewhere, arn, ResourceNotFound)
	refuse("stranger", second, arn, ResourceNotFound)
	refuse("enabled member", caller("000000000001"), arn, AccessDenied)
	refuse("invited member", caller("000000000002"), arn, AccessDenied)
	refuse("disabled member", caller("000000000003"), arn, AccessDenied)
	refuse("member in verification", caller("000000000004"), arn, ResourceNotFound)
	refuse("member whose verification failed", caller("000000000005"), arn, ResourceNotFound)

	for operation, call := range memberOperations(l) {
		wantCode(t, "administrator: "+operation, call(ctx, admin, arn), Conflict)
	}

	// Nothing of this changed anything, and the administrator may do it all.
	if g, err := l.GraphOf(ctx, admin.AccountID, region); err != nil || len(g.Tags) != 0 {
		t.Fatalf("the graph after all refusals: %+v, %v", g, err)
	}
	for operation, call := range operations(l, id) {
		if operation != "DeleteGraph" {
			if err := call(ctx, admin, arn); err != nil {
				t.Errorf("administrator: %s: %v", operation, err)
			}
		}
	}
	must(t, l.DeleteGraph(ctx, admin, arn))

	anonymous := denied(Caller{AccountID: "111122223333"}, "ListMembers", "r").Message
	if want := "User: arn:aws:iam::111122223333:root is not authorized to perform: detective:ListMembers on resource: r"; anonymous != want {
		t.Errorf("denied without an ARN = %q; want %q", anonymous, want)
	}
}

func TestEnrollMembers(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	must(t, l.store.Update(ctx, func(tx control.Tx) error {
		if err := tx.CreateAccount(ctx, control.Account{ID: "000000000001", Email: "one@example.com"}); err != nil {
			return err
		}
		return tx.SetMember(ctx, control.Member{
			GraphARN: arn, AccountID: "000000000003", Email: "three@example.com", Status: control.MemberAcceptedButDisabled,
			DisabledReason: control.VolumeTooHigh, InvitationType: control.ByOrganization, Invited: begin,
		})
	}))
	accounts := []string{"000000000003", "000000000002", admin.AccountID, "000000000001", "000000000002"}
	got, _, err := l.EnrollMembers(ctx, arn, accounts)
	if diff := cmp.Diff([]string{"000000000003", "000000000002", "000000000001"}, got); err != nil || diff != "" {
		t.Fatalf("EnrollMembers: %v\n%s", err, diff)
	}
	at := begin.Truncate(time.Millisecond)
	member := func(id, email string) control.Member {
		return control.Member{GraphARN: arn, AccountID: id, Email: email, Status: control.MemberEnabled,
			InvitationType: control.ByInvitation, Invited: at, Updated: at, Packages: allPackages(true, at)}
	}
	third := member("000000000003", "three@example.com")
	third.InvitationType, third.Invited = control.ByOrganization, begin.Truncate(time.Microsecond)
	want := []control.Member{member("000000000001", "one@example.com"), member("000000000002", ""), third}
	members, err := l.Members(ctx, arn)
	if diff := cmp.Diff(want, members); err != nil || diff != "" {
		t.Errorf("Members: %v\n%s", err, diff)
	}
	before, err := l.store.Membership(ctx, arn)
	must(t, err)
	got, _, err = l.EnrollMembers(ctx, arn, accounts)
	if err != nil || len(got) != 0 {
		t.Errorf("second EnrollMembers = %v, %v; want none", got, err)
	}
	after, err := l.store.Membership(ctx, arn)
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("a second enrolment changed the membership: %v\n%s", err, diff)
	}
	if _, _, err := l.EnrollMembers(ctx, arn, []string{"000000000009", "nobody"}); err == nil {
		t.Error("EnrollMembers takes a text that is no account id")
	}
	if after.Accepts("000000000009") || !after.Accepts(admin.AccountID) {
		t.Error("a refused enrolment must leave no trace, and the administrator is always accepted")
	}
}

// What the organization has as suspended or closed is not enrolled.
func TestEnrollMembersOfTheOrganization(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	l.organize(t, second.AccountID, "000000000001", "000000000002", "000000000003")
	l.status(t, "000000000002", control.AccountSuspended)
	l.status(t, "000000000003", control.AccountClosed)
	enrolled, refused, err := l.EnrollMembers(ctx, arn, []string{"000000000003", "000000000001", "000000000002", "000000000004"})
	if err != nil || !slices.Equal(enrolled, []string{"000000000001", "000000000004"}) || !slices.Equal(refused, []string{"000000000003", "000000000002"}) {
		t.Errorf("EnrollMembers = %v, %v, %v", enrolled, refused, err)
	}
}
