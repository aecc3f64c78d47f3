package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// cloudTrail measures a corpus of CloudTrail logs.
func (b *bench) cloudTrail(ctx context.Context, dir string, p plan, s *section) error {
	var c *corpus
	var err error
	if p.name == realPart {
		c, err = b.copied(ctx, filepath.Join(dir, "logs"))
	} else {
		c, _, err = b.simulated(ctx, filepath.Join(dir, "logs"), p.flags...)
	}
	if errors.Is(err, errNoRealLogs) {
		s.unmeasured("real logs: wall time and disk", err.Error())
		return nil
	}
	if err != nil {
		return fmt.Errorf("make the logs: %w", err)
	}
	if err := c.hash(); err != nil {
		return err
	}
	var beside *corpus
	if p.beside != nil {
		if beside, _, err = b.simulated(ctx, filepath.Join(dir, "beside"), p.beside...); err != nil {
			return fmt.Errorf("make the logs beside: %w", err)
		}
	}
	r, err := b.measureCorpus(ctx, dir, p, c, beside)
	if err != nil {
		return err
	}
	r.budgets(p, s)
	r.write(&s.text)
	return nil
}

// budgets compares the medians with the plan.
func (r *result) budgets(p plan, s *section) {
	ratio := func(over step) float64 {
		return summarize(r.took[ingestStep], wallOf).median.Seconds() / summarize(r.took[over], wallOf).median.Seconds()
	}
	for _, l := range []struct {
		what       string
		got, limit float64
		unit       string
	}{
		{"wall time, ingest : the engine's load", ratio(loadStep), p.load, " ×"},
		{"wall time, ingest : the engine's load, the goal", ratio(loadStep), p.goal, " ×"},
		{"wall time, ingest : the engine's bare scan, the goal", ratio(scanStep), p.scan, " ×"},
		{"disk with raw records : gzip", float64(r.last.data) / float64(r.corpus.Unique), p.disk, " ×"},
		{"disk without raw records : gzip", float64(r.last.noRaw) / float64(r.corpus.Unique), p.noRaw, " ×"},
		{"rollup rows an event", r.rollupRows(), p.rows, ""},
	} {
		if l.limit > 0 {
			s.atMost(p.name+": "+l.what, l.got, l.limit, l.unit)
		}
	}
	if r.beside != nil {
		rate := func(c *corpus, s step) float64 {
			return float64(c.Records) / summarize(r.took[s], wallOf).median.Seconds()
		}
		s.atLeast(p.name+": events/s, of those on large files", rate(r.corpus, ingestStep)/rate(r.beside, besideStep), tinyRate, " ×")
	}
}

// rollupRows counts them for each stored event.
func (r *result) rollupRows() float64 {
	n := int64(0)
	for _, rows := range r.last.graph.Rollups {
		n += rows
	}
	return float64(n) / float64(r.corpus.Events)
}

func (r *result) write(w *bytes.Buffer) {
	fmt.Fprintf(w, "%s Load average before the rounds: %.2f to %.2f. Rounds: %d.\n\n", r.corpus.describe("records"),
		slices.Min(r.loads), slices.Max(r.loads), len(r.loads))
	r.times(w)
	fmt.Fprintln(w)
	r.ratios(w)
	fmt.Fprintln(w)
	r.sizes(w)
}

func wallOf(u usage) time.Duration { return u.wall }
func cpuOf(u usage) time.Duration  { return u.cpu }

func (r *result) times(w *bytes.Buffer) {
	var rows [][]string
	for _, s := range steps {
		rows = append(rows, timesRow(string(s), r.corpus.Records, r.took[s]))
	}
	if r.beside != nil {
		rows = append(rows, timesRow(string(besideStep), r.beside.Records, r.took[besideStep]))
	}
	table(w, timesHeader, rows)
}

const timesHeader = "|wall s, minimum|median|CPU s, minimum|median|records/s|records/CPU-s|peak RSS, MB"

// timesRow has the times of a step that read so many records.
func timesRow(name string, records int64, took []usage) []string {
	wall, cpu := summarize(took, wallOf), summarize(took, cpuOf)
	peak := slices.MaxFunc(took, func(a, b usage) int { return cmp.Compare(a.rss, b.rss) })
	rate := func(d time.Duration) string { return fmt.Sprintf("%.0f", float64(records)/d.Seconds()) }
	return []string{name, seconds(wall.least), seconds(wall.median), seconds(cpu.least), seconds(cpu.median),
		rate(wall.median), rate(cpu.median), fmt.Sprintf("%.0f", float64(peak.rss)/million)}
}

func (r *result) ratios(w *bytes.Buffer) {
	var rows [][]string
	row := func(name string, over step, of func(usage) time.Duration) {
		a, b := summarize(r.took[ingestStep], of), summarize(r.took[over], of)
		rows = append(rows, []string{name, ratio(a.least.Seconds() / b.least.Seconds()), ratio(a.median.Seconds() / b.median.Seconds())})
	}
	row("wall, ingest : load", loadStep, wallOf)
	row("wall, ingest : scan", scanStep, wallOf)
	row("CPU, ingest : load", loadStep, cpuOf)
	row("CPU, ingest : scan", scanStep, cpuOf)
	table(w, "ratio|of the minima|of the medians", rows)
}

func (r *result) sizes(w *bytes.Buffer) {
	c := r.corpus
	var rows [][]string
	row := func(name string, bytes, events int64) {
		rows = append(rows, sizeRow(name, bytes, events, c.Unique))
	}
	row("the logs, unpacked", c.Bytes, c.Records)
	row("the logs, gzipped", c.Gzip, c.Records)
	row("the logs, gzipped, without copies", c.Unique, c.Events)
	row("gumshoe's data folder, full records kept", r.last.data, c.Events)
	row("gumshoe's data folder, no raw records", r.last.noRaw, c.Events)
	row("the engine's database, 13 columns", r.last.database, c.Records)
	table(w, sizesHeader, rows)

	var parts []string
	for _, name := range slices.Sorted(maps.Keys(r.last.graph.Rollups)) {
		if n := r.last.graph.Rollups[name]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2f", name, float64(n)/float64(c.Events)))
		}
	}
	fmt.Fprintf(w, "\nRollup rows an event: %.2f: %s.\n", r.rollupRows(), strings.Join(parts, ", "))
}

const sizesHeader = "disk|MB|bytes a record|× gzip without copies"

func sizeRow(name string, bytes, records, gzip int64) []string {
	return []string{name, fmt.Sprintf("%.1f", float64(bytes)/million),
		fmt.Sprintf("%.0f", float64(bytes)/float64(records)), ratio(float64(bytes) / float64(gzip))}
}
