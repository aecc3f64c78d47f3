package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// golden compares got with a file of testdata, which -update rewrites.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want)\n%s", name, diff)
	}
}

// failing is a standard output that is closed or full.
type failing struct{}

var errFull = errors.New("no space left")

func (failing) Write([]byte) (int, error) { return 0, errFull }

func TestTable(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	rows := [][]string{{"a", "bb"}, {"long cell", "x\ty\nz\x1b[2J\xff"}}
	if err := table(&b, []string{"ONE", "TWO"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "ONE        TWO\na          bb\nlong cell  x\ufffdy\ufffdz\ufffd[2J\ufffd\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	if err := table(failing{}, []string{"ONE"}, nil); !errors.Is(err, errFull) {
		t.Errorf("a table that cannot be written: %v", err)
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := writeJSON(&b, map[string]int{"b": 1, "a": 2}); err != nil || b.String() != "{\n  \"a\": 2,\n  \"b\": 1\n}\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	if err := writeJSON(failing{}, 1); !errors.Is(err, errFull) {
		t.Errorf("an answer that cannot be written: %v", err)
	}
	if err := writeJSON(&b, func() {}); err == nil {
		t.Error("a function was written")
	}
}

func TestOutputFlag(t *testing.T) {
	t.Parallel()
	f := func(want string, isUsage bool, args ...string) {
		t.Helper()
		var format string
		before := 0
		c := &cobra.Command{Use: "x", SilenceErrors: true, SilenceUsage: true,
			PreRunE: func(*cobra.Command, []string) error { before++; return nil },
			RunE:    func(*cobra.Command, []string) error { return nil }}
		addOutput(c, &format, "table", "json", "csv")
		c.SetArgs(append([]string{}, args...)) // nil would mean ours
		err := c.Execute()
		var usage usageError
		if format != want || errors.As(err, &usage) != isUsage || (before == 1) == isUsage {
			t.Errorf("%v: format %q, %v, checked %d times before", args, format, err, before)
		}
	}
	f("table", false)
	f("csv", false, "-o", "csv")
	f("json", false, "--output=json")
	f("xml", true, "-o", "xml")
	f("", true, "-o", "")
}

func TestNumbersAndTimes(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 1234567: "1.2 MB", 5e9: "5.0 GB", 7e15: "7.0 PB", 7e18: "7000.0 PB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d): %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 files", 1: "1 file", 2: "2 files"} {
		if got := count(n, "file"); got != want {
			t.Errorf("count(%d): %s, want %s", n, got, want)
		}
	}
	east := time.FixedZone("east", 3600)
	if got := clock(time.Date(2026, 9, 29, 0, 30, 0, 0, east)); got != "2026-09-28 23:30:00" {
		t.Errorf("clock: %s", got)
	}
	if got := clock(time.Time{}); got != "-" {
		t.Errorf("clock of no time: %s", got)
	}
	for text, want := range map[string]string{"": "0001-01-01T00:00:00Z", "2026-09-29": "2026-09-29T00:00:00Z",
		"2026-09-29T13:00:00+02:00": "2026-09-29T11:00:00Z"} {
		if got, err := parseTime("--from", text); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("parseTime(%q): %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"now", "2026-13-01", "29.9.2026", "2026-09-29 13:00", "1790000000"} {
		var usage usageError
		if _, err := parseTime("--to", text); !errors.As(err, &usage) || !strings.Contains(err.Error(), "--to "+fmt.Sprintf("%q", text)) {
			t.Errorf("parseTime(%q): %v", text, err)
		}
	}
}

// A report with everything in it: rejections of files, more of them than are
// shown, strangers, empty folders, objects without records, hostile text.
func TestPrintIngest(t *testing.T) {
	t.Parallel()
	r := &ingestReport{Graph: "arn:aws:detective:us-east-1:111122223333:graph:00000000000000000000000000000000",
		Totals: warehouse.Totals{Seen: 1200, Stored: 1000, Duplicate: 100, Rejected: 100}, Seconds: 2,
		Empty: []string{"/logs/empty\x1b[2J"}}
	add := func(uri string, seen int64, samples ...warehouse.Rejection) {
		s := ingest.ObjectSummary{URI: uri, Samples: samples, Reasons: map[string]int64{},
			Totals: warehouse.Totals{Seen: seen, Rejected: int64(len(samples))}}
		for _, x := range samples {
			s.Reasons[x.Reason]++
		}
		r.Objects = append(r.Objects, objectEntryOf(s))
	}
	add("/logs/good", 10)
	add("/logs/nothing", 0)
	add("/logs/closed", 1, warehouse.Rejection{Offset: -1, Reason: "unreadable", Detail: "open /logs/closed: permission denied"})
	add("/logs/mixed", 20,
		warehouse.Rejection{Record: 3, Offset: -1, Reason: "not-a-member", Detail: "account 444455556666"},
		warehouse.Rejection{Record: 7, Offset: 512, Reason: "malformed", Detail: "bell \a and \x1b]0;title"})
	add("/logs/strangers", 5, warehouse.Rejection{Reason: "not-a-member", Detail: "account \x1b[31m"})
	for i := range 21 {
		add(fmt.Sprintf("/logs/bad%02d", i), 1, warehouse.Rejection{Reason: "not-json"})
	}
	add("/logs/nothing2", 0)
	var b bytes.Buffer
	if err := printIngest(&b, r); err != nil {
		t.Fatal(err)
	}
	golden(t, "ingest.txt", b.String())
	if err := printIngest(failing{}, r); !errors.Is(err, errFull) {
		t.Errorf("a report that cannot be written: %v", err)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	f := func(want string, objects int, totals warehouse.Totals) {
		t.Helper()
		r := ingestReport{Objects: make([]objectEntry, objects), Totals: totals}
		got := ""
		if err := r.verdict([]string{"a", "b"}); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%d objects, %+v: %q, want %q", objects, totals, got, want)
		}
	}
	f("nothing was stored: there are no files in a, b", 0, warehouse.Totals{})
	f("nothing was stored: no records in 2 objects", 2, warehouse.Totals{})
	f("nothing was stored: 3 records, all rejected", 2, warehouse.Totals{Seen: 3, Rejected: 3})
	f("", 2, warehouse.Totals{Seen: 3, Stored: 1, Rejected: 2})
	if err := new(ingestReport).verdict([]string{"a", "b"}, "*.gz", "x"); err == nil || err.Error() != "nothing was stored: no file in a, b matches --include *.gz, x" {
		t.Errorf("nothing matches: %v", err)
	}
	f("", 2, warehouse.Totals{Seen: 3, Duplicate: 1, Rejected: 2})
}
