package baseline

import (
	"math"
	"slices"
)

// Traffic is what is normal for the bytes of an hour. Bytes differ by factors,
// so their logarithms are compared: with the median of the same hour of the
// week, by the median of the absolute deviations (MAD). Of less than
// TrainingDays, which are two weeks, an hour of the week has too few: then the
// average of the hours before, the later ones weighing more (EWMA), takes the
// median's place.
type Traffic struct {
	hours [hoursOfWeek]center
	all   center
	weeks bool // there is enough for hours of the week
}

// center is the middle of logarithms and how far they lie from it.
type center struct {
	middle, spread float64
	n              int
}

const (
	// madScale makes a MAD comparable with a standard deviation (Rousseeuw and
	// Croux, 1993).
	madScale = 1.4826
	// leastSpread is 28 %: hours that were all the same would make any other one
	// unusual.
	leastSpread = 0.25
	// ewmaWeight is that of the latest hour.
	ewmaWeight = 0.05
	// UnusualDeviations and UnusualBytes both belong to unusual traffic.
	UnusualDeviations = 6
	UnusualBytes      = 10e6
)

// LearnTraffic learns from the bytes of consecutive hours, the first of which is
// the hour first since the Unix epoch.
func LearnTraffic(first int64, bytes []uint64) *Traffic {
	t := &Traffic{weeks: len(bytes) >= TrainingDays*24}
	if !t.weeks {
		t.all = ewma(bytes)
		return t
	}
	var logs [hoursOfWeek][]float64
	for i, n := range bytes {
		h := hourOfWeek(first + int64(i))
		logs[h] = append(logs[h], math.Log1p(float64(n)))
	}
	for h := range logs {
		t.hours[h] = medianOf(logs[h])
	}
	return t
}

// medianOf overwrites logs.
func medianOf(logs []float64) center {
	c := center{n: len(logs)}
	if c.n == 0 {
		return c
	}
	c.middle = median(logs)
	for i := range logs {
		logs[i] = math.Abs(logs[i] - c.middle)
	}
	c.spread = madScale * median(logs)
	return c
}

// median sorts all, which must not be empty.
func median(all []float64) float64 {
	slices.Sort(all)
	n := len(all)
	return (all[(n-1)/2] + all[n/2]) / 2
}

func ewma(bytes []uint64) center {
	c := center{n: len(bytes)}
	var variance float64
	for i, n := range bytes {
		x := math.Log1p(float64(n))
		if i == 0 {
			c.middle = x
			continue
		}
		d := x - c.middle
		c.middle += ewmaWeight * d
		variance = (1 - ewmaWeight) * (variance + ewmaWeight*d*d)
	}
	c.spread = math.Sqrt(variance)
	return c
}

// TrafficVerdict is how far the bytes of an hour lie from what is normal.
type TrafficVerdict struct {
	Median, Low, High float64 // bytes; Low and High are UnusualDeviations away
	Observed          uint64
	Deviations        float64
	Unusual           bool
	Hours             int  // that the median is of
	Average           bool // there is not enough for a median by the hour of the week: see Traffic
}

// Judge compares the bytes of an hour, counted since the Unix epoch, with what
// is normal.
func (t *Traffic) Judge(h int64, observed uint64) TrafficVerdict {
	c := t.all
	if t.weeks {
		c = t.hours[hourOfWeek(h)]
	}
	spread := max(c.spread, leastSpread)
	v := TrafficVerdict{Median: math.Expm1(c.middle), Observed: observed, Hours: c.n, Average: !t.weeks,
		Low: max(0, math.Expm1(c.middle-UnusualDeviations*spread)), High: math.Expm1(c.middle + UnusualDeviations*spread),
		Deviations: (math.Log1p(float64(observed)) - c.middle) / spread}
	v.Unusual = c.n > 0 && v.Deviations >= UnusualDeviations && observed >= UnusualBytes
	return v
}
