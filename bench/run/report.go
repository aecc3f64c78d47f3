package main

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

const million = 1e6

// Budgets of DESIGN.md; the disk's is the corpus's.
const (
	wallBudget = 1.0    // ingest : the engine's load
	rssBudget  = 1500.0 // MB
	rowBudget  = 3.0    // rollup rows an event
)

// rollups are the tables of DESIGN.md that grow with the events.
var rollups = []string{"activity", "entity_hour", "entity_value_day", "link", "rule_hit", "signin"}

func (b *bench) report(m machine, results []*result) []byte {
	var w bytes.Buffer
	command := "make bench"
	if b.quick {
		command = "go run ./bench/run -quick"
	}
	fmt.Fprintf(&w, "# Benchmark\n\n`%s`, rounds: %d, seed: %d. How to read this: `go doc ./bench/run`.\n\n", command, b.rounds, b.seed)
	table(&w, "machine|", [][]string{
		{"CPU", fmt.Sprintf("%s, %d cores", m.cpu, m.cores)},
		{"memory", m.memory},
		{"kernel", m.kernel},
		{"gumshoe", m.gumshoe},
		{"Go", m.goVersion},
		{"DuckDB", results[0].last.loaded.Version},
	})
	for _, r := range results {
		r.write(&w)
	}
	return w.Bytes()
}

func (r *result) write(w *bytes.Buffer) {
	c, m := r.corpus, r.corpus.manifest
	fmt.Fprintf(w, "\n## %s%s\n\n", strings.ToUpper(c.name[:1]), c.name[1:])
	fmt.Fprintf(w, "`gumshoe simulate %s`, generator version %s: %d events and %d copies of some in %d files "+
		"(%.1f a file); %.1f MB, gzipped %.1f MB; SHA-256 of names and contents `%s`. Load average before the rounds: %.2f to %.2f.\n\n",
		strings.Join(c.flags, " "), m.Version, m.Events, m.Duplicates, m.Files, float64(c.records())/float64(m.Files),
		float64(m.Bytes)/million, float64(m.CompressedBytes)/million, c.sha256, slices.Min(r.loads), slices.Max(r.loads))
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
		wall, cpu := summarize(r.took[s], wallOf), summarize(r.took[s], cpuOf)
		peak := slices.MaxFunc(r.took[s], func(a, b usage) int { return cmp.Compare(a.rss, b.rss) })
		rate := func(d time.Duration) string { return fmt.Sprintf("%.0f", float64(r.corpus.records())/d.Seconds()) }
		rows = append(rows, []string{string(s), seconds(wall.least), seconds(wall.median), seconds(cpu.least), seconds(cpu.median),
			rate(wall.median), rate(cpu.median), fmt.Sprintf("%.0f", float64(peak.rss)/million)})
	}
	table(w, "|wall s, minimum|median|CPU s, minimum|median|events/s|events/CPU-s|peak RSS, MB", rows)
}

func (r *result) ratios(w *bytes.Buffer) {
	var rows [][]string
	row := func(name string, over step, of func(usage) time.Duration, budget string) {
		a, b := summarize(r.took[ingestStep], of), summarize(r.took[over], of)
		rows = append(rows, []string{name, ratio(a.least.Seconds() / b.least.Seconds()), ratio(a.median.Seconds() / b.median.Seconds()), budget})
	}
	row("wall, ingest : load", loadStep, wallOf, fmt.Sprintf("≤ %.1f", wallBudget))
	row("wall, ingest : scan", scanStep, wallOf, "")
	row("CPU, ingest : load", loadStep, cpuOf, "")
	row("CPU, ingest : scan", scanStep, cpuOf, "")
	table(w, "ratio|of the minima|of the medians|budget", rows)
}

func (r *result) sizes(w *bytes.Buffer) {
	m, records := r.corpus.manifest, r.corpus.records()
	stored := int64(m.Events) // runIngest has compared them
	var rows [][]string
	row := func(name string, bytes, events int64, budget string) {
		rows = append(rows, []string{name, fmt.Sprintf("%.1f", float64(bytes)/million),
			fmt.Sprintf("%.0f", float64(bytes)/float64(events)), ratio(float64(bytes) / float64(m.CompressedBytes)), budget})
	}
	row("the logs, as JSON", m.Bytes, records, "")
	row("the logs, gzipped", m.CompressedBytes, records, "")
	row("gumshoe's data folder, full records kept", r.last.data, stored, fmt.Sprintf("≤ %.2f × gzip", r.corpus.diskBudget))
	row("the engine's database, 13 columns", r.last.database, records, "")
	table(w, "disk|MB|bytes an event|× gzip|budget", rows)

	total := int64(0)
	var parts []string
	for _, name := range rollups {
		n := r.last.graph.Rows[name]
		total += n
		parts = append(parts, fmt.Sprintf("%s %.2f", name, float64(n)/float64(stored)))
	}
	fmt.Fprintf(w, "\nRollup rows an event: %.2f (budget ≤ %.0f): %s. Memory budget: ≤ %.0f MB.\n",
		float64(total)/float64(stored), rowBudget, strings.Join(parts, ", "), rssBudget)
}

// summary is the spread of some durations.
type summary struct{ least, median time.Duration }

// summarize needs at least one usage. Of an even number the median is the
// mean of the two in the middle.
func summarize(all []usage, of func(usage) time.Duration) summary {
	d := make([]time.Duration, len(all))
	for i, u := range all {
		d[i] = of(u)
	}
	slices.Sort(d)
	n := len(d)
	return summary{least: d[0], median: (d[(n-1)/2] + d[n/2]) / 2}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }
func ratio(f float64) string         { return fmt.Sprintf("%.2f", f) }

// table writes a Markdown table. The columns' names are separated by "|".
func table(w *bytes.Buffer, header string, rows [][]string) {
	columns := strings.Count(header, "|") + 1
	fmt.Fprintf(w, "| %s |\n|---%s\n", strings.ReplaceAll(header, "|", " | "), strings.Repeat("|---", columns-1)+"|")
	for _, row := range rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
}
