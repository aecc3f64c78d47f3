package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// The test for silent hours.
//
// A stretch is a longest run of hours in which an account has no record of a
// kind of log in any Region, with records before and behind: what lies before
// the first record or behind the last one is no gap. For each of its hours we
// ask how many records there should have been, the least of three medians of
// the records at the same hour of the day:
//
//   - in the 14 days before the stretch,
//   - in the 14 days behind it,
//   - on the same day of the week, in the 4 weeks on either side,
//
// so that a night, a weekend, a burst, an account that is new and one that is
// given up are all expected to be quiet. A median of an even number is the
// lower one. Days of the stretch itself do not count, however long it is.
//
// If records come independently (Poisson), a stretch over which m records are
// expected is silent by chance with probability e^-m, all its hours taken
// together. They do not: one session makes many records. If they come f
// together, m/f sessions are expected, and the chance is e^(-m/f); f is the
// dispersion, variance over mean, which is estimated, and at least one. Up to
// e^-15 (3 in 10,000,000) the stretch is a gap: three hours of an account that
// has 5 records an hour as a clock has them, a day of one whose people make 20
// an hour, 30 at a time.
//
// A year has 8,766 hours in which a stretch can begin, so that even a level
// known exactly gives at most 8,766 × e^-15 = 2.7 false alarms in 1,000 years
// of an account, at the worst of levels; the least of three medians lies below
// the level, which keeps it under one (TestFalseAlarms computes it for levels
// from 0.3 to 40 an hour). An hour of the day that has no record on most days
// is expected to be silent: of accounts with few records nothing is said.
//
// What hours have in common is not seen by this: a public holiday of an
// account that only people use looks like a gap, and the reader knows better.
const (
	enough      = 15.0 // -ln of the chance
	daysAround  = 14
	weeksAround = 4
	leastDays   = 3 // on either side of the stretch, for a median to mean anything

	dayHours  = 24
	weekHours = 7 * dayHours
)

// silentHours finds the stretches without records.
func silentHours(all []*series, name names) []Gap {
	var gaps []Gap
	for _, s := range all {
		for _, t := range s.silences() {
			from, to := warehouse.Hour(t.from), warehouse.Hour(t.to)
			gaps = append(gaps, Gap{Account: name.of(s.account), Origin: s.origin, From: from.Time(), To: to.Time(), Kind: SilentHours,
				Detail: fmt.Sprintf("no %s records for %s; about %s were to be expected",
					s.origin, count(t.to-t.from, "hour"), thousands(int64(math.Round(t.expected))))})
		}
	}
	return gaps
}

// silences returns the stretches that are gaps.
func (s *series) silences() []stretch {
	var long, ignored []stretch
	for i := 1; i < len(s.hours); i++ {
		if s.hours[i].hour == s.hours[i-1].hour+1 {
			continue
		}
		t := newStretch(s, i)
		if t.expected >= enough {
			long = append(long, t)
		}
		if t.expected >= enough || t.to-t.from >= weekHours {
			ignored = append(ignored, t)
		}
	}
	if len(long) == 0 {
		return nil
	}
	together := max(1, s.dispersion(ignored))
	return slices.DeleteFunc(long, func(t stretch) bool { return t.expected/together < enough })
}

// dispersion estimates variance over mean from the records of hours a week
// apart: (a-b)²/(a+b) is one on average if they are independent, whatever the
// level. The largest hundredth is left out, so that one burst does not count,
// and so are hours in stretches that may be gaps or last a week: an odd record
// long before the others says nothing about these.
func (s *series) dispersion(without []stretch) float64 {
	first, last := int(s.hours[0].hour), int(s.hours[len(s.hours)-1].hour)
	counts := func(hour int) bool {
		_, found := slices.BinarySearchFunc(without, hour, func(t stretch, hour int) int {
			switch {
			case t.to <= hour:
				return -1
			case t.from > hour:
				return 1
			}
			return 0
		})
		return hour >= first && hour <= last && !found
	}
	var ratios []float64
	for i, h := range s.hours {
		a := float64(h.records)
		if ahead := int(h.hour) + weekHours; counts(ahead) {
			b := float64(s.at(i, ahead))
			ratios = append(ratios, (a-b)*(a-b)/(a+b))
		}
		// The other hours come to this one as the one ahead of them.
		if behind := int(h.hour) - weekHours; counts(behind) && s.at(i, behind) == 0 {
			ratios = append(ratios, a)
		}
	}
	slices.Sort(ratios)
	ratios = ratios[:len(ratios)-len(ratios)/100]
	sum := 0.0
	for _, r := range ratios {
		sum += r
	}
	return sum / float64(max(1, len(ratios)))
}

// stretch is a run of silent hours of a series. Hours are ints here: sums
// of them do not overflow.
type stretch struct {
	s        *series
	next     int // index of the first hour behind the stretch
	from, to int // without the hours at its ends that are quiet anyway, half-open
	expected float64
}

// newStretch looks at the hours before the one at index next.
func newStretch(s *series, next int) stretch {
	t := stretch{s: s, next: next, from: int(s.hours[next-1].hour) + 1, to: int(s.hours[next].hour)}
	n := t.to - t.from
	// What is expected repeats itself every week.
	levels := make([]uint64, min(n, weekHours))
	for i := range levels {
		levels[i] = t.level(t.from + i)
		t.expected += float64(levels[i]) * float64((n-i+weekHours-1)/weekHours)
	}
	if t.expected < enough {
		return t
	}
	start := t.from
	for levels[(t.to-1-start)%weekHours] == 0 {
		t.to--
	}
	for levels[(t.from-start)%weekHours] == 0 {
		t.from++
	}
	return t
}

// level is the number of records to be expected in a silent hour.
func (t *stretch) level(hour int) uint64 {
	first, last := int(t.s.hours[0].hour), int(t.s.hours[len(t.s.hours)-1].hour)
	var room [max(daysAround, 2*weeksAround)]uint64
	before := func(values []uint64, step, most int) []uint64 {
		for h := hour - roundUp(hour-t.from+1, step); most > 0 && h >= first; h, most = h-step, most-1 {
			values = append(values, t.s.at(t.next-1, h))
		}
		return values
	}
	behind := func(values []uint64, step, most int) []uint64 {
		for h := hour + roundUp(t.to-hour, step); most > 0 && h <= last; h, most = h+step, most-1 {
			values = append(values, t.s.at(t.next, h))
		}
		return values
	}
	level := median(before(room[:0], dayHours, daysAround), leastDays)
	if level == 0 {
		return 0
	}
	if level = min(level, median(behind(room[:0], dayHours, daysAround), leastDays)); level == 0 {
		return 0
	}
	return min(level, median(behind(before(room[:0], weekHours, weeksAround), weekHours, weeksAround), 1))
}

// at is the number of records of an hour, found from the one at index near.
func (s *series) at(near, hour int) uint64 {
	// Where no hours are silent an hour lies as far away as the clock says.
	if i := near + hour - int(s.hours[near].hour); i >= 0 && i < len(s.hours) && int(s.hours[i].hour) == hour {
		return s.hours[i].records
	}
	i, found := slices.BinarySearchFunc(s.hours, hour, func(h hourCount, hour int) int { return int(h.hour) - hour })
	if !found {
		return 0
	}
	return s.hours[i].records
}

// median returns the lower median, 0 when there are fewer than least values.
// It sorts them.
func median(values []uint64, least int) uint64 {
	if len(values) < least {
		return 0
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// roundUp returns the least multiple of step that is at least n.
func roundUp(n, step int) int { return (n + step - 1) / step * step }
