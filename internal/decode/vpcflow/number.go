package vpcflow

// verdict says what a word is as the value of its column.
type verdict uint8

const (
	exact   verdict = iota // written the way AppendLine writes it
	inexact                // good, but written in another way
	unfit                  // not what the column holds: kept as text only
	wrong                  // the column has a place in the store, which cannot hold this
)

// number reads a decimal number of at most limit.
func number(word []byte, limit uint64) (uint64, verdict) {
	if len(word) == 0 || len(word) > 20 {
		return 0, wrong
	}
	var v uint64
	for _, c := range word {
		d := uint64(c - '0')
		// 20 digits can overflow.
		if d > 9 || v > (1<<64-1)/10 {
			return 0, wrong
		}
		v = v*10 + d
		if v < d {
			return 0, wrong
		}
	}
	if v > limit {
		return 0, wrong
	}
	if word[0] == '0' && len(word) > 1 {
		return v, inexact
	}
	return v, exact
}
