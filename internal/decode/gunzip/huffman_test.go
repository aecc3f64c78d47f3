package gunzip

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// lengthsOf is a code with so many symbols of each length, from 1 on.
func lengthsOf(counts ...int) (lengths []uint8) {
	for i, n := range counts {
		lengths = append(lengths, slices.Repeat([]uint8{uint8(i + 1)}, n)...)
	}
	return lengths
}

// Each code is found by its bits, whatever follows them, in the tables of
// all widths.
func TestBuild(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	f := func(lengths []uint8, width uint, table, symbols []entry) {
		t.Helper()
		for i := range table {
			table[i] = exceptional
		}
		least, ok := build(table, width, lengths, symbols)
		if !ok {
			t.Fatalf("%d: no code", lengths)
		}
		shortest := uint8(maxCode)
		c := codeOf(lengths)
		for symbol, n := range lengths {
			if n == 0 {
				continue
			}
			shortest = min(shortest, n)
			var in input
			in.bits = uint64(c.bits[symbol]) | random.Uint64()<<n
			in.count = 63
			e := table[in.bits&(1<<width-1)]
			if e&subtable != 0 {
				in.drop(width)
				n -= uint8(width)
				e = table[uint64(e>>16)+in.bits&(1<<(e>>8&15)-1)]
			}
			if want := symbols[symbol] + entry(n)<<8 + entry(n); e != want {
				t.Fatalf("%d: symbol %d is %#x; want %#x", lengths, symbol, e, want)
			}
		}
		if least != uint(shortest) {
			t.Errorf("%d: shortest code %d; want %d", lengths, least, shortest)
		}
	}
	var c codes
	for range 2000 {
		f(anyCode(random, maxLits, 2+random.IntN(maxLits-1), 256), litBits, c.lit[:], lits[:])
		f(anyCode(random, maxDists, 2+random.IntN(maxDists-1), 0), distBits, c.dist[:], dists[:])
		f(lengthsOf(1, 1, 1, 1, 1, 1, 2), lenBits, c.dist[:1<<lenBits], lens[:])
	}
	f(lengthsOf(1), litBits, c.lit[:], lits[:])

	// The codes that need the largest tables.
	f(lengthsOf(1, 1, 1, 0, 0, 0, 0, 0, 1, 0, 223, 57, 1, 1, 2), litBits, c.lit[:], lits[:])
	f(lengthsOf(1, 1, 1, 1, 1, 0, 0, 0, 11, 9, 1, 1, 1, 1, 2), distBits, c.dist[:], dists[:])
	if c.lit[litSize-1] == exceptional || c.dist[distSize-1] == exceptional {
		t.Error("the largest tables are smaller than said")
	}
}
