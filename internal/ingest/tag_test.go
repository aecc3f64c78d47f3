package ingest

import (
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// An object whose tag the ledger has is not fetched to find that it is known.
func TestTagsSpareReading(t *testing.T) {
	t.Parallel()
	var opened atomic.Int64
	var done []string
	src := memory{names: []string{"a", "b", "c", "refused"}, opened: &opened, done: &done,
		contents: map[string][]byte{
			"a": delivery(calls(t, 0, 3)...), "b": delivery(calls(t, 10, 3)...), "c": delivery(calls(t, 20, 3)...),
			"refused": delivery(calls(t, 30, 3, foreign)...),
		},
		tags: map[string]string{"a": "1", "b": "2", "refused": "3"}} // c has none, as files have none
	g := newGraph(t, false)
	us := members{1, map[string]bool{"111122223333": true}}
	step := func(what string, opens int64, want warehouse.Totals) {
		t.Helper()
		opened.Store(0)
		done = nil
		s, err := g.run(t.Context(), src, Options{Membership: us})
		if err != nil || s.Totals != want {
			t.Errorf("%s: %+v, %v; want %+v", what, s.Totals, err, want)
		}
		if n := opened.Load(); n != opens {
			t.Errorf("%s: %d objects opened, want %d", what, n, opens)
		}
		if len(done) != 4 {
			t.Errorf("%s: acknowledged %q", what, done)
		}
	}
	step("first", 4, totals(12, 9, 0, 3))
	before := g.content()
	step("again", 1, totals(12, 0, 9, 3))
	if diff := gocmp.Diff(before, g.content()); diff != "" {
		t.Errorf("what was not read changed the graph:\n%s", diff)
	}
	us.accounts["999988887777"], us.version = true, 2
	step("joined", 2, totals(12, 3, 9, 0))
	src.contents["b"], src.tags["b"] = delivery(calls(t, 40, 3)...), "4"
	step("overwritten", 2, totals(12, 3, 9, 0))
	src.contents["b"] = append(src.contents["b"], '\n')
	step("of another size", 2, totals(12, 0, 12, 0))
}
