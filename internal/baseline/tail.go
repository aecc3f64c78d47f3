package baseline

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// negBinomial is the distribution of a count whose rate is uncertain: a Poisson
// distribution whose rate is Gamma-distributed. mean is that of the counts, and
// size, the shape of the Gamma, says how far they spread: the variance is mean +
// mean²/size.
type negBinomial struct{ mean, size float64 }

// atLeast is the probability of n or more.
func (d negBinomial) atLeast(n uint64) float64 {
	switch {
	case n == 0:
		return 1
	case d.mean <= 0:
		return 0
	}
	// P(X ≥ n) = I_p(n, size), p = mean / (size + mean); the regularized
	// incomplete beta function, see Wikipedia, "Negative binomial distribution".
	return mathext.RegIncBeta(float64(n), d.size, d.mean/(d.size+d.mean))
}

// quantile is the least n with P(X ≤ n) ≥ q.
func (d negBinomial) quantile(q float64) uint64 {
	enough := func(n uint64) bool { return 1-d.atLeast(n+1) >= q }
	if enough(0) {
		return 0
	}
	low, high := uint64(0), uint64(math.Ceil(d.mean))+1 // low is not enough
	for !enough(high) && high < 1<<52 {
		low, high = high, high*2
	}
	for high-low > 1 {
		if mid := low + (high-low)/2; enough(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
