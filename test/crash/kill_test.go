package crash

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEnded ends ingest of more than one batch.
func TestEnded(t *testing.T) {
	t.Parallel()
	c := newCorpus(t, 1000, 15_000, 1)
	want, took := undisturbed(t, c)
	if n := want.Status.Totals["stored"]; n < 41_000 {
		t.Fatalf("%d records fit in one batch", n)
	}
	t.Run("killed", func(t *testing.T) { testKilled(t, c, want, took) })
	t.Run("terminated", func(t *testing.T) { testTerminated(t, c, want, took) })
}

// testKilled kills ingest after a random time, from its start to its end:
// once, or several times in a row before the graph is looked at.
func testKilled(t *testing.T, c *corpus, want state, took time.Duration) {
	rnd := rand.New(rand.NewPCG(1, 1))
	killUntil(t, count(5, 100), c, want, rnd, func(data string) bool {
		cmd, stderr := start(t, program, "ingest", "--data", data, "--enroll", c.dir)
		timer := time.AfterFunc(time.Duration(rnd.Int64N(int64(took))), func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		return killed(t, cmd, cmd.Wait(), stderr)
	})
}

// TestKilledInACall kills ingest at a system call that changes a file: in
// the midst of making the folder, of a commit, a checkpoint, or of closing.
func TestKilledInACall(t *testing.T) {
	t.Parallel()
	need(t, "strace")
	c := newCorpus(t, 500, 1000, 1)
	want, _ := undisturbed(t, c)
	rnd := rand.New(rand.NewPCG(1, 2))
	calls := []struct {
		name string
		most int // of them that one thread may make
	}{{"fsync", 40}, {"pwrite64", 60}, {"write", 40}, {"unlink", 4}, {"unlinkat", 3}, {"mkdirat", 10}, {"renameat", 1}, {"ftruncate", 3}}
	killUntil(t, count(5, 100), c, want, rnd, func(data string) bool {
		call := calls[rnd.IntN(len(calls))]
		cmd, stderr := start(t, "strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "signal=none",
			"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call.name, 1+rnd.IntN(1+rnd.IntN(call.most))), "-e", "trace="+call.name,
			"--", program, "ingest", "--data", data, "--enroll", c.dir)
		return killed(t, cmd, cmd.Wait(), stderr)
	})
}

// killUntil kills runs until n were hit, and after one to three in a row goes
// on to the end and compares what the graph holds. kill starts a run and
// reports whether it was killed before it ended.
func killUntil(t *testing.T, n int, c *corpus, want state, rnd *rand.Rand, kill func(data string) bool) {
	t.Helper()
	hits, runs := 0, 0
	for graph := 0; hits < n; graph++ {
		data := filepath.Join(folder(t), "d")
		for range min(1+rnd.IntN(3), n-hits) {
			if runs++; runs > 20*n {
				t.Fatalf("only %d of %d runs were killed before they ended", hits, runs)
			}
			if !kill(data) {
				break
			}
			hits++
			if rnd.IntN(2) == 0 {
				checkLeft(t, data)
			}
		}
		ingest(t, data, c.dir)
		checkState(t, data, want)
		if t.Failed() {
			keep(t, data)
			t.Fatalf("graph %d, after %d kills in all", graph, hits)
		}
	}
	t.Logf("%d kills in %d runs", hits, runs)
}

// checkLeft opens what a killed run left and checks that it is whole.
func checkLeft(t *testing.T, data string) {
	t.Helper()
	if out, err := attempt(t, "graph", "status", "--data", data); err == nil {
		g := openGraph(t, data)
		g.checkWhole(t)
		g.close(t)
	} else if !nothingYet(err) {
		t.Errorf("after a kill: %v\n%s", err, out)
	}
}

// nothingYet is whether the program says that there is no graph: it may have
// been ended while it was made.
func nothingYet(err error) bool {
	for _, s := range []string{"no data of gumshoe there", "there is no behavior graph yet", "no such graph in the warehouse"} {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}

// start starts a program and keeps what it says to standard error.
func start(t *testing.T, name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd, stderr := exec.CommandContext(t.Context(), name, args...), &bytes.Buffer{}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stderr
}

// killed reports whether a process ended by SIGKILL rather than by itself,
// which it must have done well.
func killed(t *testing.T, cmd *exec.Cmd, err error, stderr *bytes.Buffer) bool {
	t.Helper()
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("neither killed nor well: %v\n%s", err, stderr)
	}
	return false
}

// testTerminated ends ingest by SIGTERM at a random time. It ends soon and by
// itself, and what it leaves is whole.
func testTerminated(t *testing.T, c *corpus, want state, took time.Duration) {
	rnd := rand.New(rand.NewPCG(1, 3))
	broken := 0
	for i := range count(2, 30) {
		data := filepath.Join(folder(t), "d")
		cmd, stderr := start(t, program, "ingest", "--data", data, "--enroll", c.dir)
		after := took/10 + time.Duration(rnd.Int64N(int64(took)))
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
		err := wait(t, cmd, 10*time.Second+after)
		timer.Stop()
		switch status := cmd.ProcessState.Sys().(syscall.WaitStatus); {
		case err == nil:
		case status.Exited() && status.ExitStatus() == 1 && strings.Contains(stderr.String(), "interrupted"):
			broken++
		default:
			t.Errorf("ended by SIGTERM after %s: %v\n%s", after, err, stderr)
		}
		checkLeft(t, data)
		ingest(t, data, c.dir)
		checkState(t, data, want)
		if t.Failed() {
			t.Fatalf("try %d, SIGTERM after %s", i, after)
		}
	}
	t.Logf("%d broken off", broken)
}
