package duckdb

import (
	"cmp"
	"slices"
)

// maxRuns is the number of runs of about one size that a day may have before
// they are merged into one: each key is rewritten once for every eightfold
// growth of its day.
const maxRuns = 8

// planMerge returns the runs of a day that a batch with n more keys should
// be merged with: all that are no bigger than the result so far, as long as
// there are enough of them; none otherwise.
func planMerge(runs []file, n int64) []file {
	sorted := slices.Clone(runs)
	slices.SortFunc(sorted, func(a, b file) int { return cmp.Compare(a.entries, b.entries) })
	merged := 0 // sorted[:merged] are in
	for size := n; ; {
		limit := sizeClass(size)
		end := merged
		for end < len(sorted) && sizeClass(sorted[end].entries) <= limit {
			end++
		}
		if end-merged < maxRuns-1 {
			return sorted[:merged]
		}
		for _, f := range sorted[merged:end] {
			size += f.entries
		}
		merged = end
	}
}

// sizeClass is the logarithm of n to the base maxRuns, rounded down.
func sizeClass(n int64) int {
	c := 0
	for n >= maxRuns {
		n /= maxRuns
		c++
	}
	return c
}
