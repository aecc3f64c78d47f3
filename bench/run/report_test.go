package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// checkReport checks a report's shape: both corpora with all their tables,
// every figure a number above zero.
func checkReport(t *testing.T, report string) {
	t.Helper()
	sections := strings.Split(report, "\n## ")
	if len(sections) != 3 {
		t.Fatalf("%d corpora, want 2:\n%s", len(sections)-1, report)
	}
	for _, want := range []string{"| CPU | ", "| memory | ", "| kernel | ", "| Go | go", "| DuckDB | v"} {
		if !strings.Contains(sections[0], want) {
			t.Errorf("the head lacks %q:\n%s", want, sections[0])
		}
	}
	// The first cell of each row, with the number of figures behind it.
	rows := map[string]int{"wall, ingest : load": 2, "CPU, ingest : load": 2, "wall, ingest : scan": 2, "CPU, ingest : scan": 2,
		"the logs, as JSON": 3, "the logs, gzipped": 3, "gumshoe's data folder, full records kept": 3, "the engine's database, 13 columns": 3}
	for _, s := range steps {
		rows[string(s)] = 7
	}
	for _, section := range sections[1:] {
		title, _, _ := strings.Cut(section, "\n")
		for name, figures := range rows {
			_, rest, ok := strings.Cut(section, "| "+name+" | ")
			cells := strings.Split(strings.SplitN(rest, "\n", 2)[0], " | ")
			if !ok || len(cells) < figures {
				t.Errorf("%s: row %q has %d cells, want %d figures", title, name, len(cells), figures)
				continue
			}
			for _, cell := range cells[:figures] {
				if f, err := strconv.ParseFloat(strings.Trim(cell, " |"), 64); err != nil || f <= 0 {
					t.Errorf("%s: row %q: figure %q, want a number above 0", title, name, cell)
				}
			}
		}
		for _, want := range []string{"`gumshoe simulate --seed 1 ", "contents `[0-9a-f]{64}`", `Load average .*: \d`,
			`Rollup rows an event: \d+\.\d\d .*activity \d+\.\d\d, entity_hour \d`} {
			if !regexp.MustCompile(want).MatchString(section) {
				t.Errorf("%s: nothing matches %s:\n%s", title, want, section)
			}
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
	f(summary{7, 7}, 7)
	f(summary{2, 3}, 4, 2)
	f(summary{1, 5}, 9, 1, 5)
	f(summary{1, 6}, 9, 1, 5, 7)
}

func TestTable(t *testing.T) {
	t.Parallel()
	var w bytes.Buffer
	table(&w, "|a", [][]string{{"x", "1"}, {"y", "2"}})
	if diff := cmp.Diff("|  | a |\n|---|---|\n| x | 1 |\n| y | 2 |\n", w.String()); diff != "" {
		t.Error(diff)
	}
}

// TestHash holds what a corpus is known by: the same logs in another folder
// have the same hash, other logs another, and a lost file is an error.
func TestHash(t *testing.T) {
	t.Parallel()
	write := func(seed int64) *corpus {
		t.Helper()
		c := &corpus{dir: t.TempDir()}
		var err error
		if c.manifest, err = simulate.Write(t.Context(), c.dir, simulate.Config{Seed: seed, Events: 100, Days: 1}); err != nil {
			t.Fatal(err)
		}
		if c.sha256, err = c.hash(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	a, same, other := write(1), write(1), write(2)
	if a.sha256 != same.sha256 || a.sha256 == other.sha256 {
		t.Errorf("hashes of seeds 1, 1, 2: %s, %s, %s", a.sha256, same.sha256, other.sha256)
	}
	found, err := filepath.Glob(filepath.Join(a.logs(), "*", "*", "*", "*", "*", "*", "*.gz"))
	if err != nil || len(found) != a.manifest.Files {
		t.Fatalf("%d files, %v, want %d", len(found), err, a.manifest.Files)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := a.hash(); err == nil {
		t.Error("no error with a file missing")
	}
}
