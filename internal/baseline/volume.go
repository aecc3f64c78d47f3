package baseline

import "math"

// hoursOfWeek are the buckets of a volume: people and pipelines have habits by
// the hour of the day and by the day of the week.
const hoursOfWeek = 168

// Volume is what is normal for a count by the hour.
//
// The count of an hour is taken to be Poisson-distributed with a rate of its
// hour of the week, which is Gamma-distributed: the mean of the hour's counts,
// shrunk to the mean of all hours as if it had been seen for priorWeeks more. The
// distribution of a count is then negative binomial. Its spread is that of the
// rate, which few weeks know badly, and that of the counts themselves, which
// come in bursts, added up.
type Volume struct {
	hours [hoursOfWeek]hour
	// Sample is what was learned of.
	Sample Sample
}

// Sample is what a baseline was learned of.
type Sample struct {
	Hours int    // hours in it, those without a call included
	Calls uint64 // their sum
}

// hour is an hour of the week.
type hour struct {
	Sample
	expectation Expectation
	spread      negBinomial
}

// Expectation is what is normal for one hour: of a hundred such hours one lies
// above High, one below Low.
type Expectation struct {
	Expected, Low, High float64
}

// priorWeeks is how many weeks of the mean of all hours an hour of the week is
// learned with. It decides how soon a new habit is believed.
const priorWeeks = 2

// The quantiles of Low and High.
const lowQuantile, highQuantile = 0.01, 0.99

// LearnVolume learns from the counts of consecutive hours, the first of which
// is the hour first since the Unix epoch.
func LearnVolume(first int64, counts []uint64) *Volume {
	v := &Volume{}
	v.Sample = Sample{Hours: len(counts)}
	for i, n := range counts {
		h := &v.hours[hourOfWeek(first+int64(i))]
		h.Hours++
		h.Calls += n
		v.Sample.Calls += n
	}
	// Half a call more than there were: what was never seen is not impossible.
	mean := (float64(v.Sample.Calls) + 0.5) / float64(max(1, v.Sample.Hours))
	for i := range v.hours {
		h := &v.hours[i]
		h.spread.mean = (float64(h.Calls) + priorWeeks*mean) / float64(h.Hours+priorWeeks)
	}
	bursts := v.bursts(first, counts)
	for i := range v.hours {
		h := &v.hours[i]
		rate := 1 / (float64(h.Calls) + priorWeeks*mean) // the relative variance of the rate
		h.spread.size = 1 / (rate + bursts)
		h.expectation = Expectation{Expected: h.spread.mean, Low: float64(h.spread.quantile(lowQuantile)), High: float64(h.spread.quantile(highQuantile))}
	}
	return v
}

// bursts is how much more the counts vary than those of a Poisson distribution,
// relative to the square of their means: the method of moments.
func (v *Volume) bursts(first int64, counts []uint64) float64 {
	var over, squares float64
	for i, n := range counts {
		mean := v.hours[hourOfWeek(first+int64(i))].spread.mean
		d := float64(n) - mean
		over += d*d - mean
		squares += mean * mean
	}
	if squares == 0 {
		return 0
	}
	return max(0, over/squares)
}

// Expect returns what is normal in an hour, counted since the Unix epoch.
func (v *Volume) Expect(h int64) Expectation { return v.hours[hourOfWeek(h)].expectation }

// Unusual volumes are those that are all of this: less likely than this, so
// many times what is expected, and so many calls.
const (
	UnusualProbability = 1e-6
	UnusualRatio       = 3
	UnusualCalls       = 20
)

// Verdict is how far a count lies from what is normal.
type Verdict struct {
	Expectation
	Observed    uint64
	Probability float64 // of as many or more
	Unusual     bool
	Sample      Sample // of the same hour of the week, or of all days
}

// Judge compares the count of an hour, counted since the Unix epoch, with what
// is normal.
func (v *Volume) Judge(h int64, observed uint64) Verdict {
	b := &v.hours[hourOfWeek(h)]
	return judge(b.spread, b.expectation, b.Sample, observed)
}

func judge(d negBinomial, e Expectation, s Sample, observed uint64) Verdict {
	p := d.atLeast(observed)
	return Verdict{Expectation: e, Observed: observed, Probability: p, Sample: s,
		Unusual: p < UnusualProbability && float64(observed) >= UnusualRatio*e.Expected && observed >= UnusualCalls}
}

// hourOfWeek is 0 for Thursday midnight UTC, when the Unix epoch began.
func hourOfWeek(h int64) int {
	return int(((h % hoursOfWeek) + hoursOfWeek) % hoursOfWeek)
}

// Increase compares how often something happened in so many days with how often
// it did on each of the days before, those without it included.
func Increase(past []uint64, observed uint64, days float64) Verdict {
	var s Sample
	for _, n := range past {
		s.Calls += n
	}
	s.Hours = len(past) * 24
	n := float64(max(1, len(past)))
	mean := (float64(s.Calls) + 0.5) / n
	var over float64
	for _, x := range past {
		d := float64(x) - mean
		over += d*d - mean
	}
	bursts := max(0, over/(n*mean*mean))
	// The bursts of several days even out.
	d := negBinomial{mean: mean * days, size: 1 / (1/(float64(s.Calls)+0.5) + bursts/math.Max(1, days))}
	e := Expectation{Expected: d.mean, Low: float64(d.quantile(lowQuantile)), High: float64(d.quantile(highQuantile))}
	return judge(d, e, s, observed)
}
