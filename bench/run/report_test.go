package main

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// checkReport checks a report's shape: all parts with their tables, every
// figure a number above zero, an answer to every budget.
func checkReport(t *testing.T, report string) {
	t.Helper()
	sections := map[string]string{}
	head, rest, _ := strings.Cut(report, "\n## ")
	for s := range strings.SplitSeq(rest, "\n## ") {
		title, text, _ := strings.Cut(s, "\n")
		sections[title] = text
	}
	for _, want := range []string{"| CPU | ", "| memory | ", "| kernel | ", "| Go | go", "| DuckDB | v"} {
		if !strings.Contains(head, want) {
			t.Errorf("the head lacks %q:\n%s", want, head)
		}
	}
	b := &bench{}
	for _, p := range b.parts() {
		if sections[p.title] == "" {
			t.Errorf("no section %q", p.title)
		}
	}
	checkBudgets(t, sections["Budgets"])
	for _, p := range b.plans() {
		if s := sections[p.title]; !strings.Contains(s, errNoRealLogs.Error()) {
			checkCorpus(t, p, s)
		}
	}
}

func checkBudgets(t *testing.T, text string) {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(text), "\n")
	answers := regexp.MustCompile(`\| (yes|\*\*no\*\*|not measured: [^|]+) \|$`)
	for _, row := range rows[2:] {
		if !answers.MatchString(row) {
			t.Errorf("no answer: %s", row)
		}
	}
	for _, want := range []string{"large: wall time, ingest : the engine's load: ≤ 1 ×", "million: wall", "tiny: events/s, of those on large files: ≥ 0.6 ×",
		"stress: wall time, ingest : the engine's load: ≤ 1.5 ×", "real", "rollup rows an event: ≤ 3", "disk with raw", "disk without raw",
		"flows: records/s a core decoded", "flows: records/s a core ingested: ≥ 400000", "flows: disk", "one file of", "gzip bomb of zeros is rejected",
		"gzip bomb of valid records far apart is rejected", "freshness: renamed", "freshness: pushed", "SQS", "bytes an event: ≤ 8", "peak RSS of any ingest"} {
		if !strings.Contains(text, want) {
			t.Errorf("no budget %q", want)
		}
	}
	// These do not depend on how fast the machine is.
	for _, want := range []string{"is rejected with a reason", "all others of its records are duplicates", "gzip bomb of zeros: ≤ 1500 MB"} {
		if i := slices.IndexFunc(rows, func(r string) bool { return strings.Contains(r, want) }); i < 0 || !strings.HasSuffix(rows[i], "| yes |") {
			t.Errorf("%q is not held:\n%s", want, text)
		}
	}
}

func checkCorpus(t *testing.T, p plan, section string) {
	t.Helper()
	// The first cell of each row, with the number of figures behind it.
	rows := map[string]int{"wall, ingest : load": 2, "CPU, ingest : load": 2, "wall, ingest : scan": 2, "CPU, ingest : scan": 2,
		"the logs, unpacked": 3, "the logs, gzipped": 3, "gumshoe's data folder, full records kept": 3,
		"gumshoe's data folder, no raw records": 3, "the engine's database, 13 columns": 3}
	for _, s := range steps {
		rows[string(s)] = 7
	}
	if p.beside != nil {
		rows[string(besideStep)] = 7
	}
	for name, figures := range rows {
		_, rest, ok := strings.Cut(section, "| "+name+" | ")
		cells := strings.Split(strings.SplitN(rest, "\n", 2)[0], " | ")
		if !ok || len(cells) < figures {
			t.Errorf("%s: row %q has %d cells, want %d figures", p.title, name, len(cells), figures)
			continue
		}
		for _, cell := range cells[:figures] {
			if f, err := strconv.ParseFloat(strings.Trim(cell, " |"), 64); err != nil || f <= 0 {
				t.Errorf("%s: row %q: figure %q, want a number above 0", p.title, name, cell)
			}
		}
	}
	for _, want := range []string{"names and contents `[0-9a-f]{64}`", `Load average .*: \d`,
		`Rollup rows an event: \d+\.\d\d: activity \d+\.\d\d, .*entity_hour \d`} {
		if !regexp.MustCompile(want).MatchString(section) {
			t.Errorf("%s: nothing matches %s:\n%s", p.title, want, section)
		}
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	f := func(want summary, walls ...time.Duration) {
		t.Helper()
		var all []usage
		for _, w := range walls {
			all = append(all, usage{wall: w, cpu: 1})
		}
		if got := summarize(all, wallOf); got != want {
			t.Errorf("summarize %v: got %v, want %v", walls, got, want)
		}
	}
	f(summary{7, 7, 7}, 7)
	f(summary{2, 3, 4}, 4, 2)
	f(summary{1, 5, 9}, 9, 1, 5)
	f(summary{1, 6, 9}, 9, 1, 5, 7)
}

func TestTable(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	table(&w, "|a", [][]string{{"x", "1"}, {"y", "2"}})
	if diff := cmp.Diff("|  | a |\n|---|---|\n| x | 1 |\n| y | 2 |\n", w.String()); diff != "" {
		t.Error(diff)
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	s := &section{}
	s.atMost("load", 1.004, 1, " ×")
	s.atMost("load", 1, 1, " ×")
	s.atLeast("rate", 399_999, 400_000, "")
	s.atLeast("rate", 0.7, 0.6, " ×")
	s.unmeasured("queue", "there is none")
	want := []budget{
		{"load: ≤ 1 ×", "1 ×", missed}, // the figure is rounded, the answer is not
		{"load: ≤ 1 ×", "1 ×", held},
		{"rate: ≥ 400000", "399999", missed},
		{"rate: ≥ 0.6 ×", "0.7 ×", held},
		{"queue", "", "not measured: there is none"},
	}
	if diff := cmp.Diff(want, s.budgets, cmp.AllowUnexported(budget{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	b := &bench{peak: map[string]int64{}}
	all := &section{}
	if b.memoryBudget(all); len(all.budgets) != 0 {
		t.Errorf("a budget without an ingest: %v", all.budgets)
	}
	b.ingested("large", usage{rss: 3e9})
	b.ingested("large", usage{rss: 1e9})
	b.ingested("tiny", usage{rss: 2e9})
	b.memoryBudget(all)
	if diff := cmp.Diff(budget{"peak RSS of any ingest above (the largest: large): ≤ 1500 MB", "3000 MB", missed}, all.budgets[0], cmp.AllowUnexported(budget{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
