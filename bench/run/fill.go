package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/duckdb"
)

// fillCommand puts synthetic events into a new graph, as fast as it goes:
//
//	fill DIR EVENTS
const fillCommand = "fill"

// fillBatch is four times what ingest commits at once: fewer commits, and
// files as its merges leave them.
const fillBatch = 100_000

// fillAnswer is what it prints.
type fillAnswer struct {
	Events, Segments int64
	Took             time.Duration
}

func runFill(ctx context.Context, args []string) (_ any, err error) {
	n, err := numbers(args[1])
	if err != nil {
		return nil, err
	}
	if n[0] < syntheticDays {
		return nil, fmt.Errorf("%d events: want one a day at least", n[0])
	}
	engine, err := duckdb.New(args[0], duckdb.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if err := engine.Create(ctx, syntheticGraph, syntheticSecret); err != nil {
		return nil, err
	}
	store, err := engine.Open(ctx, syntheticGraph)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := commitAll(ctx, store, newSynthetic(n[0])); err != nil {
		return nil, err
	}
	took := time.Since(began)
	status, err := store.Status(ctx)
	if err != nil {
		return nil, err
	}
	if status.Events != n[0] {
		return nil, fmt.Errorf("the graph holds %d events, want %d", status.Events, n[0])
	}
	return fillAnswer{Events: status.Events, Segments: status.Segments, Took: took}, nil
}

// commitAll makes a batch while the one before is committed.
func commitAll(ctx context.Context, store warehouse.Store, s synthetic) error {
	g, ctx := errgroup.WithContext(ctx)
	batches := make(chan *warehouse.Batch)
	g.Go(func() error {
		defer close(batches)
		for d := range s.days {
			for first, end := s.day(d); first < end; first += fillBatch {
				b := &warehouse.Batch{ID: fmt.Sprintf("fill-%d", first)}
				for n := first; n < min(first+fillBatch, end); n++ {
					b.Events = append(b.Events, s.event(n))
				}
				select {
				case batches <- b:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	g.Go(func() error {
		for b := range batches {
			if err := store.Commit(ctx, b); err != nil {
				return fmt.Errorf("commit %s: %w", b.ID, err)
			}
		}
		return nil
	})
	return g.Wait()
}
