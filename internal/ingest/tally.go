package ingest

import (
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// tally counts calls by key. It remembers the order in which keys came, so
// that the same events make the same rows in the same order.
type tally[K hashed] struct {
	index[K]
	counts []warehouse.Counts // of the key at the same index
}

// of returns the counts of k, valid until the next call.
func (t *tally[K]) of(k K) *warehouse.Counts {
	i, fresh := t.at(k)
	if fresh {
		t.counts = append(t.counts, warehouse.Counts{})
	}
	return &t.counts[i]
}

// reset empties t and keeps its memory.
func (t *tally[K]) reset() {
	t.index.reset()
	t.counts = t.counts[:0]
}

// appendRows appends a row of each key.
func appendRows[K hashed, R any](rows []R, t *tally[K], row func(K, warehouse.Counts) R) []R {
	rows = slices.Grow(rows, len(t.keys))
	for i, k := range t.keys {
		rows = append(rows, row(k, t.counts[i]))
	}
	return rows
}
