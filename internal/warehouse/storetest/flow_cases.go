package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// withoutKey is a record as FlowRecords returns it.
func withoutKey(r warehouse.FlowRecord) warehouse.FlowRecord {
	r.Key = 0
	return r
}

// testFlows has traffic of one interface and asks for each of its ends.
func testFlows(t *testing.T, f *fixture) {
	h := hour("2025-12-31T23:00:00Z")
	row := func(h warehouse.Hour, change func(*warehouse.Flow)) warehouse.Flow {
		r := warehouse.Flow{FlowKey: warehouse.FlowKey{Hour: h, Account: account, Interface: nic, Local: alice, LocalPort: 65535,
			PeerPort: 22, Protocol: 255, Direction: warehouse.Outbound, Action: warehouse.Rejected}, Traffic: warehouse.Traffic{Records: 1, Packets: 2, Bytes: 3}}
		change(&r)
		return r
	}
	other := row(h, func(r *warehouse.Flow) { r.Interface = 5 })
	more := warehouse.Traffic{Records: 7, Packets: 1 << 40, Bytes: math.MaxUint64 - 4}
	f.commit(t, &warehouse.Batch{ID: "a", Flows: []warehouse.Flow{other, row(h, func(*warehouse.Flow) {}),
		row(h+1, func(r *warehouse.Flow) { r.Bytes = math.MaxUint64 }), // another month
		row(h, func(r *warehouse.Flow) { r.PeerPort = 23 }),
		row(h, func(r *warehouse.Flow) { r.Action = warehouse.Accepted })}})
	f.commit(t, &warehouse.Batch{ID: "b", Flows: []warehouse.Flow{row(h, func(r *warehouse.Flow) { r.Traffic = more }),
		row(h+1, func(r *warehouse.Flow) { r.Bytes = 1 })}})
	sorted := func(rows []warehouse.Flow) []warehouse.Flow {
		slices.SortFunc(rows, func(a, b warehouse.Flow) int {
			return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.PeerPort, b.PeerPort), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Interface, b.Interface))
		})
		return rows
	}
	ofNIC := []warehouse.Flow{row(h, func(r *warehouse.Flow) { r.Action = warehouse.Accepted }),
		row(h, func(r *warehouse.Flow) { r.Records, r.Packets, r.Bytes = 8, 1<<40+2, math.MaxUint64-1 }),
		row(h, func(r *warehouse.Flow) { r.PeerPort = 23 }),
		row(h+1, func(r *warehouse.Flow) { r.Records, r.Packets, r.Bytes = 2, 4, math.MaxUint64 })} // more than there are numbers
	for range 2 {
		same(t, "of an interface", sorted(must(f.Flows(f.ctx, nic, always))(t)), ofNIC)
		same(t, "of a local address", sorted(must(f.Flows(f.ctx, alice, always))(t)), sorted(append(slices.Clone(ofNIC), other)))
		same(t, "of an hour", sorted(must(f.Flows(f.ctx, nic, warehouse.Range{From: h + 1, To: h + 2}))(t)), ofNIC[3:])
		same(t, "of another", must(f.Flows(f.ctx, account, always))(t), []warehouse.Flow{})
		f.reopen(t)
	}
}

// testFlowPeers has traffic of one interface with two others and asks for
// each of its ends.
func testFlowPeers(t *testing.T, f *fixture) {
	h := hour("2025-12-31T23:00:00Z")
	d := h.Day()
	row := func(change func(*warehouse.FlowPeer)) warehouse.FlowPeer {
		r := warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey{Day: d, Account: account, Interface: nic, Local: alice, Peer: bob,
			Direction: warehouse.Outbound, Action: warehouse.Rejected}, Hours: h.InDay(), Traffic: warehouse.Traffic{Records: 1, Packets: 2, Bytes: 3}}
		change(&r)
		return r
	}
	other := row(func(r *warehouse.FlowPeer) { r.Interface, r.Local, r.Peer = 5, bob, alice })
	next := row(func(r *warehouse.FlowPeer) { r.Day, r.Hours, r.Bytes = d+1, 3, math.MaxUint64 }) // another month
	f.commit(t, &warehouse.Batch{ID: "a", FlowPeers: []warehouse.FlowPeer{next, other, row(func(*warehouse.FlowPeer) {}),
		row(func(r *warehouse.FlowPeer) { r.Action = warehouse.Accepted }),
		row(func(r *warehouse.FlowPeer) { r.Direction = warehouse.Inbound }),
		row(func(r *warehouse.FlowPeer) { r.Peer = address })}})
	more := row(func(r *warehouse.FlowPeer) {
		r.Hours, r.Traffic = 1|1<<23, warehouse.Traffic{Records: 7, Packets: 1 << 40, Bytes: math.MaxUint64 - 4}
	})
	f.commit(t, &warehouse.Batch{ID: "b", FlowPeers: []warehouse.FlowPeer{more, row(func(r *warehouse.FlowPeer) { r.Day, r.Hours = d+1, 4 })}})
	sorted := func(rows ...warehouse.FlowPeer) []warehouse.FlowPeer {
		slices.SortFunc(rows, func(a, b warehouse.FlowPeer) int {
			return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Peer, b.Peer),
				cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Action, b.Action))
		})
		return rows
	}
	withAddress := row(func(r *warehouse.FlowPeer) { r.Peer = address })
	lastDay := row(func(r *warehouse.FlowPeer) {
		r.Day, r.Hours, r.Traffic = d+1, 7, warehouse.Traffic{Records: 2, Packets: 4, Bytes: math.MaxUint64}
	})
	withBob := []warehouse.FlowPeer{
		row(func(r *warehouse.FlowPeer) {
			r.Hours, r.Traffic = 1|1<<23, warehouse.Traffic{Records: 8, Packets: 1<<40 + 2, Bytes: math.MaxUint64 - 1}
		}),
		row(func(r *warehouse.FlowPeer) { r.Action = warehouse.Accepted }),
		row(func(r *warehouse.FlowPeer) { r.Direction = warehouse.Inbound }),
		lastDay}
	with := func(rows ...warehouse.FlowPeer) []warehouse.FlowPeer { return sorted(append(rows, withBob...)...) }
	for range 2 {
		same(t, "of an interface", sorted(must(f.FlowPeers(f.ctx, nic, always))(t)...), with(withAddress))
		same(t, "of a local address and a peer", sorted(must(f.FlowPeers(f.ctx, alice, always))(t)...), with(withAddress, other))
		same(t, "of a peer", sorted(must(f.FlowPeers(f.ctx, address, always))(t)...), []warehouse.FlowPeer{withAddress})
		same(t, "of the day of an hour", sorted(must(f.FlowPeers(f.ctx, nic, warehouse.Range{From: h + 1, To: h + 2}))(t)...), []warehouse.FlowPeer{lastDay})
		same(t, "of no hour", must(f.FlowPeers(f.ctx, nic, warehouse.Range{From: h, To: h}))(t), []warehouse.FlowPeer{})
		same(t, "of another", must(f.FlowPeers(f.ctx, account, always))(t), []warehouse.FlowPeer{})
		f.reopen(t)
	}
}

// testFlowRecords has records of every shape and asks for them in every way.
func testFlowRecords(t *testing.T, f *fixture) {
	noon := at("2026-01-15T12:00:00Z")
	all := []warehouse.FlowRecord{
		flow(noon, 1),
		{Start: noon.Unix() + 1, End: noon.Unix() + 1, SrcPort: -1, DstPort: -1, Protocol: -1, Interface: nic, Status: warehouse.FlowNoData},
		{Start: noon.Unix() + 2, End: math.MaxInt64, Version: 255, Account: 1, Interface: 2, Src: 3, Dst: 4, SrcPort: math.MaxInt32, DstPort: math.MinInt32,
			Protocol: math.MaxInt16, Packets: math.MaxUint64, Bytes: math.MaxUint64, Action: 255, Status: 255, Format: "a b", Rest: "it's \x00 ☃",
			Raw: "\xff\x00 not UTF-8"},
		{Start: noon.Unix() + 3, End: math.MinInt64, Interface: 2, Src: 4, Dst: 3, Protocol: math.MinInt16},
		{Start: noon.Unix() + 4, Interface: 2, Src: 4, Dst: 4},
	}
	for i := range all {
		all[i] = keyed(all[i])
	}
	far := keyed(flow(noon.AddDate(0, 0, 40), 1))
	f.commit(t, &warehouse.Batch{ID: "a", FlowRecords: []warehouse.FlowRecord{all[3], all[0], far}},
		&warehouse.Batch{ID: "b", FlowRecords: []warehouse.FlowRecord{all[4], all[2], all[1]}})
	for range 2 {
		for name, c := range map[string]struct {
			q    warehouse.FlowQuery
			want []int
		}{
			"everything":    {warehouse.FlowQuery{To: noon.AddDate(0, 0, 1)}, []int{0, 1, 2, 3, 4}},
			"first":         {warehouse.FlowQuery{Limit: 1}, []int{0}},
			"some":          {warehouse.FlowQuery{Limit: 3}, []int{0, 1, 2}},
			"interface":     {warehouse.FlowQuery{Interface: nic, To: noon.AddDate(0, 0, 1)}, []int{0, 1}},
			"address":       {warehouse.FlowQuery{Address: 4}, []int{2, 3, 4}},
			"both":          {warehouse.FlowQuery{Address: 3, Interface: 2}, []int{2, 3}},
			"half-open":     {warehouse.FlowQuery{From: noon.Add(time.Second), To: noon.Add(3 * time.Second)}, []int{1, 2}},
			"between":       {warehouse.FlowQuery{From: noon.Add(1), To: noon.Add(2*time.Second + 1)}, []int{1, 2}},
			"another day":   {warehouse.FlowQuery{From: noon.AddDate(0, 0, 1), To: noon.AddDate(0, 0, 2)}, nil},
			"nobody":        {warehouse.FlowQuery{Address: 99}, nil},
			"empty range":   {warehouse.FlowQuery{From: noon, To: noon}, nil},
			"beyond limits": {warehouse.FlowQuery{Limit: -1, To: noon.Add(time.Second)}, []int{0}},
		} {
			var want []warehouse.FlowRecord
			for _, i := range c.want {
				want = append(want, withoutKey(all[i]))
			}
			same(t, name, must(f.FlowRecords(f.ctx, c.q))(t), want)
		}
		same(t, "a day later on", must(f.FlowRecords(f.ctx, warehouse.FlowQuery{From: noon.AddDate(0, 0, 2)}))(t), []warehouse.FlowRecord{withoutKey(far)})
		f.reopen(t)
	}
}

// testFlowOrder has more records than one query returns, over a day's end.
func testFlowOrder(t *testing.T, f *fixture) {
	const n = 1200
	base := at("2026-01-31T23:50:00Z")
	var want []warehouse.FlowRecord
	batches := []*warehouse.Batch{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for i := range n {
		r := flow(base.Add(time.Duration(i/4)*4*time.Second), int32(i)) // four a start
		r.Interface = entity.ID(1 + i%4/2)
		r = keyed(r)
		want = append(want, withoutKey(r))
		b := batches[i%3]
		b.FlowRecords = append([]warehouse.FlowRecord{r}, b.FlowRecords...)
	}
	f.commit(t, batches...)
	for _, c := range []struct{ limit, want int }{{0, warehouse.DefaultEvents}, {1, 1}, {601, 601}, {5 * n, n}, {-1, warehouse.DefaultEvents}} {
		same(t, fmt.Sprint("limit ", c.limit), must(f.FlowRecords(f.ctx, warehouse.FlowQuery{Limit: c.limit}))(t), want[:c.want])
	}
}

func testKnownFlows(t *testing.T, f *fixture) {
	noon := at("2026-01-15T12:00:00Z")
	stored := flow(noon, 1)
	if got := must(f.KnownFlows(f.ctx, nil))(t); len(got) != 0 {
		t.Errorf("KnownFlows(nil) = %v", got)
	}
	f.commit(t, &warehouse.Batch{ID: "a", FlowRecords: []warehouse.FlowRecord{stored, flow(noon.Add(12*time.Hour-time.Second), 2)}})
	// Another segment of the day, which does not reach over the others' times.
	f.commit(t, &warehouse.Batch{ID: "b", FlowRecords: []warehouse.FlowRecord{flow(at("2026-01-15T01:00:00Z"), 3)}})
	type record = warehouse.FlowRecord
	changed := func(change func(*record)) record {
		r := stored
		change(&r)
		return keyed(r)
	}
	cases := []struct {
		name   string
		record record
		want   warehouse.Verdict
	}{
		{"the same", stored, warehouse.Duplicate},
		{"the same, asked again", stored, warehouse.Duplicate},
		{"logged otherwise", changed(func(r *record) { r.Raw = "raw" }), warehouse.Duplicate},
		{"last second of the day", flow(noon.Add(12*time.Hour-time.Second), 2), warehouse.Duplicate},
		{"another segment", flow(at("2026-01-15T01:00:00Z"), 3), warehouse.Duplicate},
		{"never seen", flow(noon, 9), warehouse.New},
		{"never seen, again", flow(noon, 9), warehouse.Duplicate},
		{"the day before", flow(noon.AddDate(0, 0, -1), 1), warehouse.New},
		{"the day after", flow(noon.AddDate(0, 0, 1), 1), warehouse.New},
		{"start", changed(func(r *record) { r.Start++ }), warehouse.New},
		{"end", changed(func(r *record) { r.End++ }), warehouse.New},
		{"version", changed(func(r *record) { r.Version++ }), warehouse.New},
		{"account", changed(func(r *record) { r.Account++ }), warehouse.New},
		{"interface", changed(func(r *record) { r.Interface++ }), warehouse.New},
		{"the other way round", changed(func(r *record) { r.Src, r.Dst, r.SrcPort, r.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort }), warehouse.New},
		{"source", changed(func(r *record) { r.Src++ }), warehouse.New},
		{"destination", changed(func(r *record) { r.Dst++ }), warehouse.New},
		{"source port", changed(func(r *record) { r.SrcPort = -1 }), warehouse.New},
		{"destination port", changed(func(r *record) { r.DstPort++ }), warehouse.New},
		{"protocol", changed(func(r *record) { r.Protocol = -1 }), warehouse.New},
		{"packets", changed(func(r *record) { r.Packets++ }), warehouse.New},
		{"bytes", changed(func(r *record) { r.Bytes++ }), warehouse.New},
		{"action", changed(func(r *record) { r.Action = warehouse.Rejected }), warehouse.New},
		{"status", changed(func(r *record) { r.Status = warehouse.FlowSkipData }), warehouse.New},
		{"format", changed(func(r *record) { r.Format += " x" }), warehouse.New},
		{"rest", changed(func(r *record) { r.Rest += "x" }), warehouse.New},
		{"no time", keyed(record{}), warehouse.New},
	}
	var records []record
	for _, c := range cases {
		records = append(records, c.record)
	}
	for range 2 {
		before := slices.Clone(records)
		got := must(f.KnownFlows(f.ctx, records))(t)
		for i, c := range cases {
			if got[i] != c.want {
				t.Errorf("%s: %d; want %d", c.name, got[i], c.want)
			}
		}
		same(t, "the records after KnownFlows", records, before)
		f.reopen(t)
	}
	ctx, cancel := context.WithCancel(f.ctx)
	cancel()
	_, err := f.KnownFlows(ctx, records)
	wantError(t, "KnownFlows", err, context.Canceled)
}

// testKnownFlowsEqualKeys has different records with one key: only what they
// say counts.
func testKnownFlowsEqualKeys(t *testing.T, f *fixture) {
	noon := at("2026-01-15T12:00:00Z")
	for i, key := range []uint64{0, 1, 1 << 63, math.MaxUint64} {
		a, b, c := flow(noon, int32(10*i)), flow(noon, int32(10*i+1)), flow(noon, int32(10*i+2))
		a.Key, b.Key, c.Key = key, key, key
		ask := []warehouse.FlowRecord{b, a, b, c, a}
		wants := func(what string, want ...warehouse.Verdict) {
			t.Helper()
			same(t, fmt.Sprintf("key %x, %s", key, what), must(f.KnownFlows(f.ctx, ask))(t), want)
		}
		const n, d = warehouse.New, warehouse.Duplicate
		wants("none stored", n, n, d, n, d)
		f.commit(t, &warehouse.Batch{ID: fmt.Sprint("batch-", i), FlowRecords: []warehouse.FlowRecord{a}})
		wants("one stored", n, d, d, n, d)
		f.commit(t, &warehouse.Batch{ID: fmt.Sprint("second-", i), FlowRecords: []warehouse.FlowRecord{b}})
		wants("two stored", d, d, d, n, d)
	}
}

// testKnownFlowsManyBatches commits enough batches for an engine to merge what
// it keeps of them, over days that are far apart.
func testKnownFlowsManyBatches(t *testing.T, f *fixture) {
	days := []time.Time{warehouse.FirstDay.Time(), at("1969-12-31T12:00:00Z"), at("2026-01-15T12:00:00Z"), warehouse.EndDay.Time().Add(-24 * time.Hour)}
	var records []warehouse.FlowRecord
	var want []warehouse.Verdict
	const batches = 40
	for i := range batches {
		b := &warehouse.Batch{ID: fmt.Sprint("b", i)}
		for j, day := range days {
			when := day.Add(time.Duration(i) * time.Minute)
			b.FlowRecords = append(b.FlowRecords, flow(when, int32(j)))
			records = append(records, flow(when, int32(j)), flow(when, 99))
			want = append(want, warehouse.Duplicate, warehouse.New)
		}
		f.commit(t, b)
		if i%9 != 0 && i != batches-1 {
			continue
		}
		same(t, fmt.Sprintf("KnownFlows after %d batches", i+1), must(f.KnownFlows(f.ctx, records))(t), want)
		if t.Failed() {
			return
		}
	}
	f.reopen(t)
	same(t, "KnownFlows after opening anew", must(f.KnownFlows(f.ctx, records))(t), want)
	if got := must(f.FlowRecords(f.ctx, warehouse.FlowQuery{Limit: 1 << 20}))(t); len(got) != batches*len(days) {
		t.Errorf("%d flow records; want %d", len(got), batches*len(days))
	}
}
