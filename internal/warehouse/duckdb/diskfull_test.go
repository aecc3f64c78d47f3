package duckdb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// TestDiskFull commits batches in a process whose files may not grow beyond a
// limit, which is lifted after the first refusal.
func TestDiskFull(t *testing.T) {
	if dir := os.Getenv("GUMSHOE_FULL_DISK_DIR"); dir != "" {
		commitUntilFull(t, dir)
		return
	}
	t.Parallel()
	dir := t.TempDir()
	next := 0
	// From a segment that does not fit to a log that does not.
	for _, kib := range []int{20, 100, 300, 500, 700, 900, 1500} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDiskFull$")
		cmd.Env = append(os.Environ(), "GUMSHOE_FULL_DISK_DIR="+dir, "GUMSHOE_FULL_DISK_FIRST="+strconv.Itoa(next),
			"GUMSHOE_FULL_DISK_LIMIT="+strconv.Itoa(kib<<10))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("limit of %d KiB: %v\n%s", kib, err, out)
		}
		e, err := New(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := e.Open(t.Context(), testGraph)
		if err != nil {
			t.Fatalf("open after a limit of %d KiB: %v\n%s", kib, err, out)
		}
		for line := range strings.Lines(string(out)) {
			var n int
			if _, err := fmt.Sscanf(line, "committed %d", &n); err == nil {
				checkCrashBatch(t, s.(*Store), n, true)
				next = n + 1
			} else if _, err := fmt.Sscanf(line, "refused %d", &n); err == nil {
				checkCrashBatch(t, s.(*Store), n, false)
				next = n + 1
			}
		}
		checkFiles(t, s.(*Store))
		if !strings.Contains(string(out), "refused") {
			t.Errorf("limit of %d KiB: nothing was refused\n%s", kib, out)
		}
		t.Logf("limit of %d KiB: up to batch %d; %.300s", kib, next, out)
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func commitUntilFull(t *testing.T, dir string) {
	first, err := strconv.Atoi(os.Getenv("GUMSHOE_FULL_DISK_FIRST"))
	if err != nil {
		t.Fatal(err)
	}
	limit, err := strconv.ParseUint(os.Getenv("GUMSHOE_FULL_DISK_LIMIT"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := e.Create(ctx, testGraph, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	s, err := e.Open(ctx, testGraph)
	if err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // writes fail instead
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	n := first
	for ; err == nil && n < first+50; n++ {
		if err = s.Commit(ctx, crashBatch(n)); err == nil {
			fmt.Printf("committed %d\n", n)
		} else {
			fmt.Printf("refused %d: %v\n", n, err)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	// A store that is not broken goes on.
	if broken := s.(*Store).broken; broken != nil {
		fmt.Printf("broken: %v\n", broken)
		if err := s.Commit(ctx, crashBatch(n)); err == nil {
			t.Error("a broken store takes a batch")
		}
	} else if err := s.Commit(ctx, crashBatch(n)); err != nil {
		t.Errorf("commit after the limit was lifted: %v", err)
	} else {
		fmt.Printf("committed %d\n", n)
	}
	if err := e.Close(); err != nil {
		fmt.Printf("close: %v\n", err)
	}
}
