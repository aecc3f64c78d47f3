package duckdb

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPlanMerge commits batches of many sizes and counts runs and the keys
// that are written again.
func TestPlanMerge(t *testing.T) {
	t.Parallel()
	sizes := map[string]func(*rand.Rand, int) int64{
		"equal":          func(*rand.Rand, int) int64 { return 50_000 },
		"single events":  func(*rand.Rand, int) int64 { return 1 },
		"any":            func(r *rand.Rand, _ int) int64 { return 1 + r.Int64N(100_000) },
		"orders":         func(r *rand.Rand, _ int) int64 { return 1 << r.IntN(18) },
		"large and tiny": func(_ *rand.Rand, i int) int64 { return []int64{1, 1, 1, 1, 1, 1, 50_000}[i%7] },
		"falling":        func(_ *rand.Rand, i int) int64 { return max(1, 100_000-int64(i)*97) },
	}
	for name, size := range sizes {
		r := rand.New(rand.NewPCG(3, 4))
		var runs []file
		var total, written int64
		most := 0
		for i := range 5000 {
			n := size(r, i)
			gone := planMerge(runs, n)
			merged := file{name: fmt.Sprint(i), entries: n}
			for _, g := range gone {
				merged.entries += g.entries
				runs = slices.DeleteFunc(runs, func(f file) bool { return f.name == g.name })
			}
			runs = append(runs, merged)
			total += n
			written += merged.entries
			most = max(most, len(runs))
		}
		var kept int64
		for _, f := range runs {
			kept += f.entries
		}
		if kept != total {
			t.Errorf("%s: the runs have %d keys of %d", name, kept, total)
		}
		classes := sizeClass(total) + 1
		if limit := (maxRuns - 1) * classes; most > limit {
			t.Errorf("%s: %d runs at once; want at most %d", name, most, limit)
		}
		// Written once, and again in each class; mixed sizes may stay in a
		// class for some merges.
		limit := int64(1 + classes)
		if name == "large and tiny" {
			limit *= 2
		}
		if written > limit*total {
			t.Errorf("%s: %d keys written for %d; want at most %d times", name, written, total, limit)
		}
		t.Logf("%s: %d keys, at most %d runs, written %.1f times", name, total, most, float64(written)/float64(total))
	}
}
