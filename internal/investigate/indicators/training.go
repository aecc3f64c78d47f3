package indicators

import (
	"fmt"
	"time"
)

// TrainingDays is how long behaviour must have been seen before novelty says
// much (source: Detective user guide, data-training-period: two weeks).
const TrainingDays = 14

// BaselineDays is how far before the scope the baseline begins (source:
// Detective user guide, data-training-period: 45 days).
const BaselineDays = 45

// Training says how far the baseline of a principal can be relied on.
type Training uint8

// The states of training.
const (
	Trained    Training = iota // at least TrainingDays of history
	InTraining                 // some history, but the graph or the principal is younger than TrainingDays
	NoBaseline                 // no activity in the baseline: everything is new
)

// Training returns the state and the reach of the baseline in days: from the
// first activity seen, of the graph or of the principal, whichever is later,
// to the start of the scope. Novelty is reported in every state; see Divisor
// for what it counts.
func (f *Facts) Training() (Training, int) {
	if f.Principal.First.IsZero() {
		return NoBaseline, 0
	}
	first := f.Principal.First
	if f.GraphFirst.After(first) {
		first = f.GraphFirst
	}
	age := f.Scope.From.Sub(first)
	days := max(0, int(age/(24*time.Hour)))
	if age < TrainingDays*24*time.Hour {
		return InTraining, days
	}
	return Trained, days
}

// Note returns the sentence that a novelty in this state carries; empty when
// Trained. days is the reach of the baseline.
func (t Training) Note(days int) string {
	switch t {
	case InTraining:
		return fmt.Sprintf("training period: %s of baseline, %d are needed", Reach(days), TrainingDays)
	case NoBaseline:
		return fmt.Sprintf("no baseline: the principal was not active in the %d days before the scope", BaselineDays)
	default:
		return ""
	}
}

// Reach says in words how far a baseline of so many whole days reaches.
func Reach(days int) string {
	switch days {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", days)
	}
}
