package baseline

import (
	"math"
	"testing"
)

func TestTraffic(t *testing.T) {
	const mega = 1_000_000
	constant := func(hours int, n uint64) []uint64 {
		all := make([]uint64, hours)
		for i := range all {
			all[i] = n + uint64(i%7)*n/50
		}
		return all
	}
	long, short := constant(weeks*hoursOfWeek, 2*mega), constant(100, 2*mega)
	same := make([]uint64, weeks*hoursOfWeek)
	for i := range same {
		same[i] = 20 * mega
	}
	outlier := constant(weeks*hoursOfWeek, 2*mega)
	outlier[0] = 1 << 40 // one wild hour moves no median
	for _, tt := range []struct {
		name     string
		past     []uint64
		observed uint64
		unusual  bool
		average  bool
	}{
		{"as ever", long, 2 * mega, false, false},
		{"a hundred times", long, 200 * mega, true, false},
		{"a hundred times after an outlier", outlier, 200 * mega, true, false},
		{"three times what is always the same", same, 60 * mega, false, false},
		{"twice", long, 4 * mega, false, false},
		{"less", long, 0, false, false},
		{"much of next to nothing", constant(weeks*hoursOfWeek, 10), 9 * mega, false, false}, // less than UnusualBytes
		{"more of next to nothing", constant(weeks*hoursOfWeek, 10), 11 * mega, true, false},
		{"few days, as ever", short, 2 * mega, false, true},
		{"few days, a hundred times", short, 200 * mega, true, true},
		{"no past", nil, 200 * mega, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := LearnTraffic(0, tt.past).Judge(0, tt.observed)
			if got.Unusual != tt.unusual || got.Average != tt.average || math.IsNaN(got.Deviations) || got.Low > got.Median || got.High < got.Median {
				t.Errorf("Judge(%d) = %+v, want unusual %v, average %v", tt.observed, got, tt.unusual, tt.average)
			}
		})
	}
}

// The latest hour moves the average by a twentieth of the way.
func TestEWMA(t *testing.T) {
	bytes := make([]uint64, 101)
	for i := range bytes {
		bytes[i] = 1000
	}
	bytes[100] = 1_000_000
	low, high := math.Log1p(1000), math.Log1p(1_000_000)
	c := ewma(bytes)
	if want := low + (high-low)/20; math.Abs(c.middle-want) > 1e-9 || c.n != len(bytes) {
		t.Errorf("middle %v of %d hours, want %v", c.middle, c.n, want)
	}
	if want := (high - low) * math.Sqrt(0.05*0.95); math.Abs(c.spread-want) > 1e-9 {
		t.Errorf("spread %v, want %v", c.spread, want)
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		all  []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 5}, 5}, {[]float64{7, 1, 3, 5}, 4}} {
		if got := median(tt.all); got != tt.want {
			t.Errorf("median = %v, want %v", got, tt.want)
		}
	}
}
