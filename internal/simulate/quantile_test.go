package simulate

import (
	"math"
	"testing"
)

func TestCurve(t *testing.T) {
	t.Parallel()
	c := curve{{0, 1}, {.5, 10}, {1, 1000}}
	f := func(share, want float64) {
		t.Helper()
		if got := c.at(share); math.Abs(got-want) > 1e-9*want {
			t.Errorf("at(%v) = %v, want %v", share, got, want)
		}
	}
	f(0, 1)
	f(.25, math.Sqrt(10))
	f(.5, 10)
	f(.75, 100)
	f(1, 1000)
	for _, c := range []curve{bytesOut, bytesIn, packets, duration} {
		for i := 1; i <= 1000; i++ {
			if a, b := c.at(float64(i-1)/1000), c.at(float64(i)/1000); a > b || math.IsNaN(b) {
				t.Errorf("curve %v falls from %v to %v at %d/1000", c, a, b, i)
			}
		}
	}
}

// The k-th rank has k times fewer draws than the first at a slope of 1.
func TestZipf(t *testing.T) {
	t.Parallel()
	for _, slope := range []float64{.75, 1, 1.02} {
		const n, draws = 100, 100_000
		var count [n]int
		for i := range draws {
			count[zipf((float64(i)+.5)/draws, n, slope)]++
		}
		want := math.Pow(10, slope) // rank 1 to rank 10; the integral is a little flatter at its head
		if got := float64(count[0]) / float64(count[9]); got < want*.6 || got > want*1.1 {
			t.Errorf("slope %v: first to tenth rank %.1f, want about %.1f", slope, got, want)
		}
		for i, c := range count {
			if c == 0 {
				t.Errorf("slope %v: rank %d is never drawn", slope, i)
			}
		}
	}
	if got := zipf(1, 3, 1); got != 2 {
		t.Errorf("the last rank of 3 is %d", got)
	}
}

func TestWeighted(t *testing.T) {
	t.Parallel()
	var got [3]int
	for i := range uint64(10) {
		got[weighted([]int{1, 0, 9}, 10, i)]++
	}
	if got != [3]int{1, 0, 9} {
		t.Errorf("ten draws fell %v", got)
	}
	for name, w := range map[string][]int{"traffic": trafficWeights, "probed ports": probedWeights, "inner ports": innerWeights} {
		sum := 0
		for _, x := range w {
			sum += x
		}
		if sum != 100 {
			t.Errorf("weights of %s sum to %d, want 100", name, sum)
		}
	}
}
