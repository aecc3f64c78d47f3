package ingest

import (
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// table has a value for each key. It remembers the order in which keys came,
// so that the same events make the same rows in the same order.
type table[K hashed, V any] struct {
	index[K]
	values []V // of the key at the same index
}

// place returns where the value of k is among the values, the zero value of a
// key that is fresh.
func (t *table[K, V]) place(k K) (at int, fresh bool) {
	at, fresh = t.at(k)
	if fresh {
		var zero V
		t.values = append(t.values, zero)
	}
	return at, fresh
}

// reset empties t and keeps its memory.
func (t *table[K, V]) reset() {
	t.index.reset()
	t.values = t.values[:0]
}

// tally counts calls by key.
type tally[K hashed] struct {
	table[K, warehouse.Counts]
}

// of returns the counts of k, valid until the next call.
func (t *tally[K]) of(k K) *warehouse.Counts {
	at, _ := t.place(k)
	return &t.values[at]
}

// appendRows appends a row of each key.
func appendRows[K hashed, R any](rows []R, t *tally[K], row func(K, warehouse.Counts) R) []R {
	rows = slices.Grow(rows, len(t.keys))
	for i, k := range t.keys {
		rows = append(rows, row(k, t.values[i]))
	}
	return rows
}
