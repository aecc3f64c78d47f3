package policy

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/google/go-cmp/cmp"
)

// operations returns the operations of the API as AWS's own client has them.
func operations() []string {
	var names []string
	for m := range reflect.TypeFor[*detective.Client]().Methods() {
		if m.Name != "Options" {
			names = append(names, m.Name)
		}
	}
	return names
}

func TestActionOfEveryOperation(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	var actions []string
	for _, o := range operations() {
		got[o] = ActionOf(o)
		if got[o] == service+o {
			delete(got, o)
		}
		actions = append(actions, strings.TrimPrefix(ActionOf(o), service))
	}
	want := map[string]string{"ListOrganizationAdminAccounts": "detective:ListOrganizationAdminAccount"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations whose action has another name (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(apiActions[:], actions); diff != "" || len(actions) != 29 {
		t.Errorf("%d actions of the API (-listed +client):\n%s", len(actions), diff)
	}
	for _, o := range []string{"", "ListGraph", "listgraphs", "SearchGraph", "ListOrganizationAdminAccount"} {
		if a := ActionOf(o); a != "" {
			t.Errorf("ActionOf(%q) = %q, want none: it is no operation", o, a)
		}
	}
}

// allowedActions returns which of Detective's actions a policy allows,
// without prefix, sorted.
func allowedActions(p *Policy) []string {
	var names []string
	for _, a := range slices.Concat(apiActions[:], consoleActions[:]) {
		if Evaluate(Set{p}, Request{Action: service + a, Resource: graphARN}) == Allowed {
			names = append(names, a)
		}
	}
	slices.Sort(names)
	return names
}

// AWS managed policy reference.
func TestManagedPolicies(t *testing.T) {
	t.Parallel()
	all := slices.Sorted(slices.Values(slices.Concat(apiActions[:], consoleActions[:])))
	want := map[string][]string{
		"AmazonDetectiveFullAccess": all,
		"AmazonDetectiveMemberAccess": {
			"AcceptInvitation", "BatchGetMembershipDatasources", "DisassociateMembership", "GetFreeTrialEligibility",
			"GetPricingInformation", "GetUsageInformation", "ListInvitations", "RejectInvitation",
		},
		// All but what changes graphs, members, the organization and tags.
		"AmazonDetectiveInvestigatorAccess": slices.DeleteFunc(slices.Clone(all), func(a string) bool {
			return slices.Contains([]string{
				"AcceptInvitation", "CreateGraph", "CreateMembers", "DeleteGraph", "DeleteMembers", "DisableOrganizationAdminAccount",
				"DisassociateMembership", "EnableOrganizationAdminAccount", "RejectInvitation", "StartMonitoringMember", "TagResource",
				"UntagResource", "UpdateDatasourcePackages", "UpdateOrganizationConfiguration",
			}, a)
		}),
		"AmazonDetectiveOrganizationsAccess": {
			"DisableOrganizationAdminAccount", "EnableOrganizationAdminAccount", "ListOrganizationAdminAccount",
		},
	}
	got := map[string][]string{}
	for _, name := range ManagedNames() {
		p, ok := Managed(name)
		if !ok {
			t.Fatalf("Managed(%q) is missing", name)
		}
		got[name] = allowedActions(p)
		if byARN, ok := Managed("arn:aws:iam::aws:policy/" + name); !ok || byARN != p {
			t.Errorf("Managed by the ARN of %s: %v, want the same policy", name, ok)
		}
		if d := Evaluate(Set{p}, Request{Action: "s3:GetObject", Resource: "*"}); d != ImplicitDeny {
			t.Errorf("%s on another service: %v", name, d)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("managed policies (-want +got):\n%s", diff)
	}
	if len(all) != 36 || len(want["AmazonDetectiveInvestigatorAccess"]) != 22 {
		t.Errorf("%d actions, %d for investigators, want 36 and 22", len(all), len(want["AmazonDetectiveInvestigatorAccess"]))
	}
}

func TestManagedUnknownNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "AdministratorAccess", "amazondetectivefullaccess", "arn:aws:iam::aws:policy/",
		"arn:aws:iam::111122223333:policy/AmazonDetectiveFullAccess", "arn:aws:iam::aws:policy/x/AmazonDetectiveFullAccess",
	} {
		if p, ok := Managed(name); ok || p != nil {
			t.Errorf("Managed(%q) is there", name)
		}
	}
}

// Callers may keep and change what ManagedNames gives them.
func TestManagedNamesAreTheCallers(t *testing.T) {
	t.Parallel()
	names := ManagedNames()
	if !slices.IsSorted(names) {
		t.Errorf("ManagedNames() = %q, want them sorted", names)
	}
	names[0] = "x"
	if ManagedNames()[0] == "x" {
		t.Error("ManagedNames gives out its own list")
	}
}
