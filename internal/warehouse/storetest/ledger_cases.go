package storetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func testLedger(t *testing.T, f *fixture) {
	day := at("2026-03-01T00:00:00Z")
	reject := func(n int64, reason string) ([]warehouse.Rejection, map[string]int64) {
		var samples []warehouse.Rejection
		for i := range min(n, 6) {
			samples = append(samples, warehouse.Rejection{Record: i, Offset: -1, Reason: reason, Detail: "d\x00\"'"})
		}
		return samples, map[string]int64{reason: n}
	}
	one := warehouse.ObjectPart{URI: "b", SHA256: [32]byte{1, 0, 255}, Size: 1 << 40, Tag: `"9b2cf5-3"`, Kind: "cloudtrail", Reading: 1, Seen: 10,
		Stored: 4, Rejected: 6, Seconds: 0.25, Membership: 3, At: day}
	one.Samples, one.Reasons = reject(6, "not-a-member")
	two := one
	two.First, two.Seen, two.Stored, two.Duplicate, two.Rejected, two.Done = 10, 9, 1, 1, 7, true
	two.Samples, two.Reasons = reject(7, "not-a-member")
	two.Reasons["conflict"] = 1
	second := one   // the object is read again
	second.Tag = "" // another source, which says nothing
	second.Reading, second.Seen, second.Stored, second.Duplicate, second.Rejected = 2, 19, 13, 5, 1
	second.Done, second.Membership, second.At = true, 4, day.AddDate(0, 0, 1)
	second.Samples, second.Reasons = reject(1, "malformed-json")
	newer := one // the same URI with other bytes
	newer.SHA256, newer.Seen, newer.Stored, newer.Rejected, newer.Done = [32]byte{2}, 1, 1, 0, true
	newer.Samples, newer.Reasons, newer.At = nil, nil, day.AddDate(0, 0, 2)

	get := func() warehouse.Object { t.Helper(); return must(f.Objects(f.ctx, []string{"b", "never"}))(t)["b"] }
	f.commit(t, &warehouse.Batch{ID: "1", Ledger: []warehouse.ObjectPart{one, part("c", 2)}})
	same(t, "first part", get(), warehouse.FoldObject([]warehouse.ObjectPart{one}))
	f.commit(t, &warehouse.Batch{ID: "2", Ledger: []warehouse.ObjectPart{part("a'", 3), two}})
	same(t, "two parts", get(), warehouse.FoldObject([]warehouse.ObjectPart{one, two}))
	f.reopen(t)
	f.commit(t, &warehouse.Batch{ID: "3", Ledger: []warehouse.ObjectPart{second}})
	both := warehouse.FoldObject([]warehouse.ObjectPart{one, two, second})
	same(t, "two readings", get(), both)
	if both.Seen != 19 || both.Stored != 18 || both.Rejected != 1 || both.Duplicate != 0 {
		t.Errorf("FoldObject = %+v", both)
	}
	f.commit(t, &warehouse.Batch{ID: "4", Ledger: []warehouse.ObjectPart{newer}})
	same(t, "newer version", get(), warehouse.FoldObject([]warehouse.ObjectPart{newer}))

	var got []warehouse.Object
	for o, err := range f.Ledger(f.ctx) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, o)
	}
	same(t, "Ledger", got, []warehouse.Object{
		warehouse.FoldObject([]warehouse.ObjectPart{part("a'", 3)}), both,
		warehouse.FoldObject([]warehouse.ObjectPart{newer}), warehouse.FoldObject([]warehouse.ObjectPart{part("c", 2)})})
	status := must(f.Status(f.ctx))(t)
	same(t, "totals", status.Totals, warehouse.Totals{Seen: 25, Stored: 24, Rejected: 1})
	same(t, "reasons", status.Reasons, map[string]int64{"malformed-json": 1})

	// URIs that are not UTF-8 are found under their own name.
	odd := part("odd-\xff-\x00-name", 1)
	f.commit(t, &warehouse.Batch{ID: "5", Ledger: []warehouse.ObjectPart{odd}})
	found := must(f.Objects(f.ctx, []string{odd.URI, "odd-\uFFFD-\x00-name", "odd"}))(t)
	if len(found) != 2 || found[odd.URI].URI != "odd-\uFFFD-\x00-name" {
		t.Errorf("Objects of an odd URI = %+v", found)
	}
	if got := must(f.Objects(f.ctx, nil))(t); len(got) != 0 {
		t.Errorf("Objects(nil) = %+v", got)
	}
}

func testLedgerStop(t *testing.T, f *fixture) {
	b := &warehouse.Batch{ID: "a"}
	for i := range 5000 {
		b.Ledger = append(b.Ledger, part(fmt.Sprintf("o%04d", i), 1))
	}
	f.commit(t, b)
	n := 0
	for o, err := range f.Ledger(f.ctx) {
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("o%04d", n); o.URI != want {
			t.Fatalf("object %d is %s; want %s", n, o.URI, want)
		}
		if n++; n == 3 {
			break
		}
	}
	// The loop's body may use the store.
	for _, err := range f.Ledger(f.ctx) {
		if err != nil {
			t.Fatal(err)
		}
		f.commit(t, full("within", at("2026-01-01T00:00:00Z")))
		break
	}
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	errs := 0
	for _, err := range f.Ledger(ctx) {
		if errs++; err == nil {
			t.Error("an object in spite of the cancelled context")
			break
		}
	}
	if errs != 1 {
		t.Errorf("%d errors of a cancelled context; want 1", errs)
	}
	if err := f.Close(); err != nil { // nothing is left open that would hang
		t.Error(err)
	}
}
