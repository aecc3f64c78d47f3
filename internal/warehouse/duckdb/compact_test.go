package duckdb

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/storetest"
)

// eager compacts what is hardly worth it, in small steps.
var eager = limits{fewRows: 3, looseRows: 1, gatherRows: 30, moveRows: 15, fewFiles: 3}

// TestCompactEager has an engine that compacts wherever it can.
func TestCompactEager(t *testing.T) {
	t.Parallel()
	storetest.RunRandom(t, func(t *testing.T, dir string) warehouse.Engine {
		e, err := New(dir, Options{limits: eager})
		if err != nil {
			t.Fatal(err)
		}
		return e
	})
}

// TestPlanSegments commits segments of many sizes, merges as planned, and
// counts segments and the events that are written again.
func TestPlanSegments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		size    func(*rand.Rand, int) int64
		least   int
		weight  int64
		most    int     // segments besides one for each 25,000 events
		written float64 // times an event is written
	}{
		{"small, open", func(*rand.Rand, int) int64 { return 20 }, maxRuns, 3, 40, 6},
		{"any, open", func(r *rand.Rand, _ int) int64 { return 1 + r.Int64N(500) }, maxRuns, 3, 40, 6},
		{"small, closed", func(*rand.Rand, int) int64 { return 20 }, 2, 1, 20, 12},
		{"falling, closed", func(_ *rand.Rand, i int) int64 { return max(1, 3000-int64(i)) }, 2, 1, 20, 12},
		{"eighths, open", func(r *rand.Rand, _ int) int64 { return 7000 + r.Int64N(500) }, maxRuns, 3, 8, 1},
		{"large", func(*rand.Rand, int) int64 { return 50_000 }, 2, 1, 0, 0},
	} {
		r := rand.New(rand.NewPCG(5, 6))
		var files []file
		var total, written int64
		most := 0
		for i := range 5000 {
			n := c.size(r, i)
			total += n
			files = append(files, file{name: fmt.Sprint(i), entries: n, memory: n * 600})
			for {
				plan := planSegments(files, c.least, c.weight)
				if len(plan) == 0 {
					break
				}
				merged := file{name: fmt.Sprint("m", i, len(files))}
				for _, p := range plan {
					merged.entries += p.entries
					merged.memory += p.memory
					files = slices.DeleteFunc(files, func(f file) bool { return f.name == p.name })
				}
				if len(plan) < 2 || merged.entries > mergedEntries || merged.memory > mergedBytes {
					t.Fatalf("%s: %d segments with %d events are merged", c.name, len(plan), merged.entries)
				}
				written += merged.entries
				files = append(files, merged)
			}
			most = max(most, len(files)-int(total/(mergedEntries/2)))
		}
		times := float64(written) / float64(total)
		if most > c.most || times > c.written {
			t.Errorf("%s: %d segments more than needed, written %.1f times again; want at most %d and %.1f", c.name, most, times, c.most, c.written)
		}
		t.Logf("%s: %d events in %d segments, at most %d more than needed, written %.1f times again", c.name, total, len(files), most, times)
	}
}

// TestGather commits the same peers again and again: they come to lie in the
// partition once, and not before there are enough of them.
func TestGather(t *testing.T) {
	t.Parallel()
	s := testStore(t, Options{limits: limits{fewRows: 10, looseRows: 10, gatherRows: 150, moveRows: 1000, fewFiles: 8}})
	count := func(table string) (n int) {
		t.Helper()
		if err := s.db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const peers = 100
	for i, want := range []struct {
		table      string
		rows, left int
	}{{"flow_peer_delta", peers, peers}, {"flow_peer_1970_01", peers, 0}} {
		b := &warehouse.Batch{ID: fmt.Sprint("b", i)}
		for j := range peers {
			b.FlowPeers = append(b.FlowPeers, warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey{Interface: 1, Peer: entity.ID(j)},
				Hours: 1 << i, Traffic: warehouse.Traffic{Records: 1}})
		}
		if err := s.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		more, err := s.Compact(t.Context())
		if err != nil || more {
			t.Fatalf("batch %d: Compact: %t, %v; want nothing to do", i, more, err)
		}
		if rows, left := count(want.table), count("flow_peer_delta"); rows != want.rows || left != want.left {
			t.Errorf("batch %d: %d rows in %s, %d in the delta; want %d and %d", i, rows, want.table, left, want.rows, want.left)
		}
	}
	got, err := s.FlowPeers(t.Context(), 7, warehouse.Range{From: 0, To: 24})
	if err != nil || len(got) != 1 || got[0].Hours != 3 || got[0].Records != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}
