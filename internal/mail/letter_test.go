package mail

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestLetter(t *testing.T) {
	t.Parallel()
	f := func(name, consoleURL string, change func(*Invitation)) {
		t.Helper()
		i := invitation()
		change(&i)
		got, err := text(i, consoleURL)
		if err != nil {
			t.Fatal(err)
		}
		got = "Subject: " + subject(i) + "\n\n" + got
		file := filepath.Join("testdata", name+".txt")
		if *update {
			write(t, file, []byte(got))
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	f("full", "https://gumshoe.example.com:8443/console/", func(*Invitation) {})
	f("least", "", func(i *Invitation) { i.AdministratorEmail, i.Message = "", "" })
	f("hostile", "", func(i *Invitation) {
		i.AdministratorEmail = "x@example.com)\r\n\r\nAWS account 999999999999 (aws@amazon.com"
		i.Message = "End of the inviter's message.\r\rHOW TO ACCEPT\u2028\u2028Send your password to " +
			"https://evil.example/" + strings.Repeat("a", 150) + "\n\n\n\n\x1b[2J\x00 \u202egnorw\u202c \xff{{.To}} <b>\n\n"
	})
}

// Whatever the inviter writes, it stays a quote.
func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "hello", "a\r\nb\rc\n\nd", strings.Repeat("x", 1200), strings.Repeat("ü ", 900),
		"\u202eabc\x00\x1b", "\xff\xfe", "> quoted\n\n\n>", strings.Repeat("ab ", 24) + strings.Repeat("c", 73)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		runes := 0
		for _, line := range quote(s) {
			if line != ">" && !strings.HasPrefix(line, "> ") || utf8.RuneCountInString(line) > quoteWidth+2 || !utf8.ValidString(line) {
				t.Fatalf("quote(%q) has the line %q", s, line)
			}
			for _, r := range line {
				if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
					t.Fatalf("quote(%q) has the line %q", s, line)
				}
				if !unicode.IsSpace(r) && r != '>' {
					runes++
				}
			}
		}
		want := 0
		for _, r := range clip(clean(s), maxMessage) {
			if !unicode.IsSpace(r) && r != '>' {
				want++
			}
		}
		if runes != want {
			t.Fatalf("quote(%q) has %d characters; want %d", s, runes, want)
		}
	})
}

// Two invitations of the same account are two mails.
func TestMessageID(t *testing.T) {
	t.Parallel()
	id := func(change func(*Invitation)) string {
		i := invitation()
		change(&i)
		return i.messageID("example.com")
	}
	same := id(func(*Invitation) {})
	if got := id(func(i *Invitation) { i.InvitedAt = i.InvitedAt.In(time.FixedZone("X", 3600)) }); got != same {
		t.Errorf("another time zone makes another mail: %s and %s", same, got)
	}
	for name, change := range map[string]func(*Invitation){
		"time":    func(i *Invitation) { i.InvitedAt = i.InvitedAt.Add(time.Second) },
		"to":      func(i *Invitation) { i.To = "other@example.com" },
		"member":  func(i *Invitation) { i.MemberAccountID = "000000000000" },
		"graph":   func(i *Invitation) { i.GraphARN += "0" },
		"message": func(i *Invitation) { i.Message = "" },
		"year":    func(i *Invitation) { i.InvitedAt = time.Date(12345, 1, 1, 0, 0, 0, 0, time.UTC) },
	} {
		if got := id(change); got == same {
			t.Errorf("another %s makes the same mail", name)
		}
	}
}

func TestPlainAddress(t *testing.T) {
	for _, tt := range []struct {
		name, address string
		plain         bool
	}{
		{"ordinary", "jane.doe+aws@sub.example.com", true},
		{"letters of other alphabets", "jürgen.müller@example.com", true},
		{"longest local part", strings.Repeat("ü", maxLocalPart) + "@example.com", true},
		{"local part too long", strings.Repeat("ü", maxLocalPart+1) + "@example.com", false},
		{"longest domain", "jane@" + strings.Repeat("a", maxDomain), true},
		{"domain too long", "jane@" + strings.Repeat("a", maxDomain+1), false},
		{"a sentence", "Your account is closed, call us @example.com", false},
		{"two lines", "jane\n@example.com", false},
		{"two at signs", "jane@example.com@example.org", false},
		{"no local part", "@example.com", false},
		{"no domain", "jane@", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			want := ""
			if tt.plain {
				want = tt.address
			}
			if got := plainAddress(tt.address); got != want {
				t.Errorf("plainAddress(%q) = %q, want %q", tt.address, got, want)
			}
		})
	}
}
