package simulate

import (
	"math"
	"math/rand/v2"
	"time"
)

// schedule spreads a day's events over local hours; the 24 weights sum to 1.
type schedule struct {
	hours   [24]float64
	weekend float64 // share of a working day's events on a weekend day
}

func newSchedule(weekend float64, weights ...float64) *schedule {
	s := &schedule{weekend: weekend}
	sum := 0.0
	for h := range s.hours {
		s.hours[h] = weights[h%len(weights)]
		sum += s.hours[h]
	}
	for h := range s.hours {
		s.hours[h] /= sum
	}
	return s
}

// Business hours with a dip at noon, as of a person; a delivery pipeline,
// which also runs at night; a service that follows its customers; a night job.
func newSchedules() (person, pipeline, service, steady, nightly *schedule) {
	person = newSchedule(0.04,
		.02, .01, .005, .005, .005, .01, .05, .3, .8, 1.2, 1.3, 1.2, .6, .9, 1.2, 1.2, 1.1, .8, .4, .2, .15, .1, .06, .04)
	pipeline = newSchedule(0.2,
		.3, .3, 1.2, .3, .2, .2, .3, .5, 1, 1.5, 1.7, 1.6, 1.2, 1.4, 1.7, 1.7, 1.5, 1.2, .8, .6, .5, .4, .3, .3)
	service = newSchedule(0.7,
		.5, .4, .4, .4, .4, .5, .7, .9, 1.1, 1.2, 1.3, 1.3, 1.3, 1.3, 1.3, 1.2, 1.2, 1.1, 1.1, 1, .9, .8, .7, .6)
	steady = newSchedule(1, 1)
	nightly = newSchedule(1,
		0, 0, 0, 1, .3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return person, pipeline, service, steady, nightly
}

// share returns what part of a working day's events falls into the hour that
// begins at t (UTC) for somebody zone minutes east of UTC.
func (s *schedule) share(t time.Time, zone int) float64 {
	local := t.Add(time.Duration(zone) * time.Minute)
	share := s.hours[local.Hour()]
	if d := local.Weekday(); d == time.Saturday || d == time.Sunday {
		share *= s.weekend
	}
	return share
}

// poisson draws from a Poisson distribution, by its normal approximation
// above 30.
func poisson(r *rand.Rand, mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 30 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	limit, product, n := math.Exp(-mean), r.Float64(), 0
	for product > limit {
		product *= r.Float64()
		n++
	}
	return n
}

// burstSize draws the number of calls in one go, at least 1, with the given
// mean: mostly short, now and then six times as long.
func burstSize(r *rand.Rand, mean float64) int {
	scale := (mean - 0.5) * 0.5
	if r.IntN(5) == 0 {
		scale *= 6
	}
	return 1 + int(r.ExpFloat64()*max(scale, 0))
}

// gap draws the seconds between two calls of a burst: 75 % are zero, as
// measured on a person at the console.
func gap(r *rand.Rand) int64 {
	switch n := r.IntN(100); {
	case n < 75:
		return 0
	case n < 92:
		return 1 + int64(r.IntN(4))
	default:
		return 5 + int64(r.IntN(50))
	}
}
