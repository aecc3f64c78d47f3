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

	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// TestMain lets the test program be its own helper, which the benchmark
// starts by its own name.
func TestMain(m *testing.M) {
	if helped, err := help(context.Background(), os.Args[1:], os.Stdout); helped {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
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
	root := filepath.Join("..", "..")
	real, tools := os.Getenv("GUMSHOE_REALDATA"), filepath.Join(root, "bin", "venv", "bin")
	if real == "" {
		real = filepath.Join(root, "..", "shared", "data")
	}
	quick(t, dir, "-gumshoe", gumshoe, "-realdata", real, "-tools", tools)

	b := newTestBench(t, gumshoe, dir)
	logs := filepath.Join(dir, "logs")
	m, err := simulate.Write(t.Context(), logs, simulate.Config{Events: 200, Days: 1})
	if err != nil {
		t.Fatal(err)
	}
	m.Events++ // an event that is not there
	c := &corpus{logs: filepath.Join(logs, simulate.LogFolder), counts: countsOf(m)}
	for _, tc := range []struct {
		name, want string
		run        func(*round) error
	}{
		{"ingest", fmt.Sprintf("Seen:%d ", c.Records-1), func(r *round) error {
			return b.runIngest(t.Context(), c, r, filepath.Join(dir, "data"))
		}},
		{"ingest without raw records", fmt.Sprintf("Seen:%d ", c.Records-1), func(r *round) error {
			return b.runNoRaw(t.Context(), c, r, filepath.Join(dir, "no-raw"))
		}},
		{"load", fmt.Sprintf("loaded %d rows, want %d", c.Records-1, c.Records), func(r *round) error {
			return b.runLoad(t.Context(), c, r, filepath.Join(dir, "it's.duckdb"))
		}},
		{"scan", fmt.Sprintf("scanned %d records, want %d", c.Records-1, c.Records), func(r *round) error {
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

// quick runs all parts and checks the report.
func quick(t *testing.T, dir string, flags ...string) {
	work := filepath.Join(dir, "w")
	var out, log bytes.Buffer
	if err := run(t.Context(), append([]string{"-quick", "-work", work}, flags...), &out, &log); err != nil {
		t.Fatalf("%v\n%s\n%s", err, log.Bytes(), out.Bytes())
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
	for name, why := range map[string]error{"real logs": errNoRealLogs, "queue": errNoQueue} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(out.String(), why.Error()) {
				t.Skip(why)
			}
		})
	}
}

func newTestBench(t *testing.T, gumshoe, work string) *bench {
	t.Helper()
	b := &bench{gumshoe: gumshoe, work: work, log: io.Discard, peak: map[string]int64{}}
	var err error
	if b.self, err = os.Executable(); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"file"}, {"-n", "0"}, {"-what"}, {"-only", "nothing"}, {engineCommand}, {engineCommand, "load"},
		{engineCommand, "nothing", "file"}, {copiesCommand, "x"}, {giantCommand, "a", "b", "-1", "1"}, {fillCommand, "dir", "many"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("run %q: no error", args)
		}
	}
}

// TestFailedPart holds that a part that fails is said to have failed, by the
// error and by the report, which has the others.
func TestFailedPart(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "gumshoe")
	script := "#!/bin/sh\n[ $1 = version ] && echo '{\"Version\":\"v1\"}' && exit\necho broken >&2\nexit 1\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := run(t.Context(), []string{"-quick", "-only", "flows,memory", "-gumshoe", program, "-work", t.TempDir()}, &out, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "flows: ") || !strings.Contains(err.Error(), "memory: ") || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got error %v, want those of both parts", err)
	}
	if n := strings.Count(out.String(), "**not measured: it failed**"); n != 2 {
		t.Errorf("%d parts failed, want 2:\n%s", n, &out)
	}
}
