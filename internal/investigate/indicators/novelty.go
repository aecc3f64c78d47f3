package indicators

import (
	"cmp"
	"maps"
	"slices"
)

// MaxBaselineValues bounds the values that a BaselineSeen shows.
const MaxBaselineValues = 20

// novelty makes the evidence that the three NEW_ types share: when and how
// often the value was seen, and the values of the baseline that it differs
// from, the most frequent ones first.
func (f *Facts) novelty(s Seen, values map[string]int64) Evidence {
	state, days := f.Training()
	return Evidence{
		FirstSeen: s.First, LastSeen: s.Last,
		SuccessCount: s.Success, FailureCount: s.Failure,
		EventIDs: []string{},
		Baseline: &BaselineSeen{
			From: f.Baseline.From, To: f.Baseline.To,
			Days: f.Principal.Days, Values: mostFrequent(values, MaxBaselineValues),
		},
		Note: state.Note(days),
	}
}

// mostFrequent returns the n entries of m with the highest counts, the
// smaller key first among equals.
func mostFrequent(m map[string]int64, n int) map[string]int64 {
	keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
	top := make(map[string]int64, min(n, len(keys)))
	for _, k := range keys[:min(n, len(keys))] {
		top[k] = m[k]
	}
	return top
}
