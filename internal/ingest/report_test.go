package ingest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// The reports of all batches together are the summary of the run, and tell
// when the newest record was.
func TestBatchReports(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 3, Days: 2, Events: 600, EventsPerFile: 100})
	if err != nil {
		t.Fatal(err)
	}
	g := newGraph(t, true)
	var got Summary
	var newest time.Time
	batches := 0
	o := Options{Rules: builtin(t), limits: small(), Batch: func(b BatchReport) {
		batches++
		got.Objects += b.Objects
		got.Bytes += b.Bytes
		for kind, k := range b.Kinds {
			got.Totals.Add(k.Totals)
			if k.Newest.After(newest) {
				newest = k.Newest
			}
			if kind != "cloudtrail" || k.Seen != k.Stored+k.Duplicate+k.Rejected || b.Seconds <= 0 {
				t.Errorf("batch %d: %q %+v in %v s", batches, kind, k, b.Seconds)
			}
		}
	}}
	want, err := g.run(t.Context(), logsOf(dir), o)
	if err != nil {
		t.Fatal(err)
	}
	want.Elapsed = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sum of %d batches (-summary)\n%s", batches, diff)
	}
	if batches < 3 || !newest.Equal(m.LastEvent.Truncate(time.Second)) {
		t.Errorf("%d batches, newest %v; want several and %v", batches, newest, m.LastEvent)
	}

	// What the ledger has is in no batch.
	got = Summary{}
	again, err := g.run(t.Context(), logsOf(dir), o)
	if err != nil || again.Totals.Stored != 0 || got != (Summary{}) {
		t.Errorf("read again: %+v, in batches %+v, %v", again, got, err)
	}
}

// Reasons and kinds are kept apart.
func TestReportOf(t *testing.T) {
	t.Parallel()
	b := warehouse.Batch{
		Ledger: []warehouse.ObjectPart{
			{Kind: "asff", Size: 7, Seen: 2, Stored: 1, Rejected: 1, Reasons: map[string]int64{"too-large": 1}, Done: true},
			{Kind: "asff", Size: 9, Seen: 1, Rejected: 1, Reasons: map[string]int64{"too-large": 1}},
			{Seen: 1, Rejected: 1, Reasons: map[string]int64{"not-json": 1}, Size: 1, Done: true},
		},
		Coverage: []warehouse.Coverage{
			{Origin: warehouse.FromSecurityHub, Counts: warehouse.Counts{Last: 50}},
			{Origin: warehouse.FromSecurityHub, Counts: warehouse.Counts{Last: 40}},
		},
	}
	want := BatchReport{Objects: 2, Bytes: 8, Seconds: 2, Kinds: map[string]KindReport{
		"asff": {Totals: warehouse.Totals{Seen: 3, Stored: 1, Rejected: 2}, Reasons: map[string]int64{"too-large": 2}, Newest: time.Unix(50, 0).UTC()},
		"":     {Totals: warehouse.Totals{Seen: 1, Rejected: 1}, Reasons: map[string]int64{"not-json": 1}},
	}}
	if diff := cmp.Diff(want, reportOf(&b, 2*time.Second)); diff != "" {
		t.Errorf("report (-want)\n%s", diff)
	}
	if b.Ledger[0].Reasons["too-large"] != 1 {
		t.Error("the batch was changed")
	}
}
