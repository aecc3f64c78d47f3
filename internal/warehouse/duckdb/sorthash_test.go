package duckdb

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestSortByHash: what is sorted by hash is sorted, also where hashes are
// anything but spread.
func TestSortByHash(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		hash := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Uint64Range(math.MaxUint64-3, math.MaxUint64))
		items := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) keyedRecord {
			return keyedRecord{hash.Draw(t, "key"), rapid.Int32Range(0, 5).Draw(t, "index")}
		}), 0, 300).Draw(t, "items")
		want := slices.Clone(items)
		slices.SortFunc(want, func(a, b keyedRecord) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.index, b.index)) })
		if got := sortByHash(items, make([]keyedRecord, len(items)), keyedRecord.hash, keyedRecord.compare); !slices.Equal(got, want) {
			t.Fatalf("%v; want %v", got, want)
		}
	})
}
