package simulate

import "math"

// curve is a distribution by its quantiles: shares in rising order, from 0 to
// 1, and positive values, between which it goes in a straight line on a
// logarithmic scale.
type curve []struct{ share, value float64 }

// at returns the value at a share in [0, 1].
func (c curve) at(share float64) float64 {
	for i := 1; i < len(c); i++ {
		if share <= c[i].share {
			a, b := c[i-1], c[i]
			return a.value * math.Pow(b.value/a.value, (share-a.share)/(b.share-a.share))
		}
	}
	return c[len(c)-1].value
}

// zipf returns a rank in [0, n) from a share in [0, 1), the k-th rank with a
// weight of 1/(k+1)^slope; slope is above 0, and a slope of 1 is exact in the
// limit only, which is what a generator needs.
func zipf(share float64, n int, slope float64) int {
	top := float64(n) + 1
	var x float64
	if math.Abs(slope-1) < 1e-9 {
		x = math.Pow(top, share)
	} else {
		x = math.Pow(1+share*(math.Pow(top, 1-slope)-1), 1/(1-slope))
	}
	return min(max(int(x)-1, 0), n-1)
}

// weighted picks an index by weight; the weights are not negative and their
// sum is total.
func weighted(weights []int, total int, draw uint64) int {
	n := int(draw % uint64(total))
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	return len(weights) - 1
}
