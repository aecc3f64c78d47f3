package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// TestMain lets the test program be the engine's side, which the benchmark
// starts by its own name.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == engineCommand {
		if err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestBenchmark runs the quick benchmark with the real program, and then
// shows that it does not take wrong counts for an answer.
func TestBenchmark(t *testing.T) {
	if testing.Short() {
		t.Skip("builds gumshoe and runs it; not with -short")
	}
	dir := t.TempDir()
	gumshoe := filepath.Join(dir, "gumshoe")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", gumshoe, "github.com/gumshoe-detective/gumshoe/cmd/gumshoe")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build gumshoe: %v\n%s", err, out)
	}

	t.Run("quick", func(t *testing.T) {
		work := filepath.Join(dir, "work")
		var out, log bytes.Buffer
		if err := run(t.Context(), []string{"-quick", "-gumshoe", gumshoe, "-work", work}, &out, &log); err != nil {
			t.Fatalf("%v\n%s", err, log.Bytes())
		}
		checkReport(t, out.String())
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		for _, private := range []string{dir, host, os.TempDir()} {
			if strings.Contains(out.String(), private) {
				t.Errorf("the report names %q", private)
			}
		}
		if left, err := os.ReadDir(work); err != nil || len(left) > 0 {
			t.Errorf("left in the work folder: %v, %v", left, err)
		}
	})

	b := &bench{gumshoe: gumshoe, work: dir, log: io.Discard}
	var err error
	if b.self, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(dir, "logs")
	m, err := simulate.Write(t.Context(), logs, simulate.Config{Events: 200, Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	m.Events++ // an event that is not there
	c := &corpus{dir: logs, manifest: m}
	for _, tc := range []struct {
		name, want string
		run        func(*round) error
	}{
		{"ingest", fmt.Sprintf("Seen:%d ", c.records()-1), func(r *round) error {
			return b.runIngest(t.Context(), c, r, filepath.Join(dir, "data"))
		}},
		{"load", fmt.Sprintf("loaded %d rows, the manifest says %d", c.records()-1, c.records()), func(r *round) error {
			return b.runLoad(t.Context(), c, r, filepath.Join(dir, "it's.duckdb"))
		}},
		{"scan", fmt.Sprintf("scanned %d records, the manifest says %d", c.records()-1, c.records()), func(r *round) error {
			return b.runScan(t.Context(), c, r)
		}},
	} {
		t.Run("a missing event, "+tc.name, func(t *testing.T) {
			err := tc.run(&round{took: map[step]usage{}})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"file"}, {"-n", "0"}, {"-what"}, {engineCommand}, {engineCommand, "load"}, {engineCommand, "nothing", "file"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("run %q: no error", args)
		}
	}
}
