package crash

import (
	"bytes"
	"math/rand/v2"
	"os"
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
	c := newCorpus(t, 0, 20_500, 1)
	want, took, batches := undisturbed(t, c)
	if batches < 2 {
		t.Fatalf("%d records fit in one batch", want.Status.Totals["stored"])
	}
	t.Run("killed", func(t *testing.T) { testKilled(t, c, want, took) })
	t.Run("terminated", func(t *testing.T) { testTerminated(t, c, want, took) })
}

// testKilled kills ingest after a time, from its start to its end: once, or
// several times in a row before the graph is looked at.
func testKilled(t *testing.T, c *corpus, want state, took time.Duration) {
	rnd, n := rand.New(rand.NewPCG(1, 1)), count(3, 100)
	order := rnd.Perm(n) // each kill has a part of the time of its own
	kills := 0
	killUntil(t, n, c, want, rnd, func(data string, latest time.Duration) (bool, string) {
		if latest > 0 {
			took = latest // it depends on what runs at the same time
		}
		after := (time.Duration(order[kills])*took + time.Duration(rnd.Int64N(int64(took)))) / time.Duration(n)
		cmd, stderr := start(t, program, "ingest", "--data", data, "--enroll", c.dir)
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		if !killed(t, cmd, cmd.Wait(), stderr) {
			return false, ""
		}
		kills++
		return true, ""
	})
}

// TestKilledInACall kills ingest at a system call that changes a file: in
// the midst of making the folder, of a commit, a checkpoint, or of closing.
func TestKilledInACall(t *testing.T) {
	t.Parallel()
	need(t, "strace")
	c := newCorpus(t, 300, 1000, 1)
	want, _, _ := undisturbed(t, c)
	all := pointsOf(t, c)
	few := interesting(all)
	rnd, n := rand.New(rand.NewPCG(1, 2)), count(6, 100)
	order := rnd.Perm(n)
	kills := 0
	killUntil(t, n, c, want, rnd, func(data string, _ time.Duration) (bool, string) {
		points := all
		if rnd.IntN(3) > 0 {
			points = few
		}
		p := points[(order[kills]*len(points)+rnd.IntN(len(points)))/n]
		var hit bool
		if rnd.IntN(3) > 0 {
			hit = killAfter(t, p, data, "ingest", "--data", data, "--enroll", c.dir)
		} else {
			hit = killBefore(t, p, "ingest", "--data", data, "--enroll", c.dir)
		}
		if hit {
			kills++
		}
		return hit, p.String()
	})
}

// killUntil kills runs until n were hit, and after one to three in a row goes
// on to the end and compares what the graph holds. kill starts a run, knowing
// how long the latest one that went on to the end took, and reports whether it
// was killed before it ended and where, if that is known. All kills together
// must hit several stages.
func killUntil(t *testing.T, n int, c *corpus, want state, rnd *rand.Rand, kill func(data string, latest time.Duration) (bool, string)) {
	t.Helper()
	all := len(files(t, c.dir))
	stages, points := hits{}, hits{}
	var latest time.Duration
	kills, runs := 0, 0
	for graph := 0; kills < n; graph++ {
		data := filepath.Join(folder(t), "d")
		for range min(1+rnd.IntN(3), n-kills) {
			if runs++; runs > 20*n {
				t.Fatalf("only %d of %d runs were killed before they ended", kills, runs)
			}
			before := printOf(t, data)
			hit, point := kill(data, latest)
			if !hit {
				break
			}
			kills++
			stage := unchanged
			if printOf(t, data) != before {
				stage = stageOf(t, data, all)
			}
			stages[stage]++
			if point != "" {
				points[point]++
			}
			if rnd.IntN(2) == 0 {
				checkLeft(t, data)
			}
		}
		began := time.Now()
		ingest(t, data, c.dir)
		latest = time.Since(began)
		checkState(t, data, want)
		if kills == n {
			checkAgain(t, data, c, want)
		}
		if t.Failed() {
			keep(t, data)
			t.Fatalf("graph %d, after %d kills in all", graph, kills)
		}
		_ = os.RemoveAll(filepath.Dir(data))
	}
	t.Logf("%d kills in %d runs%s%s", kills, runs, stages, points)
	if n := count(1, 6); len(stages) < n {
		t.Errorf("the kills hit fewer than %d stages", n)
	}
}

// checkAgain reads the corpus under other names: every record is known, which
// shows that no key of one was lost.
func checkAgain(t *testing.T, data string, c *corpus, want state) {
	t.Helper()
	other := filepath.Join(folder(t), "other")
	if err := os.CopyFS(other, os.DirFS(c.dir)); err != nil {
		t.Fatal(err)
	}
	ingest(t, data, other)
	got := decode[status](t, gumshoe(t, "graph", "status", "--data", data, "-o", "json")).Totals
	totals := want.Status.Totals
	if got["seen"] != 2*totals["seen"] || got["stored"] != totals["stored"] || got["duplicate"] != totals["duplicate"]+totals["seen"] {
		t.Errorf("the logs under other names: %v, once they were %v", got, totals)
	}
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

// prepare returns a program to be started and what will keep what it says to
// standard error.
func prepare(t *testing.T, name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd, stderr := exec.CommandContext(t.Context(), name, args...), &bytes.Buffer{}
	cmd.Stderr = stderr
	return cmd, stderr
}

// start starts a program and keeps what it says to standard error.
func start(t *testing.T, name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd, stderr := prepare(t, name, args...)
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
	for i := range count(1, 30) {
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
