package ingest

import (
	"context"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// A job's queue is full by the bytes of its chunks, whether these are of many
// records, of large ones or of entities with long names.
func TestQueue(t *testing.T) {
	t.Parallel()
	const place = 1 << 20
	small, large := &chunk{rawBytes: place / 2}, &chunk{rawBytes: 9*place + 1}
	names := &chunk{entities: []warehouse.Entity{{Key: string(make([]byte, 3*place)), Label: string(make([]byte, 3*place)), Alias: string(make([]byte, 3*place))}}}
	huge := &chunk{rawBytes: 1000 * place}
	for name, c := range map[string]struct {
		workers int
		chunk   *chunk
		fit     int
	}{
		"small":             {2, small, 16},
		"large":             {2, large, 1},
		"names":             {2, names, 1},
		"huge":              {2, huge, 1},
		"small, many cores": {64, small, 4},
		"huge, many cores":  {64, huge, 1},
		"large, one core":   {1, large, 3},
	} {
		q := newQueue(c.workers, place)
		for range 3 { // full and empty again
			ctx, cancel := context.WithCancel(t.Context())
			for range c.fit {
				if err := q.put(ctx, c.chunk); err != nil {
					t.Fatal(err)
				}
			}
			cancel()
			if free := cap(q.places) - len(q.places); free >= q.need(c.chunk) {
				t.Errorf("%s: there is room for more than %d", name, c.fit)
			}
			for range c.fit {
				q.taken(<-q.chunks)
			}
			if len(q.places) != 0 {
				t.Errorf("%s: %d places are taken of an empty queue", name, len(q.places))
			}
		}
	}
	q := newQueue(2, place)
	if err := q.put(t.Context(), huge); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.put(ctx, small); err == nil {
		t.Error("there was room beside a huge chunk")
	}
}
