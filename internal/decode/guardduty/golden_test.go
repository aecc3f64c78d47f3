package guardduty

import (
	"flag"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/findingtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGolden(t *testing.T) { findingtest.Golden(t, new(Parser), "testdata", *update) }

// A member of an unexpected kind costs that member only.
func TestOddMembers(t *testing.T) { t.Parallel(); findingtest.OddMembers(t, new(Parser), "testdata") }

func FuzzParser(f *testing.F) {
	for _, in := range findingtest.Inputs(f, "testdata") {
		f.Add([]byte(in))
	}
	for _, c := range quirks {
		f.Add([]byte(c.in))
	}
	for _, c := range rejected {
		f.Add([]byte(c.in))
	}
	f.Fuzz(func(t *testing.T, in []byte) { findingtest.Check(t, new(Parser), in) })
}
