package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// amountOf is an amount of n records of 100 bytes.
func amountOf(n int64) warehouse.Amount { return warehouse.Amount{Records: n, Bytes: 100 * n} }

// reading makes a part of the object "log" that stored and refused so many
// records of one account on one day. A version of 0 has no hash.
func reading(version byte, n int32, first, stored, refused int64, done bool) warehouse.ObjectPart {
	return warehouse.ObjectPart{URI: "log", SHA256: [32]byte{version}, Kind: "cloudtrail", Reading: n, First: first,
		Seen: stored + refused, Stored: stored, Rejected: refused, Done: done, At: at("2026-03-01T00:00:00Z").Add(time.Duration(n) * time.Hour),
		Volumes: []warehouse.PartVolume{{Account: "111122223333", Day: 20_000, Stored: amountOf(stored), Refused: amountOf(refused)}}}
}

// testVolumeReadings reads an object in every way that it may be read again,
// a batch a part, and has each record counted once.
func testVolumeReadings(t *testing.T, f *fixture) {
	type parts = []warehouse.ObjectPart
	failed := reading(0, 2, 0, 0, 0, true)
	failed.Seen, failed.Rejected, failed.Volumes = 1, 1, nil
	twice := reading(1, 2, 0, 0, 0, true) // duplicates only
	twice.Seen, twice.Duplicate = 10, 10
	for i, c := range []struct {
		name  string
		parts parts
		want  int64 // records after all parts
	}{
		{"stored", parts{reading(1, 1, 0, 7, 0, true)}, 7},
		{"refused", parts{reading(1, 1, 0, 0, 7, true)}, 7},
		{"both, in two parts", parts{reading(1, 1, 0, 3, 4, false), reading(1, 1, 7, 2, 1, true)}, 10},
		{"joined", parts{reading(1, 1, 0, 0, 7, true), reading(1, 2, 0, 7, 0, true)}, 7},
		{"joined, some are duplicates of another object's", parts{reading(1, 1, 0, 0, 7, true), reading(1, 2, 0, 5, 0, true)}, 5},
		{"refused again", parts{reading(1, 1, 0, 0, 7, true), reading(1, 2, 0, 0, 7, true)}, 7},
		{"joined, broken off", parts{reading(1, 1, 0, 0, 10, true), reading(1, 2, 0, 4, 0, false)}, 10},
		{"joined, broken off and gone on", parts{reading(1, 1, 0, 0, 10, true), reading(1, 2, 0, 4, 0, false), reading(1, 2, 4, 6, 0, true)}, 10},
		{"joined while the first reading was broken off", parts{reading(1, 1, 0, 0, 10, false), reading(1, 2, 0, 4, 0, false)}, 10},
		{"the same, read as far", parts{reading(1, 1, 0, 0, 10, false), reading(1, 2, 0, 10, 0, false)}, 10},
		{"left, another joined", parts{reading(1, 1, 0, 10, 0, true), reading(1, 2, 0, 0, 10, true)}, 10},
		{"left and came back", parts{reading(1, 1, 0, 10, 0, true), reading(1, 2, 0, 0, 10, true), twice}, 10},
		{"left while a reading was broken off", parts{reading(1, 1, 0, 4, 0, false), reading(1, 1, 4, 0, 6, true)}, 10},
		{"grown", parts{reading(1, 1, 0, 0, 3, true), reading(2, 2, 0, 0, 8, true)}, 8},
		{"grown and joined", parts{reading(1, 1, 0, 0, 3, true), reading(2, 2, 0, 8, 0, true)}, 8},
		{"grown, broken off", parts{reading(1, 1, 0, 0, 5, true), reading(2, 2, 0, 0, 2, false)}, 5},
		{"grown, stored before", parts{reading(1, 1, 0, 5, 0, true), reading(2, 2, 0, 3, 0, true)}, 8},
		{"could not be opened since", parts{reading(1, 1, 0, 0, 7, true), failed}, 7},
		{"source broke off", parts{reading(1, 1, 0, 0, 4, false), reading(0, 1, 4, 0, 3, true)}, 7},
		{"source broke off, read later", parts{reading(1, 1, 0, 0, 4, false), reading(0, 1, 4, 0, 3, true), reading(1, 2, 0, 0, 9, true)}, 9},
		{"joined, source broke off", parts{reading(1, 1, 0, 0, 9, true), reading(0, 2, 0, 5, 0, true)}, 9},
	} {
		// Not read in order of commit: parts are put together by their reading.
		for _, backwards := range []bool{false, true} {
			graph := fmt.Sprintf("%031x%d", i+1, map[bool]int{true: 1}[backwards])
			if err := f.engine.Create(f.ctx, graph, secret); err != nil {
				t.Fatal(err)
			}
			store := must(f.engine.Open(f.ctx, graph))(t)
			for j := range c.parts {
				k := j
				if backwards {
					k = len(c.parts) - 1 - j
				}
				b := &warehouse.Batch{ID: fmt.Sprint("b", j), Ledger: []warehouse.ObjectPart{c.parts[k]}}
				for range 2 { // a batch counts once
					if err := store.Commit(f.ctx, b); err != nil {
						t.Fatal(err)
					}
				}
			}
			want := []warehouse.Volume{{Account: "111122223333", Kind: "cloudtrail", Day: 20_000, Bytes: 100 * c.want, Records: c.want}}
			same(t, c.name, must(store.Volumes(f.ctx, time.Time{}))(t), want)
			if err := f.engine.Delete(f.ctx, graph); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// testVolumeRows has several accounts, days, kinds and objects, and one
// object's refusals must not touch what is none of theirs.
func testVolumeRows(t *testing.T, f *fixture) {
	same(t, "empty graph", must(f.Volumes(f.ctx, time.Time{}))(t), []warehouse.Volume(nil))
	row := func(account string, day warehouse.Day, stored, refused int64) warehouse.PartVolume {
		return warehouse.PartVolume{Account: account, Day: day, Stored: amountOf(stored), Refused: amountOf(refused)}
	}
	object := func(uri string, reading int32, done bool, volumes ...warehouse.PartVolume) warehouse.ObjectPart {
		p := part(uri, 1)
		p.Reading, p.Done, p.Volumes = reading, done, volumes
		return p
	}
	day := warehouse.DayOf(at("2026-03-01T00:00:00Z"))
	flow := object("flows", 1, true, row("b", day, 5, 0))
	flow.Kind = "flow"
	f.commit(t,
		&warehouse.Batch{ID: "1", Ledger: []warehouse.ObjectPart{
			object("one", 1, true, row("b", day, 1, 0), row("a", day+1, 2, 0), row("c", day, 0, 4), row("c", day+1, 0, 6)),
			object("two", 1, true, row("b", day, 10, 0), row("c", day, 0, 40), row("nothing", day, 0, 0)), flow}},
		// Another version of one: b has more of it, c has joined; it is not read
		// to its end, and one day of c's is still to come.
		&warehouse.Batch{ID: "2", Ledger: []warehouse.ObjectPart{object("one", 2, false, row("b", day, 7, 0), row("c", day, 1, 0))}},
		&warehouse.Batch{ID: "3", Ledger: []warehouse.ObjectPart{
			object("old", 1, true, row("a", warehouse.FirstDay, 1, 0), row("", -1, 1, 0), row("z\x00\"'", warehouse.EndDay-1, 0, 1), row("odd-\xff", day, 1, 0)),
			object("odd", 1, true, row("odd-\xfe", day, 0, 1))}})
	volume := func(account, kind string, day warehouse.Day, n int64) warehouse.Volume {
		return warehouse.Volume{Account: account, Kind: kind, Day: day, Bytes: 100 * n, Records: n}
	}
	all := []warehouse.Volume{
		volume("", "cloudtrail", -1, 1),
		volume("a", "cloudtrail", warehouse.FirstDay, 1),
		volume("a", "cloudtrail", day+1, 2),
		volume("b", "cloudtrail", day, 18),
		volume("b", "flow", day, 5),
		volume("c", "cloudtrail", day, 44),
		volume("c", "cloudtrail", day+1, 6),
		volume("odd-\uFFFD", "cloudtrail", day, 2),
		volume("z\x00\"'", "cloudtrail", warehouse.EndDay-1, 1),
	}
	for range 2 {
		same(t, "all", must(f.Volumes(f.ctx, warehouse.FirstDay.Time()))(t), all)
		for _, from := range []time.Time{(day + 1).Time(), (day + 1).Time().Add(24*time.Hour - 1)} {
			same(t, fmt.Sprint("from ", from), must(f.Volumes(f.ctx, from))(t), []warehouse.Volume{all[2], all[6], all[8]})
		}
		same(t, "from the end", must(f.Volumes(f.ctx, warehouse.EndDay.Time()))(t), []warehouse.Volume(nil))
		f.reopen(t)
	}
}

// testVolumeBatch has volumes that come with their batch, or not at all, and
// stay when the data goes.
func testVolumeBatch(t *testing.T, f *fixture) {
	first, second := full("a", at("2026-01-31T23:59:59Z")), full("b", at("2026-02-01T00:00:00Z"))
	f.commit(t, first)
	wrong := full("c", at("2026-02-01T00:00:00Z"))
	wrong.Entities[1].Key = "another"
	wantError(t, "a collision", f.Commit(f.ctx, wrong), warehouse.ErrCollision)
	f.commit(t, second)
	day := warehouse.DayOf(at("2026-01-31T00:00:00Z"))
	want := []warehouse.Volume{
		{Account: "123456789012", Kind: "cloudtrail", Day: day, Bytes: 100, Records: 1},
		{Account: "123456789012", Kind: "cloudtrail", Day: day + 1, Bytes: 100, Records: 1},
	}
	same(t, "volumes", must(f.Volumes(f.ctx, day.Time()))(t), want)
	if err := f.Drop(f.ctx, []warehouse.Month{month("2026-01-01"), month("2026-02-01")}); err != nil {
		t.Fatal(err)
	}
	same(t, "after the data was dropped", must(f.Volumes(f.ctx, day.Time()))(t), want)
}
