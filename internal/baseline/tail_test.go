package baseline

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// sumAtLeast is the plain form of atLeast: one less the sum of the
// probabilities of all smaller counts.
func sumAtLeast(d negBinomial, n uint64) float64 {
	logP := math.Log(d.size / (d.size + d.mean))
	logQ := math.Log(d.mean / (d.size + d.mean))
	var sum float64
	for k := range n {
		a, _ := math.Lgamma(float64(k) + d.size)
		b, _ := math.Lgamma(d.size)
		c, _ := math.Lgamma(float64(k) + 1)
		sum += math.Exp(a - b - c + d.size*logP + float64(k)*logQ)
	}
	return 1 - sum
}

func TestAtLeastIsTheSum(t *testing.T) {
	for _, mean := range []float64{0.001, 0.5, 3, 40, 700} {
		for _, size := range []float64{0.05, 1, 8, 300} {
			d := negBinomial{mean, size}
			for _, n := range []uint64{0, 1, 2, 5, 30, 500, 2000} {
				got, want := d.atLeast(n), sumAtLeast(d, n)
				if math.Abs(got-want) > 1e-9 {
					t.Errorf("mean %v, size %v: P(X ≥ %d) = %v, want %v", mean, size, n, got, want)
				}
			}
		}
	}
}

func TestDistributionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := negBinomial{
			mean: math.Pow(10, rapid.Float64Range(-6, 9).Draw(t, "log mean")),
			size: math.Pow(10, rapid.Float64Range(-3, 9).Draw(t, "log size")),
		}
		n := uint64(math.Pow(10, rapid.Float64Range(0, 12).Draw(t, "log n")))
		p, next := d.atLeast(n), d.atLeast(n+n/2+1)
		if !(0 <= next && next <= p+1e-12 && p <= 1+1e-12) {
			t.Fatalf("%+v: P(X ≥ %d) = %v, of more %v", d, n, p, next)
		}
		q := d.quantile(0.99)
		if below := 1 - d.atLeast(q+1); below < 0.99-1e-9 {
			t.Fatalf("%+v: P(X ≤ %d) = %v, want 0.99 at least", d, q, below)
		}
		if q > 0 {
			if below := 1 - d.atLeast(q); below >= 0.99+1e-9 {
				t.Fatalf("%+v: P(X ≤ %d) = %v: the quantile could be less", d, q-1, below)
			}
		}
	})
}
