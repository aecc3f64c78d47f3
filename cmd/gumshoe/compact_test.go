package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// worn is a store with so many steps to do, each of which takes as many
// seconds as are left.
type worn struct {
	steps  int
	err    error
	clock  time.Time
	writer chan struct{}
	alone  bool // it was nobody's turn
}

func (w *worn) now() time.Time { return w.clock }

func (w *worn) Compact(context.Context) (bool, error) {
	w.alone = w.alone || w.writer != nil && len(w.writer) == 0
	if w.steps == 0 {
		return false, w.err
	}
	w.clock = w.clock.Add(time.Duration(w.steps) * time.Second)
	w.steps--
	return true, nil
}

// Each step waits for its turn, and the rest after it is three times as long.
func TestCompactInTurns(t *testing.T) {
	t.Parallel()
	f := func(failure error) {
		t.Helper()
		w := &worn{steps: 3, err: failure, writer: make(chan struct{}, 1)}
		var rests []time.Duration
		err := compactInTurns(t.Context(), w.writer, w, w.now, func(_ context.Context, d time.Duration) error {
			if len(w.writer) > 0 {
				t.Error("it rests in its turn")
			}
			rests = append(rests, d)
			return nil
		})
		if !errors.Is(err, failure) || w.alone || len(w.writer) > 0 {
			t.Errorf("error %v, want %v; steps out of turn: %t, still its turn: %d", err, failure, w.alone, len(w.writer))
		}
		if diff := cmp.Diff([]time.Duration{9 * time.Second, 6 * time.Second, 3 * time.Second}, rests); diff != "" {
			t.Error(diff)
		}
	}
	f(nil)
	f(errFull)
}

// The end is noticed while another one writes and while it rests.
func TestCompactEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := &worn{steps: 2, writer: make(chan struct{}, 1)}
	err := compactInTurns(ctx, w.writer, w, w.now, func(ctx context.Context, _ time.Duration) error {
		cancel()
		return rest(ctx, time.Hour)
	})
	if !errors.Is(err, context.Canceled) || w.steps != 1 {
		t.Errorf("cancelled in the first rest: %v, %d steps left", err, w.steps)
	}
	w.writer <- struct{}{} // for ever
	if err := compactInTurns(ctx, w.writer, w, w.now, rest); !errors.Is(err, context.Canceled) || w.steps != 1 {
		t.Errorf("cancelled while another one writes: %v, %d steps left", err, w.steps)
	}
	if err := compactNow(ctx, w); err != nil {
		t.Errorf("a command that was broken off: %v", err)
	}
}

func TestCompactNow(t *testing.T) {
	t.Parallel()
	for _, failure := range []error{nil, errFull} {
		w := &worn{steps: 3, err: failure}
		if err := compactNow(t.Context(), w); !errors.Is(err, failure) || w.steps != 0 {
			t.Errorf("error %v, want %v; %d steps left", err, failure, w.steps)
		}
	}
}

// A server compacts the graphs that were written, and no others.
func TestCompactWritten(t *testing.T) {
	t.Parallel()
	h, err := openHouse(shortDir(t), config{Regions: []string{defaultRegion}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	g, err := h.makeGraph(t.Context(), "111122223333")
	if err != nil {
		t.Fatal(err)
	}
	options, err := h.ingestOptions(t.Context(), g, ingestFlags{})
	if err != nil {
		t.Fatal(err)
	}
	// A batch a file, all of one day: more segments than are kept.
	segments := func() int64 {
		t.Helper()
		st, err := options.Store.Status(t.Context())
		if err != nil || st.Events != 12 {
			t.Fatalf("%d events, %v; want 12", st.Events, err)
		}
		return st.Segments
	}
	for i := range 12 {
		file := monthlyLogs(t, time.Date(2026, time.Month(1-i), 1, 0, 0, 0, 0, time.UTC), i+1)[i]
		if s, err := ingest.Run(t.Context(), source.NewFiles(file), options); err != nil || s.Totals.Stored != 1 {
			t.Fatalf("%s: %+v, %v", file, s, err)
		}
	}
	before := segments()
	if err := h.compactWritten(t.Context()); err != nil || segments() != before {
		t.Errorf("a graph that nobody wrote: %d segments, %v; want %d", segments(), err, before)
	}
	h.writer(g)
	if err := h.compactWritten(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := segments(); after >= before {
		t.Errorf("%d segments before, %d after", before, after)
	}
}
