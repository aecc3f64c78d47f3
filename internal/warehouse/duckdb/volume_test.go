package duckdb

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// TestGraphWithoutVolumes opens a graph that was made when there was no table
// of volumes yet.
func TestGraphWithoutVolumes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	batch := func(id, account string, reading int32, stored, refused int64) *warehouse.Batch {
		return &warehouse.Batch{ID: id, Ledger: []warehouse.ObjectPart{{URI: "log", SHA256: [32]byte{1}, Kind: "cloudtrail", Reading: reading,
			Seen: stored + refused, Stored: stored, Rejected: refused, Done: true, At: day.Add(time.Duration(reading) * time.Hour),
			Volumes: []warehouse.PartVolume{{Account: account, Day: warehouse.DayOf(day),
				Stored: warehouse.Amount{Records: stored, Bytes: stored}, Refused: warehouse.Amount{Records: refused, Bytes: refused}}}}}}
	}
	with := func(f func(*Store)) {
		t.Helper()
		e, err := New(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Create(t.Context(), testGraph, entity.Secret{1}); err != nil {
			t.Fatal(err)
		}
		s, err := e.Open(t.Context(), testGraph)
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		f(s.(*Store))
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	commit := func(s *Store, b *warehouse.Batch) {
		t.Helper()
		if err := s.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	wantVolumes := func(s *Store, want ...warehouse.Volume) {
		t.Helper()
		got, err := s.Volumes(t.Context(), time.Time{})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Volumes: %v (-want +got):\n%s", err, diff)
		}
	}
	with(func(s *Store) {
		commit(s, batch("before", "a", 1, 5, 2))
		if err := s.writer.exec("DROP TABLE volume"); err != nil {
			t.Fatal(err)
		}
	})
	with(func(s *Store) {
		wantVolumes(s)
		commit(s, batch("after", "b", 2, 3, 1))
	})
	with(func(s *Store) {
		wantVolumes(s, warehouse.Volume{Account: "b", Kind: "cloudtrail", Day: warehouse.DayOf(day), Bytes: 4, Records: 4})
		objects, err := s.Objects(t.Context(), []string{"log"})
		if o := objects["log"]; err != nil || o.Readings != 2 || o.Stored != 8 {
			t.Errorf("the ledger is %+v, %v", o, err)
		}
	})
}

// BenchmarkVolumes asks for a month's volumes of a graph with many objects,
// a tenth of which have records of an account that is no member.
func BenchmarkVolumes(b *testing.B) {
	s := testStore(b, Options{})
	volumeGraph(b, s, 200_000)
	b.ReportAllocs()
	for b.Loop() {
		v, err := s.Volumes(b.Context(), time.Date(2026, 1, 11, 0, 0, 0, 0, time.UTC))
		if err != nil || len(v) != 20*101 {
			b.Fatalf("%d rows, %v", len(v), err)
		}
	}
}

// volumeGraph fills s with so many objects of 100 accounts and 30 days.
func volumeGraph(b *testing.B, s *Store, objects int) {
	b.Helper()
	day := warehouse.DayOf(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	const perBatch = 10_000
	for first := 0; first < objects; first += perBatch {
		batch := &warehouse.Batch{ID: fmt.Sprint("b", first)}
		for i := first; i < first+perBatch; i++ {
			p := warehouse.ObjectPart{URI: fmt.Sprintf("s3://logs/%d.json.gz", i), SHA256: [32]byte{1}, Kind: "cloudtrail", Reading: 1,
				Seen: 100, Stored: 100, Done: true, At: day.Time(),
				Volumes: []warehouse.PartVolume{{Account: fmt.Sprintf("%012d", i%100), Day: day + warehouse.Day(i/100%30),
					Stored: warehouse.Amount{Records: 100, Bytes: 130_000}}}}
			if i/100%10 == 0 || i%100 == 7 {
				p.Volumes = append(p.Volumes, warehouse.PartVolume{Account: "999988887777", Day: p.Volumes[0].Day,
					Refused: warehouse.Amount{Records: 1, Bytes: 1000}})
			}
			batch.Ledger = append(batch.Ledger, p)
		}
		if err := s.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
