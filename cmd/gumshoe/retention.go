package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// retained is what retention needs of a store.
type retained interface {
	Status(ctx context.Context) (warehouse.Status, error)
	Imported(ctx context.Context) (map[warehouse.Month]time.Time, error)
	Drop(ctx context.Context, months []warehouse.Month) error
}

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
	writer := h.writer(g)
	select {
	case writer <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-writer }()
	months, err := dropOld(ctx, store, now, days)
	if err == nil && len(months) > 0 {
		h.log.Info("dropped old data", "graph", g.ARN, "months", monthNames(months), "retention_days", days)
	}
	return err
}

// dropOld drops the months that are too old, and returns them in order: those
// that ended days before the newest hour of the graph and into which nothing
// was imported in the last days.
func dropOld(ctx context.Context, store retained, now time.Time, days int) ([]warehouse.Month, error) {
	imported, err := store.Imported(ctx)
	if err != nil || len(imported) == 0 {
		return nil, err
	}
	st, err := store.Status(ctx)
	if err != nil || st.Last.IsZero() {
		return nil, err
	}
	byTime := st.Last.Add(time.Hour).AddDate(0, 0, -days)
	byImport := now.AddDate(0, 0, -days)
	var old []warehouse.Month
	for month, at := range imported {
		if !(month + 1).Start().After(byTime) && !at.After(byImport) {
			old = append(old, month)
		}
	}
	if len(old) == 0 {
		return nil, nil
	}
	slices.Sort(old)
	return old, store.Drop(ctx, old)
}

// monthNames returns "2025-01 2025-02".
func monthNames(months []warehouse.Month) string {
	names := make([]string, len(months))
	for i, m := range months {
		names[i] = m.Start().Format("2006-01")
	}
	return strings.Join(names, " ")
}
