package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
)

// tried says where time goes and what was done about it, which no run can
// find out. Its figures are of the runs that it names.
//
//go:embed tried.md
var tried string

// report puts the parts together: the machine, all budgets, then the details.
func (b *bench) report(m machine, sections []*section) []byte {
	var w bytes.Buffer
	fmt.Fprintf(&w, "# Benchmark\n\n`%s`, rounds: at most %d, seed: %d. How to read this: `go doc ./bench/run`.\n\n", b.command(), b.rounds, b.seed)
	rows := [][]string{
		{"CPU", fmt.Sprintf("%s, %d cores", m.cpu, m.cores)},
		{"memory", m.memory},
		{"kernel", m.kernel},
		{"gumshoe", m.gumshoe},
		{"Go", m.goVersion},
	}
	if b.engineVersion != "" {
		rows = append(rows, []string{"DuckDB", b.engineVersion})
	}
	table(&w, "machine|", rows)
	all := &section{}
	for _, s := range sections {
		all.budgets = append(all.budgets, s.budgets...)
	}
	b.memoryBudget(all)
	rows = nil
	for _, g := range all.budgets {
		rows = append(rows, []string{g.what, g.measured, g.held})
	}
	fmt.Fprint(&w, "\n## Budgets\n\n")
	table(&w, "budget|measured|held?", rows)
	fmt.Fprintf(&w, "\n%s", tried)
	for _, s := range sections {
		fmt.Fprintf(&w, "\n## %s\n\n%s", s.title, s.text.Bytes())
	}
	return w.Bytes()
}

// summary is the spread of some durations.
type summary struct{ least, median, most time.Duration }

// summarize needs at least one usage.
func summarize(all []usage, of func(usage) time.Duration) summary {
	d := make([]time.Duration, len(all))
	for i, u := range all {
		d[i] = of(u)
	}
	return spread(d)
}

// spread needs at least one duration. Of an even number the median is the
// mean of the two in the middle.
func spread(all []time.Duration) summary {
	d := slices.Sorted(slices.Values(all))
	n := len(d)
	return summary{least: d[0], median: (d[(n-1)/2] + d[n/2]) / 2, most: d[n-1]}
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
