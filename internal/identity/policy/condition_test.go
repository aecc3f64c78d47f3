package policy

import (
	"fmt"
	"testing"
	"time"
)

// holds reports whether a Condition element holds for a request.
func holds(t *testing.T, condition string, r Request) bool {
	t.Helper()
	r.Action, r.Resource = "detective:ListMembers", graphARN
	p := mustParse(t, "Deny", everything+`,"Condition":`+condition)
	return Evaluate(Set{p}, r) == ExplicitDeny
}

type tags = map[string]string

// IAM user guide, "Condition operators": the key is there and matches, is
// there and does not match, is missing.
func TestMissingKeys(t *testing.T) {
	t.Parallel()
	match := Request{
		ResourceTags: tags{"k": "true"}, PrincipalARN: "arn:aws:iam::111122223333:user/alice",
		SourceIP: "10.1.2.3", Time: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC),
	}
	miss := Request{
		ResourceTags: tags{"k": "x"}, PrincipalARN: "arn:aws:iam::111122223333:user/bob",
		SourceIP: "192.0.2.1", Time: time.Date(2026, 1, 31, 12, 0, 1, 0, time.UTC),
	}
	const tag, arn, ip, date = `{"aws:ResourceTag/k":"true"}`, `{"aws:PrincipalArn":"arn:aws:iam::*:user/alice"}`,
		`{"aws:SourceIp":"10.0.0.0/8"}`, `{"aws:CurrentTime":"2026-01-31T12:00:00Z"}`
	for _, test := range []struct {
		operator, value     string
		onMatch, onMiss     bool
		missing, missingIfE bool
	}{
		{"StringEquals", tag, true, false, false, true},
		{"StringEqualsIgnoreCase", tag, true, false, false, true},
		{"StringLike", tag, true, false, false, true},
		{"StringNotEquals", tag, false, true, true, true},
		{"StringNotEqualsIgnoreCase", tag, false, true, true, true},
		{"StringNotLike", tag, false, true, true, true},
		{"Bool", tag, true, false, false, true},
		{"ArnEquals", arn, true, false, false, true},
		{"ArnLike", arn, true, false, false, true},
		{"ArnNotEquals", arn, false, true, true, true},
		{"ArnNotLike", arn, false, true, true, true},
		{"IpAddress", ip, true, false, false, true},
		{"NotIpAddress", ip, false, true, true, true},
		{"DateEquals", date, true, false, false, true},
		{"DateNotEquals", date, false, true, true, true},
		{"DateLessThan", date, false, false, false, true},
		{"DateLessThanEquals", date, true, false, false, true},
		{"DateGreaterThan", date, false, true, false, true},
		{"DateGreaterThanEquals", date, true, true, false, true},
		// A set operator on a key that is missing does not ask what the operator is.
		{"ForAllValues:StringEquals", tag, true, false, true, true},
		{"ForAllValues:StringNotEquals", tag, false, true, true, true},
		{"ForAnyValue:StringEquals", tag, true, false, false, true},
		{"ForAnyValue:StringNotEquals", tag, false, true, false, true},
	} {
		for suffix, missing := range map[string]bool{"": test.missing, "IfExists": test.missingIfE} {
			condition := fmt.Sprintf(`{%q:%s}`, test.operator+suffix, test.value)
			for name, c := range map[string]struct {
				request Request
				want    bool
			}{"match": {match, test.onMatch}, "miss": {miss, test.onMiss}, "missing": {Request{}, missing}} {
				if got := holds(t, condition, c.request); got != c.want {
					t.Errorf("%s on %s: %t, want %t", condition, name, got, c.want)
				}
			}
		}
	}
}

// The tables of IAM user guide, "Single-valued vs. multivalued context keys"
// and "Multivalued context key examples".
func TestSetOperators(t *testing.T) {
	t.Parallel()
	const (
		all      = `{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`
		allKnown = `{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`
		some     = `{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`
		allNot   = `{"ForAllValues:StringNotLike":{"aws:TagKeys":"key1*"}}`
		someNot  = `{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["environment","cost-center"]}}`
	)
	for _, test := range []struct {
		condition string
		keys      []string
		want      bool
	}{
		{all, nil, true},
		{allKnown, []string{"environment"}, true},
		{allKnown, []string{"cost-center"}, true},
		{allKnown, []string{"environment", "cost-center"}, true},
		{allKnown, []string{"environment", "dept"}, false},
		{allKnown, []string{"Environment"}, false}, // values compare with their case
		{allKnown, nil, false},
		{some, []string{"environment"}, true},
		{some, []string{"environment", "cost-center"}, true},
		{some, []string{"environment", "dept"}, true},
		{some, []string{"dept"}, false},
		{some, nil, false},
		{allNot, []string{"key1:legal"}, false},
		{allNot, []string{"key1:hr", "key1:personnel"}, false},
		{allNot, []string{"key1:hr", "key2:audit"}, false},
		{allNot, []string{"key2:audit"}, true},
		{allNot, nil, true},
		{someNot, []string{"environment"}, false},
		{someNot, []string{"environment", "dept"}, true},
		{someNot, nil, false},
	} {
		fromTags := Request{RequestTags: tags{}}
		for _, k := range test.keys {
			fromTags.RequestTags[k] = "value"
		}
		for name, r := range map[string]Request{"TagKeys": {TagKeys: test.keys}, "RequestTags": fromTags} {
			if got := holds(t, test.condition, r); got != test.want {
				t.Errorf("%s with %s %q: %t, want %t", test.condition, name, test.keys, got, test.want)
			}
		}
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	team := func(value string) Request { return Request{ResourceTags: tags{"Team": value}} }
	from := func(ip string) Request { return Request{SourceIP: ip} }
	at := func(s string) Request {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return Request{Time: when}
	}
	const user = `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}`
	for _, test := range []struct {
		condition string
		request   Request
		want      bool
	}{
		// No condition always holds; operators and keys are joined by and.
		{`{}`, Request{}, true},
		{`{"StringEquals":{"aws:RequestedRegion":"a","aws:UserAgent":"b"}}`, Request{Region: "a", UserAgent: "b"}, true},
		{`{"StringEquals":{"aws:RequestedRegion":"a","aws:UserAgent":"b"}}`, Request{Region: "a", UserAgent: "c"}, false},
		{`{"StringEquals":{"aws:RequestedRegion":"a"},"StringLike":{"aws:UserAgent":"b"}}`, Request{Region: "a", UserAgent: "c"}, false},
		// Values by or, by nor where the operator is negated.
		{`{"StringEquals":{"aws:RequestedRegion":["a","b"]}}`, Request{Region: "b"}, true},
		{`{"StringNotEquals":{"aws:RequestedRegion":["a","b"]}}`, Request{Region: "b"}, false},
		{`{"StringNotEquals":{"aws:RequestedRegion":["a","b"]}}`, Request{Region: "c"}, true},
		// Each key reads its own field.
		{`{"StringEquals":{"aws:PrincipalAccount":"1"}}`, Request{Account: "1"}, true},
		{`{"StringEquals":{"aws:PrincipalArn":"1"}}`, Request{PrincipalARN: "1", Account: "2"}, true},
		{`{"StringEquals":{"aws:RequestTag/a":"1"}}`, Request{RequestTags: tags{"a": "1"}}, true},
		{`{"StringEquals":{"aws:RequestTag/a":"1"}}`, Request{ResourceTags: tags{"a": "1"}}, false},
		{`{"StringEquals":{"aws:ResourceTag/a":"1"}}`, Request{RequestTags: tags{"a": "1"}}, false},
		// The key of a tag in any case, its value in its own.
		{`{"StringEquals":{"aws:resourcetag/TEAM":"blue"}}`, team("blue"), true},
		{`{"StringEquals":{"aws:ResourceTag/Team":"blue"}}`, team("Blue"), false},
		{`{"StringEqualsIgnoreCase":{"aws:ResourceTag/Team":"blue"}}`, team("Blue"), true},
		{`{"StringEqualsIgnoreCase":{"aws:ResourceTag/Team":"blu*"}}`, team("blue"), false},
		{`{"StringEquals":{"aws:ResourceTag/team":"exact"}}`, Request{ResourceTags: tags{"TEAM": "x", "Team": "y", "team": "exact"}}, true},
		{`{"StringEquals":{"aws:ResourceTag/tEAM":"least"}}`, Request{ResourceTags: tags{"team": "x", "Team": "y", "TEAM": "least"}}, true},
		{`{"StringEquals":{"aws:ResourceTag/Team":""}}`, team(""), true}, // an empty value is there
		{`{"StringEquals":{"aws:ResourceTag/Team":""}}`, Request{}, false},
		{`{"StringEquals":{"aws:ResourceTag/a/b":"x"}}`, Request{ResourceTags: tags{"a/b": "x"}}, true},
		// Wildcards for Like only.
		{`{"StringEquals":{"aws:ResourceTag/Team":"bl*"}}`, team("blue"), false},
		{`{"StringEquals":{"aws:ResourceTag/Team":"bl*"}}`, team("bl*"), true},
		{`{"StringLike":{"aws:ResourceTag/Team":"bl*"}}`, team("blue"), true},
		{`{"StringLike":{"aws:ResourceTag/Team":"bl*"}}`, team("Blue"), false},
		{`{"StringLike":{"aws:ResourceTag/Team":"?l?e"}}`, team("blüe"), true}, // ? is a character, not a byte
		{`{"StringLike":{"aws:ResourceTag/Team":"?l??e"}}`, team("blüe"), false},
		{`{"StringNotLike":{"aws:UserAgent":"aws-cli/*"}}`, Request{UserAgent: "Boto3/1.0"}, true},
		// Booleans.
		{`{"Bool":{"aws:ResourceTag/Team":true}}`, team("True"), true},
		{`{"Bool":{"aws:ResourceTag/Team":"false"}}`, team("true"), false},
		{`{"Bool":{"aws:ResourceTag/Team":"false"}}`, team("0"), false},
		// Null.
		{`{"Null":{"aws:ResourceTag/Team":"true"}}`, Request{}, true},
		{`{"Null":{"aws:ResourceTag/Team":"true"}}`, team("x"), false},
		{`{"Null":{"aws:ResourceTag/Team":false}}`, team("x"), true},
		{`{"Null":{"aws:ResourceTag/Team":"false"}}`, team(""), true},
		{`{"Null":{"aws:ResourceTag/Team":"false"}}`, Request{}, false},
		{`{"Null":{"aws:TagKeys":"true"}}`, Request{RequestTags: tags{}}, true},
		{`{"Null":{"aws:SourceIp":"true"}}`, from("not an address"), true},
		{`{"Null":{"aws:CurrentTime":"true"}}`, Request{}, true},
		{`{"Null":{"aws:TagKeys":"true"}}`, Request{TagKeys: []string{}, RequestTags: tags{"a": "b"}}, true},
		// Addresses.
		{`{"IpAddress":{"aws:SourceIp":"10.1.2.3/8"}}`, from("10.255.0.1"), true},
		{`{"IpAddress":{"aws:SourceIp":"10.1.2.3"}}`, from("10.1.2.4"), false},
		{`{"IpAddress":{"aws:SourceIp":"10.1.2.3"}}`, from("::ffff:10.1.2.3"), true},
		{`{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","2001:db8::/32"]}}`, from("2001:db8:1::1"), true},
		{`{"IpAddress":{"aws:SourceIp":"fe80::/10"}}`, from("fe80::1%eth0"), true},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, from("2001:db8::1"), false},
		{`{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, from("10.1.2.3:443"), false},
		{`{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.0/24"]}}`, from("192.0.2.1"), false},
		// ARNs part by part: a wildcard does not go beyond a colon.
		{user, Request{PrincipalARN: "arn:aws:iam::111122223333:user/a/b"}, true},
		{user, Request{PrincipalARN: "arn:aws:iam::111122223333:role/a"}, false},
		{user, Request{PrincipalARN: "arn:aws-cn:iam::111122223333:user/a"}, false},
		{user, Request{PrincipalARN: "user/a"}, false},
		{`{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::1*:root"}}`, Request{PrincipalARN: "arn:aws:iam::1:2:root"}, false},
		{`{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::1*:root"}}`, Request{PrincipalARN: "arn:aws:iam::1:2:root"}, true},
		// Times.
		{`{"DateEquals":{"aws:CurrentTime":1767225600}}`, at("2026-01-01T00:00:00Z"), true},
		{`{"DateEquals":{"aws:CurrentTime":"2026-01-01"}}`, at("2026-01-01T01:00:00+01:00"), true},
		{`{"DateEquals":{"aws:CurrentTime":"2026-01-01T01:00+01:00"}}`, at("2026-01-01T00:00:00Z"), true},
		{`{"DateGreaterThan":{"aws:CurrentTime":"2020-04-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`, at("2020-05-01T00:00:00Z"), true},
		{`{"DateGreaterThan":{"aws:CurrentTime":"2020-04-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2020-06-30T23:59:59Z"}}`, at("2020-06-30T23:59:59Z"), false},
	} {
		if got := holds(t, test.condition, test.request); got != test.want {
			t.Errorf("%s for %+v: %t, want %t", test.condition, test.request, got, test.want)
		}
	}
}
