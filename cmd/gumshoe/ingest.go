package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
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
		Long: `Reads CloudTrail logs, files and folders, plain or compressed (gzip, zstd),
into the graph of the administrator account. Every record is accounted for:
seen = stored + duplicate + rejected. What was read before is not read again:
its records count as duplicates.

Records of accounts that are no members of the graph are rejected, unless
--enroll makes their accounts members.

A file that cannot be read is reported and does not stop the others. The exit
status is 1 when no record at all was good.`,
		Example: `  gumshoe ingest --data ./data --account 111122223333 --enroll ./AWSLogs`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("PATH is missing: a file or a folder of logs")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if k, err := decode.ParseKind(kind); err != nil {
				return usagef("--kind: %v", err)
			} else if k != decode.KindAuto && k != decode.KindCloudTrail {
				return usagef("--kind %q: this version reads cloudtrail (auto finds it)", kind)
			}
			if account != "" && !entity.IsAccountID(account) {
				return usagef("--account %q: want 12 digits", account)
			}
			paths := make([]string, len(args))
			for i, a := range args {
				switch {
				case a == "":
					return usagef("PATH %d is empty: name a file or a folder of logs", i+1)
				case strings.HasPrefix(a, "s3://"):
					return usagef("%s: this version reads files and folders; copy the objects first", a)
				}
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
					err = printIngest(inv.stdout, report)
				}
				if err != nil {
					return err
				}
				return report.verdict(paths)
			})
		},
	}
	addNewData(c, &data)
	addOutput(c, &format, "table", "json")
	f := c.Flags()
	f.StringVar(&account, "account", "", "`ID` of the administrator account; its graph is made if it has none (default: the only graph, or account "+localAccount+")")
	f.StringVar(&kind, "kind", "auto", "`KIND` of the logs: auto, cloudtrail")
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
		inv.notef("There is no graph yet and no --account was given: made one for account %s.", account)
	default:
		return g, usagef("there are %d accounts and no graph: name the administrator account by --account ID", len(accounts))
	}
	return h.makeGraph(ctx, account)
}

// ingest reads paths into a graph.
func (h *house) ingest(ctx context.Context, inv *invocation, g control.Graph, paths []string, enroll bool) (*ingestReport, error) {
	writer := h.writer(g)
	select {
	case writer <- struct{}{}:
	default:
		inv.notef("another ingest writes this graph: waiting until it ends")
		select {
		case writer <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	defer func() { <-writer }()
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
	summary, err := ingest.Run(ctx, source.NewFiles(paths...).Without(h.ownFiles()...), ingest.Options{
		Store: store, Places: h.places, Rules: h.rules, Membership: members,
		Done: func(o ingest.ObjectSummary) {
			report.Objects = append(report.Objects, objectEntryOf(o))
			progress.add(o.Totals)
		},
	})
	progress.end()
	// What was stored counts, also of a reading that was broken off.
	if uerr := h.detective.UpdateUsage(context.WithoutCancel(ctx), g.ARN); uerr != nil {
		err = errors.Join(err, uerr)
	}
	if n, first := h.places.Failures(); n > 0 {
		inv.notef("a geolocation database is broken: %d addresses have no place from it; the first error: %v", n, first)
	}
	report.Totals = summary.Totals
	report.Seconds = summary.Elapsed.Seconds()
	report.Empty = emptyFolders(paths)
	return report, err
}
