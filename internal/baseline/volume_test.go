package baseline

import (
	"math"
	"math/rand/v2"
	"testing"
)

const weeks = 6

// poisson draws from a Poisson distribution by counting arrivals.
func poisson(r *rand.Rand, mean float64) (n uint64) {
	for at := r.ExpFloat64(); at < mean; at += r.ExpFloat64() {
		n++
	}
	return n
}

// officeHours is somebody who works from 8 to 18 o'clock, Monday to Friday.
func officeHours(h int) float64 {
	day, hour := (h/24+3)%7, h%24 // Monday is 0: the epoch began on a Thursday
	if day < 5 && 8 <= hour && hour < 18 {
		return 40
	}
	return 0.05
}

func series(r *rand.Rand, hours int, mean func(h int) float64) []uint64 {
	counts := make([]uint64, hours)
	for h := range counts {
		counts[h] = poisson(r, mean(h))
	}
	return counts
}

// What comes from the very habits that were learned is hardly ever unusual, and
// the band holds about as much of it as it says.
func TestVolumeKnowsHabits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	outside, judged := 0, 0
	for range 20 {
		v := LearnVolume(0, series(r, weeks*hoursOfWeek, officeHours))
		for h, n := range series(r, hoursOfWeek, officeHours) {
			got := v.Judge(int64(h), n)
			if got.Unusual {
				t.Errorf("hour %d: %d calls are unusual: %+v", h, n, got)
			}
			if float64(n) > got.High || float64(n) < got.Low {
				outside++
			}
			judged++
		}
	}
	if part := float64(outside) / float64(judged); part > 0.02 {
		t.Errorf("%.3f of the hours lie outside of their bands, want 0.02 at most", part)
	}
}

func TestVolumeFindsSpikes(t *testing.T) {
	v := LearnVolume(0, series(rand.New(rand.NewPCG(3, 4)), weeks*hoursOfWeek, officeHours))
	monday10 := int64(4*24 + 10)
	for _, tt := range []struct {
		name    string
		hour    int64
		calls   uint64
		unusual bool
	}{
		{"usual", monday10, 45, false},
		{"twice as much", monday10, 90, false}, // not three times
		{"five times as much", monday10, 200, true},
		{"at night", monday10 + 12, 25, true},
		{"few at night", monday10 + 12, 19, false}, // less than UnusualCalls
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := v.Judge(tt.hour, tt.calls); got.Unusual != tt.unusual || got.Observed != tt.calls || got.Sample.Hours != weeks {
				t.Errorf("Judge(%d) = %+v, want unusual %v", tt.calls, got, tt.unusual)
			}
		})
	}
}

// A pipeline that runs at no fixed hour makes bursts: one more is usual, the
// same number of calls of somebody regular is not.
func TestVolumeLearnsBursts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	bursts := make([]uint64, weeks*hoursOfWeek)
	for range 40 {
		bursts[r.IntN(len(bursts))] = 300 + r.Uint64N(200)
	}
	if got := LearnVolume(0, bursts).Judge(100, 400); got.Unusual {
		t.Errorf("one more burst is unusual: %+v", got)
	}
	steady := series(r, weeks*hoursOfWeek, func(int) float64 { return 16 }) // as many calls
	if got := LearnVolume(0, steady).Judge(100, 400); !got.Unusual {
		t.Errorf("a burst of somebody regular is usual: %+v", got)
	}
}

// Much and regular: a little more is unlikely, and still nothing to look at.
func TestVolumeWantsMultiples(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	v := LearnVolume(0, series(r, weeks*hoursOfWeek, func(int) float64 { return 4000 }))
	if got := v.Judge(30, 6000); got.Unusual || got.Probability >= UnusualProbability {
		t.Errorf("half as much again: %+v, want unlikely and not unusual", got)
	}
	if got := v.Judge(30, 13_000); !got.Unusual {
		t.Errorf("three times as much is usual: %+v", got)
	}
}

func TestVolumeOfNothing(t *testing.T) {
	for _, counts := range [][]uint64{nil, {0}, make([]uint64, weeks*hoursOfWeek)} {
		v := LearnVolume(17, counts)
		if e := v.Expect(17); !(e.Expected > 0 && e.Expected <= 1) || e.Low != 0 || math.IsNaN(e.High) {
			t.Errorf("%d hours without a call: %+v", len(counts), e)
		}
		if got := v.Judge(17, 0); got.Unusual || got.Probability != 1 {
			t.Errorf("nothing after %d hours of nothing: %+v", len(counts), got)
		}
	}
	if got := LearnVolume(0, make([]uint64, weeks*hoursOfWeek)).Judge(5, 200); !got.Unusual {
		t.Errorf("200 calls after weeks of nothing are usual: %+v", got)
	}
}

func TestHourOfWeek(t *testing.T) {
	for _, tt := range []struct {
		hour int64
		want int
	}{{0, 0}, {167, 167}, {168, 0}, {-1, 167}, {-168, 0}, {math.MaxInt32, math.MaxInt32 % 168}} {
		if got := hourOfWeek(tt.hour); got != tt.want {
			t.Errorf("hourOfWeek(%d) = %d, want %d", tt.hour, got, tt.want)
		}
	}
}

func TestIncrease(t *testing.T) {
	flat := func(n uint64) []uint64 {
		days := make([]uint64, Days)
		for i := range days {
			days[i] = n
		}
		return days
	}
	now := flat(0)
	now[3], now[20] = 50, 60
	for _, tt := range []struct {
		name     string
		past     []uint64
		observed uint64
		days     float64
		unusual  bool
	}{
		{"as ever", flat(10), 11, 1, false},
		{"as ever for a month", flat(10), 310, 30, false},
		{"ten times", flat(10), 100, 1, true},
		{"ten times for a month", flat(10), 3000, 30, true},
		{"few", flat(0), 19, 1, false},
		{"out of nothing", flat(0), 200, 1, true},
		{"now and then", now, 70, 1, false},
		{"no past", nil, 0, 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Increase(tt.past, tt.observed, tt.days); got.Unusual != tt.unusual || math.IsNaN(got.Probability) {
				t.Errorf("Increase = %+v, want unusual %v", got, tt.unusual)
			}
		})
	}
}
