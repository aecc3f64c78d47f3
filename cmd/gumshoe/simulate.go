package main

import (
	"fmt"
	"path/filepath"
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
attacker did, and geo.csv, which says where the invented addresses are. The
same flags write the same bytes.

Stories: ` + strings.Join(simulate.Stories(), ", ") + `.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return usagef("--out DIR is missing: the folder to write to")
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
			if s := m.Story; s != nil {
				fmt.Fprintf(inv.stdout, "attacked user %s, %s to %s\n", s.User,
					s.ScopeStart.Format(time.RFC3339), s.ScopeEnd.Format(time.RFC3339))
			}
			_, err = fmt.Fprintf(inv.stdout, "what happened is in %s\n", filepath.Join(dir, simulate.ManifestFile))
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "folder to write to; must be empty or missing")
	f.Int64Var(&cfg.Seed, "seed", 1, "seed of every choice")
	f.IntVar(&cfg.Events, "events", 0, "approximate number of events; 0 is the natural volume, about 5,000 a day")
	f.IntVar(&cfg.Days, "days", 60, "days of logs")
	f.StringVar(&cfg.Story, "story", cfg.Story, "the attack: "+strings.Join(simulate.Stories(), ", "))
	f.StringVar(&end, "end", "", "day after the last day, UTC (default 2026-10-01)")
	f.IntVar(&cfg.EventsPerFile, "events-per-file", 0, "events a file; 0 is small files as S3 delivery makes them")
	f.IntVar(&cfg.Accounts, "accounts", 0, "AWS accounts (default 3)")
	f.IntVar(&cfg.Principals, "principals", 0, "people and workload roles (default 40)")
	f.BoolVar(&cfg.StressKeys, "stress", false, "give every event an address of its own, so that no rollup folds")
	addOutput(c, &format, "table", "json")
	return c
}
