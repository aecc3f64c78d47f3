package policy

import (
	"slices"
	"testing"
	"time"
)

// fuzzRequests are what the fuzzed policies decide on.
var fuzzRequests = []Request{
	{Action: "detective:ListGraphs", Resource: "*"},
	{Action: "detective:DeleteGraph", Resource: graphARN},
	{
		Action: "detective:TagResource", Resource: graphARN,
		ResourceTags: map[string]string{"team": "blue", "Team": "Red"}, RequestTags: map[string]string{"team": "true", "cost": ""},
		PrincipalARN: "arn:aws:iam::111122223333:user/alice", Account: "111122223333", Region: "us-east-1",
		SourceIP: "10.1.2.3", UserAgent: "aws-cli/2.0 (é)", Time: time.Unix(1767225600, 0),
	},
	{Action: "detective:UntagResource", Resource: graphARN, TagKeys: []string{"a", "b"}, SourceIP: "2001:db8::1"},
}

// Whatever is parsed does not panic; what parses comes back the same from
// its own JSON, decides as the reference does, each time, and allows nothing
// beside a deny of everything.
func FuzzParse(f *testing.F) {
	for _, name := range ManagedNames() {
		document, err := managedFS.ReadFile("managed/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(document)
	}
	for _, members := range []string{
		everything,
		`"NotAction":["detective:List*","s3:?"],"NotResource":"arn:aws:detective:*:*:graph:*"`,
		everything + `,"Condition":{"StringLike":{"aws:ResourceTag/Team":["b*","?ed"]},"Bool":{"aws:RequestTag/team":true}}`,
		everything + `,"Condition":{"ForAllValues:StringNotEqualsIfExists":{"aws:TagKeys":["a"]},"Null":{"aws:TagKeys":"false"}}`,
		everything + `,"Condition":{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","::1"]},"DateLessThan":{"aws:CurrentTime":1767225601}}`,
		everything + `,"Condition":{"ArnLike":{"aws:PrincipalArn":"arn:*:iam::*:user/a*"},"StringEqualsIgnoreCase":{"aws:UserAgent":"AWS-CLI/2.0 (É)"}}`,
		`"Action":"detective:ListGraph","Resource":"*","Principal":"*"`,
	} {
		f.Add([]byte(`{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"s","Effect":"Deny",` + members + `},{"Effect":"Allow",` + everything + `}]}`))
	}
	denyAll := mustParse(f, "Deny", everything)
	f.Fuzz(func(t *testing.T, document []byte) {
		input := slices.Clone(document)
		p, err := Parse(document)
		if !slices.Equal(input, document) {
			t.Fatalf("Parse changed its input %q", input)
		}
		if err != nil {
			return
		}
		again, err := p.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		q, err := Parse(again)
		if err != nil {
			t.Fatalf("Parse takes %s and not its own %s: %v", document, again, err)
		}
		if third, _ := q.MarshalJSON(); !slices.Equal(again, third) {
			t.Fatalf("%s becomes %s", again, third)
		}
		for _, r := range fuzzRequests {
			got := Evaluate(Set{p}, r)
			want, err := referenceEvaluate([][]byte{document}, r)
			if err != nil {
				t.Fatalf("the reference refuses %s: %v", document, err)
			}
			if got != want || Evaluate(Set{q}, r) != want || Evaluate(Set{p}, r) != want {
				t.Errorf("%s\nfor %+v: %v, want %v each time", document, r, got, want)
			}
			if d := Evaluate(Set{p, denyAll}, r); d != ExplicitDeny {
				t.Errorf("%s beside a deny of everything: %v", document, d)
			}
		}
	})
}
