package source

import (
	"errors"
	"path"
	"strings"
	"testing"
)

func TestPatterns(t *testing.T) {
	f := func(pattern, names, none string) {
		t.Helper()
		p, err := ParsePatterns(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(names) {
			if !p.Match(name) {
				t.Errorf("%s does not match %s", pattern, name)
			}
		}
		for name := range strings.FieldsSeq(none) {
			if p.Match(name) {
				t.Errorf("%s matches %s", pattern, name)
			}
		}
	}
	f("*.json.gz", "a.json.gz x/y/a.json.gz .json.gz", "a.json x.json.gz/a a.json.gz.tmp")
	f("a/*.json", "a/x.json a/.json", "x.json b/a/x.json a/b/x.json")
	f("**", "a a/b", "")
	f("**/*.json", "x.json a/x.json a/b/x.json", "a/b")
	f("a/**", "a/x a/b/x a", "b/x b/a/x")
	f("**/CloudTrail/**", "AWSLogs/1/CloudTrail/eu/x CloudTrail/x CloudTrail", "AWSLogs/1/CloudTrail-Digest/eu/x AWSLogs")
	f("**/CloudTrail/**/*.gz", "CloudTrail/x.gz a/CloudTrail/b/c/x.gz a/CloudTrail/CloudTrail/x.gz", "a/x.gz CloudTrail/x.gz/y")
	f("**/a/**/a/**/b", "a/a/b a/x/a/y/b a/a/a/b/b x/a/a/a/b", "a/b a/x/b a/a/b/c")
	f("a/**/b/*/c", "a/b/x/c a/b/b/x/c a/b/c/b/d/c", "a/b/c b/x/c")
	f("[a-c]?.[^x]", "b1.y x/ca.z", "d1.y b1.x b/1.y")
	f(`\{a\}`, "{a}", "a")
	f("caf\xe9*", "caf\xe9.json", "cafe.json")

	p, err := ParsePatterns("*.gz", "b/*")
	if err != nil || !p.Match("a.gz") || !p.Match("b/x") || p.Match("b/c/x") {
		t.Errorf("two patterns: %v, %v", p, err)
	}
	if !(Patterns{}).Match("anything") {
		t.Error("no patterns do not match")
	}
}

func TestBadPatterns(t *testing.T) {
	for _, pattern := range []string{"", "/a", "a/", "a//b", "[", "a/[b", "[a/b]", `a\`, "a**", "**.gz", "*.{gz,json}", "[]a]", "x[^"} {
		if p, err := ParsePatterns("*.json", pattern); !errors.Is(err, ErrBadPattern) || !strings.Contains(err.Error(), "bad include pattern") {
			t.Errorf("%q: %v, %v; want ErrBadPattern", pattern, p, err)
		}
	}
}

// What is parsed never fails later; segment by segment it is path.Match.
func FuzzPatterns(f *testing.F) {
	for _, s := range [][2]string{{"*.gz", "a/b.gz"}, {"a/**/b", "a/x/b"}, {"[a-c]", "b"}, {`\[`, "["}, {"**/**", "a"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		p, err := ParsePatterns(pattern)
		if err != nil {
			if !errors.Is(err, ErrBadPattern) {
				t.Fatalf("%q: %v", pattern, err)
			}
			return
		}
		if strings.Count(pattern, "**") > 4 || strings.Count(name, "/") > 12 {
			return // slow in the reference
		}
		segments := strings.Split(name, "/")
		want, err := reference(strings.Split(pattern, "/"), segments)
		if !want && err == nil && !strings.Contains(pattern, "/") {
			want, err = reference([]string{pattern}, segments[len(segments)-1:])
		}
		if err != nil {
			t.Fatalf("%q was parsed but fails on %q: %v", pattern, name, err)
		}
		if got := p.Match(name); got != want {
			t.Fatalf("%q on %q: %v; want %v", pattern, name, got, want)
		}
	})
}

// reference tries all that a ** may stand for.
func reference(glob, name []string) (bool, error) {
	if len(glob) == 0 {
		return len(name) == 0, nil
	}
	if glob[0] != "**" {
		if len(name) == 0 {
			return false, nil
		}
		ok, err := path.Match(glob[0], name[0])
		if !ok || err != nil {
			return false, err
		}
		return reference(glob[1:], name[1:])
	}
	for i := 0; i <= len(name); i++ {
		if ok, err := reference(glob[1:], name[i:]); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}
