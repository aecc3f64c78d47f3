package policy

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Patterns and texts over few letters, so that matches are frequent.
func TestPatternAgainstRegexp(t *testing.T) {
	t.Parallel()
	matched, missed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringOfN(rapid.SampledFrom([]rune("aAbé*?.\n")), 0, 8, -1).Draw(t, "pattern")
		for range 20 {
			s := rapid.StringOfN(rapid.SampledFrom([]rune("aAbé.\n")), 0, 8, -1).Draw(t, "text")
			got, want := pattern{text: p}.matches(s), glob(p, s)
			if got != want {
				t.Fatalf("pattern %q matches %q: %t, want %t", p, s, got, want)
			}
			if got {
				matched++
			} else {
				missed++
			}
		}
	})
	if matched == 0 || missed == 0 {
		t.Errorf("%d matches and %d misses: the property saw one side only", matched, missed)
	}
}

// The worst patterns take no exponential time: the test ends.
func TestPatternWithManyWildcards(t *testing.T) {
	t.Parallel()
	p, s := pattern{}, ""
	for range 500 {
		p.text += "*a"
		s += "aa"
	}
	if p.text += "b"; p.matches(s) {
		t.Errorf("%d times *a and b matches a text without b", 500)
	}
	if !p.matches(s + "b") {
		t.Errorf("%d times *a and b does not match a text with b", 500)
	}
}

func TestEvaluateAgainstReference(t *testing.T) {
	t.Parallel()
	seen := map[Decision]int{}
	rapid.Check(t, func(t *rapid.T) {
		var policies Set
		var documents [][]byte
		for range rapid.IntRange(0, 3).Draw(t, "policies") {
			d, err := json.Marshal(drawDocument(t))
			if err != nil {
				t.Fatal(err)
			}
			p, err := Parse(d)
			if err != nil {
				t.Fatalf("Parse(%s): %v", d, err)
			}
			policies, documents = append(policies, p), append(documents, d)
		}
		for range 30 {
			r := drawRequest(t)
			got := Evaluate(policies, r)
			want, err := referenceEvaluate(documents, r)
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Fatalf("%s\nfor %+v: %v, want %v", documents, r, got, want)
			}
			seen[got]++
		}
	})
	for _, d := range []Decision{ImplicitDeny, Allowed, ExplicitDeny} {
		if seen[d] == 0 {
			t.Errorf("no request was %v: the property saw %v", d, seen)
		}
	}
}

func drawDocument(t *rapid.T) map[string]any {
	statements := rapid.SliceOfN(rapid.Custom(drawStatement), 1, 3).Draw(t, "statements")
	if len(statements) == 1 && rapid.Bool().Draw(t, "lone") {
		return map[string]any{"Version": "2012-10-17", "Statement": statements[0]}
	}
	return map[string]any{"Statement": statements}
}

func drawStatement(t *rapid.T) map[string]any {
	not := func(name string) string {
		return rapid.SampledFrom([]string{"", "", "", "Not"}).Draw(t, "not") + name
	}
	s := map[string]any{"Effect": rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect")}
	s[not("Action")] = drawTexts(t, "*", "detective:*", "detective:List*", "DETECTIVE:listmembers", "detective:?etMembers",
		"detective:*Members", "detective:DeleteGraph", "s3:*")
	s[not("Resource")] = drawTexts(t, "*", "*", graphARN, "arn:aws:detective:*:111122223333:graph:*",
		"arn:aws:detective:eu-west-?:*:graph:*", "arn:aws:s3:::bucket")
	if rapid.Bool().Draw(t, "conditional") {
		s["Condition"] = rapid.MapOfN(rapid.SampledFrom(operatorNames()), rapid.Just(map[string]any(nil)), 1, 2).Draw(t, "operators")
		for operator := range s["Condition"].(map[string]map[string]any) {
			s["Condition"].(map[string]map[string]any)[operator] = drawKeys(t, operator)
		}
	}
	return s
}

// drawTexts draws a lone text or a list.
func drawTexts(t *rapid.T, texts ...string) any {
	if rapid.Bool().Draw(t, "lone") {
		return rapid.SampledFrom(texts).Draw(t, "text")
	}
	return rapid.SliceOfN(rapid.SampledFrom(texts), 1, 3).Draw(t, "texts")
}

// operatorNames returns every operator with every quantifier and suffix.
func operatorNames() []string {
	names := []string{"Null"}
	for _, base := range []string{
		"StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike",
		"ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Bool", "IpAddress", "NotIpAddress",
		"DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
	} {
		for _, quantifier := range []string{"", "ForAllValues:", "ForAnyValue:"} {
			names = append(names, quantifier+base, quantifier+base+"IfExists")
		}
	}
	return names
}

// drawKeys draws keys that fit the operator, with values that often match.
func drawKeys(t *rapid.T, operator string) map[string]any {
	c, op, err := parseOperator(operator)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"a", "A", "ab", "a*", "?", ""}
	values := map[string][]string{
		"aws:ResourceTag/Team": append(texts, "true", "false"), "aws:requesttag/TEAM": append(texts, "true", "false"),
		"aws:UserAgent": texts, "aws:RequestedRegion": texts, "aws:PrincipalAccount": texts, "aws:TagKeys": {"Team", "team", "a*", "*"},
		"aws:PrincipalArn": {"arn:aws:iam::1:user/a", "arn:aws:iam::*:user/*", "arn:*:iam::?:role/a"},
		"aws:SourceIp":     {"10.0.0.0/8", "10.1.2.3", "2001:db8::/32", "::1"},
		"aws:CurrentTime":  {"2026-01-01", "1767225600", "2026-01-01T01:00+01:00", "2026-02-01T00:00:00Z"},
	}
	var fitting []string
	for _, name := range []string{
		"aws:ResourceTag/Team", "aws:requesttag/TEAM", "aws:UserAgent", "aws:RequestedRegion", "aws:PrincipalAccount",
		"aws:TagKeys", "aws:PrincipalArn", "aws:SourceIp", "aws:CurrentTime",
	} {
		if key, err := parseKey(name); err != nil {
			t.Fatal(err)
		} else if key.kind&op.kinds != 0 && (!key.multivalued || c.quantifier != single) {
			fitting = append(fitting, name)
		}
	}
	keys := map[string]any{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(fitting), 1, min(2, len(fitting)), rapid.ID[string]).Draw(t, "keys") {
		keys[name] = drawTexts(t, values[name]...)
		if op.literals != nil && op.kinds != dateKind {
			keys[name] = drawTexts(t, "true", "false")
		}
	}
	return keys
}

func drawRequest(t *rapid.T) Request {
	text := func(texts ...string) string { return rapid.SampledFrom(texts).Draw(t, "field") }
	tags := func() map[string]string {
		return rapid.MapOfN(rapid.SampledFrom([]string{"Team", "team", "TEAM", "other"}),
			rapid.SampledFrom([]string{"a", "A", "ab", "", "true", "False"}), 0, 2).Draw(t, "tags")
	}
	var keys []string
	if rapid.Bool().Draw(t, "keys only") {
		keys = []string{"Team", "other"}
	}
	return Request{
		Action:       text("detective:ListMembers", "detective:GetMembers", "detective:DeleteGraph", "detective:ListGraphs", "Detective:LISTMEMBERS"),
		Resource:     text("*", graphARN, "arn:aws:detective:eu-west-1:111122223333:graph:00", "arn:aws:detective:eu-west-1:444455556666:graph:00"),
		ResourceTags: tags(), RequestTags: tags(), TagKeys: keys,
		PrincipalARN: text("", "arn:aws:iam::1:user/a", "arn:aws:iam::2:role/a", "a", "arn:aws:iam::1:2:user/a"),
		Account:      text("", "a", "ab"), Region: text("", "a", "A"), UserAgent: text("", "a", "ab", "b"),
		SourceIP: text("", "10.1.2.3", "192.0.2.1", "2001:db8::1", "::ffff:10.1.2.3", "x"),
		Time: rapid.SampledFrom([]time.Time{
			{}, time.Unix(1767225600, 0), time.Unix(1767225600, 1), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		}).Draw(t, "time"),
	}
}
