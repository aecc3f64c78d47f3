package storetest

import (
	"fmt"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func testStatus(t *testing.T, f *fixture) {
	got := must(f.Status(f.ctx))(t)
	got.Bytes = 0
	same(t, "empty graph", got, warehouse.Status{})
	f.commit(t, full("a", at("2026-01-01T05:59:59Z")), full("b", at("2025-06-01T23:00:00Z")), full("c", at("2026-01-02T00:30:00Z")))
	rejected := part("s3://logs/d", 0)
	rejected.Seen, rejected.Rejected, rejected.Reasons = 3, 2, map[string]int64{"malformed-json": 2}
	rejected.Duplicate = 1
	f.commit(t, &warehouse.Batch{ID: "d", Ledger: []warehouse.ObjectPart{rejected}})
	want := warehouse.Status{First: at("2025-06-01T23:00:00Z"), Last: at("2026-01-02T00:00:00Z"), Events: 3, FlowRecords: 3, Entities: 4, Segments: 6, Objects: 4,
		Totals: warehouse.Totals{Seen: 6, Stored: 3, Duplicate: 1, Rejected: 2}, Reasons: map[string]int64{"malformed-json": 2}}
	for range 2 {
		got = must(f.Status(f.ctx))(t)
		if got.Bytes <= 0 {
			t.Errorf("Bytes = %d", got.Bytes)
		}
		got.Bytes = 0
		same(t, "status", got, want)
		f.reopen(t)
	}
}

func testDrop(t *testing.T, f *fixture) {
	days := []string{"2025-11-30", "2025-12-01", "2025-12-31", "2026-01-01", "2026-01-02"}
	ref := &memoryStore{graph: &graph{secret: secret}}
	var events []warehouse.Event
	for i, d := range days {
		b := full(fmt.Sprint("b", i), at(d+"T12:00:00Z"))
		events = append(events, b.Events...)
		f.commit(t, b)
		if err := ref.Commit(f.ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		before         string
		events, months int
	}{
		{"2025-11-30T23:59:59Z", 5, 5},
		{"2025-12-01T00:00:00Z", 4, 4},
		{"2025-12-31T23:59:59Z", 3, 4}, // the month has not ended
		{"2026-01-01T23:59:59Z", 2, 2},
		{"2026-01-02T00:00:00Z", 1, 2},
		{"2026-01-02T00:00:00Z", 1, 2},
		{"2027-01-01T00:00:00Z", 0, 0},
	} {
		for _, s := range []warehouse.Store{f.Store, ref} {
			if err := s.DropBefore(f.ctx, at(c.before)); err != nil {
				t.Fatalf("DropBefore(%s): %v", c.before, err)
			}
		}
		want := extentWith(c.events, 6, c.months, 5)
		got, err := extentOf(f)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("after DropBefore(%s) the store shows %+v; want %+v", c.before, got, want)
		}
		compareStores(t, f.ctx, f.Store, ref, []entity.ID{alice}, events)
		f.reopen(t)
		compareStores(t, f.ctx, f.Store, ref, []entity.ID{alice}, events)
	}
	// What was dropped may come again, in another batch.
	b := full("again", at("2025-12-01T12:00:00Z"))
	same(t, "dropped flow records", must(f.KnownFlows(f.ctx, b.FlowRecords))(t), []warehouse.Verdict{warehouse.New})
	f.commit(t, b)
	same(t, "flow records dropped and back", must(f.KnownFlows(f.ctx, b.FlowRecords))(t), []warehouse.Verdict{warehouse.Duplicate})
	same(t, "dropped and back", must(f.EntityHours(f.ctx, alice, warehouse.AsPrincipal, always))(t), b.Hours)
}
