package indicators

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var severities = []Severity{Informational, Low, Medium, High, Critical}

// anyIndicator draws a row. A rule's tactic and weight follow from its name,
// as they do in a rule pack.
func anyIndicator(t *rapid.T) Indicator {
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		return agentRow(rapid.StringMatching(`[a-d]`).Draw(t, "agent"), rapid.Bool().Draw(t, "account"))
	case 1:
		return placeRow(rapid.StringMatching(`[a-d]`).Draw(t, "place"), rapid.Bool().Draw(t, "account"))
	case 2:
		return asoRow(rapid.StringMatching(`[a-d]`).Draw(t, "aso"), rapid.Bool().Draw(t, "account"))
	default:
		rule := rapid.IntRange(0, 40).Draw(t, "rule")
		weights := []int{1, 3, 5, 6, 7, 10, 15, 25, 40, 70, 100}
		i := ttpRow(fmt.Sprint("tactic", rule%6), fmt.Sprint(rule), weights[rule%len(weights)],
			rapid.Int64Range(0, 2).Draw(t, "success"), rapid.Int64Range(0, 2).Draw(t, "failure"))
		i.Evidence.Habitual = rapid.Bool().Draw(t, "habit")
		return i
	}
}

// TestMoreEvidenceNeverLowersTheSeverity is the promise of Rate.
func TestMoreEvidenceNeverLowersTheSeverity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(anyIndicator), 0, 30).Draw(t, "list")
		one := rapid.Custom(anyIndicator).Draw(t, "one more")
		state := Training(rapid.IntRange(0, 2).Draw(t, "training"))
		less, p := Rate(slices.Clone(list), state)
		more, q := Rate(append(slices.Clone(list), one), state)
		if q.Total < p.Total || slices.Index(severities, more) < slices.Index(severities, less) {
			t.Fatalf("%s with %d points became %s with %d", less, p.Total, more, q.Total)
		}
	})
}

// TestCapsHold checks every cap, that lines add up and that the order of the
// rows changes nothing.
func TestCapsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Custom(anyIndicator), 0, 60).Draw(t, "list")
		state := Training(rapid.IntRange(0, 2).Draw(t, "training"))
		s, p := Rate(slices.Clone(list), state)
		sum, ttp, novel := 0, 0, 0
		for _, l := range p.Table {
			if l.Points < 0 || l.Points > l.Cap {
				t.Fatalf("line over its cap: %+v", l)
			}
			sum += l.Points
			if l.IndicatorType == TTPObserved {
				ttp += l.Points
			} else {
				novel += l.Points
			}
		}
		if sum != p.Total || ttp > TTPCap {
			t.Fatalf("lines add up to %d, total is %d, TTPs are %d", sum, p.Total, ttp)
		}
		if state != Trained && band(novel) != Informational && band(novel) != Low {
			t.Fatalf("novelty in training gives %d points", novel)
		}
		if s == Critical && (ttp == 0 || novel == 0 || state != Trained) {
			t.Fatalf("critical with %d and %d points", ttp, novel)
		}
		mixed := rapid.Permutation(list).Draw(t, "mixed")
		if s2, q := Rate(mixed, state); s2 != s || q.Total != p.Total {
			t.Fatalf("another order gives %s with %d points, not %s with %d", s2, q.Total, s, p.Total)
		}
	})
}
