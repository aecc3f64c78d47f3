package rules

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Vocabulary of generated rules and records: few values, so that they meet.
var (
	genFields = []string{
		"eventSource", "eventName", "userIdentity.type", "userIdentity.userName", "userIdentity.invokedBy", "userAgent", "errorCode",
		"requestParameters.a", "requestParameters.a.x", "requestParameters.l", "requestParameters.l.x", "requestParameters",
		"responseElements.n", "resources.ARN", "gumshoe.grant",
	}
	genValues = []any{
		"ab", "AB", "a*", "*b", "a?b", "?", "*", `a\*b`, `a\b`, "axb", "a*b", "", nil, 5, 7, true, false, "é", "É", "5",
		"CreateUser", "createuser", "ListFunctions20150331", "ListFunctions", "UpdateFunctionCode20150331v2",
		"iam.amazonaws.com", "IAM.amazonaws.com", "IAMUser", "AWSService", "public", `{"x":"ab"}`,
	}
	genTexts = []any{
		"ab", "AB", "axb", "a*b", `a\b`, "", nil, "b", "É", "5", 5, 7.5, true, "[ab]", "a%62", `{ "x" : ["ab", {"x":"AB"}] }`,
		"%7B%22x%22%3A%22ab%22%7D", `[1,"ab"]`, "{broken", "%zz", map[string]any{"x": "ab"}, []any{"ab", nil, []any{"5"}},
		[]any{map[string]any{"x": "axb"}, map[string]any{"x": 5}}, map[string]any{}, []any{},
		`{"Statement":{"Effect":"Allow","Principal":"*"}}`,
	}
	genNames      = []any{"CreateUser", "createuser", "ListFunctions20150331", "ListFunctions", "UpdateFunctionCode20150331v2", "ab", "", nil}
	genSources    = []any{"iam.amazonaws.com", "IAM.amazonaws.com", "ab", nil}
	genTypes      = []any{"IAMUser", "AWSService", "ab", "", nil}
	genModifiers  = []string{"", "", "", "", "contains", "startswith", "endswith", "cased", "contains|all", "all", "exists", "fieldref", "contains|fieldref", "cased|fieldref", "re", "re|i", "gt", "lte", "contains|cased"}
	genExprs      = []any{"a.b", "^ab$", "(?i)AB", "[0-9]", "b$", "é"}
	genConditions = []string{
		"s1", "not s1", "s1 and s2", "s1 or s2", "s1 and not s2", "not (s1 or s2) and s3", "(s1 and s2) or s3", "1 of s*",
		"all of them", "1 of them and not s3", "not 1 of s*", "s1 and s2 and s3", "not not s1 or s2 and s3",
	}
)

// genRule makes the source of a rule that loads.
func genRule(t *rapid.T) string {
	item := func(name string) (string, any) {
		field := rapid.SampledFrom(genFields).Draw(t, name+" field")
		mod := rapid.SampledFrom(genModifiers).Draw(t, name+" modifier")
		key := field
		if mod != "" {
			key += "|" + mod
		}
		value := func() any {
			switch {
			case strings.Contains(mod, "fieldref"):
				return rapid.SampledFrom(genFields).Draw(t, name+" field")
			case strings.HasPrefix(mod, "re"):
				return rapid.SampledFrom(genExprs).Draw(t, name+" expression")
			case mod == "gt" || mod == "lte":
				return rapid.SampledFrom([]any{5, "7", 0}).Draw(t, name+" number")
			}
			return rapid.SampledFrom(genValues).Filter(func(v any) bool {
				return (v != nil && v != "") || !strings.ContainsAny(mod, "w") && !strings.Contains(mod, "contains")
			}).Draw(t, name+" value")
		}
		if mod == "exists" {
			return key, rapid.Bool().Draw(t, name+" exists")
		}
		if rapid.Bool().Draw(t, name+" list") {
			return key, []any{value(), value()}
		}
		return key, value()
	}
	mapping := func(name string) map[string]any {
		m := map[string]any{}
		for range rapid.IntRange(1, 3).Draw(t, name+" entries") {
			k, v := item(name)
			m[k] = v
		}
		return m
	}
	detection := map[string]any{"condition": rapid.SampledFrom(genConditions).Draw(t, "condition")}
	for _, s := range []string{"s1", "s2", "s3"} {
		if rapid.IntRange(0, 3).Draw(t, s+" kind") == 0 {
			detection[s] = []any{mapping(s), mapping(s)}
		} else {
			detection[s] = mapping(s)
		}
	}
	rule := map[string]any{"title": "generated", "logsource": map[string]any{"service": "cloudtrail"}, "detection": detection}
	if rapid.Bool().Draw(t, "extended") {
		rule["gumshoe"] = map[string]any{"weight": 1}
	}
	b, err := json.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func genRecord(t *rapid.T) []byte {
	draw := func(from []any, name string) any { return rapid.SampledFrom(from).Draw(t, name) }
	rec := map[string]any{
		"eventSource": draw(genSources, "eventSource"), "eventName": draw(genNames, "eventName"),
		"userAgent": draw(genSources, "userAgent"), "errorCode": draw(genSources, "errorCode"),
		"userIdentity": map[string]any{"type": draw(genTypes, "type"), "userName": draw(genNames, "userName"), "invokedBy": draw(genSources, "invokedBy")},
		"requestParameters": map[string]any{
			"a": draw(genTexts, "a"), "l": []any{draw(genTexts, "l"), draw(genTexts, "l")},
		},
		"responseElements": map[string]any{"n": draw(genTexts, "n")},
		"resources":        []any{map[string]any{"ARN": draw(genTexts, "ARN")}},
	}
	b, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// differential: the compiled, indexed rule and the plain evaluator agree.
func differential(t *rapid.T) {
	source := genRule(t)
	rs, errs := Parse("generated.yml", []byte(source))
	if len(errs) > 0 {
		t.Fatalf("%v\n%s", errs, source)
	}
	p, _ := NewPack(rs)
	for range 8 {
		record := genRecord(t)
		ev, err := ParseEvent(record)
		if err != nil {
			t.Fatal(err)
		}
		for _, split := range []bool{false, true} {
			forget(t, ev, split) // as the ingest path fills events
			got, want := len(p.Match(ev, nil)) == 1, referenceMatch(source, record)
			if got != want {
				t.Fatalf("match is %t, reference says %t (split: %t)\nrule   %s\nrecord %s", got, want, split, source, record)
			}
		}
	}
}

// forget undoes what was decoded of ev and hands it the record's parts, or not.
func forget(tb interface {
	Helper()
	Fatal(...any)
}, ev *Event, split bool) {
	tb.Helper()
	ev.record, ev.parts, ev.granted, ev.grants = part{}, [NumParts]part{}, false, nil
	ev.Split, ev.Parts = split, [NumParts][]byte{}
	if !split {
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(ev.Raw, &members); err != nil {
		tb.Fatal(err)
	}
	for i, name := range partNames {
		ev.Parts[i] = members[name]
	}
}

func TestDifferential(t *testing.T) { rapid.Check(t, differential) }

func FuzzDifferential(f *testing.F) { f.Fuzz(rapid.MakeFuzz(differential)) }

// TestBuiltinDifferential compares the pack with the plain evaluator on all
// test events of all rules.
func TestBuiltinDifferential(t *testing.T) {
	t.Parallel()
	p := builtin(t)
	sources := map[string]string{}
	for _, r := range p.Rules() {
		b, err := fs.ReadFile(packs, "packs/"+r.Path)
		if err != nil {
			t.Fatal(err)
		}
		sources[r.Path] = string(b)
	}
	var events [][]byte
	for _, r := range p.Rules() {
		for _, c := range r.Tests {
			events = append(events, c.Event)
		}
	}
	if testing.Short() {
		events = events[:50]
	}
	for _, raw := range events {
		ev, err := ParseEvent(raw)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, r := range p.Match(ev, nil) {
			got[r.Path] = true
		}
		for path, source := range sources {
			if !got[path] && !strings.Contains(source, strings.TrimRight(ev.Name, "0123456789v")) {
				continue // reading every rule for each of 300 events takes seconds
			}
			if want := referenceMatch(source, raw); got[path] != want {
				t.Errorf("%s: match is %t, reference says %t on %s", path, got[path], want, raw)
			}
		}
	}
}
