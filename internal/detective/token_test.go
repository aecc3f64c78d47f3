package detective

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"
)

func testTokens() (tokens, *clock) {
	c := &clock{t: begin}
	return tokens{key: []byte(strings.Repeat("k", 32)), now: c.now}, c
}

func TestTokens(t *testing.T) {
	t.Parallel()
	tk, clock := testTokens()
	bound := []string{"ListX", "graph", "", "a"}
	for _, place := range []string{"", "7", "a place with ü and \x00", strings.Repeat("x", 400)} {
		token := tk.seal(place, bound)
		if len(token) > 1024 { // PaginationToken's limit
			t.Errorf("the token of a place of %d bytes has %d characters", len(place), len(token))
		}
		if got, err := tk.open(token, bound); err != nil || got != place {
			t.Errorf("open = %q, %v; want %q", got, err, place)
		}
	}

	token := tk.seal("7", bound)
	for _, other := range [][]string{
		nil, {"ListY", "graph", "", "a"}, {"ListX", "graph", "a", ""}, {"ListX", "graph", "", "a", ""},
		{"ListX", "grap", "h", "a"}, {"ListXgraph", "", "a"}, {"ListX", "graph", "", "b"},
	} {
		_, err := tk.open(token, other)
		wantCode(t, strings.Join(other, ","), err, Validation)
	}
	foreign := tk
	foreign.key = []byte(strings.Repeat("K", 32))
	_, err := foreign.open(token, bound)
	wantCode(t, "another service's token", err, Validation)

	clock.add(24*time.Hour - time.Second)
	if _, err := tk.open(token, bound); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	clock.add(time.Second)
	_, err = tk.open(token, bound)
	if e := wantCode(t, "after 24 hours", err, Validation); !strings.Contains(e.Message, "expired") {
		t.Errorf("message of an expired token: %q", e.Message)
	}
}

// No change of a token goes unnoticed, not even one that decodes alike.
func TestTokensTampered(t *testing.T) {
	t.Parallel()
	tk, _ := testTokens()
	bound := []string{"ListX"}
	token := tk.seal("place", bound)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=\n\r "
	for n := range len(token) + 1 {
		for _, c := range []byte(alphabet) {
			inserted := token[:n] + string(c) + token[n:]
			if _, err := tk.open(inserted, bound); err == nil {
				t.Fatalf("%q inserted at %d is not noticed", c, n)
			}
			if n < len(token) && token[n] != c {
				if _, err := tk.open(token[:n]+string(c)+token[n+1:], bound); err == nil {
					t.Fatalf("%q put at %d is not noticed", c, n)
				}
			}
		}
		if n < len(token) {
			if _, err := tk.open(token[:n], bound); err == nil {
				t.Fatalf("a token cut at %d is taken", n)
			}
		}
	}
	// Without the key a later expiry cannot be had.
	raw, err := base64.RawURLEncoding.DecodeString(token)
	must(t, err)
	later := slices.Clone(raw)
	later[0] = 0x7f
	_, err = tk.open(base64.RawURLEncoding.EncodeToString(later), bound)
	wantCode(t, "moved expiry", err, Validation)
}

func FuzzToken(f *testing.F) {
	tk, _ := testTokens()
	genuine := tk.seal("place", []string{"ListX"})
	f.Add(genuine, "place", "ListX")
	f.Add("", "", "")
	f.Add("AAAA", "\x00", "x")
	f.Fuzz(func(t *testing.T, token, place, arg string) {
		if got, err := tk.open(token, []string{arg}); err == nil && (token != genuine || arg != "ListX") {
			t.Fatalf("%q was never made for %q and opens as %q", token, arg, got)
		}
		if got, err := tk.open(tk.seal(place, []string{arg}), []string{arg}); err != nil || got != place {
			t.Fatalf("place %q comes back as %q, %v", place, got, err)
		}
	})
}
