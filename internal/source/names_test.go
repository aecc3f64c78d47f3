package source

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStamp(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		got := ""
		if stamp, ok := StampOf(name); ok {
			got = stamp.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%s: %q; want %q", name, got, want)
		}
	}
	f("111122223333_CloudTrail_us-east-2_20210729T2355Z_1lQFb8HU3K2s72AX.json.gz", "2021-07-29 23:55")
	f("111122223333_CloudTrail_us-east-1-20200930T2300.json", "2020-09-30 23:00")
	f("111122223333_vpcflowlogs_us-east-1_fl-1234_20230704T0000Z_98fd.log.gz", "2023-07-04 00:00")
	f("20200930T2300", "2020-09-30 23:00")
	f("x20200930T2300x", "2020-09-30 23:00")
	f("99999999T9999_20200930T2300Z", "2020-09-30 23:00")
	f("20200230T2300", "")
	f("20200930T2400", "")
	f("120200930T2300", "")
	f("20200930T23001", "")
	f("20200930-2300", "")
	f("", "")
}

func FuzzURI(f *testing.F) {
	for _, path := range []string{"/logs/a b.json", "/caf\xe9", "/50%", "/%41", "/\uFFFD", "/\xef\xbf", "/a\nb", "/é\u202e"} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		uri := EscapeName(path)
		if !utf8.ValidString(uri) || strings.ContainsAny(uri, "\n\r\x00\x1b") {
			t.Fatalf("%q: URI %q is no plain text", path, uri)
		}
		if back, err := UnescapeName(uri); err != nil || back != path {
			t.Fatalf("%q: URI %q leads to %q, %v", path, uri, back, err)
		}
	})
}

func TestBadURI(t *testing.T) {
	for _, uri := range []string{"/a%", "/a%4", "/a%zz"} {
		if path, err := UnescapeName(uri); err == nil {
			t.Errorf("%s: path %q", uri, path)
		}
	}
}
