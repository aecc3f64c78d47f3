package baseline

import "time"

// Days is how many days before the scope time an entity is compared with, and
// TrainingDays how many of them it takes until that says something (Detective
// user guide, data-training-period).
const (
	Days         = 45
	TrainingDays = 14
)

// Window returns the time that a scope time is compared with: the Days before
// it.
func Window(scopeStart time.Time) (from, to time.Time) {
	return scopeStart.AddDate(0, 0, -Days), scopeStart
}

// Training says how much of the baseline there is.
type Training struct {
	Days     float64 // from the first sign of the entity in the window to the start of the scope time
	Complete bool    // at least TrainingDays of them
}

// TrainingOf returns the training of an entity that was first seen at first, in
// a graph whose logs begin at begins. A zero first says that it was never seen
// before the scope time.
func TrainingOf(first, begins, scopeStart time.Time) Training {
	from, to := Window(scopeStart)
	if first.IsZero() || !first.Before(to) {
		return Training{}
	}
	for _, t := range []time.Time{first, begins} {
		if t.After(from) {
			from = t
		}
	}
	days := max(0, to.Sub(from).Hours()/24)
	return Training{Days: days, Complete: days >= TrainingDays}
}
