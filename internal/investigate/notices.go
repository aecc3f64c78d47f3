package investigate

import (
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// notices says what limits the report as a whole: the grain, the training
// period and the logs that the graph has.
func notices(f *indicators.Facts, st warehouse.Status, from, to time.Time) []string {
	out := []string{}
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if !f.Scope.From.Equal(from) || !f.Scope.To.Equal(to) {
		add("The scope was widened to whole hours: %s to %s.", stamp(f.Scope.From), stamp(f.Scope.To))
	}
	if len(f.Uses) == 0 {
		add("The principal was not active in the scope.")
	}
	state, days := f.Training()
	switch state {
	case indicators.NoBaseline:
		add("No baseline: the principal was not active in the %d days before the scope, so every place, network operator "+
			"and user agent is new. Novelty counts a quarter.", indicators.BaselineDays)
	case indicators.InTraining:
		add("Training period: the baseline reaches back %s, %d days are needed for novelty to count in full; it counts half.",
			indicators.Reach(days), indicators.TrainingDays)
	}
	if st.First.After(f.Baseline.From) {
		add("The graph's logs begin at %s, the baseline would begin at %s.", stamp(st.First), stamp(f.Baseline.From))
	}
	// Last is the start of the hour of the newest event.
	if end := st.Last.Add(time.Hour); !st.Last.IsZero() && end.Before(f.Scope.To) {
		add("The graph's logs end in the hour of %s, before the end of the scope.", stamp(st.Last))
	}
	return out
}

// stamp formats a time for people: minutes, UTC.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }
