package rules

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const head = "title: T\nlogsource: {product: aws, service: cloudtrail}\n"

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	f := func(source, want string) {
		t.Helper()
		rs, errs := Parse("r.yml", []byte(source))
		if len(rs) != 0 || len(errs) != 1 {
			t.Errorf("%q: %d rules, errors %v; want one error", source, len(rs), errs)
			return
		}
		var e *LoadError
		if !errors.As(errs[0], &e) {
			t.Errorf("%q: error is %T, want *LoadError", source, errs[0])
		}
		if got := errs[0].Error(); got != want {
			t.Errorf("%q:\n got %s\nwant %s", source, got, want)
		}
	}
	det := func(d string) string { return head + "detection:\n" + d }
	f("title: [", "r.yml:1: yaml: did not find expected node content")
	f("- a", "r.yml:1:1: rule must be a mapping")
	f("id: x", "r.yml:1:1: rule has no title")
	f("title: T", "r.yml:1:1: rule has no logsource")
	f("title: T\nlogsource: {product: windows, service: security}", "r.yml:2:12: logsource windows/security is not known; only aws/cloudtrail is")
	f(head, "r.yml:1:1: rule has no detection")
	f(head+"title: U", "r.yml:3:1: key \"title\" stands twice in rule")
	f(head+"x: &a 1\ny: *a", "r.yml:4:4: YAML aliases are not taken")
	f(head+"correlation: {}", "r.yml:3:1: correlation: correlation rules and rule collections are not taken")
	f(head+"level: urgent", "r.yml:3:8: unknown level \"urgent\"")
	f(head+"tags: [attack.persistance]", "r.yml:3:8: unknown ATT&CK tag \"attack.persistance\"")
	f(head+"gumshoe: {weight: 101}", "r.yml:3:19: weight must be a number from 1 to 100")
	f(head+"gumshoe: {per_hour: 1}", "r.yml:3:21: per_hour must be a number above 1")
	f(head+"gumshoe: {wieght: 1}", "r.yml:3:11: unknown member \"wieght\" in gumshoe")
	f(head+"gumshoe: {callers: everybody}", "r.yml:3:20: callers must be customer or any")
	f(head+"gumshoe: {tests: {match: [[1]]}}", "r.yml:3:27: test event: yaml: unmarshal errors:\n  line 3: cannot unmarshal !!seq into map[string]interface {}")

	f(det("  s: {eventName: x}"), "r.yml:4:3: detection has no condition")
	f(det("  condition: s"), "r.yml:4:3: detection has no selection")
	f(det("  s: [word]\n  condition: s"), "r.yml:4:7: selection \"s\": keyword lists are not taken, name the field")
	f(det("  s: word\n  condition: s"), "r.yml:4:6: selection \"s\": keywords are not taken, name the field")
	f(det("  s: {}\n  condition: s"), "r.yml:4:6: selection \"s\" is empty")
	f(det("  s:\n    eventName|foo: x\n  condition: s"), "r.yml:5:5: unknown modifier \"foo\"")
	f(det("  s:\n    eventName|: x\n  condition: s"), "r.yml:5:5: field \"eventName|\" ends in an empty modifier")
	f(det("  s:\n    evntName: x\n  condition: s"), "r.yml:5:5: unknown field \"evntName\": a CloudTrail record has no member \"evntName\"")
	f(det("  s:\n    requestParameters..x: x\n  condition: s"), "r.yml:5:5: field \"requestParameters..x\" has an empty part")
	f(det("  s: {eventName: []}\n  condition: s"), "r.yml:4:18: field \"eventName\" has an empty list of values")
	f(det("  s: {eventName: {a: b}}\n  condition: s"), "r.yml:4:18: value of \"eventName\" must be a text, number, true, false or null")
	f(det("  s: {eventName|re: '('}\n  condition: s"), "r.yml:4:21: value of \"eventName\": regular expression: error parsing regexp: missing closing ): `(`")
	f(det("  s: {eventName|re: '(((a{30}){30}){30})'}\n  condition: s"), "r.yml:4:21: value of \"eventName\": regular expression: error parsing regexp: invalid repeat count: `{30}`")
	f(det("  s: {eventName|re: '(abcdefghij){900}'}\n  condition: s"), "r.yml:4:21: value of \"eventName\": regular expression compiles to 10802 instructions, more than 5000")
	f(det("  s: {eventName|re: '"+strings.Repeat("a", 1025)+"'}\n  condition: s"), "r.yml:4:21: value of \"eventName\": regular expression of 1025 bytes is longer than 1024")
	f(det("  s: {sourceIPAddress|cidr: 10.0.0.0/99}\n  condition: s"), "r.yml:4:29: value of \"sourceIPAddress\": netip.ParsePrefix(\"10.0.0.0/99\"): prefix length out of range")
	f(det("  s: {eventName|gt: many}\n  condition: s"), "r.yml:4:21: value of \"eventName\": strconv.ParseFloat: parsing \"many\": invalid syntax")
	f(det("  s: {eventName|exists: 1}\n  condition: s"), "r.yml:4:25: exists takes true or false")
	f(det("  s: {eventName|contains: ''}\n  condition: s"), "r.yml:4:27: value of \"eventName\": contains needs a value")
	f(det("  s: {eventName|contains|endswith: x}\n  condition: s"), "r.yml:4:7: modifier \"endswith\" does not go with \"contains\"")
	f(det("  s: {eventName|fieldref: nothing}\n  condition: s"), "r.yml:4:27: unknown field \"nothing\": a CloudTrail record has no member \"nothing\"")

	f(det("  s: {eventName: x}\n  condition: s and"), "r.yml:5:19: condition ends where a selection is expected")
	f(det("  s: {eventName: x}\n  condition: 's or t'"), "r.yml:5:20: condition names the selection \"t\", which does not exist")
	f(det("  s: {eventName: x}\n  condition: (s"), "r.yml:5:16: parenthesis is not closed")
	f(det("  s: {eventName: x}\n  condition: s | count() > 1"), "r.yml:5:16: pipes (aggregations) in a condition are not taken")
	f(det("  s: {eventName: x}\n  condition: 1 of t*"), "r.yml:5:19: no selection is named \"t*\"")
	f(det("  s: {eventName: x}\n  condition: "+strings.Repeat("not ", 70)+"s"), "r.yml:5:270: condition is nested deeper than 64")
}

// TestLoadGoesOn: a broken rule does not keep the others from loading.
func TestLoadGoesOn(t *testing.T) {
	t.Parallel()
	good := head + "detection:\n  s: {eventName: CreateUser}\n  condition: s\n"
	fsys := fstest.MapFS{
		"a/good.yml":    {Data: []byte(good)},
		"a/broken.yaml": {Data: []byte("title: [")},
		"a/notes.txt":   {Data: []byte("no rule")},
		"b/two.yml":     {Data: []byte(good + "id: one\n---\n" + head + "---\n" + good + "---\n" + good + "id: one\n")},
		"b/large.yml":   {Data: make([]byte, maxFile+1)},
	}
	p, errs := Load(fsys)
	var got, said []string
	for _, r := range p.Rules() {
		got = append(got, r.ID)
	}
	for _, e := range errs {
		said = append(said, e.Error())
	}
	if diff := cmp.Diff([]string{"a/good", "one", "b/two#3"}, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	want := []string{
		"a/broken.yaml:1: yaml: did not find expected node content",
		"b/large.yml: rule file is larger than 1048576 bytes",
		"b/two.yml:8:1: rule has no detection",
		"b/two.yml: id one is taken by b/two.yml",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestRuleFields(t *testing.T) {
	t.Parallel()
	rs, errs := Parse("x/r.yml", []byte(`
title: T
id: 7
status: test
description: D
references: https://example.com
falsepositives: [a, b]
level: high
tags: [attack.defense_evasion, attack.t1562.008, attack.t1562, attack.t1685.002, attack.t9999, attack.s0001, cve.2020-1, attack.stealth]
logsource: {service: cloudtrail}
detection: {s: {eventName: x}, condition: s}
gumshoe: {procedure: P, weight: 9, data: data}
custom: ignored
`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	logs := Technique{"T1562.008", "Impair Defenses: Disable or Modify Cloud Logs"}
	evasion := Tactic{"TA0005", "Defense Evasion"}
	r := rs[0]
	r.detect = nil
	want := &Rule{
		ID: "7", Title: "T", Description: "D", Status: "test", Level: High, References: []string{"https://example.com"},
		FalsePositives: []string{"a", "b"}, Tactics: []Tactic{evasion, evasion},
		Techniques: []Technique{logs, {"T1562", "Impair Defenses"}, logs, {"T9999", "T9999"}},
		Procedure:  "P", Weight: 9, Data: DataEvents, Path: "x/r.yml",
	}
	if diff := cmp.Diff(want, r, cmp.AllowUnexported(Rule{})); diff != "" {
		t.Errorf("rule (-want +got):\n%s", diff)
	}
	if r.Tactic() != evasion || r.Technique() != logs {
		t.Errorf("primary: %v %v", r.Tactic(), r.Technique())
	}
}

// FuzzParse: any text is refused with errors that name the file or makes
// rules that can be matched.
func FuzzParse(f *testing.F) {
	err := fs.WalkDir(packs, "packs", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(packs, path)
		if len(b) < 1500 {
			f.Add(b)
		}
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(head + "detection:\n  s: {eventName|re|i: x, requestParameters|contains|all: [a, 'b*c?d']}\n  condition: 1 of s* and not (s)\n"))
	record := []byte(`{"eventName":"CreateUser","requestParameters":{"a":["b",{"c":1}],"p":"%7B%22x%22%3A1%7D"}}`)
	f.Fuzz(func(t *testing.T, data []byte) {
		rs, errs := Parse("f.yml", data)
		for _, e := range errs {
			if !strings.HasPrefix(e.Error(), "f.yml:") {
				t.Fatalf("error does not name the file: %v", e)
			}
		}
		p, _ := NewPack(rs)
		ev, err := ParseEvent(record)
		if err != nil {
			t.Fatal(err)
		}
		matched := p.Match(ev, nil)
		for _, r := range p.Rules() {
			direct, indexed := r.Match(ev), false
			for _, m := range matched {
				indexed = indexed || m == r
			}
			if direct != indexed {
				t.Fatalf("rule matches %t, through the index %t", direct, indexed)
			}
		}
	})
}
