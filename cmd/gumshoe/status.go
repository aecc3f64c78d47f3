package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sort"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/graph"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// statusEntry is the state of one graph in JSON.
type statusEntry struct {
	graphEntry
	Totals      warehouse.Totals `json:"totals"`
	Reasons     map[string]int64 `json:"reasons"`
	Objects     int64            `json:"objects"`
	Events      int64            `json:"events"`
	Entities    int64            `json:"entities"`
	Segments    int64            `json:"segments"`
	Bytes       int64            `json:"bytes"`
	FirstHour   *time.Time       `json:"firstHour"`
	LastHour    *time.Time       `json:"lastHour"`
	MemberCount int              `json:"members"`
	Disk        diskEntry        `json:"disk"`
	Coverage    []coverageEntry  `json:"coverage"`
	Gaps        []gapEntry       `json:"gaps"`     // in the logs
	Rejected    []objectEntry    `json:"rejected"` // the objects with rejections

	report graph.CoverageReport
}

func newGraphStatus(inv *invocation) *cobra.Command {
	var data dataFlags
	var format, account string
	c := &cobra.Command{
		Use:   "status",
		Short: "Show what a behavior graph holds: records read, stored, refused, and over which time",
		Long: `Shows what a behavior graph holds, each object (file) once however often it
was read: the records that were seen = stored + duplicate + rejected, why
records were rejected, and the objects that hold them. A file that grew or was
replaced counts once for each content that it had.`,
		Example: `  gumshoe graph status --data ./data`,
		Args:    noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return inv.withHouse(c.Context(), data, func(h *house) error {
				ctx := c.Context()
				g, err := h.chooseGraph(ctx, account)
				if err != nil {
					return err
				}
				e, err := h.status(ctx, g)
				if err != nil {
					return err
				}
				if format == "json" {
					return writeJSON(inv.stdout, e)
				}
				return inv.printStatus(e)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	c.Flags().StringVar(&account, "account", "", "`ID` of the graph's administrator account (default: the only graph)")
	return c
}

func (h *house) status(ctx context.Context, g control.Graph) (statusEntry, error) {
	store, err := h.store(ctx, g)
	if err != nil {
		return statusEntry{}, err
	}
	st, err := store.Status(ctx)
	if err != nil {
		return statusEntry{}, err
	}
	members, err := h.detective.Members(ctx, g.ARN)
	if err != nil {
		return statusEntry{}, err
	}
	rejected := []objectEntry{}
	if st.Totals.Rejected > 0 {
		if rejected, err = rejectedObjects(ctx, store); err != nil {
			return statusEntry{}, err
		}
	}
	e := statusEntry{Rejected: rejected, graphEntry: graphEntryOf(g), Totals: st.Totals, Reasons: st.Reasons, Objects: st.Objects,
		Events: st.Events, Entities: st.Entities, Segments: st.Segments, Bytes: st.Bytes, MemberCount: len(members)}
	if e.Disk, err = h.disk(ctx, store, st, time.Now()); err != nil {
		return statusEntry{}, err
	}
	if e.report, err = graph.CoverageOf(ctx, store, maxGaps); err != nil {
		return statusEntry{}, err
	}
	e.Coverage, e.Gaps = coverageEntries(e.report)
	if !st.First.IsZero() {
		e.FirstHour, e.LastHour = &st.First, &st.Last
	}
	return e, nil
}

func (inv *invocation) printStatus(e statusEntry) error {
	span := "no events yet"
	if e.FirstHour != nil {
		span = clock(*e.FirstHour) + " to " + clock(e.LastHour.Add(time.Hour)) + " UTC"
	}
	_, err := fmt.Fprintf(inv.stdout, `graph      %s
created    %s UTC
members    %d, besides the administrator account
time       %s
objects    %d
records    %d seen = %d stored + %d duplicate + %d rejected
entities   %d
disk       %s, events in %s
           %s
`, e.Arn, clock(e.CreatedTime), e.MemberCount, span, e.Objects, e.Totals.Seen, e.Totals.Stored,
		e.Totals.Duplicate, e.Totals.Rejected, e.Entities, size(e.Bytes), count(e.Segments, "segment"), e.Disk)
	if err != nil {
		return err
	}
	printCoverage(inv.stdout, e.report)
	return errors.Join(printReasons(inv.stdout, e.Reasons), printRejected(inv.stdout, e.Rejected))
}

// rejectedObjects returns the account of each object with rejected records.
func rejectedObjects(ctx context.Context, store warehouse.Store) ([]objectEntry, error) {
	var list []objectEntry
	for o, err := range store.Ledger(ctx) {
		if err != nil {
			return nil, err
		}
		if o.Rejected > 0 {
			list = append(list, objectEntryOf(ingest.ObjectSummary{URI: o.URI, Reasons: o.Reasons, Samples: o.Samples,
				Bytes: o.Size, Seconds: o.Seconds, Totals: warehouse.Totals{
					Seen: o.Seen, Stored: o.Stored, Duplicate: o.Duplicate, Rejected: o.Rejected}}))
		}
	}
	return list, nil
}

// printReasons lists why records were not stored, the most frequent first.
func printReasons(w io.Writer, reasons map[string]int64) error {
	names := make([]string, 0, len(reasons))
	for r := range reasons {
		names = append(names, r)
	}
	sort.Slice(names, func(i, j int) bool {
		if reasons[names[i]] != reasons[names[j]] {
			return reasons[names[i]] > reasons[names[j]]
		}
		return names[i] < names[j]
	})
	for _, r := range names {
		if _, err := fmt.Fprintf(w, "  %-24s %d\n", r, reasons[r]); err != nil {
			return err
		}
	}
	return nil
}

// count prints a number of things: "1 object", "2 objects".
func count[N int | int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// size prints bytes for people.
func size(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	f, i := float64(n)/unit, 0
	for f >= unit && i < 4 {
		f /= unit
		i++
	}
	return fmt.Sprintf("%.1f %cB", f, "kMGTP"[i])
}
