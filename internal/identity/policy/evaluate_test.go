package policy

import "testing"

func listMembers() Request { return Request{Action: "detective:ListMembers", Resource: graphARN} }

func TestEvaluatePrecedence(t *testing.T) {
	t.Parallel()
	allow := mustParse(t, "Allow", `"Action":"detective:*","Resource":"*"`)
	allowOther := mustParse(t, "Allow", `"Action":"detective:ListGraphs","Resource":"*"`)
	deny := mustParse(t, "Deny", `"Action":"detective:ListMembers","Resource":"*"`)
	denyOther := mustParse(t, "Deny", `"Action":"detective:DeleteGraph","Resource":"*"`)
	both, err := Parse([]byte(`{"Statement":[
		{"Effect":"Allow","Action":"detective:*","Resource":"*"},
		{"Effect":"Deny","Action":"detective:ListMembers","Resource":"*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		policies Set
		want     Decision
	}{
		"no policies":              {nil, ImplicitDeny},
		"zero policy":              {Set{{}}, ImplicitDeny},
		"nothing about it":         {Set{allowOther, denyOther}, ImplicitDeny},
		"allow":                    {Set{allow}, Allowed},
		"allow among others":       {Set{allowOther, denyOther, allow}, Allowed},
		"deny":                     {Set{deny}, ExplicitDeny},
		"deny behind allow":        {Set{allow, deny}, ExplicitDeny},
		"deny before allow":        {Set{deny, allow}, ExplicitDeny},
		"deny within the policy":   {Set{both}, ExplicitDeny},
		"deny in a later policy":   {Set{allow, allow, allowOther, both}, ExplicitDeny},
		"a lost policy denies":     {Set{allow, nil}, ExplicitDeny},
		"two allows are one allow": {Set{allow, allow}, Allowed},
	} {
		if got := Evaluate(test.policies, listMembers()); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// A request that does not say what it wants is never allowed.
func TestEvaluateIncompleteRequest(t *testing.T) {
	t.Parallel()
	all := Set{mustParse(t, "Allow", everything)}
	for _, r := range []Request{
		{},
		{Resource: "*"},
		{Action: "detective:ListGraphs"},
		{Action: ActionOf("ListGraph"), Resource: "*"},
		{Action: "ListGraphs", Resource: "*"},
	} {
		if got := Evaluate(all, r); got != ImplicitDeny {
			t.Errorf("Evaluate(%+v) = %v, want %v", r, got, ImplicitDeny)
		}
	}
}

func TestDecisionZeroValueDenies(t *testing.T) {
	t.Parallel()
	var d Decision
	if d == Allowed || d.String() != "implicitly denied" {
		t.Errorf("the zero Decision is %v", d)
	}
	if Allowed.String() != "allowed" || ExplicitDeny.String() != "explicitly denied" {
		t.Errorf("got %v and %v", Allowed, ExplicitDeny)
	}
}

func TestActionsAndResources(t *testing.T) {
	t.Parallel()
	const list, other = "detective:ListMembers", "arn:aws:detective:us-east-1:111122223333:graph:ffff456789abcdef0123456789abcdef"
	for _, test := range []struct {
		members, action, resource string
		want                      bool
	}{
		{everything, list, graphARN, true},
		{`"Action":"*:*","Resource":"*"`, list, graphARN, true},
		{`"Action":"detective:*","Resource":"*"`, list, "*", true},
		{`"Action":"detective:*","Resource":"*"`, "s3:GetObject", "*", false},
		{`"Action":"s3:*","Resource":"*"`, list, graphARN, false},
		{`"Action":["s3:*","detective:list*"],"Resource":"*"`, list, graphARN, true},
		{`"Action":"detective:List*","Resource":"*"`, "detective:GetMembers", graphARN, false},
		{`"Action":"detective:*Members","Resource":"*"`, list, graphARN, true},
		{`"Action":"detective:*Members","Resource":"*"`, "detective:StartMonitoringMember", graphARN, false},
		{`"Action":"detective:*Member?","Resource":"*"`, list, graphARN, true},
		{`"Action":"detective:?etMembers","Resource":"*"`, "detective:GetMembers", graphARN, true},
		{`"Action":"DETECTIVE:LISTMEMBERS","Resource":"*"`, list, graphARN, true},
		{`"Action":"detective:ListMembers","Resource":"*"`, "Detective:listmembers", graphARN, true},
		{`"NotAction":"detective:Delete*","Resource":"*"`, list, graphARN, true},
		{`"NotAction":"detective:Delete*","Resource":"*"`, "detective:DeleteGraph", graphARN, false},
		{`"NotAction":["detective:Delete*","detective:List*"],"Resource":"*"`, list, graphARN, false},
		{`"Action":"*","Resource":"` + graphARN + `"`, list, graphARN, true},
		{`"Action":"*","Resource":"` + graphARN + `"`, list, other, false},
		// List operations ask for "*", which the ARN of a graph does not cover.
		{`"Action":"*","Resource":"` + graphARN + `"`, "detective:ListGraphs", "*", false},
		{`"Action":"*","Resource":"arn:aws:detective:*:111122223333:graph:*"`, list, graphARN, true},
		{`"Action":"*","Resource":"arn:aws:detective:*:444455556666:graph:*"`, list, graphARN, false},
		{`"Action":"*","Resource":"arn:aws:detective:US-EAST-1:111122223333:graph:*"`, list, graphARN, false},
		{`"Action":"*","Resource":"arn:aws:detective:us-east-1:111122223333:GRAPH:*"`, list, graphARN, false},
		{`"Action":"*","Resource":"arn:aws:detective:us-east-?:*:graph:????456789abcdef*"`, list, other, true},
		{`"Action":"*","Resource":"arn:aws:detective:us-east-?:*:graph:?456789abcdef*"`, list, other, false},
		{`"Action":"*","Resource":["arn:aws:s3:::x","` + other + `"]`, list, other, true},
		{`"Action":"*","NotResource":"` + graphARN + `"`, list, graphARN, false},
		{`"Action":"*","NotResource":"` + graphARN + `"`, list, other, true},
		{`"Action":"*","NotResource":["` + other + `","` + graphARN + `"]`, list, other, false},
	} {
		p, err := Parse([]byte(`{"Statement":{"Effect":"Allow",` + test.members + `}}`))
		if err != nil {
			// Written in the wrong case, a resource is refused instead of never matching.
			if test.want {
				t.Errorf("Parse(%s): %v", test.members, err)
			}
			continue
		}
		if got := Evaluate(Set{p}, Request{Action: test.action, Resource: test.resource}); (got == Allowed) != test.want {
			t.Errorf("%s: %s on %s is %v, want allowed %t", test.members, test.action, test.resource, got, test.want)
		}
	}
}

// Tags whose keys differ in case only are one to a condition: with both there
// a policy that looks at tags allows nothing.
func TestTagsThatDifferInCase(t *testing.T) {
	t.Parallel()
	parse := func(text string) *Policy {
		p, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	all := parse(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	red := parse(`{"Statement":{"Effect":"Allow","Action":"detective:TagResource","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"red"}}}}`)
	noProd := parse(`{"Statement":{"Effect":"Deny","Action":"detective:ListMembers","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/Env":"prod"}}}}`)
	for _, c := range []struct {
		what string
		set  Set
		r    Request
		want Decision
	}{
		{"one tag", Set{red}, Request{Action: "detective:TagResource", RequestTags: map[string]string{"team": "red"}}, Allowed},
		{"a second one in capitals", Set{red}, Request{Action: "detective:TagResource", RequestTags: map[string]string{"team": "red", "TEAM": "blue"}}, ExplicitDeny},
		{"denied by its tag", Set{all, noProd}, Request{Action: "detective:ListMembers", ResourceTags: map[string]string{"env": "prod"}}, ExplicitDeny},
		{"and another in capitals", Set{all, noProd}, Request{Action: "detective:ListMembers", ResourceTags: map[string]string{"env": "prod", "ENV": "dev"}}, ExplicitDeny},
		{"a policy without tags", Set{all}, Request{Action: "detective:ListMembers", ResourceTags: map[string]string{"env": "prod", "ENV": "dev"}}, Allowed},
		{"different keys", Set{all, noProd}, Request{Action: "detective:ListMembers", ResourceTags: map[string]string{"env": "dev", "en": "prod"}}, Allowed},
	} {
		c.r.Resource = "*"
		if got := Evaluate(c.set, c.r); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}
