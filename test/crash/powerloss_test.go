package crash

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/test/crash/powerloss"
)

// TestPowerLoss starts the program on what a disk may hold after the power
// failed at some point of a recording.
func TestPowerLoss(t *testing.T) {
	t.Parallel()
	r := record(t, newCorpus(t, 500, count(1000, 10_000), count(6, 10)))
	want, _, _ := undisturbed(t, r.corpus)
	for _, rules := range []powerloss.Rules{powerloss.Journaled, powerloss.Strict} {
		for i := range count(4, 100) {
			t.Run(fmt.Sprint(rules, " ", i), func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(uint64(rules), uint64(i)))
				r.fail(t, rules, r.cut(rnd), rnd, want)
			})
		}
	}
}

// cut chooses the number of ops after which the power fails: half of the
// times next to a sync or a change of names in the graph's own folder.
func (r *recording) cut(rnd *rand.Rand) int {
	ops := r.journal.Ops
	kind := rnd.IntN(4)
	for {
		n := rnd.IntN(len(ops) + 1)
		o := ops[min(n, len(ops)-1)]
		inGraph := strings.HasPrefix(filepath.Base(o.Path), "graph.duckdb")
		switch {
		case kind == 0, kind == 1 && inGraph, kind == 2 && inGraph && o.Kind != powerloss.Write,
			kind == 3 && o.Kind != powerloss.Write && !strings.Contains(o.Path, "control.db"):
			return n
		}
	}
}

// fail lets the power fail after n ops, starts the program on what is left
// and compares what it ends up with.
func (r *recording) fail(t *testing.T, rules powerloss.Rules, n int, rnd *rand.Rand, want state) {
	dir := folder(t)
	if err := r.disk(t, rules, n).Crash(rnd).Write(dir); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, dataFolder)
	parts := r.acknowledged(n)
	last := ""
	if n > 0 {
		o := r.journal.Ops[n-1]
		last = fmt.Sprintf(", the last %s %s", o.Kind, o.Path)
	}
	at := fmt.Sprintf("%s, power lost after %d of %d ops%s, with %d parts acknowledged", rules, n, len(r.journal.Ops), last, len(parts))
	out, err := attempt(t, "graph", "status", "--data", data)
	if err == nil {
		checkThere(t, data, parts)
	} else if len(parts) > 0 || !nothingYet(err) {
		keep(t, data)
		t.Fatalf("%s: %v\n%s", at, err, out)
	}
	if out, err := attempt(t, "ingest", "--data", data, "--enroll", r.corpus.dir); err != nil {
		keep(t, data)
		t.Fatalf("%s: %v\n%s", at, err, out)
	}
	checkState(t, data, want)
	if t.Failed() {
		t.Log(at)
	}
}

// checkThere checks that a graph is whole and has all files of some parts.
func checkThere(t *testing.T, data string, parts []string) {
	t.Helper()
	g := openGraph(t, data)
	defer g.close(t)
	g.checkWhole(t)
	done := map[string]bool{}
	for _, uri := range g.rows(t, "SELECT DISTINCT uri FROM ledger WHERE done") {
		done[uri] = true
	}
	for _, part := range parts {
		for _, file := range files(t, part) {
			if !done[file] {
				t.Errorf("%s was acknowledged and is lost", file)
				break
			}
		}
	}
}

// keep copies what a failed test left to the folder that the environment
// names, if any.
func keep(t *testing.T, data string) {
	t.Helper()
	dir := os.Getenv("GUMSHOE_CRASH_KEEP")
	if dir == "" {
		return
	}
	if err := contents(t, data).Write(filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "-"))); err != nil {
		t.Log(err)
	}
}
