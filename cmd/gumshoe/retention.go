package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// retained is what retention needs of a store.
type retained interface {
	Status(ctx context.Context) (warehouse.Status, error)
	DropBefore(ctx context.Context, t time.Time) error

	// Imported returns for each month that records were stored for when that
	// was done last.
	Imported(ctx context.Context) (map[warehouse.Month]time.Time, error)
}

// errNoImports says that a store cannot tell when its data was imported.
var errNoImports = errors.New("the store cannot tell when data was imported, so nothing is dropped")

// retain drops what is too old, now and once a day until ctx ends.
func (h *house) retain(ctx context.Context) {
	days := h.config.retention()
	if days == 0 {
		return
	}
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		if err := h.retainAll(ctx, time.Now(), days); err != nil && ctx.Err() == nil {
			h.log.Warn("old data cannot be dropped", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (h *house) retainAll(ctx context.Context, now time.Time, days int) error {
	graphs, err := h.activeGraphs(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, g := range graphs {
		if err := h.retainGraph(ctx, g, now, days); err != nil {
			errs = append(errs, fmt.Errorf("graph %s: %w", g.ARN, err))
		}
	}
	return errors.Join(errs...)
}

func (h *house) retainGraph(ctx context.Context, g control.Graph, now time.Time, days int) error {
	store, err := h.store(ctx, g)
	if err != nil {
		return err
	}
	kept, ok := store.(retained)
	if !ok {
		return errNoImports
	}
	writer := h.writer(g)
	select {
	case writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-writer }()
	before, dropped, err := dropOld(ctx, kept, now, days)
	if err == nil && dropped {
		h.log.Info("dropped old data", "graph", g.ARN, "before", before.Format(time.DateOnly), "retention_days", days)
	}
	return err
}

// dropOld drops the oldest months up to the first that must stay: one whose
// end is not days before the newest hour of the graph, or into which something
// was imported in the last days. It returns the start of that month.
func dropOld(ctx context.Context, store retained, now time.Time, days int) (before time.Time, dropped bool, err error) {
	st, err := store.Status(ctx)
	if err != nil || st.First.IsZero() {
		return time.Time{}, false, err
	}
	imported, err := store.Imported(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	byTime := st.Last.Add(time.Hour).AddDate(0, 0, -days)
	byImport := now.AddDate(0, 0, -days)
	first := warehouse.DayOf(st.First).Month()
	stays := first
	for !(stays + 1).Start().After(byTime) && !imported[stays].After(byImport) {
		stays++
	}
	if stays == first {
		return time.Time{}, false, nil
	}
	return stays.Start(), true, store.DropBefore(ctx, stays.Start())
}
