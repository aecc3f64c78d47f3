package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// localAccount is the administrator account of a graph that nobody named one
// for: an offline investigator has logs and no account.
const localAccount = "000000000000"

func newIngest(inv *invocation) *cobra.Command {
	var data dataFlags
	var format, account, kind string
	var enroll bool
	c := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Read logs into a behavior graph",
		Long: `Reads CloudTrail logs, files and folders, gzipped or plain, into the graph of
the administrator account. Every record is accounted for: seen = stored +
duplicate + rejected. What was read before is not read again.

Records of accounts that are no members of the graph are rejected, unless
--enroll makes their accounts members.`,
		Example: `  gumshoe ingest --data DIR --account 111122223333 --enroll ./AWSLogs`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("gumshoe ingest: PATH is missing: a file or a folder of logs")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if kind != "auto" && kind != "cloudtrail" {
				return usagef("--kind %q: this version reads cloudtrail (auto finds it)", kind)
			}
			if account != "" && !entity.IsAccountID(account) {
				return usagef("--account %q: want 12 digits", account)
			}
			paths := make([]string, len(args))
			for i, a := range args {
				p, err := inv.path(a)
				if err != nil {
					return err
				}
				paths[i] = p
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				g, err := h.ingestGraph(c.Context(), inv, account)
				if err != nil {
					return err
				}
				report, err := h.ingest(c.Context(), inv, g, paths, enroll)
				if err != nil {
					return err
				}
				if format == "json" {
					err = writeJSON(inv.stdout, report)
				} else {
					err = inv.printIngest(report)
				}
				if err != nil {
					return err
				}
				return report.verdict(paths)
			})
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	f := c.Flags()
	f.StringVar(&account, "account", "", "administrator account; its graph is made if it has none (default: the only graph, or account "+localAccount+")")
	f.StringVar(&kind, "kind", "auto", "kind of the logs: auto, cloudtrail")
	f.BoolVar(&enroll, "enroll", false, "make the accounts seen in the logs members of the graph")
	return c
}

// ingestGraph returns the graph to read into.
func (h *house) ingestGraph(ctx context.Context, inv *invocation, account string) (control.Graph, error) {
	if account != "" {
		return h.makeGraph(ctx, account)
	}
	g, err := h.chooseGraph(ctx, "")
	if !errors.Is(err, errNoGraph) {
		return g, err
	}
	accounts, err := h.identity.Accounts(ctx)
	if err != nil {
		return g, err
	}
	switch len(accounts) {
	case 1:
		account = accounts[0].ID
	case 0:
		account = localAccount
		inv.notef("No --account was given and there is none yet: the graph belongs to account %s.", account)
	default:
		return g, usagef("there are %d accounts and no graph: name the administrator account by --account ID", len(accounts))
	}
	return h.makeGraph(ctx, account)
}

// objectEntry is an object's row in the answer.
type objectEntry struct {
	Object string `json:"object"`
	warehouse.Totals
	Reasons    map[string]int64 `json:"reasons"`
	Bytes      int64            `json:"bytes"`
	Seconds    float64          `json:"seconds"`
	Rejections []rejectionEntry `json:"rejections,omitempty"`
}

// rejectionEntry names one rejected record. Offset is missing where it means
// nothing.
type rejectionEntry struct {
	Record int64  `json:"record"`
	Offset *int64 `json:"offset,omitempty"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// ingestReport is the answer of gumshoe ingest.
type ingestReport struct {
	Graph   string           `json:"graph"`
	Totals  warehouse.Totals `json:"totals"`
	Objects []objectEntry    `json:"objects"`
	Seconds float64          `json:"seconds"`
}

// verdict is the exit code: failed when there was nothing to read or nothing
// of it was any good.
func (r *ingestReport) verdict(paths []string) error {
	switch {
	case len(r.Objects) == 0:
		return fmt.Errorf("no files in %v", paths)
	case r.Totals.Stored+r.Totals.Duplicate == 0 && r.Totals.Rejected > 0:
		return fmt.Errorf("nothing was stored: all %d records were rejected", r.Totals.Rejected)
	case r.Totals.Seen == 0:
		return errors.New("nothing was stored: there are no records in these files")
	}
	return nil
}

// ingest reads paths into a graph.
func (h *house) ingest(ctx context.Context, inv *invocation, g control.Graph, paths []string, enroll bool) (*ingestReport, error) {
	writer := h.writer(g)
	writer.Lock()
	defer writer.Unlock()
	store, err := h.store(ctx, g)
	if err != nil {
		return nil, err
	}
	members, err := h.membership(ctx, g, enroll)
	if err != nil {
		return nil, err
	}
	report := &ingestReport{Graph: g.ARN, Objects: []objectEntry{}}
	progress := inv.progress()
	summary, err := ingest.Run(ctx, source.NewFiles(paths...), ingest.Options{
		Store: store, Places: h.places, Rules: h.rules, Membership: members,
		Done: func(o ingest.ObjectSummary) {
			report.Objects = append(report.Objects, objectEntryOf(o))
			progress.add(o.Totals)
		},
	})
	progress.end()
	report.Totals = summary.Totals
	report.Seconds = summary.Elapsed.Seconds()
	return report, err
}

func objectEntryOf(o ingest.ObjectSummary) objectEntry {
	e := objectEntry{Object: o.URI, Totals: o.Totals, Reasons: o.Reasons, Bytes: o.Bytes, Seconds: o.Seconds}
	if e.Reasons == nil {
		e.Reasons = map[string]int64{}
	}
	for _, s := range o.Samples {
		r := rejectionEntry{Record: s.Record, Reason: s.Reason, Detail: s.Detail}
		if s.Offset >= 0 {
			r.Offset = &s.Offset
		}
		e.Rejections = append(e.Rejections, r)
	}
	return e
}

// maxShown bounds the objects with rejections that a person is shown.
const maxShown = 20

// printIngest prints the answer for people.
func (inv *invocation) printIngest(r *ingestReport) error {
	t := r.Totals
	rate := ""
	if r.Seconds > 0 && t.Seen > 0 {
		rate = fmt.Sprintf(", %.0f a second", float64(t.Seen)/r.Seconds)
	}
	fmt.Fprintf(inv.stdout, "%d records in %d objects%s: %d stored, %d duplicate, %d rejected\n",
		t.Seen, len(r.Objects), rate, t.Stored, t.Duplicate, t.Rejected)
	reasons := map[string]int64{}
	shown, more := 0, 0
	for _, o := range r.Objects {
		for reason, n := range o.Reasons {
			reasons[reason] += n
		}
		if o.Rejected == 0 {
			continue
		}
		if shown == maxShown {
			more++
			continue
		}
		shown++
		fmt.Fprintf(inv.stdout, "  %s: %d rejected", o.Object, o.Rejected)
		if len(o.Rejections) > 0 {
			x := o.Rejections[0]
			fmt.Fprintf(inv.stdout, ": %s", x.Reason)
			if x.Detail != "" {
				fmt.Fprintf(inv.stdout, " (record %d: %s)", x.Record, x.Detail)
			}
		}
		fmt.Fprintln(inv.stdout)
	}
	if more > 0 {
		fmt.Fprintf(inv.stdout, "  and %d more objects with rejections; -o json has all\n", more)
	}
	if len(reasons) > 0 {
		fmt.Fprintln(inv.stdout, "reasons:")
		if err := inv.printReasons(reasons); err != nil {
			return err
		}
	}
	if reasons["not-a-member"] > 0 {
		fmt.Fprintln(inv.stdout, "Accounts that are no members were refused; --enroll makes them members.")
	}
	_, err := fmt.Fprintf(inv.stdout, "graph %s\n", r.Graph)
	return err
}

// membership returns whom the graph takes records of. With enroll that is
// everybody, and accounts become members as they are seen.
func (h *house) membership(ctx context.Context, g control.Graph, enroll bool) (ingest.Membership, error) {
	m, err := h.control.Membership(ctx, g.ARN)
	if err != nil {
		return nil, err
	}
	if !enroll {
		return members{m}, nil
	}
	return &enrolling{house: h, graph: g, version: m.Version, known: m.Accounts}, nil
}

// members takes the records of a fixed set of accounts.
type members struct{ control.Membership }

// Accepts implements ingest.Membership.
func (m members) Accepts(_ context.Context, account string) (bool, error) {
	return m.Membership.Accepts(account), nil
}

// Version implements ingest.Membership.
func (m members) Version() int64 { return m.Membership.Version }

// enrolling takes everybody's records and makes members of their accounts.
// Text that is no account id, as anonymised logs have it, cannot be a member
// of the API's but is taken all the same.
type enrolling struct {
	house   *house
	graph   control.Graph
	version int64

	mu    sync.Mutex
	known map[string]struct{}
}

// Accepts implements ingest.Membership.
func (e *enrolling) Accepts(ctx context.Context, account string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.known[account]; ok || !entity.IsAccountID(account) {
		return true, nil
	}
	if _, err := e.house.detective.EnrollMembers(ctx, e.graph.ARN, []string{account}); err != nil {
		return false, err
	}
	e.known[account] = struct{}{}
	return true, nil
}

// Version implements ingest.Membership: objects with refused records are read
// again, for nothing is refused now.
func (e *enrolling) Version() int64 { return -1 - e.version }

// progress shows on a terminal how far an ingest has come.
type progress struct {
	inv    *invocation
	totals warehouse.Totals
	count  int
	shown  time.Time
}

func (inv *invocation) progress() *progress { return &progress{inv: inv} }

func (p *progress) add(t warehouse.Totals) {
	p.totals.Add(t)
	p.count++
	if p.inv.terminal && time.Since(p.shown) > 200*time.Millisecond {
		p.shown = time.Now()
		fmt.Fprintf(p.inv.stderr, "\r\033[K%d objects, %d records, %d rejected", p.count, p.totals.Seen, p.totals.Rejected)
	}
}

func (p *progress) end() {
	if p.inv.terminal && !p.shown.IsZero() {
		fmt.Fprint(p.inv.stderr, "\r\033[K")
	}
}
