package duckdb

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const guid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"

func TestStoredID(t *testing.T) {
	t.Parallel()
	f := func(id, rest string) {
		t.Helper()
		s := newStoredID(id)
		if s.rest != rest || s.String() != id {
			t.Errorf("%q is stored with %q, which gives %q; want %q", id, s.rest, s.String(), rest)
		}
	}
	digits := strings.Repeat("0123456789abcdef", 2)
	f(guid, "")
	f(guid+"/ResponseComplete", "/ResponseComplete")
	f(strings.ToUpper(guid), "="+strings.ToUpper(guid))
	f("~"+digits, "~")
	f("masked~"+digits, "~masked")
	f(guid+"~"+digits, "~"+guid)
	f(guid+"~x", "="+guid+"~x")
	f(guid+"=", "="+guid+"=")
	f("", "=")
	f("=", "==")
	f("ev-1", "=ev-1")
}

// TestStoredIDRoundTrip: different ids are stored differently and come back.
func TestStoredIDRoundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[~=/a]{0,2}`))
	hex := rapid.StringMatching(`[0-9a-f]{32}`)
	id := rapid.Custom(func(t *rapid.T) string {
		head := rapid.SampledFrom([]string{"", guid, strings.ToUpper(guid), guid[:35]}).Draw(t, "head")
		tail := rapid.SampledFrom([]string{"", "~" + hex.Draw(t, "hex"), "~"}).Draw(t, "tail")
		return head + text.Draw(t, "text") + tail
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := id.Draw(t, "a"), id.Draw(t, "b")
		if got := newStoredID(a).String(); got != a {
			t.Fatalf("%q comes back as %q", a, got)
		}
		if a != b && newStoredID(a) == newStoredID(b) {
			t.Fatalf("%q and %q are stored as one", a, b)
		}
	})
}

func TestCutRaw(t *testing.T) {
	t.Parallel()
	f := func(raw string, how uint32) {
		t.Helper()
		cut, got := cutRaw(nil, []byte(raw), guid)
		if got != how || got > 0 && len(cut) != len(raw)-len(guid) {
			t.Errorf("%s is cut to %s (%d); want %d", raw, cut, got, how)
		}
		if back := restoreRaw(cut, guid, got); string(back) != raw {
			t.Errorf("%s comes back as %s", raw, back)
		}
	}
	f(`{"eventID":"`+guid+`","a":1}`, 1)
	f(`{"a":1, "eventID": "`+guid+`"}`, 2)
	f(`{"eventID":"","x":{"eventID":"`+guid+`"}}`, 1)
	f(`{"eventID":"`+guid+`","x":{"eventID":""}}`, 0)
	f(`{"x":{"eventID":"`+guid+`"},"eventID":"`+guid+`"}`, 1)
	for n := range 2 * markBlock { // wherever a block of the search ends
		f(`{"eventID":"`+guid+`","a":"`+strings.Repeat("D", n)+`"}`, 1)
	}
	f(`{"eventID":"`+strings.ToUpper(guid)+`"}`, 0)
	f(`{"eventID": "","eventID":"`+guid+`"}`, 1)
	f(`{"eventID":"`+guid, 0)
	f(`{"eventID":"`+guid+`x"}`, 0)
	f(`{"eventID" : "`+guid+`"}`, 0)
	f(`{}`, 0)
	f(``, 0)
}

func FuzzCutRaw(f *testing.F) {
	f.Add([]byte(`{"eventID":"`+guid+`","a":1}`), guid)
	f.Add([]byte(`{"eventID": "`+guid+`","eventID":""}`), guid)
	f.Add([]byte(`{"eventID":""}`), "")
	f.Fuzz(func(t *testing.T, raw []byte, id string) {
		cut, how := cutRaw(nil, raw, id)
		if back := restoreRaw(cut, id, how); !bytes.Equal(back, raw) {
			t.Errorf("%q with %q comes back as %q", raw, id, back)
		}
	})
}
