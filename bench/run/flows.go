package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Budgets of VPC flow logs.
const (
	flowDecodeBudget = 1_000_000.0 // records a CPU second
	flowIngestBudget = 400_000.0   // likewise
	flowDiskBudget   = 1.0         // data folder : gzip
)

// flowSuffix ends the names of flow logs, and of no others in a corpus.
const flowSuffix = ".log.gz"

// flows measures VPC flow logs, alone: what else lies in the corpus is not
// read.
func (b *bench) flows(ctx context.Context, dir string, s *section) error {
	flags := []string{"--events", "300", "--days", "10", "--flows", "5000000"}
	rounds := min(3, b.rounds)
	if b.quick {
		flags, rounds = []string{"--events", "100", "--days", "1", "--flows", "50000"}, 1
	}
	c, m, err := b.simulated(ctx, filepath.Join(dir, "logs"), flags...)
	if err != nil {
		return fmt.Errorf("make the logs: %w", err)
	}
	all := counts{}
	for _, source := range m.Sources {
		all.Files += source.Files
		all.Gzip += source.CompressedBytes
	}
	c.counts = all
	if err := c.hash(); err != nil {
		return err
	}
	i := slices.IndexFunc(m.Sources, func(s simulate.SourceManifest) bool { return s.Source == warehouse.FromVPCFlow.String() })
	if i < 0 {
		return errors.New("no flow logs were made")
	}
	// The manifest does not know that lines of an interface without traffic
	// may come twice.
	if _, err := measure(ctx, &c.counts, b.self, distinctCommand, c.logs); err != nil {
		return err
	}
	f := m.Sources[i]
	if c.Records != int64(f.Records) {
		return fmt.Errorf("%d lines in the flow logs, the manifest says %d", c.Records, f.Records)
	}
	c.Files, c.Bytes, c.Gzip = f.Files, f.Bytes, f.CompressedBytes
	c.Unique = int64(float64(c.Gzip) * float64(c.Events) / float64(c.Records))

	var ingests []usage
	var packed, unpacked []time.Duration
	var disk int64
	for n := range rounds {
		fmt.Fprintf(b.log, "flows: round %d of %d, load average %.2f\n", n+1, rounds, loadAverage())
		var a decodeAnswer
		if _, err := measure(ctx, &a, b.self, decodeCommand, c.logs); err != nil {
			return err
		}
		if a.Records != c.Records {
			return fmt.Errorf("decoded %d records, the manifest says %d", a.Records, c.Records)
		}
		packed, unpacked = append(packed, a.Packed), append(unpacked, a.Unpacked)
		data := filepath.Join(dir, "data")
		took, err := b.ingest(ctx, data, c.logs, c.totals(), "--include", "*"+flowSuffix)
		if err != nil {
			return err
		}
		b.ingested("flows", took)
		ingests = append(ingests, took)
		if disk, err = folderBytes(data); err != nil {
			return err
		}
		if err := os.RemoveAll(data); err != nil {
			return err
		}
	}
	c.flowBudgets(s, spread(packed), summarize(ingests, cpuOf), disk)
	fmt.Fprintf(&s.text, "%s Rounds: %d. The checksum is over CloudTrail's files of the corpus, too, which are not read.\n\n", c.describe("flow records"), rounds)
	c.flowTables(s, spread(packed), spread(unpacked), ingests, disk)
	return nil
}

func (c *corpus) flowBudgets(s *section, packed, cpu summary, disk int64) {
	rate := func(d time.Duration) float64 { return float64(c.Records) / d.Seconds() }
	s.atLeast("flows: records/s a core decoded, unpacking included", rate(packed.median), flowDecodeBudget, "")
	s.atLeast("flows: records/s a core ingested", rate(cpu.median), flowIngestBudget, "")
	s.atMost("flows: disk : gzip", float64(disk)/float64(c.Unique), flowDiskBudget, " ×")
}

func (c *corpus) flowTables(s *section, packed, unpacked summary, ingests []usage, disk int64) {
	row := func(name string, d summary) []string {
		rate := func(d time.Duration) string { return fmt.Sprintf("%.0f", float64(c.Records)/d.Seconds()) }
		return []string{name, seconds(d.least), seconds(d.median), rate(d.least), rate(d.median)}
	}
	table(&s.text, "one processor|CPU s, minimum|median|records/s, best|median", [][]string{
		row("unpack and decode", packed), row("decode what is unpacked", unpacked)})
	fmt.Fprintln(&s.text)
	table(&s.text, timesHeader, [][]string{timesRow("gumshoe ingest", c.Records, ingests)})
	fmt.Fprintln(&s.text)
	table(&s.text, sizesHeader, [][]string{
		sizeRow("the logs, unpacked", c.Bytes, c.Records, c.Unique),
		sizeRow("the logs, gzipped", c.Gzip, c.Records, c.Unique),
		sizeRow("gumshoe's data folder", disk, c.Events, c.Unique),
	})
}
