package storetest

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func testKnown(t *testing.T, f *fixture) {
	noon := at("2026-01-15T12:00:00Z")
	stored := event(noon, "stored")
	elsewhere := stored // the same id in the trail of another account
	elsewhere.Account, elsewhere.Key = bob, keyHash("stored", bob)
	twice, twiceOther := event(noon, "twice"), event(noon, "twice")
	twiceOther.Print, twiceOther.Conflict = 2, true
	late := event(at("2026-01-15T23:59:59.999Z"), "late")
	derived, both, bothDerived := event(noon, "derived"), event(noon, "both"), event(noon, "both")
	derived.Print, bothDerived.Print = 0, 0
	b := &warehouse.Batch{ID: "a", Events: []warehouse.Event{stored, elsewhere, twice, twiceOther, late, derived, both, bothDerived}}
	f.commit(t, b)
	if got := must(f.Known(f.ctx, nil))(t); len(got) != 0 {
		t.Errorf("Known(nil) = %v", got)
	}
	// Another segment of the day, which does not reach over the others' times.
	f.commit(t, &warehouse.Batch{ID: "b", Events: []warehouse.Event{event(at("2026-01-15T01:00:00Z"), "early")}})
	changed := func(e warehouse.Event, change func(*warehouse.Key)) warehouse.Key {
		k := keyOf(e)
		change(&k)
		return k
	}
	cases := []struct {
		name string
		key  warehouse.Key
		want warehouse.Verdict
	}{
		{"the same", keyOf(stored), warehouse.Duplicate},
		{"the same in another account", keyOf(elsewhere), warehouse.Duplicate},
		{"other content", changed(stored, func(k *warehouse.Key) { k.Print = 7 }), warehouse.Conflict},
		{"other content and time of the day", changed(stored, func(k *warehouse.Key) { k.Print, k.Time = 7, at("2026-01-15T00:30:00Z") }), warehouse.Conflict},
		{"the day before", changed(stored, func(k *warehouse.Key) { k.Time = noon.AddDate(0, 0, -1) }), warehouse.New},
		{"the day after", changed(stored, func(k *warehouse.Key) { k.Time = noon.AddDate(0, 0, 1) }), warehouse.New},
		{"an account without it", warehouse.Key{Time: noon, EventID: "stored", Account: 3, Hash: keyHash("stored", 3), Print: 1}, warehouse.New},
		{"first of two contents", keyOf(twice), warehouse.Duplicate},
		{"second of two contents", keyOf(twiceOther), warehouse.Duplicate},
		{"third content", changed(twice, func(k *warehouse.Key) { k.Print = 3 }), warehouse.Conflict},
		{"no print", changed(stored, func(k *warehouse.Key) { k.Print = 0 }), warehouse.Duplicate},
		{"no print, of two contents", changed(twice, func(k *warehouse.Key) { k.Print = 0 }), warehouse.Duplicate},
		{"stored without a print", changed(derived, func(k *warehouse.Key) { k.Print = 7 }), warehouse.Duplicate},
		{"stored without a print, and none", keyOf(derived), warehouse.Duplicate},
		{"stored with and without a print", changed(both, func(k *warehouse.Key) { k.Print = 7 }), warehouse.Duplicate},
		{"no print, the day before", changed(stored, func(k *warehouse.Key) { k.Print, k.Time = 0, noon.AddDate(0, 0, -1) }), warehouse.New},
		{"no print, never seen", changed(event(noon, "never"), func(k *warehouse.Key) { k.Print = 0 }), warehouse.New},
		{"last millisecond of the day", keyOf(late), warehouse.Duplicate},
		{"never seen", keyOf(event(noon, "never")), warehouse.New},
		{"the same, asked again", keyOf(stored), warehouse.Duplicate},
		{"no time", warehouse.Key{EventID: "stored", Account: account, Hash: stored.Key}, warehouse.New},
	}
	var keys []warehouse.Key
	for _, c := range cases {
		keys = append(keys, c.key)
	}
	for range 2 {
		got := must(f.Known(f.ctx, keys))(t)
		for i, c := range cases {
			if got[i] != c.want {
				t.Errorf("%s: %d; want %d", c.name, got[i], c.want)
			}
		}
		f.reopen(t)
	}
}

// testKnownEqualHashes has different ids with one hash: only the id counts.
func testKnownEqualHashes(t *testing.T, f *fixture) {
	noon := at("2026-01-15T12:00:00Z")
	for _, hash := range []uint64{0, 1, 1 << 63, math.MaxUint64} {
		a, b := event(noon, fmt.Sprint("a", hash)), event(noon, fmt.Sprint("b", hash))
		a.Key, b.Key = hash, hash
		f.commit(t, &warehouse.Batch{ID: fmt.Sprint("batch-", hash), Events: []warehouse.Event{a}})
		got := must(f.Known(f.ctx, []warehouse.Key{keyOf(b), keyOf(a)}))(t)
		same(t, fmt.Sprintf("Known of equal hashes %x", hash), got, []warehouse.Verdict{warehouse.New, warehouse.Duplicate})
		f.commit(t, &warehouse.Batch{ID: fmt.Sprint("second-", hash), Events: []warehouse.Event{b}})
		got = must(f.Known(f.ctx, []warehouse.Key{keyOf(b), keyOf(a)}))(t)
		same(t, fmt.Sprintf("Known of equal hashes %x, both stored", hash), got, []warehouse.Verdict{warehouse.Duplicate, warehouse.Duplicate})
	}
}

// testKnownManyBatches commits enough batches for an engine to merge what it
// keeps of them.
func testKnownManyBatches(t *testing.T, f *fixture) {
	const batches, each = 70, 5
	var keys []warehouse.Key
	var want []warehouse.Verdict
	for i := range batches {
		b := &warehouse.Batch{ID: fmt.Sprint("b", i)}
		for j := range each {
			when := at("2026-01-15T12:00:00Z").Add(time.Duration(i) * time.Minute)
			if i%10 == 0 {
				when = when.AddDate(0, 0, 1)
			}
			e := event(when, fmt.Sprintf("e-%d-%d", i, j))
			b.Events = append(b.Events, e)
			other := keyOf(e)
			other.Print++
			keys = append(keys, keyOf(e), other, keyOf(event(when, fmt.Sprintf("never-%d-%d", i, j))))
			want = append(want, warehouse.Duplicate, warehouse.Conflict, warehouse.New)
		}
		f.commit(t, b)
		if i%9 != 0 && i != batches-1 {
			continue
		}
		same(t, fmt.Sprintf("Known after %d batches", i+1), must(f.Known(f.ctx, keys))(t), want)
		if t.Failed() {
			return
		}
	}
	f.reopen(t)
	same(t, "Known after opening anew", must(f.Known(f.ctx, keys))(t), want)
}

func testKnownContext(t *testing.T, f *fixture) {
	e := event(at("2026-01-15T12:00:00Z"), "e")
	f.commit(t, &warehouse.Batch{ID: "a", Events: []warehouse.Event{e}})
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	_, err := f.Known(ctx, []warehouse.Key{keyOf(e)})
	wantError(t, "Known", err, context.Canceled)
}
