package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/investigate"
)

func newInvestigate(inv *invocation) *cobra.Command {
	var data dataFlags
	var q question
	var format string
	var logs []string
	c := &cobra.Command{
		Use:   "investigate (--data DIR | --logs PATH) ENTITY",
		Short: "Look for indicators of compromise of an IAM user or role",
		Long: `Investigates an IAM user or role (its ARN, a role session's ARN or an access key
id) over a scope time, against the 45 days before it.

With --logs the logs are read into a throw-away graph first, so that nothing
has to be set up: for a folder of old logs and no network. Without --from the
scope is then all of them, and there is no baseline to compare with.`,
		Example: `  gumshoe investigate --logs ./AWSLogs arn:aws:iam::111122223333:user/alice
  gumshoe investigate --logs ./AWSLogs --from 2026-09-29 AKIAIOSFODNN7EXAMPLE
  gumshoe investigate --data ./data --from 2026-09-29T11:00:00Z --to 2026-09-29T17:00:00Z \
    -o json arn:aws:iam::111122223333:role/deploy`,
		Args: exactArgs("ENTITY"),
		RunE: func(c *cobra.Command, args []string) error {
			q.entity = args[0]
			if (data.dir == "") == (len(logs) == 0) && inv.house == nil {
				return usagef("name either --data DIR or --logs PATH")
			}
			if err := q.parse(); err != nil {
				return err
			}
			run := func(h *house) error { return inv.answer(c.Context(), h, q, format) }
			if len(logs) > 0 {
				q.wholeTime = true
				return inv.withThrowAway(c.Context(), data.config, logs, q.entity, run)
			}
			return inv.withHouse(c.Context(), data, run)
		},
	}
	addData(c, &data)
	addOutput(c, &format, "table", "json")
	f := c.Flags()
	f.StringArrayVar(&logs, "logs", nil, "`PATH` of a file or folder of logs to read into a throw-away graph; may be repeated")
	f.StringVar(&q.account, "account", "", "`ID` of the graph's administrator account (default: the graph that knows the entity)")
	f.StringVar(&q.fromText, "from", "", "start of the scope, a `TIME` such as 2026-09-29T13:00:00Z or a date (default: 24 hours before its end, or with --logs the first event)")
	f.StringVar(&q.toText, "to", "", "end of the scope, a `TIME` (default: the end of the hour of the last event)")
	return c
}

// question is what is asked of an investigation.
type question struct {
	entity, account  string
	fromText, toText string
	from, to         time.Time // zero for the default
	wholeTime        bool      // the default scope is everything there is
}

func (q *question) parse() (err error) {
	if q.from, err = parseTime("--from", q.fromText); err != nil {
		return err
	}
	if q.to, err = parseTime("--to", q.toText); err != nil {
		return err
	}
	if !q.from.IsZero() && !q.to.IsZero() && !q.from.Before(q.to) {
		return usagef("the scope time must start before it ends: --from %s --to %s", q.fromText, q.toText)
	}
	return nil
}

func parseTime(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usagef("%s %q: want a time such as 2026-09-29T13:00:00Z or a date", flag, s)
}

// withThrowAway reads logs into a graph of its own that takes all accounts,
// runs f on it and removes it. An entity that cannot be investigated is
// refused before anything is read.
func (inv *invocation) withThrowAway(ctx context.Context, configFile string, logs []string, entity string, f func(*house) error) (err error) {
	cfg, err := readConfig(configFile)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gumshoe-*")
	if err != nil {
		return fmt.Errorf("make a throw-away graph: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	h, err := openHouse(dir, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	for i, l := range logs {
		if logs[i], err = inv.path(l); err != nil {
			return err
		}
	}
	g, err := h.makeGraph(ctx, localAccount)
	if err != nil {
		return err
	}
	if _, err := (graphInvestigator{h}).KnowsEntity(ctx, g, entity); err != nil {
		return explain(err)
	}
	report, err := h.ingest(ctx, inv, g, logs, ingestFlags{enroll: true})
	if err != nil {
		return err
	}
	t := report.Totals
	inv.notef("read %s in %s: %d stored, %d duplicate, %d rejected",
		count(t.Seen, "record"), count(len(report.Objects), "object"), t.Stored, t.Duplicate, t.Rejected)
	if err := report.printFaults(inv.stderr); err != nil {
		return err
	}
	if err := report.verdict(logs); err != nil {
		return err
	}
	return f(h)
}

// answer investigates and prints the report.
func (inv *invocation) answer(ctx context.Context, h *house, q question, format string) error {
	g, err := h.graphKnowing(ctx, q)
	if err != nil {
		return err
	}
	if err := h.defaultScope(ctx, g, &q); err != nil {
		return err
	}
	report, err := h.report(ctx, g, q.entity, q.from, q.to)
	if err != nil {
		return explain(err)
	}
	if format == "json" {
		doc, err := report.JSON()
		if err != nil {
			return err
		}
		_, err = inv.stdout.Write(doc)
		return err
	}
	return investigate.WriteTable(inv.stdout, report)
}

// explain makes a wrong ENTITY a wrong command line.
func explain(err error) error {
	var unsupported *investigate.UnsupportedEntityError
	if errors.As(err, &unsupported) {
		return usageError{unsupported}
	}
	return err
}

// graphKnowing returns the graph that was named, or the one that holds the
// entity.
func (h *house) graphKnowing(ctx context.Context, q question) (control.Graph, error) {
	if q.account != "" {
		return h.chooseGraph(ctx, q.account)
	}
	graphs, err := h.activeGraphs(ctx)
	if err != nil {
		return control.Graph{}, err
	}
	if len(graphs) == 0 {
		return control.Graph{}, errNoGraph
	}
	for _, g := range graphs {
		known, err := graphInvestigator{h}.KnowsEntity(ctx, g, q.entity)
		if err != nil {
			return g, explain(err)
		}
		if known {
			return g, nil
		}
	}
	return control.Graph{}, fmt.Errorf("%s: %w", q.entity, investigate.ErrUnknownEntity)
}

// day is the default length of a scope time, as in Detective's console.
const day = 24 * time.Hour

// defaultScope fills in what was not said: the last 24 hours that the graph
// has events of; of a throw-away graph everything, for whoever brings a
// folder of logs wants to know what is in it.
func (h *house) defaultScope(ctx context.Context, g control.Graph, q *question) error {
	if !q.from.IsZero() && !q.to.IsZero() {
		return nil
	}
	store, err := h.store(ctx, g)
	if err != nil {
		return err
	}
	st, err := store.Status(ctx)
	if err != nil {
		return err
	}
	if st.First.IsZero() {
		return errors.New("the behavior graph has no events yet")
	}
	if q.to.IsZero() {
		q.to = st.Last.Add(time.Hour)
	}
	switch {
	case !q.from.IsZero():
	case q.wholeTime:
		q.from = st.First
	default:
		q.from = q.to.Add(-day)
	}
	if !q.from.Before(q.to) {
		return usagef("the scope time is empty: the graph's events end %s", q.to.Format(time.RFC3339))
	}
	return nil
}
