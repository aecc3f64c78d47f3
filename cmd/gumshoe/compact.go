package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const (
	// compactInterval is how often a server looks whether small batches have
	// left something to compact. A guess: a busy minute leaves little.
	compactInterval = 10 * time.Second
	// compactRest is for how long the server rests after a step, as a multiple
	// of the time that it took: so at most a quarter of the time is used.
	compactRest = 3
)

// compactor is what compaction needs of a store.
type compactor interface {
	Compact(ctx context.Context) (more bool, err error)
}

var _ compactor = warehouse.Store(nil)

// compact compacts the graphs that this process has written, step by step and
// in turns with their other writers, until ctx ends.
func (h *house) compact(ctx context.Context) {
	tick := time.NewTicker(compactInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := h.compactWritten(ctx); err != nil && ctx.Err() == nil {
			h.log.Warn("small batches cannot be compacted", "error", err)
		}
	}
}

func (h *house) compactWritten(ctx context.Context) error {
	graphs, err := h.activeGraphs(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, g := range graphs {
		if !h.written(g) {
			continue
		}
		store, err := h.store(ctx, g)
		if err == nil {
			err = compactInTurns(ctx, h.writer(g), store, time.Now, rest)
		}
		// One that was deleted meanwhile needs nothing.
		if err != nil && !errors.Is(err, warehouse.ErrNoGraph) && !errors.Is(err, warehouse.ErrClosed) {
			errs = append(errs, fmt.Errorf("graph %s: %w", g.ARN, err))
		}
	}
	return errors.Join(errs...)
}

// written reports whether this process has been the graph's writer.
func (h *house) written(g control.Graph) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.writers[g.ARN] != nil
}

// compactInTurns does what there is to do, each step when it is this writer's
// turn, and rests after each.
func compactInTurns(ctx context.Context, writer chan struct{}, store compactor, now func() time.Time, rest func(context.Context, time.Duration) error) error {
	for {
		select {
		case writer <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		start := now()
		more, err := store.Compact(ctx)
		took := now().Sub(start)
		<-writer
		if err != nil || !more {
			return err
		}
		if err := rest(ctx, compactRest*took); err != nil {
			return err
		}
	}
}

// rest waits for d.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// compactNow does all that there is to do, at the end of a command that is the
// graph's writer: large batches leave nothing. That it was broken off is no
// error, for the next writer goes on with it.
func compactNow(ctx context.Context, store compactor) error {
	for {
		more, err := store.Compact(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil || !more {
			return err
		}
	}
}
