package ingest

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// tiny limits make many chunks of an object, many batches and many jobs of a
// few files.
func tiny() limits {
	return limits{batchEvents: 37, batchBytes: 1 << 20, chunkEvents: 5, chunkBytes: 1 << 20, jobObjects: 3, jobBytes: 8 << 10, planBlock: 7}
}

// members is a membership of listed accounts.
type members struct {
	version  int64
	accounts map[string]bool
}

func (m members) Accepts(_ context.Context, account string) (bool, error) {
	return m.accounts[account], nil
}
func (m members) Version() int64 { return m.version }

// notForeign takes the records of all accounts but one.
type notForeign struct{ everybody }

func (notForeign) Accepts(_ context.Context, account string) (bool, error) {
	return account != "999988887777", nil
}

// The same objects make the same graph, however many workers there are and
// in whatever portions they work.
func TestSameGraphWhateverTheWorkers(t *testing.T) {
	t.Parallel()
	dir := mixed(t)
	logs := filepath.Join(dir, simulate.LogFolder)
	places, pack := placesOf(t, dir), builtin(t)
	type outcome struct {
		Content content
		Ledger  map[string]warehouse.Object
		Volumes map[string]warehouse.Amount
		Totals  warehouse.Totals
		Objects int64
	}
	ingest := func(workers int, l limits) (outcome, int) {
		g := newGraph(t, true)
		s := ingestDir(t, g, logs, Options{Places: places, Rules: pack, Membership: notForeign{}, Workers: workers, limits: l})
		return outcome{g.content(), g.ledger(), g.volumes(), s.Totals, s.Objects}, len(g.batches)
	}
	want, n := ingest(1, limits{})
	if n != 1 || want.Totals.Rejected < 9 || want.Totals.Duplicate < 400 || len(want.Content.Events) < 1600 {
		t.Fatalf("%d batches, %+v: the corpus is not what this test needs", n, want.Totals)
	}
	bytewise := tiny()
	bytewise.batchBytes, bytewise.chunkBytes, bytewise.batchEvents, bytewise.chunkEvents = 50_000, 9000, 1e6, 1e6
	for name, l := range map[string]limits{"large": {}, "tiny": tiny(), "by bytes": bytewise} {
		for _, workers := range []int{1, 2, 8} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				got, n := ingest(workers, l)
				if name != "large" && n < 20 {
					t.Errorf("only %d batches", n)
				}
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("-one worker, one batch +%d workers, %d batches:\n%.6000s", workers, n, diff)
				}
			})
		}
	}
}

// Batches themselves are the same, row by row, whatever the number of
// workers.
func TestSameBatchesWhateverTheWorkers(t *testing.T) {
	t.Parallel()
	dir := mixed(t)
	logs := filepath.Join(dir, simulate.LogFolder)
	places, pack := placesOf(t, dir), builtin(t)
	shape := func(workers int) (shape []string) {
		g := newGraph(t, true)
		ingestDir(t, g, logs, Options{Places: places, Rules: pack, Membership: notForeign{}, Workers: workers, limits: tiny()})
		for _, b := range g.batches {
			line := fmt.Sprint(len(b.Entities), len(b.Hours), len(b.Values), len(b.Activity), len(b.Signins), len(b.Links), len(b.RuleHits))
			for _, e := range b.Events {
				line += " " + e.EventID
			}
			for _, p := range b.Ledger {
				line += fmt.Sprint(" ", p.URI, p.First, p.Seen, p.Done, p.Volumes)
			}
			shape = append(shape, line)
		}
		return shape
	}
	want := shape(1)
	for _, workers := range []int{2, 5} {
		if diff := gocmp.Diff(want, shape(workers)); diff != "" {
			t.Errorf("-one worker +%d workers:\n%.3000s", workers, diff)
		}
	}
}
