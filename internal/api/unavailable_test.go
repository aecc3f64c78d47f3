package api

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// notYet are the operations that answer "not available in this version".
var notYet = []string{
	"AcceptInvitation",
	"BatchGetGraphMemberDatasources",
	"BatchGetMembershipDatasources",
	"CreateMembers",
	"DeleteMembers",
	"DescribeOrganizationConfiguration",
	"DisableOrganizationAdminAccount",
	"DisassociateMembership",
	"EnableOrganizationAdminAccount",
	"GetMembers",
	"ListDatasourcePackages",
	"ListInvitations",
	"ListMembers",
	"ListOrganizationAdminAccounts",
	"RejectInvitation",
	"StartMonitoringMember",
	"UpdateDatasourcePackages",
	"UpdateOrganizationConfiguration",
}

// TestAllOperationsAreRouted sends a right request to each of the model's 29
// operations and sorts the answers: those in notYet say so, the others call
// the backend once.
func TestAllOperationsAreRouted(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	if len(f.Operations) != 29 {
		t.Errorf("the model has %d operations, want 29", len(f.Operations))
	}
	var unavailable []string
	for _, name := range slices.Sorted(maps.Keys(f.Operations)) {
		backend := &fake{}
		h, log := newTestAPI(backend, true)
		o := f.Operations[name]
		target, body := f.validRequest(t, name)
		got := send(t, h, newRequest(o.HTTP.Method, target, body))
		if len(backend.calls) == 0 {
			unavailable = append(unavailable, name)
			want := answer{
				status: 500, kind: "InternalServerException", contentType: "application/json", id: got.id,
				body: `{"Message":"` + name + ` is not available in this version of gumshoe"}`,
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", name, diff)
			}
		} else if want := max(200, o.HTTP.ResponseCode); len(backend.calls) != 1 || got.status != want {
			t.Errorf("%s: got %+v after %q, want %d after one call", name, got, backend.calls, want)
		}
		if log.Len() > 0 {
			t.Errorf("%s: wrote a log: %s", name, log)
		}
	}
	if diff := cmp.Diff(notYet, unavailable); diff != "" {
		t.Errorf("operations that are not available (-want +got)\n%s", diff)
	}
}

// TestRoutesAreTheModels compares the generated table with the facts.
func TestRoutesAreTheModels(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	seen := 0
	for _, r := range routes() {
		o, ok := f.Operations[r.operation]
		if !ok {
			t.Errorf("%s is not in the model", r.operation)
			continue
		}
		seen++
		var codes []string
		for _, e := range o.Errors {
			codes = append(codes, e.Shape)
		}
		var got []string
		for _, c := range r.errors {
			got = append(got, string(c))
		}
		slices.Sort(codes)
		slices.Sort(got)
		if diff := cmp.Diff(codes, got); diff != "" {
			t.Errorf("%s: errors (-model +route)\n%s", r.operation, diff)
		}
		if r.method != o.HTTP.Method || r.path != o.HTTP.RequestURI || r.status != max(200, o.HTTP.ResponseCode) {
			t.Errorf("%s: route %s %s %d, model %+v", r.operation, r.method, r.path, r.status, o.HTTP)
		}
	}
	if seen != len(f.Operations) {
		t.Errorf("%d routes for %d operations", seen, len(f.Operations))
	}
}
