package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// month returns the month of a date such as "2025-12-01".
func month(date string) warehouse.Month { return warehouse.DayOf(at(date + "T00:00:00Z")).Month() }

func testDrop(t *testing.T, f *fixture) {
	days := []string{"2024-12-15", "2025-11-30", "2025-12-01", "2025-12-31", "2026-01-01", "2026-01-02"}
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
		months []warehouse.Month
		left   int
	}{
		{nil, 6},
		{[]warehouse.Month{month("2025-10-01"), month("1900-01-01"), warehouse.EndDay.Month()}, 6}, // no data
		{[]warehouse.Month{month("2025-12-31")}, 4},                                                // the months before it stay
		{[]warehouse.Month{month("2025-12-31")}, 4},
		{[]warehouse.Month{month("2025-11-01"), month("2026-01-01")}, 1},
		{[]warehouse.Month{month("2024-12-01"), month("2024-12-01")}, 0},
	} {
		for _, s := range []warehouse.Store{f.Store, ref} {
			if err := s.Drop(f.ctx, c.months); err != nil {
				t.Fatalf("Drop(%v): %v", c.months, err)
			}
		}
		want := extentWith(c.left, 7, c.left, 6)
		got, err := extentOf(f)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("after Drop(%v) the store shows %+v; want %+v", c.months, got, want)
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

func testImported(t *testing.T, f *fixture) {
	same(t, "Imported of nothing", must(f.Imported(f.ctx))(t), map[warehouse.Month]time.Time(nil))
	// commit brings one event a date, in a part that was read at a time.
	n := 0
	commit := func(readAt string, stored int64, dates ...string) {
		t.Helper()
		n++
		p := part(fmt.Sprint("object-", n), stored)
		p.At = at(readAt)
		b := &warehouse.Batch{ID: fmt.Sprint("b", n)}
		for _, d := range dates {
			when := at(d + "T12:00:00Z")
			if stored > 0 {
				b.Events = append(b.Events, event(when, p.URI+d))
			}
			p.Volumes = append(p.Volumes, warehouse.PartVolume{Account: "123456789012", Day: warehouse.DayOf(when),
				Stored: amountOf(stored), Refused: amountOf(1)})
		}
		b.Ledger = []warehouse.ObjectPart{p}
		f.commit(t, b)
	}
	commit("2026-03-01T10:00:00Z", 1, "2024-01-31", "2024-02-01")
	commit("2026-03-03T10:00:00.000001Z", 1, "2024-02-29")
	commit("2026-03-02T10:00:00Z", 1, "2024-02-28", "2024-03-01")
	commit("2026-04-01T10:00:00Z", 0, "2024-01-01", "2024-05-01") // refused: no import
	// Data that no part tells of.
	f.commit(t, &warehouse.Batch{ID: "bare", Events: []warehouse.Event{event(at("2023-07-01T00:00:00Z"), "bare")},
		Digests: []warehouse.Digest{{From: at("2023-08-31T23:00:00Z").Unix(), To: at("2023-09-01T00:00:00Z").Unix()}}})
	want := map[warehouse.Month]time.Time{
		month("2024-01-01"): at("2026-03-01T10:00:00Z"),
		month("2024-02-01"): at("2026-03-03T10:00:00.000001Z"),
		month("2024-03-01"): at("2026-03-02T10:00:00Z"),
		month("2023-07-01"): {},
		month("2023-08-01"): {},
	}
	for range 2 {
		same(t, "Imported", must(f.Imported(f.ctx))(t), want)
		f.reopen(t)
	}
	if err := f.Drop(f.ctx, []warehouse.Month{month("2024-02-01"), month("2023-08-01")}); err != nil {
		t.Fatal(err)
	}
	delete(want, month("2024-02-01"))
	delete(want, month("2023-08-01"))
	same(t, "Imported after Drop", must(f.Imported(f.ctx))(t), want)
}
