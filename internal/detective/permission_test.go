package detective

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// policies are Permissions that remember what they were asked, and deny some
// actions.
type policies struct {
	deny  func(a Action) bool
	asked []Action
}

func (p *policies) Allows(_ Caller, a Action) bool {
	a.ResourceTags = maps.Clone(a.ResourceTags) // the operation may go on to change them
	p.asked = append(p.asked, a)
	return !p.deny(a)
}

func everything(Action) bool { return true }
func nothing(Action) bool    { return false }

// state is all that operations could change.
func (l *lab) state(t *testing.T, arn string) any {
	t.Helper()
	ctx := t.Context()
	graphs, err := l.store.Graphs(ctx)
	must(t, err)
	members, err := l.store.Members(ctx, arn, "", 0)
	must(t, err)
	all, err := l.store.Jobs(ctx)
	must(t, err)
	o, err := l.store.Organization(ctx)
	must(t, err)
	admins, err := l.store.OrganizationAdmins(ctx)
	must(t, err)
	membership, err := l.store.Membership(ctx, arn)
	must(t, err)
	investigations, err := l.store.Investigations(ctx, control.InvestigationQuery{GraphARN: arn, Limit: 100})
	must(t, err)
	return []any{graphs, members, all, o, admins, membership, investigations}
}

// A caller whose policies allow nothing is denied all 29 operations.
func TestPolicies(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn, id := populate(t, l)
	must(t, l.TagResource(ctx, admin, arn, map[string]string{"team": "blue"}))
	before := l.state(t, arn)
	done := 0
	deny := func(c Caller, operation, action, resource string, call func(c Caller) error) {
		t.Helper()
		done++
		p := &policies{deny: everything}
		c.Permissions = p
		e := wantCode(t, operation, call(c), AccessDenied)
		want := "User: " + c.ARN + " is not authorized to perform: detective:" + action + " on resource: " + resource
		if diff := cmp.Diff(want, e.Message); diff != "" {
			t.Errorf("%s: message (-want +got):\n%s", operation, diff)
		}
		if len(p.asked) != 1 || p.asked[0].Name != operation || p.asked[0].Resource != resource {
			t.Fatalf("%s: the policies were asked for %+v; want it once, on %s", operation, p.asked, resource)
		}
		tags := map[string]string{"team": "blue"}
		if resource == "*" {
			tags = nil
		}
		if diff := cmp.Diff(tags, p.asked[0].ResourceTags); diff != "" {
			t.Errorf("%s: resource tags (-want +got):\n%s", operation, diff)
		}
	}
	for operation, call := range operations(l, id) {
		deny(admin, operation, operation, arn, func(c Caller) error { return call(ctx, c, arn) })
	}
	for operation, call := range memberOperations(l) {
		deny(caller("000000000002"), operation, operation, arn, func(c Caller) error { return call(ctx, c, arn) })
	}
	for operation, call := range otherOperations(l) {
		action, resource := operation, "*"
		switch operation {
		case "BatchGetMembershipDatasources":
			resource = arn
		case "ListOrganizationAdminAccounts":
			action = "ListOrganizationAdminAccount"
		}
		c := second // the management account
		if operation == "BatchGetMembershipDatasources" {
			c = caller("000000000001")
		}
		deny(c, operation, action, resource, func(c Caller) error { return call(ctx, c, arn) })
	}
	if done != 29 {
		t.Errorf("%d operations were tried; the API has 29", done)
	}
	if diff := cmp.Diff(before, l.state(t, arn)); diff != "" {
		t.Errorf("denied calls changed something (-before +after):\n%s", diff)
	}
}

// Policies only take away: they are not asked about what nobody may do.
func TestPoliciesGrantNothing(t *testing.T) {
	t.Parallel()
	l := open(t)
	arn, id := populate(t, l)
	p := &policies{deny: nothing}
	member, stranger := caller("000000000001"), caller("000000000009")
	member.Permissions, stranger.Permissions = p, p
	for operation, call := range operations(l, id) {
		wantCode(t, "member: "+operation, call(t.Context(), member, arn), AccessDenied)
		wantCode(t, "stranger: "+operation, call(t.Context(), stranger, arn), ResourceNotFound)
	}
	for _, operation := range []string{"EnableOrganizationAdminAccount", "DisableOrganizationAdminAccount", "ListOrganizationAdminAccounts"} {
		c := admin // of the organization, but not its management account
		c.Permissions = p
		wantCode(t, operation, otherOperations(l)[operation](t.Context(), c, arn), AccessDenied)
		wantCode(t, operation+" from outside", otherOperations(l)[operation](t.Context(), stranger, arn), Validation)
	}
	if len(p.asked) != 0 {
		t.Errorf("the policies were asked for %+v", p.asked)
	}
}

// Tags reach the policies, and a graph with tags takes two actions.
func TestPoliciesOnTags(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	p := &policies{deny: func(a Action) bool { return a.Name == "TagResource" }}
	c := admin
	c.Permissions = p
	tags := map[string]string{"team": "blue", "env": "test"}
	keys := slices.Sorted(maps.Keys(tags))
	expect := func(what string, want ...Action) {
		t.Helper()
		if diff := cmp.Diff(want, p.asked); diff != "" {
			t.Errorf("%s: the policies were asked (-want +got):\n%s", what, diff)
		}
		p.asked = nil
	}
	creation := Action{Name: "CreateGraph", Resource: "*", RequestTags: tags, TagKeys: keys}
	tagging := creation
	tagging.Name = "TagResource"
	_, err := l.CreateGraph(ctx, c, tags)
	e := wantCode(t, "CreateGraph with tags", err, AccessDenied)
	if want := "User: " + c.ARN + " is not authorized to perform: detective:TagResource on resource: *"; e.Message != want {
		t.Errorf("message %q; want %q", e.Message, want)
	}
	expect("CreateGraph with tags", creation, tagging)
	if !l.warehouse.holds(0) {
		t.Error("the refused call made data")
	}
	if _, err := l.GraphOf(ctx, admin.AccountID, region); err == nil {
		t.Error("the refused call made a graph")
	}
	arn, err := l.CreateGraph(ctx, c, nil)
	must(t, err)
	expect("CreateGraph without tags", Action{Name: "CreateGraph", Resource: "*"})

	p.deny = nothing
	must(t, l.TagResource(ctx, c, arn, tags))
	expect("TagResource", Action{Name: "TagResource", Resource: arn, ResourceTags: map[string]string{}, RequestTags: tags, TagKeys: keys})
	must(t, l.UntagResource(ctx, c, arn, []string{"env"}))
	expect("UntagResource", Action{Name: "UntagResource", Resource: arn, ResourceTags: tags, TagKeys: []string{"env"}})
	_, _, err = l.ListMembers(ctx, c, arn, Page{})
	must(t, err)
	expect("ListMembers", Action{Name: "ListMembers", Resource: arn, ResourceTags: map[string]string{"team": "blue"}})
}
