package ingest

import (
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// tally counts calls by key. It remembers the order in which keys came, so
// that the same events make the same rows in the same order.
type tally[K comparable] struct {
	index  map[K]int32
	keys   []K
	counts []warehouse.Counts // of the key at the same index
}

// at returns the counts of k, valid until the next call.
func (t *tally[K]) at(k K) *warehouse.Counts {
	i, ok := t.index[k]
	if !ok {
		if t.index == nil {
			t.index = map[K]int32{}
		}
		i = int32(len(t.keys))
		t.index[k] = i
		t.keys = append(t.keys, k)
		t.counts = append(t.counts, warehouse.Counts{})
	}
	return &t.counts[i]
}

// reset empties t and keeps its memory.
func (t *tally[K]) reset() {
	clear(t.index)
	t.keys, t.counts = t.keys[:0], t.counts[:0]
}

// appendRows appends a row of each key.
func appendRows[K comparable, R any](rows []R, t *tally[K], row func(K, warehouse.Counts) R) []R {
	rows = slices.Grow(rows, len(t.keys))
	for i, k := range t.keys {
		rows = append(rows, row(k, t.counts[i]))
	}
	return rows
}
