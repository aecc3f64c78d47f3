package rules

import (
	"path"
	"regexp"
	"strings"
	"testing"
)

// builtin loads the pack, which must load without errors.
func builtin(t testing.TB) *Pack {
	t.Helper()
	p, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBuiltinRules runs the tests beside each rule and holds the conventions
// of the pack.
func TestBuiltinRules(t *testing.T) {
	t.Parallel()
	uuid := regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	procedures := map[string]string{}
	for _, r := range builtin(t).Rules() {
		t.Run(strings.TrimSuffix(r.Path, ".yml"), func(t *testing.T) {
			if err := r.Check(); err != nil {
				t.Error(err)
			}
			match, miss := 0, 0
			for _, c := range r.Tests {
				if c.Match {
					match++
				} else {
					miss++
				}
			}
			if match == 0 || miss == 0 {
				t.Errorf("%d positive and %d near-miss tests; want at least one of each", match, miss)
			}
			if got, want := strings.ReplaceAll(strings.ToLower(r.Tactic().Name), " ", "-"), path.Dir(r.Path); got != want {
				t.Errorf("primary tactic %q stands in folder %q", got, want)
			}
			if id := r.Technique(); id.ID == "" || id.Name == id.ID {
				t.Errorf("primary technique %+v is not in the pinned ATT&CK data", id)
			}
			if !uuid.MatchString(r.ID) {
				t.Errorf("id %q is no UUID", r.ID)
			}
			if r.Description == "" || len(r.FalsePositives) == 0 || r.Status == "" {
				t.Error("description, falsepositives and status are wanted")
			}
			if other := procedures[r.Procedure]; other != "" || r.Procedure == r.Title || strings.HasSuffix(r.Procedure, ".") {
				t.Errorf("procedure %q must be one sentence of its own without a full stop (also in %q)", r.Procedure, other)
			}
			procedures[r.Procedure] = r.Path
			if r.anyCaller {
				t.Error("rule of the pack matches AWS services")
			}
		})
	}
}

// weightBands are the bands of packs/README.md by level.
var weightBands = map[Level][2]int{
	Informational: {1, 4}, Low: {2, 15}, Medium: {10, 35}, High: {35, 60}, Critical: {60, 100},
}

func TestBuiltinWeights(t *testing.T) {
	t.Parallel()
	for _, r := range builtin(t).Rules() {
		b := weightBands[r.Level]
		if r.Weight < b[0] || r.Weight > b[1] {
			t.Errorf("%s: weight %d of level %s is outside of %v", r.Path, r.Weight, r.Level, b)
		}
	}
}

// TestBuiltinIndexed: a rule without a bound on the event name is evaluated
// on every event.
func TestBuiltinIndexed(t *testing.T) {
	t.Parallel()
	p := builtin(t)
	for _, e := range p.unnamed {
		t.Errorf("%s is not bounded by an event name", e.rule.Path)
	}
	if n := len(p.Rules()); n < 60 {
		t.Errorf("%d rules; want at least 60", n)
	}
}
