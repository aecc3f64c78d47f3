package ingest

import (
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// realLogs is the folder of public CloudTrail logs, or a skip.
func realLogs(t testing.TB) string {
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir = filepath.Join(dir, "cloudtrail")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	return dir
}

// Every record of every real file is accounted for, a second run stores
// nothing, and the number of workers does not matter.
func TestRealLogs(t *testing.T) {
	t.Parallel()
	dir, pack := realLogs(t), builtin(t)
	ingest := func(workers int) (*graph, warehouse.Totals) {
		g := newGraph(t, true)
		s, objects := g.summaries(dir, Options{Rules: pack, Workers: workers})
		for name, o := range objects {
			for _, x := range o.Samples {
				if x.Reason == "" || x.Detail == "" {
					t.Errorf("%s: a rejection without a reason or a detail: %+v", name, x)
				}
			}
		}
		return g, s.Totals
	}
	g, first := ingest(1)
	t.Logf("%+v", first)
	if first != g.totals() || first.Stored == 0 || first.Duplicate == 0 {
		t.Errorf("%+v; ledger %+v", first, g.totals())
	}
	var volume warehouse.Amount
	for _, a := range g.volumes() {
		volume.Add(a)
	}
	t.Logf("volume %+v", volume)
	if volume.Records != first.Stored || volume.Bytes <= 0 {
		t.Errorf("volume %+v of %d stored records", volume, first.Stored)
	}
	batches := len(g.batches)
	if s, _ := g.summaries(dir, Options{Rules: pack}); s.Totals.Stored != 0 || s.Totals.Seen != first.Seen || s.Totals.Rejected != first.Rejected || len(g.batches) != batches {
		t.Errorf("second run: %+v, %d batches", s.Totals, len(g.batches)-batches)
	}
	h, second := ingest(3)
	if first != second {
		t.Errorf("one worker %+v, three %+v", first, second)
	}
	if diff := gocmp.Diff(g.ledger(), h.ledger()); diff != "" {
		t.Errorf("ledger (-one worker +three):\n%.3000s", diff)
	}
	if diff := gocmp.Diff(g.volumes(), h.volumes()); diff != "" {
		t.Errorf("volumes (-one worker +three):\n%.3000s", diff)
	}
	a, b := g.content(), h.content()
	if diff := gocmp.Diff(a.Entities, b.Entities) + gocmp.Diff(a.Events, b.Events); diff != "" {
		t.Errorf("entities and events (-one worker +three):\n%.3000s", diff)
	}
	// Far too many rows for a readable difference.
	if !gocmp.Equal(a.Rows, b.Rows) || !gocmp.Equal(a.Samples, b.Samples) {
		t.Error("one worker and three make other rollups")
	}
}
