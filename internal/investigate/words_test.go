package investigate

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestEnumerate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "a": "a", "a b": "a and b", "a b c": "a, b and c"} {
		if got := enumerate(strings.Fields(in)); got != want {
			t.Errorf("enumerate(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []string
	}{
		{"", nil},
		{"one two three", []string{"one two", "three"}},
		{"1234567 12", []string{"1234567", "12"}},
		{"12345678", []string{"12345678"}},
		{"a 123456789abc d", []string{"a", "12345678", "9abc d"}},
		{"äöüäöüäö x", []string{"äöüäöüäö", "x"}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, wrap(tt.text, 8)); d != "" {
			t.Errorf("wrap(%q) (-want +got)\n%s", tt.text, d)
		}
	}
}

// FuzzPrintable checks that no text from logs can break out of a table: all
// characters print, no line is too long, and nothing but space is lost.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "plain", "\x1b[2Jgone", "right\u202eleft", "a\nb\tc", "\xff\xfe", strings.Repeat("long", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := clean(s)
		for _, r := range text {
			if !unicode.IsPrint(r) && r != utf8.RuneError {
				t.Fatalf("clean(%q) has %q", s, r)
			}
		}
		lines := wrap(text, 20)
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > 20 || n == 0 {
				t.Fatalf("line of %d characters: %q", n, l)
			}
		}
		space := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got := space(strings.Join(lines, "")); got != space(text) {
			t.Fatalf("wrap(%q) lost text: %q", text, got)
		}
		if n := utf8.RuneCountInString(cut(text, 10)); n > 10 {
			t.Fatalf("cut left %d characters", n)
		}
	})
}
