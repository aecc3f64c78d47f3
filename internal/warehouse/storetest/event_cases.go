package storetest

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func eventIDs(events []warehouse.Event) []string {
	var ids []string
	for _, e := range events {
		ids = append(ids, e.EventID)
	}
	return ids
}

func testEventFilters(t *testing.T, f *fixture) {
	base := at("2026-01-01T12:00:00Z")
	b := &warehouse.Batch{ID: "a"}
	for i := range 16 { // every combination of two values in four columns
		e := event(base.Add(time.Duration(i)*time.Second), fmt.Sprintf("e%02d", i))
		e.Principal, e.Address = entity.ID(1+i&1), entity.ID(1<<63+uint64(1+i>>1&1))
		e.API, e.AccessKey, e.Session = entity.ID(1+i>>2&1), entity.ID(1+i>>3&1), entity.ID(10+i)
		e.Conflict, e.Origin = i%5 == 4, warehouse.Origin(i%3)
		b.Events = append(b.Events, e)
	}
	f.commit(t, b)
	for name, c := range map[string]struct {
		q    warehouse.EventQuery
		want func(i int) bool
	}{
		"everything":           {warehouse.EventQuery{}, func(int) bool { return true }},
		"principal":            {warehouse.EventQuery{Principal: 2}, func(i int) bool { return i&1 == 1 }},
		"address":              {warehouse.EventQuery{Address: 1<<63 + 2}, func(i int) bool { return i>>1&1 == 1 }},
		"api":                  {warehouse.EventQuery{API: 2}, func(i int) bool { return i>>2&1 == 1 }},
		"access key":           {warehouse.EventQuery{AccessKey: 2}, func(i int) bool { return i>>3&1 == 1 }},
		"conflicts":            {warehouse.EventQuery{Conflicts: true}, func(i int) bool { return i%5 == 4 }},
		"session":              {warehouse.EventQuery{Session: 15}, func(i int) bool { return i == 5 }},
		"all of them":          {warehouse.EventQuery{Principal: 2, Address: 1<<63 + 2, API: 2, AccessKey: 2, Session: 25}, func(i int) bool { return i == 15 }},
		"principal and api":    {warehouse.EventQuery{Principal: 1, API: 2}, func(i int) bool { return i&1 == 0 && i>>2&1 == 1 }},
		"ids":                  {warehouse.EventQuery{EventIDs: []string{"e03", "e07", "e03", "none"}}, func(i int) bool { return i == 3 || i == 7 }},
		"ids of a principal":   {warehouse.EventQuery{EventIDs: []string{"e03", "e04"}, Principal: 1}, func(i int) bool { return i == 4 }},
		"half-open":            {warehouse.EventQuery{From: base.Add(2 * time.Second), To: base.Add(5 * time.Second)}, func(i int) bool { return i >= 2 && i < 5 }},
		"from between":         {warehouse.EventQuery{From: base.Add(2*time.Second + 1)}, func(i int) bool { return i >= 3 }},
		"to between":           {warehouse.EventQuery{To: base.Add(2*time.Second + 1)}, func(i int) bool { return i < 3 }},
		"another time zone":    {warehouse.EventQuery{From: base.Add(14 * time.Second).In(time.FixedZone("", -5*3600))}, func(i int) bool { return i >= 14 }},
		"empty range":          {warehouse.EventQuery{From: base.Add(time.Second), To: base.Add(time.Second)}, func(int) bool { return false }},
		"range of another day": {warehouse.EventQuery{From: base.AddDate(0, 0, 1)}, func(int) bool { return false }},
		"nobody":               {warehouse.EventQuery{Principal: 99}, func(int) bool { return false }},
	} {
		var want []warehouse.Event
		for i, e := range b.Events {
			if c.want(i) {
				want = append(want, asStored(e))
			}
		}
		same(t, name, must(f.Events(f.ctx, c.q))(t), want)
	}
}

func testEventOrder(t *testing.T, f *fixture) {
	base := at("2026-01-01T23:59:58Z") // over the end of a day
	const n = 1200
	var want []string
	batches := []*warehouse.Batch{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for i := range n {
		id := fmt.Sprintf("e%04d", i)
		want = append(want, id)
		// Two events a millisecond: the id decides.
		b := batches[i%3]
		b.Events = append([]warehouse.Event{event(base.Add(time.Duration(i/2)*10*time.Millisecond), id)}, b.Events...)
	}
	f.commit(t, batches...)
	for _, c := range []struct{ limit, want int }{{0, warehouse.DefaultEvents}, {1, 1}, {7, 7}, {450, 450}, {n, n}, {5 * n, n}, {-1, warehouse.DefaultEvents}} {
		got := eventIDs(must(f.Events(f.ctx, warehouse.EventQuery{Limit: c.limit}))(t))
		same(t, fmt.Sprint("limit ", c.limit), got, want[:c.want])
	}
	got := eventIDs(must(f.Events(f.ctx, warehouse.EventQuery{From: base.Add(time.Second), Limit: 4}))(t))
	same(t, "limit after a time", got, want[200:204])
}

func testEventRaw(t *testing.T, f *fixture) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	raws := [][]byte{nil, {}, {0}, every, bytes.Repeat([]byte(`{"a":"\u00e9"}`), 100_000), []byte("\xff\xfe")}
	b := &warehouse.Batch{ID: "a"}
	for i, raw := range raws {
		e := event(at("2026-01-01T00:00:00Z"), fmt.Sprint("e", i))
		e.Raw = raw
		b.Events = append(b.Events, e)
	}
	f.commit(t, b)
	f.reopen(t)
	for _, e := range must(f.Events(f.ctx, warehouse.EventQuery{NoRaw: true}))(t) {
		if len(e.Raw) > 0 || e.EventID == "" {
			t.Errorf("without raw records: event %q with %d bytes of raw record", e.EventID, len(e.Raw))
		}
	}
	for i, e := range must(f.Events(f.ctx, warehouse.EventQuery{}))(t) {
		if !bytes.Equal(e.Raw, raws[i]) {
			t.Errorf("raw record %d has %d bytes; want the %d it had", i, len(e.Raw), len(raws[i]))
		}
	}
}

// testEventDays has many days of which few match.
func testEventDays(t *testing.T, f *fixture) {
	b := &warehouse.Batch{ID: "a"}
	var want []warehouse.Event
	for i := range 40 {
		e := event(at("2026-01-01T00:00:00Z").AddDate(0, 0, i), fmt.Sprintf("e%02d", i))
		if i == 3 || i == 4 || i == 39 {
			e.Principal = bob
			want = append(want, asStored(e))
		}
		b.Events = append(b.Events, e)
	}
	f.commit(t, b)
	same(t, "all", must(f.Events(f.ctx, warehouse.EventQuery{Principal: bob}))(t), want)
	same(t, "two", must(f.Events(f.ctx, warehouse.EventQuery{Principal: bob, Limit: 2}))(t), want[:2])
	same(t, "last", must(f.Events(f.ctx, warehouse.EventQuery{Principal: bob, From: want[1].Time.Add(1)}))(t), want[2:])
}
