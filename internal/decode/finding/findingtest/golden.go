package findingtest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// Parser is what both decoders have.
type Parser interface {
	Parse(s *jsonscan.Scanner, f *finding.Finding) error
}

// separator stands between the input and the rendering in a golden file.
const separator = "\n----\n"

// Golden parses the input of every golden file in folder dir, a finding in
// JSON, and compares the rendering of what comes of it. With update it writes
// the rendering anew.
func Golden(t *testing.T, p Parser, dir string, update bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in, want, _ := strings.Cut(string(content), separator)
			got := Outcome(p, in)
			if update {
				if err := os.WriteFile(file, []byte(in+separator+got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		})
	}
}

// Input returns the input of a golden file.
func Input(t testing.TB, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	in, _, ok := strings.Cut(string(content), separator)
	if !ok {
		t.Fatalf("%s has no separator", file)
	}
	return in
}

// Inputs returns the inputs of all golden files in folder dir, for a corpus.
func Inputs(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files in %s: %v", dir, err)
	}
	var all []string
	for _, file := range files {
		all = append(all, Input(t, file))
	}
	return all
}

// Parse parses one finding, in a stream that goes on behind it, and checks
// that the scanner stands behind it then.
func Parse(p Parser, in string) (finding.Finding, error) {
	var s jsonscan.Scanner
	// Another value behind it: a scanner takes the end for more to come.
	s.Reset([]byte(in+" null "), 0)
	f := finding.Finding{ID: "of the finding before", Resources: make([]finding.Resource, 3)}
	err := p.Parse(&s, &f)
	var rejection *decode.Rejection
	if err == nil || errors.As(err, &rejection) {
		if s.Kind() != jsonscan.Null {
			return f, errors.New("the scanner does not stand behind the finding")
		}
	}
	return f, err
}

// Outcome renders what comes of a finding: itself or why it is rejected.
func Outcome(p Parser, in string) string {
	f, err := Parse(p, in)
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	return Render(&f)
}
