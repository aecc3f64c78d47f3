package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadConfig(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "gumshoe.yaml")
	read := func(content string) (config, error) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return readConfig(path)
	}

	for content, want := range map[string]config{
		"":                                    {Regions: []string{"us-east-1"}},
		"# nothing\n":                         {Regions: []string{"us-east-1"}},
		"regions: []\n":                       {Regions: []string{"us-east-1"}},
		"regions: [eu-west-1, us-gov-west-1]": {Regions: []string{"eu-west-1", "us-gov-west-1"}},
		"geo:\n  asn: [/a.mmdb]\n  overlay:\n  - /b.csv\n": {Regions: []string{"us-east-1"},
			Geo: geoConfig{ASN: []string{"/a.mmdb"}, Overlay: []string{"/b.csv"}}},
		"quotas: {members: 5, bytes_per_day: 10000000000000}\nthrottle: {per_second: 0.5, burst: 3}\n": {Regions: []string{"us-east-1"},
			Quotas: quotaConfig{5, 10_000_000_000_000}, Throttle: throttleConfig{0.5, 3}},
		"organization: {source: aws, profile: audit}\naudit: {keep_bytes: -1}\nmail: {host: localhost, tls: none, from: a@b.example}": {
			Regions: []string{"us-east-1"}, Organization: organizationConfig{Source: "aws", Profile: "audit"},
			Audit: auditConfig{-1}, Mail: mailConfig{Host: "localhost", TLS: "none", From: "a@b.example"}},
	} {
		got, err := read(content)
		if err != nil {
			t.Errorf("%q: %v", content, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want)\n%s", content, diff)
		}
	}

	for content, want := range map[string]string{
		"regions: [us-east-1]\nregoins: []\n": `line 2: there is no member "regoins"`,
		"geo:\n  city: []\n  town: []\n":      `line 3: there is no member "town"`,
		"regions: [here]\n":                   `regions: "here" is no Region; one is us-east-1`,
		"regions: ['us-east-1\n']\n":          `is no Region`,
		"regions: us-east-1\n":                "line 1: want a list of texts `us-east-1`",
		"\ngeo: [x]\n":                        "line 2: want names with values",
		"a: 1\nb: 2\n":                        `line 1: there is no member "a"; line 2: there is no member "b"`,
		"regions:\n\t- us-east-1\n":           "line 2: found character that cannot start any token",
		"regions: [us-east-1\n":               "line ",
		"regions: &a [*a]\n":                  "line 1: want a text",
		"just words\n":                        "line 1: want names with values `just words`",
		"quotas: {members: -1}\n":             "quotas.members: -1 is less than 0",
		"quotas: {members: many}\n":           "line 1: want a whole number `many`",
		"quotas: {bytes_per_day: -5}\n":       "quotas.bytes_per_day: -5 is less than 0",
		"throttle: {per_second: fast}\n":      "line 1: want a number `fast`",
		"throttle: {per_second: .nan}\n":      "throttle.per_second: it must be a number",
		"throttle: {per_second: -.inf}\n":     "throttle.per_second: it must be a number",
		"regions: []\n---\nbogus: 1\n":        "there is more behind the end of the document",
		"throttle: {burst: -1}\n":             "throttle.burst: -1 is less than 0",
		"organization: {source: ldap}\n":      `organization.source: "ldap" is neither own nor aws`,
		"organization: {profile: x}\n":        "organization: endpoint and profile are for source: aws",
	} {
		_, err := read(content)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "read configuration "+path+": ") {
			t.Errorf("%q: %v, want %s", content, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "main.") || strings.Contains(err.Error(), "struct") || strings.Contains(err.Error(), "!!")) {
			t.Errorf("%q: an error in words of Go: %v", content, err)
		}
	}

	if got, err := readConfig(""); err != nil || len(got.Regions) != 1 {
		t.Errorf("no file: %v, %v", got, err)
	}
	if _, err := readConfig(filepath.Join(t.TempDir(), "missing")); err == nil || !strings.Contains(err.Error(), "missing") {
		t.Errorf("missing file: %v", err)
	}
}

// FuzzReadConfig: whatever the file holds, the configuration has a Region, or
// the error names the file.
func FuzzReadConfig(f *testing.F) {
	for _, s := range []string{"", "regions: [us-east-1]", "regions: us-east-1", "geo: {city: [a]}", "a: &a [*a]", "- x", "\x00", "regions: [[]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		path := filepath.Join(t.TempDir(), "gumshoe.yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readConfig(path)
		switch {
		case err != nil && !strings.Contains(err.Error(), path):
			t.Errorf("the error does not name the file: %v", err)
		case err == nil && len(c.Regions) == 0:
			t.Error("no Region")
		}
	})
}
