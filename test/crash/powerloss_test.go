package crash

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
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
	t.Run("torn blocks", func(t *testing.T) { r.testTorn(t) })
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
	data, at := r.restart(t, n, rules.String(), r.disk(t, rules, n).Crash(rnd))
	if out, err := attempt(t, "ingest", "--data", data, "--enroll", r.corpus.dir); err != nil {
		keep(t, data)
		t.Fatalf("%s: %v\n%s", at, err, out)
	}
	checkState(t, data, want)
	if t.Failed() {
		t.Log(at)
	}
}

// restart starts the program on files that survived a power failure after n
// ops and checks that what was acknowledged is there. It returns the data
// folder and says where that was.
func (r *recording) restart(t *testing.T, n int, how string, files powerloss.Files) (data, at string) {
	t.Helper()
	dir := folder(t)
	if err := files.Write(dir); err != nil {
		t.Fatal(err)
	}
	data = filepath.Join(dir, dataFolder)
	parts := r.acknowledged(n)
	last := ""
	if n > 0 {
		o := r.journal.Ops[n-1]
		last = fmt.Sprintf(", the last %s %s", o.Kind, o.Path)
	}
	at = fmt.Sprintf("%s, power lost after %d of %d ops%s, with %d parts acknowledged", how, n, len(r.journal.Ops), last, len(parts))
	out, err := attempt(t, "graph", "status", "--data", data)
	if err == nil {
		checkThere(t, data, parts)
	} else if len(parts) > 0 || !nothingYet(err) {
		if err := files.Write(dir); err != nil { // as it was
			t.Error(err)
		}
		keep(t, data)
		t.Fatalf("%s: %v\n%s", at, err, out)
	}
	return data, at
}

// testTorn lets the power fail while blocks of the database are overwritten,
// the latest first: of each only the first sector was written, with the new
// block's checksum.
func (r *recording) testTorn(t *testing.T) {
	const sector = 512
	before := map[int64][]byte{} // content of the database's blocks by offset
	var torn []int
	for i, o := range r.journal.Ops {
		if filepath.Base(o.Path) != "graph.duckdb" || o.Kind != powerloss.Write {
			continue
		}
		if old, written := before[o.Offset]; written && len(old) == len(o.Data) && !bytes.Equal(old[sector:], o.Data[sector:]) {
			torn = append(torn, i)
		}
		before[o.Offset] = o.Data
	}
	if len(torn) == 0 {
		t.Fatal("no block was overwritten")
	}
	slices.Reverse(torn)
	for _, i := range torn[:min(len(torn), count(5, 1000))] {
		o, files := r.journal.Ops[i], r.disk(t, powerloss.Strict, i).Now()
		copy(files[o.Path][o.Offset:], o.Data[:sector])
		r.restart(t, i, fmt.Sprint("in the midst of a block at ", o.Offset), files)
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
