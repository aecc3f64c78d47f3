package main

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// diskEntry tells how long the disk will do.
type diskEntry struct {
	FreeBytes  int64    `json:"freeBytes"`     // on the disk of the data folder
	DailyBytes *float64 `json:"dailyBytes"`    // that the graph grows by; null when it is unknown
	DaysLeft   *float64 `json:"daysUntilFull"` // at this rate; null when it is unknown or nothing grows
}

// disk estimates when the disk will be full from what was read in the last 7
// days.
func (h *house) disk(ctx context.Context, store warehouse.Store, st warehouse.Status, now time.Time) (diskEntry, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(h.dir, &fs); err != nil {
		return diskEntry{}, fmt.Errorf("measure the disk of %s: %w", h.dir, err)
	}
	e := diskEntry{FreeBytes: int64(fs.Bavail) * int64(fs.Bsize)} //nolint:unconvert // the types differ by platform
	g := growth{now: now, since: st.First}
	for o, err := range store.Ledger(ctx) {
		if err != nil {
			return e, err
		}
		g.add(o)
	}
	if daily, ok := g.daily(st.Bytes); ok {
		e.DailyBytes = &daily
		if daily > 0 {
			left := float64(e.FreeBytes) / daily
			e.DaysLeft = &left
		}
	}
	return e, nil
}

// growthTime is the time that tells how fast a graph grows, minGrowth the
// least that tells anything.
const (
	growthTime = 7 * 24 * time.Hour
	minGrowth  = 24 * time.Hour
)

// growth sums up the source bytes that became stored records.
type growth struct {
	now, since  time.Time // since is the oldest hour of the graph
	all, lately float64   // bytes
	first       time.Time // reading of all
}

// add takes an object in. What was read more than a day before the oldest hour
// of the graph was dropped since: no event is further ahead of its reading.
func (g *growth) add(o warehouse.Object) {
	if o.Stored == 0 || o.Seen == 0 {
		return
	}
	if g.first.IsZero() || o.At.Before(g.first) {
		g.first = o.At
	}
	if o.At.Before(g.since.Add(-24 * time.Hour)) {
		return
	}
	n := float64(o.Size) * float64(o.Stored) / float64(o.Seen)
	g.all += n
	if g.now.Sub(o.At) < growthTime {
		g.lately += n
	}
}

// daily returns the bytes a day by which a graph of so many bytes grows. It is
// unknown before a day has passed since the first reading.
func (g *growth) daily(bytes int64) (float64, bool) {
	history := min(g.now.Sub(g.first), growthTime)
	if g.first.IsZero() || history < minGrowth || g.all == 0 {
		return 0, false
	}
	return float64(bytes) * g.lately / g.all / (history.Hours() / 24), true
}

// String says it for people.
func (e diskEntry) String() string {
	free := size(e.FreeBytes) + " free"
	switch {
	case e.DailyBytes == nil:
		return free + ", full in an unknown time: there is less than a day of history"
	case e.DaysLeft == nil:
		return free + ", nothing was read in the last 7 days"
	}
	return fmt.Sprintf("%s, full in %.0f days at the %s a day of the last 7 days", free, *e.DaysLeft, size(int64(*e.DailyBytes)))
}
