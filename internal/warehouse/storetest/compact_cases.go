package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// compactAll compacts until there is no more to do.
func compactAll(ctx context.Context, s warehouse.Store) error {
	for range 10_000 {
		if more, err := s.Compact(ctx); err != nil || !more {
			return err
		}
	}
	return errors.New("Compact never comes to an end")
}

// smallBatches commits n batches of a few rows on three days of two months to
// a store and the reference.
func smallBatches(t *testing.T, f *fixture, ref *memoryStore, n int) (events []warehouse.Event) {
	t.Helper()
	for i := range n {
		start := at("2025-12-31T00:00:00Z").AddDate(0, 0, i%3).Add(time.Duration(i) * 7 * time.Minute)
		b := full(fmt.Sprint("b", i), start)
		derived := event(start, fmt.Sprint("derived ", i, " \xff"))
		derived.Print, derived.Raw, derived.Conflict = 0, nil, i%5 == 0
		b.Events = append(b.Events, derived)
		b.RuleHits[0].Hour = warehouse.HourOf(start) / 24 * 24 // many of one key
		for j := range i % 4 {
			b.RuleHits[0].Samples = append(b.RuleHits[0].Samples, fmt.Sprint("more ", j))
		}
		for _, s := range []warehouse.Store{f.Store, ref} {
			if err := s.Commit(f.ctx, b); err != nil {
				t.Fatal(err)
			}
		}
		events = append(events, b.Events...)
	}
	return events
}

var compactIDs = []entity.ID{alice, bob, account, nic, address}

func testCompact(t *testing.T, f *fixture) {
	ref := &memoryStore{graph: &graph{secret: secret}}
	if more, err := f.Compact(f.ctx); more || err != nil {
		t.Errorf("Compact of an empty graph: %t, %v", more, err)
	}
	events := smallBatches(t, f, ref, 40)
	before := must(f.Status(f.ctx))(t).Segments
	steps := 0
	for more := true; more; steps++ {
		var err error
		if more, err = f.Compact(f.ctx); err != nil {
			t.Fatal(err)
		}
		if steps&(steps-1) == 0 || !more {
			compareStores(t, f.ctx, f.Store, ref, compactIDs, events)
		}
		if t.Failed() || steps > 1000 {
			t.Fatalf("after step %d", steps)
		}
	}
	t.Logf("%d segments before, %d after %d steps", before, must(f.Status(f.ctx))(t).Segments, steps)
	f.reopen(t)
	compareStores(t, f.ctx, f.Store, ref, compactIDs, events)
	// The graph goes on as if nothing had been.
	b := full("more", at("2025-12-31T12:00:00Z"))
	for _, s := range []warehouse.Store{f.Store, ref} {
		if err := s.Commit(f.ctx, b); err != nil {
			t.Fatal(err)
		}
		if err := s.Drop(f.ctx, []warehouse.Month{month("2026-01-01")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := compactAll(f.ctx, f.Store); err != nil {
		t.Fatal(err)
	}
	compareStores(t, f.ctx, f.Store, ref, compactIDs, append(events, b.Events...))
}

// testCompactWhileRead reads while batches are committed and compacted: of
// what was there all along nothing may be missing.
func testCompactWhileRead(t *testing.T, f *fixture) {
	const first, more = 20, 10
	for i := range first {
		f.commit(t, full(fmt.Sprint("a", i), at("2026-01-01T00:00:00Z").Add(time.Duration(i)*time.Minute)))
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for last := false; !last; {
				select {
				case <-done:
					last = true
				default:
				}
				x, err := extentOf(f)
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
				for name, n := range map[string]int{"events": x.Events, "flow records": x.FlowRecords, "hours": x.Hours, "values": x.Values,
					"rule hits": x.RuleHits, "flows": x.Flows, "flow peers": x.FlowPeers, "findings": x.Findings} {
					if n < first || n > first+more {
						t.Errorf("%d %s; want %d to %d", n, name, first, first+more)
						return
					}
				}
			}
		})
	}
	for i := range more {
		f.commit(t, full(fmt.Sprint("b", i), at("2026-01-01T00:00:00Z").Add(time.Duration(i)*time.Minute)))
		if err := compactAll(f.ctx, f.Store); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
	wantExtent(t, f, first+more)
}

// testCompactCancelled cancels the context at every point at which a step
// looks at it.
func testCompactCancelled(t *testing.T, f *fixture) {
	ref := &memoryStore{graph: &graph{secret: secret}}
	events := smallBatches(t, f, ref, 20)
	for n := 0; ; n++ {
		ctx := newCountdown(f.ctx, n)
		more, err := f.Compact(ctx)
		ctx.cancel()
		if err != nil {
			wantError(t, "Compact", err, context.Canceled)
		}
		if n&(n-1) == 0 || err == nil && !more {
			compareStores(t, f.ctx, f.Store, ref, compactIDs, events)
		}
		if t.Failed() || n > 1000 {
			t.FailNow()
		}
		if err == nil && !more {
			break
		}
	}
	f.reopen(t)
	compareStores(t, f.ctx, f.Store, ref, compactIDs, events)
}
