package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

func newSimulate(inv *invocation) *cobra.Command {
	var out, end, format string
	cfg := simulate.Config{Story: simulate.StoryStolenKey}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Write the logs of a simulated organization, with an attack to find",
		Long: `Writes the CloudTrail logs of an invented organization as CloudTrail delivers
them to S3, with manifest.json, which says what is in them and what the
attacker did, and geo.csv, which says where the invented addresses are. On
request it writes the other sources' logs of the same organization too. The
same flags write the same bytes.

Stories: ` + strings.Join(simulate.Stories(), ", ") + `.`,
		Example: `  gumshoe simulate --out ./simulated
  gumshoe simulate --out ./small --days 20 --events 5000 --events-per-file 500
  gumshoe simulate --out ./all --flows 200000 --audit-events 20000 --findings --digests`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return usagef("--out DIR is missing: the folder to write to")
			}
			if !slices.Contains(simulate.Stories(), cfg.Story) {
				return usagef("--story %q: there are %s", cfg.Story, strings.Join(simulate.Stories(), ", "))
			}
			if cfg.Days == 0 {
				return usagef("--days 0: want 1 to 3650")
			}
			if end != "" {
				t, err := time.Parse(time.DateOnly, end)
				if err != nil {
					return usagef("--end %q: want a date such as 2026-10-01", end)
				}
				cfg.End = t
			}
			dir, err := inv.path(out)
			if err != nil {
				return err
			}
			m, err := simulate.Write(c.Context(), dir, cfg)
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(inv.stdout, m)
			}
			fmt.Fprintf(inv.stdout, "%d events of %d principals in %d files, %d duplicate records: %s\n",
				m.Events, len(m.Principals), m.Files, m.Duplicates, dir)
			for _, s := range m.Sources {
				fmt.Fprintf(inv.stdout, "%s: %d records in %d files, %d duplicates\n", s.Source, s.Records, s.Files, s.Duplicates)
			}
			if s := m.Story; s != nil {
				fmt.Fprintf(inv.stdout, "attacked user %s, %s to %s\n", s.User,
					s.ScopeStart.Format(time.RFC3339), s.ScopeEnd.Format(time.RFC3339))
			}
			_, err = fmt.Fprintf(inv.stdout, "what happened is in %s\n", filepath.Join(dir, simulate.ManifestFile))
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "`DIR` to write to; made when it is missing, must hold no logs yet")
	f.Int64Var(&cfg.Seed, "seed", 1, "seed of every choice, a `NUMBER`")
	f.IntVar(&cfg.Events, "events", 0, "approximate `NUMBER` of events; 0 is the natural volume, about 5,700 a day for 40 principals")
	f.IntVar(&cfg.Days, "days", 60, "`NUMBER` of days, 1 to 3650")
	f.StringVar(&cfg.Story, "story", cfg.Story, "`NAME` of the attack: "+strings.Join(simulate.Stories(), ", "))
	f.StringVar(&end, "end", "", "`DATE` after the last day, UTC (default 2026-10-01)")
	f.IntVar(&cfg.EventsPerFile, "events-per-file", 0, "`NUMBER` of events a file, at most 50000; 0 is small files as S3 delivery makes them")
	f.IntVar(&cfg.Accounts, "accounts", 0, "`NUMBER` of AWS accounts, 1 to 200 (default 3)")
	f.IntVar(&cfg.Principals, "principals", 0, "`NUMBER` of people and workload roles, 12 to 20000 (default 40)")
	f.BoolVar(&cfg.StressKeys, "stress", false, "give every event an address of its own, so that no rollup folds")
	f.IntVar(&cfg.Flows, "flows", 0, "approximate `NUMBER` of VPC flow log records, at most 1000000000; 0 writes none")
	f.IntVar(&cfg.FlowVersion, "flow-version", 2, "`VERSION` of the flow log format: 2 is the default format, 5 all fields to version 5")
	f.IntVar(&cfg.FlowWindow, "flow-window", 600, "aggregation interval of flow logs in `SECONDS`, 60 or 600")
	f.IntVar(&cfg.AuditEvents, "audit-events", 0, "approximate `NUMBER` of Kubernetes audit events of EKS, at most 1000000000; 0 writes none")
	f.BoolVar(&cfg.Findings, "findings", false, "write GuardDuty's and Security Hub's findings (default none)")
	f.BoolVar(&cfg.Digests, "digests", false, "write CloudTrail's digest files, one an hour, account and Region (default none)")
	f.BoolVar(&cfg.Shapes, "shapes", false, "write one small file of each further shape of these logs (default none)")
	addOutput(c, &format, "table", "json")
	return c
}
