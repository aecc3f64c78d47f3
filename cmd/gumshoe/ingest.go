package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/s3"
)

// localAccount is the administrator account of a graph that nobody named one
// for: an offline investigator has logs and no account.
const localAccount = "000000000000"

func newIngest(inv *invocation) *cobra.Command {
	var data dataFlags
	var format, account, kind string
	var o ingestFlags
	c := &cobra.Command{
		Use:   "ingest PATH|s3://BUCKET/PREFIX...",
		Short: "Read logs into a behavior graph",
		Long: `Reads logs into the graph of the administrator account: files and folders, and
the objects of Amazon S3 whose keys begin with a prefix.

CloudTrail, VPC flow logs, GuardDuty findings, EKS audit logs and Security Hub
findings (ASFF) are recognized by their content, plain or compressed (gzip,
zstd), also in the envelopes of EventBridge, CloudWatch Logs, SNS and SQS.

Every record is accounted for: seen = stored + duplicate + rejected. What was
read before is not read again: its records count as duplicates.

Records of accounts that are no members of the graph are rejected, unless
--enroll makes their accounts members.

An object that cannot be read is reported and does not stop the others. The
exit status is 1 when no record at all was good.`,
		Example: `  gumshoe ingest --data ./data --account 111122223333 --enroll ./AWSLogs
  gumshoe ingest --data ./data s3://my-trail/AWSLogs/111122223333/`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("PATH is missing: a file or a folder of logs, or s3://BUCKET/PREFIX")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			var err error
			if o.kind, err = decode.ParseKind(kind); err != nil {
				return usagef("--kind: %v", err)
			}
			if account != "" && !entity.IsAccountID(account) {
				return usagef("--account %q: want 12 digits", account)
			}
			if err := o.check(); err != nil {
				return err
			}
			paths := make([]string, len(args))
			for i, a := range args {
				switch {
				case a == "":
					return usagef("PATH %d is empty: name a file or a folder of logs", i+1)
				case strings.HasPrefix(a, s3Scheme):
					if _, _, err := s3.ParseURI(a); err != nil {
						return usagef("%v", err)
					}
					paths[i] = a
					continue
				}
				if paths[i], err = inv.path(a); err != nil {
					return err
				}
			}
			return inv.withHouse(c.Context(), data, func(h *house) error {
				g, err := h.ingestGraph(c.Context(), inv, account)
				if err != nil {
					return err
				}
				report, err := h.ingest(c.Context(), inv, g, paths, o)
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
				return report.verdict(paths, o.include...)
			})
		},
	}
	addNewData(c, &data)
	addOutput(c, &format, "table", "json")
	f := c.Flags()
	f.StringVar(&account, "account", "", "`ID` of the administrator account; its graph is made if it has none (default: the only graph, or account "+localAccount+")")
	f.StringVar(&kind, "kind", "auto", "`KIND` of the logs: auto, cloudtrail, vpcflow, guardduty, eksaudit, asff")
	f.BoolVar(&o.enroll, "enroll", false, "make the accounts seen in the logs members of the graph")
	f.StringArrayVar(&o.include, "include", nil, "read only what matches `PATTERN`, such as '*.json.gz' or '**/us-east-1/**'; may be given more than once (default: all)")
	f.BoolVar(&o.noRaw, "no-raw", false, "do not keep the records as logged, only what is taken from them (default: as raw_records of the configuration says)")
	f.StringVar(&o.flowFormat, "flow-format", "", "`FORMAT` of flow logs that have no header: the names of their columns, as in '${version} ${account-id}' (default: recognized)")
	return c
}

// s3Scheme begins the name of what lies in Amazon S3.
const s3Scheme = "s3://"

// ingestFlags say how to read.
type ingestFlags struct {
	kind       decode.Kind
	enroll     bool
	include    []string
	flowFormat string
	noRaw      bool
}

func (o ingestFlags) check() error {
	if _, err := source.ParsePatterns(o.include...); err != nil {
		return usagef("--include: %v", err)
	}
	if o.flowFormat == "" {
		return nil
	}
	if _, err := vpcflow.ParseFormat(o.flowFormat); err != nil {
		return usagef("--flow-format: %v", err)
	}
	return nil
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
func (h *house) ingest(ctx context.Context, inv *invocation, g control.Graph, paths []string, o ingestFlags) (*ingestReport, error) {
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
	sources, err := h.sources(ctx, paths, o.include)
	if err != nil {
		return nil, err
	}
	options, err := h.ingestOptions(ctx, g, o)
	if err != nil {
		return nil, err
	}
	options.Reread = true
	report := &ingestReport{Graph: g.ARN, Objects: []objectEntry{}}
	progress := inv.progress()
	defer progress.end()
	if sources, err = progress.watch(ctx, sources); err != nil {
		return nil, err
	}
	log := newRunLog(h.log, strings.Join(paths, " "), g.ARN)
	counted := options.Batch
	options.Batch = func(b ingest.BatchReport) {
		counted(b)
		progress.batch(b)
	}
	options.Done = func(o ingest.ObjectSummary) {
		report.Objects = append(report.Objects, objectEntryOf(o))
		log.object(o)
		progress.object(o)
	}
	read := func(src source.Source) error {
		summary, err := ingest.Run(ctx, src, options)
		log.add(summary)
		report.Totals.Add(summary.Totals)
		report.Seconds += summary.Elapsed.Seconds()
		return err
	}
	for _, src := range sources {
		if inv.house == nil {
			err = read(src) // nobody else can write
		} else {
			err = inTurns(ctx, src, turnTime, writer, read)
		}
		if err != nil {
			break
		}
	}
	progress.end()
	log.end()
	if err == nil {
		err = compactNow(ctx, options.Store)
	}
	// What was stored counts, also of a reading that was broken off.
	if uerr := h.detective.UpdateUsage(context.WithoutCancel(ctx), g.ARN); uerr != nil {
		err = errors.Join(err, uerr)
	}
	if n, first := h.places.Failures(); n > 0 {
		inv.notef("a geolocation database is broken: %d addresses have no place from it; the first error: %v", n, first)
	}
	report.Empty = emptyFolders(paths)
	return report, err
}

// sources returns where the paths are read from: the local ones first.
func (h *house) sources(ctx context.Context, paths, include []string) ([]source.Source, error) {
	var local []string
	var remote []source.Source
	var client s3.API
	for _, p := range paths {
		if !strings.HasPrefix(p, s3Scheme) {
			local = append(local, p)
			continue
		}
		bucket, prefix, err := s3.ParseURI(p)
		if err != nil {
			return nil, err
		}
		if client == nil {
			if client, _, err = h.awsClients(ctx); err != nil {
				return nil, err
			}
		}
		remote = append(remote, s3.New(client, bucket, prefix, s3.Options{Include: include, TempDir: h.dir}))
	}
	if len(local) == 0 {
		return remote, nil
	}
	files := source.NewFiles(local...).Without(h.ownFiles()...).Include(include...)
	return append([]source.Source{files}, remote...), nil
}

// ingestOptions says what a graph takes.
func (h *house) ingestOptions(ctx context.Context, g control.Graph, o ingestFlags) (ingest.Options, error) {
	store, err := h.store(ctx, g)
	if err != nil {
		return ingest.Options{}, err
	}
	// The members come first: whoever changes the packages raises their
	// version, so what is refused now for a package is read again.
	members, err := h.membership(ctx, g, o.enroll)
	if err != nil {
		return ingest.Options{}, err
	}
	if g, err = h.control.Graph(ctx, g.ARN); err != nil {
		return ingest.Options{}, err
	}
	stopped := map[decode.Kind]bool{}
	for _, k := range decode.Kinds() {
		if name := control.PackageOf(string(k)); name != control.DetectiveCore {
			stopped[k] = g.Packages.History(name).State != control.IngestStarted
		}
	}
	return ingest.Options{
		Store: store, Places: h.places, Rules: h.rules, Membership: members, Kind: o.kind, Stopped: stopped,
		Account: g.AccountID, Region: g.Region, FlowFormat: o.flowFormat,
		NoRaw: o.noRaw || h.config.RawRecords != nil && !*h.config.RawRecords, Batch: h.metrics.batchOf(g.ARN),
	}, nil
}
