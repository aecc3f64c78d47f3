package sigv4

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCanonicalPath(t *testing.T) {
	t.Parallel()
	for wire, want := range map[string]string{
		"": "/", "/": "/", "/graph": "/graph", "/a/../b//c/": "/a/../b//c/", "/a b~-._": "/a%20b~-._",
		"/tags/arn%3Aaws": "/tags/arn%253Aaws", "/tags/arn:aws": "/tags/arn%3Aaws", "/ä": "/%C3%A4",
	} {
		if got := canonicalPath(wire); got != want {
			t.Errorf("canonicalPath(%q) = %q, want %q", wire, got, want)
		}
	}
}

var canonicalText = regexp.MustCompile(`^(?:[A-Za-z0-9._~/=&-]|%[0-9A-F]{2})*$`)

// FuzzCanonicalPath: two paths never have the same canonical form, or a
// signature for one would do for the other; and it has no line break.
func FuzzCanonicalPath(f *testing.F) {
	for _, seed := range []string{"/graph", "/tags/arn%3Aaws%3Adetective", "/a%2Fb//../ä\n\xff", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, wire string) {
		got := canonicalPath(wire)
		if !canonicalText.MatchString(got) {
			t.Fatalf("%q: canonical %q", wire, got)
		}
		back, err := url.PathUnescape(got)
		if err != nil || back != wire && wire != "" {
			t.Fatalf("%q: canonical %q means %q, %v", wire, got, back, err)
		}
	})
}

// FuzzCanonicalQuery: the canonical form means what the server reads from the
// query, whatever order and encoding it came in, and is its own canonical
// form.
func FuzzCanonicalQuery(f *testing.F) {
	for _, seed := range []string{"", "a=1&b=2", "tagKeys=a%20b&tagKeys=c", "b=%2B+&a&=x&&a==", "k=%e4%zz", "a;b=1", "ä=\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := canonicalQuery(raw)
		read, parseErr := url.ParseQuery(raw)
		if err != nil {
			if parseErr == nil {
				t.Fatalf("%q: %v, but the server reads %v", raw, err, read)
			}
			return
		}
		if !canonicalText.MatchString(got) || strings.Contains(got, "/") {
			t.Fatalf("%q: canonical %q", raw, got)
		}
		if again, err := canonicalQuery(got); err != nil || again != got {
			t.Fatalf("%q: canonical %q, whose canonical form is %q, %v", raw, got, again, err)
		}
		parts := strings.Split(raw, "&")
		slices.Reverse(parts)
		if other, err := canonicalQuery(strings.Join(parts, "&")); err != nil || other != got {
			t.Fatalf("%q: canonical %q, backwards %q, %v", raw, got, other, err)
		}
		if parseErr != nil {
			return // the server refuses it after the signature
		}
		meant, err := url.ParseQuery(got)
		if err != nil {
			t.Fatalf("%q: canonical %q: %v", raw, got, err)
		}
		for _, values := range []url.Values{read, meant} {
			for name := range maps.Keys(values) {
				slices.Sort(values[name])
			}
		}
		if diff := cmp.Diff(read, meant); diff != "" {
			t.Fatalf("%q: canonical %q (-read +meant)\n%s", raw, got, diff)
		}
	})
}
