package duckdb

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// A busy day of a batch has several segments: none is so large that a merge
// could not make it, and together they hold what one would.
func TestBusyDay(t *testing.T) {
	t.Parallel()
	e, err := New(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(t.Context(), testGraph, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	opened, err := e.Open(t.Context(), testGraph)
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*Store)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := &warehouse.Batch{ID: "busy"}
	raw := slices.Repeat([]byte("0123456789abcdef"), 1<<16)
	var want []string
	for i := range 70 { // of 1 MiB
		id := fmt.Sprintf("event-%02d", i)
		b.Events = append(b.Events, warehouse.Event{Time: at.Add(time.Duration(i) * time.Minute), EventID: id, Key: uint64(i), Raw: raw})
		want = append(want, id)
	}
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	segments := s.files.of(segmentFile, warehouse.DayOf(at))
	if len(segments) != 3 {
		t.Errorf("%d segments: %+v", len(segments), segments)
	}
	var entries int64
	for _, f := range segments {
		entries += f.entries
		if batch, ok := segmentBatch(f.name); !ok || batch != b.ID {
			t.Errorf("segment %s is taken for one of batch %q: %v", f.name, batch, ok)
		}
	}
	if entries != 70 || len(s.files.of(runFile, warehouse.DayOf(at))) != 1 {
		t.Errorf("%d entries in the segments; %d key runs", entries, len(s.files.of(runFile, warehouse.DayOf(at))))
	}
	events, err := s.Events(t.Context(), warehouse.EventQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, e.EventID)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("read back %q", got)
	}
	known, err := s.Known(t.Context(), []warehouse.Key{{Time: at.Add(69 * time.Minute), EventID: "event-69", Hash: 69}})
	if err != nil || known[0] == warehouse.New {
		t.Errorf("the last event is unknown: %v, %v", known, err)
	}
}

func TestSegmentBatch(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		segmentName("ab-1", 0):  "ab-1",
		segmentName("ab-1", 12): "ab-1",
		mergedPrefix + "0123456789abcdef0123456789abcdef.parquet": "",
		"ab-1.keys": "",
		"parquet":   "",
	} {
		if got, ok := segmentBatch(name); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, ok, want)
		}
	}
}
