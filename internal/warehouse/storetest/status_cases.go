package storetest

import (
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func testStatus(t *testing.T, f *fixture) {
	got := must(f.Status(f.ctx))(t)
	got.Bytes = 0
	same(t, "empty graph", got, warehouse.Status{})
	f.commit(t, full("a", at("2026-01-01T05:59:59Z")), full("b", at("2025-06-01T23:00:00Z")), full("c", at("2026-01-02T00:30:00Z")))
	rejected := part("s3://logs/d", 0)
	rejected.Seen, rejected.Rejected, rejected.Reasons = 3, 2, map[string]int64{"malformed-json": 2}
	rejected.Duplicate = 1
	f.commit(t, &warehouse.Batch{ID: "d", Ledger: []warehouse.ObjectPart{rejected}})
	want := warehouse.Status{First: at("2025-06-01T23:00:00Z"), Last: at("2026-01-02T00:00:00Z"), Events: 3, FlowRecords: 3, Entities: 4, Segments: 6, Objects: 4,
		Totals: warehouse.Totals{Seen: 6, Stored: 3, Duplicate: 1, Rejected: 2}, Reasons: map[string]int64{"malformed-json": 2}}
	for range 2 {
		got = must(f.Status(f.ctx))(t)
		if got.Bytes <= 0 {
			t.Errorf("Bytes = %d", got.Bytes)
		}
		got.Bytes = 0
		same(t, "status", got, want)
		f.reopen(t)
	}
}
