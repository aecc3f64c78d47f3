package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Opener returns an engine over the data under dir, which the suite makes and
// removes; several tests call it at once. The suite closes the engine, and opens dir anew to see what stayed.
type Opener func(t *testing.T, dir string) warehouse.Engine

// Run runs the conformance suite: a subtest for each thing that the comments
// of warehouse.Engine and warehouse.Store ask for.
func Run(t *testing.T, open Opener) {
	limitChecks(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, *fixture)
	}{
		{"engine/create", testCreate},
		{"engine/open is shared", testOpenShared},
		{"engine/close", testClose},
		{"engine/close a store", testCloseStore},
		{"engine/in use", testInUse},
		{"engine/delete", testDelete},
		{"engine/delete while read", testDeleteWhileRead},
		{"commit/batch id once", testBatchOnce},
		{"commit/bad batch id", testBadBatchID},
		{"commit/empty", testEmptyBatch},
		{"commit/batch is not kept or modified", testBatchUntouched},
		{"commit/batch is completed", testBatchCompleted},
		{"commit/collision", testCollision},
		{"commit/days outside", testTimeOutside},
		{"commit/cancelled anywhere", testCancelled},
		{"commit/visible together", testVisibleTogether},
		{"commit/large batch", testLargeBatch},
		{"known/verdicts", testKnown},
		{"known/equal hashes", testKnownEqualHashes},
		{"known/many batches", testKnownManyBatches},
		{"known/context", testKnownContext},
		{"known flows/verdicts", testKnownFlows},
		{"known flows/equal keys", testKnownFlowsEqualKeys},
		{"known flows/many batches and far days", testKnownFlowsManyBatches},
		{"ledger/versions and readings", testLedger},
		{"ledger/stop and errors", testLedgerStop},
		{"volumes/readings", testVolumeReadings},
		{"volumes/days, kinds and order", testVolumeRows},
		{"volumes/with their batch", testVolumeBatch},
		{"query/merged over batches and months", testMerged},
		{"query/range edges", testRangeEdges},
		{"query/far days", testFarDays},
		{"query/nothing", testNothing},
		{"query/strings", testStrings},
		{"query/rule hits", testRuleHits},
		{"query/signins and links", testSigninsLinks},
		{"query/search", testSearch},
		{"query/high ids", testHighIDs},
		{"query/flows", testFlows},
		{"query/flow peers", testFlowPeers},
		{"query/kube", testKube},
		{"query/findings", testFindings},
		{"query/coverage", testCoverage},
		{"query/digests", testDigests},
		{"flow records/shapes and filters", testFlowRecords},
		{"flow records/order and limit", testFlowOrder},
		{"events/filters", testEventFilters},
		{"events/order and limit", testEventOrder},
		{"events/raw", testEventRaw},
		{"events/days", testEventDays},
		{"status", testStatus},
		{"compact/small batches", testCompact},
		{"compact/while read", testCompactWhileRead},
		{"compact/cancelled anywhere", testCompactCancelled},
		{"drop/months", testDrop},
		{"drop/imported", testImported},
		{"random batches against the reference", testAgainstReference},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, newFixture(t, open))
		})
	}
}

const graphID = "0123456789abcdef0123456789abcdef"

var secret = entity.Secret{0xff, 1, 2, 3, 4, 5, 6, 0x80, 8, 9, 10, 11, 12, 13, 14, 0xfe}

// fixture is an open graph, which a test may close and open anew.
type fixture struct {
	open   Opener
	dir    string
	ctx    context.Context
	engine warehouse.Engine
	warehouse.Store
}

func newFixture(t *testing.T, open Opener) *fixture {
	t.Helper()
	f := &fixture{open: open, dir: t.TempDir(), ctx: t.Context()}
	f.engine = open(t, f.dir)
	t.Cleanup(func() {
		if err := f.engine.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
	})
	if err := f.engine.Create(f.ctx, graphID, secret); err != nil {
		t.Fatalf("create the graph: %v", err)
	}
	f.openStore(t)
	return f
}

func (f *fixture) openStore(t *testing.T) {
	t.Helper()
	var err error
	if f.Store, err = f.engine.Open(f.ctx, graphID); err != nil {
		t.Fatalf("open the graph: %v", err)
	}
}

// reopen closes the engine and opens its data with another one.
func (f *fixture) reopen(t *testing.T) {
	t.Helper()
	if err := f.engine.Close(); err != nil {
		t.Fatalf("close the engine: %v", err)
	}
	f.engine = f.open(t, f.dir)
	f.openStore(t)
}

// commit commits batches that must be accepted.
func (f *fixture) commit(t *testing.T, batches ...*warehouse.Batch) {
	t.Helper()
	for _, b := range batches {
		if err := f.Commit(f.ctx, b); err != nil {
			t.Fatalf("Commit(%s): %v", b.ID, err)
		}
	}
}

// same compares what a query returned, where empty is as good as nil.
func same(t *testing.T, what string, got, want any, opts ...cmp.Option) {
	t.Helper()
	// cmp takes a hundred times as long.
	if reflect.DeepEqual(want, got) {
		return
	}
	if diff := cmp.Diff(want, got, append(opts, cmpopts.EquateEmpty())...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// wantError checks that err is target.
func wantError(t *testing.T, what string, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("%s: error %v; want %v", what, err, target)
	}
}

// must returns v of a call that must not fail.
func must[V any](v V, err error) func(*testing.T) V {
	return func(t *testing.T) V {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
