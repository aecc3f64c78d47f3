package storetest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// testMerged commits rows of the same keys in many batches over a year's end.
func testMerged(t *testing.T, f *fixture) {
	ref := &memoryStore{graph: &graph{secret: secret}}
	for i := range 12 {
		when := at("2025-12-31T20:00:00Z").Add(time.Duration(i%4) * 2 * time.Hour)
		b := full(fmt.Sprint("b", i), when)
		b.Hours[0].Counts = warehouse.Counts{Success: uint32(i), Failure: 1, Denied: math.MaxUint32 / 16, First: int64(100 - i), Last: int64(1000 + i)}
		b.Values[0].Counts = b.Hours[0].Counts
		if i == 7 {
			f.reopen(t)
		}
		f.commit(t, b)
		if err := ref.Commit(f.ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	got := must(f.EntityHours(f.ctx, alice, warehouse.AsPrincipal, always))(t)
	if len(got) != 4 {
		t.Errorf("%d hours; want 4: %+v", len(got), got)
	}
	compareStores(t, f.ctx, f.Store, ref, []entity.ID{alice, bob, account}, nil)
}

func testRangeEdges(t *testing.T, f *fixture) {
	hours := []string{"2025-11-30T23", "2025-12-31T22", "2025-12-31T23", "2026-01-01T00", "2026-01-01T01", "2026-02-01T00"}
	for i, h := range hours {
		f.commit(t, full(fmt.Sprint("b", i), at(h+":30:00Z")))
	}
	for _, c := range []struct {
		from, to string
		want     []string // hours
		days     int
	}{
		{"2025-12-31T23", "2026-01-01T01", hours[2:4], 2},
		{"2025-12-31T23", "2026-01-01T00", hours[2:3], 1},
		{"2026-01-01T00", "2026-01-01T01", hours[3:4], 1},
		{"2026-01-01T00", "2026-01-01T00", nil, 0},
		{"2026-01-01T01", "2026-01-01T00", nil, 0},
		{"2025-12-01T00", "2026-01-01T00", hours[1:3], 1},
		{"2025-11-30T23", "2026-02-01T01", hours, 4},
		{"2025-11-30T23", "2026-02-01T00", hours[:5], 3},
		{"2026-01-01T02", "2026-01-02T00", nil, 1},
	} {
		r := warehouse.Range{From: hour(c.from + ":00:00Z"), To: hour(c.to + ":00:00Z")}
		name := c.from + " to " + c.to
		var want []warehouse.Hour
		for _, h := range c.want {
			want = append(want, hour(h+":00:00Z"))
		}
		var got []warehouse.Hour
		for _, x := range must(f.EntityHours(f.ctx, alice, warehouse.AsPrincipal, r))(t) {
			got = append(got, x.Hour)
		}
		same(t, "hours of "+name, got, want)
		got = nil
		for _, x := range must(f.Activity(f.ctx, alice, r))(t) {
			got = append(got, x.Hour)
		}
		same(t, "activity of "+name, got, want)
		got = nil
		for _, x := range must(f.RuleHits(f.ctx, alice, r))(t) {
			got = append(got, x.Hour)
		}
		same(t, "rule hits of "+name, got, want)
		got = nil
		for _, x := range must(f.Signins(f.ctx, 0, alice, r))(t) {
			got = append(got, x.Hour)
		}
		same(t, "sign-ins of "+name, got, want)
		got = nil
		for _, x := range must(f.Links(f.ctx, []entity.ID{bob}, r))(t) {
			got = append(got, x.Hour)
		}
		same(t, "links of "+name, got, want)
		if got := must(f.Values(f.ctx, alice, warehouse.ByAPI, r))(t); len(got) != c.days {
			t.Errorf("values of %s: %d days; want %d", name, len(got), c.days)
		}
	}
}

// testFarDays uses the ends of what a store holds, and the epoch.
func testFarDays(t *testing.T, f *fixture) {
	times := []time.Time{
		warehouse.FirstDay.Time(), at("1582-10-10T01:02:03.004Z"), at("1969-12-31T23:59:59.999Z"), at("1970-01-01T00:00:00Z"),
		at("2262-04-12T00:00:00Z"), warehouse.EndDay.Time().Add(-time.Millisecond),
	}
	for i, when := range times {
		f.commit(t, full(fmt.Sprint("b", i), when))
	}
	f.reopen(t)
	wantExtent(t, f, len(times))
	for i, when := range times {
		h := warehouse.HourOf(when)
		want := full(fmt.Sprint("b", i), when)
		r := warehouse.Range{From: h, To: h + 1}
		same(t, "hours of "+when.String(), must(f.EntityHours(f.ctx, alice, warehouse.AsPrincipal, r))(t), want.Hours)
		same(t, "values of "+when.String(), must(f.Values(f.ctx, alice, warehouse.ByAPI, r))(t), want.Values)
		q := warehouse.EventQuery{From: when, To: when.Add(time.Millisecond)}
		same(t, "events of "+when.String(), must(f.Events(f.ctx, q))(t), []warehouse.Event{asStored(want.Events[0])})
		known := must(f.Known(f.ctx, []warehouse.Key{keyOf(want.Events[0])}))(t)
		same(t, "Known of "+when.String(), known, []warehouse.Verdict{warehouse.Duplicate})
	}
	if got := must(f.Events(f.ctx, warehouse.EventQuery{From: at("0001-01-01T00:00:00.001Z"), To: time.Unix(1<<40, 0)}))(t); len(got) != len(times)-1 {
		t.Errorf("%d events after the first instant; want %d", len(got), len(times)-1)
	}
	if got := must(f.Events(f.ctx, warehouse.EventQuery{From: time.Unix(-1<<40, 0)}))(t); len(got) != len(times) {
		t.Errorf("%d events after the beginning; want %d", len(got), len(times))
	}
	status := must(f.Status(f.ctx))(t)
	if want := at("9999-12-31T23:00:00Z"); !status.First.Equal(times[0]) || !status.Last.Equal(want) {
		t.Errorf("Status: %v to %v; want %v to %v", status.First, status.Last, times[0], want)
	}
}

func testNothing(t *testing.T, f *fixture) {
	check := func(what string) {
		t.Helper()
		everyCall(f, f.Store, func(name string, err error) {
			if err != nil {
				t.Errorf("%s %s: %v", name, what, err)
			}
		})
	}
	check("of an empty graph")
	wantExtent(t, f, 0+1) // everyCall committed one
	unknown := entity.ID(12345)
	for _, r := range []warehouse.Range{{}, always, {From: math.MaxInt32, To: math.MinInt32}, {From: math.MinInt32, To: math.MinInt32},
		warehouse.RangeOf(at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"))} {
		same(t, "hours", must(f.EntityHours(f.ctx, unknown, warehouse.AsPrincipal, r))(t), []warehouse.EntityHour{})
		same(t, "hours in another role", must(f.EntityHours(f.ctx, alice, warehouse.AsTarget, r))(t), []warehouse.EntityHour{})
		same(t, "values", must(f.Values(f.ctx, unknown, warehouse.ByAPI, r))(t), []warehouse.Value{})
		same(t, "values of another dimension", must(f.Values(f.ctx, alice, warehouse.ByASO, r))(t), []warehouse.Value{})
		same(t, "activity", must(f.Activity(f.ctx, unknown, r))(t), []warehouse.Activity{})
		same(t, "rule hits", must(f.RuleHits(f.ctx, unknown, r))(t), []warehouse.RuleHit{})
		same(t, "sign-ins", must(f.Signins(f.ctx, unknown, 0, r))(t), []warehouse.Signin{})
		same(t, "links", must(f.Links(f.ctx, []entity.ID{unknown}, r))(t), []warehouse.Link{})
	}
	same(t, "Entities", must(f.Entities(f.ctx, []entity.ID{unknown, 0}))(t), map[entity.ID]warehouse.Entity{})
	same(t, "Entities of nothing", must(f.Entities(f.ctx, nil))(t), map[entity.ID]warehouse.Entity{})
}

func testStrings(t *testing.T, f *fixture) {
	odd := []string{"", "it's \"quoted\"", "a\x00b", "bad \xff\xc3\x28 bytes", "snow ☃ 雪", strings.Repeat("long ", 20_001),
		"'; DROP TABLE entity; --", "%s {} $1 ?", "\n\r\t\\", "\x00"}
	ref := &memoryStore{graph: &graph{secret: secret}}
	var events []warehouse.Event
	var ids []entity.ID
	for i, s := range odd {
		b := full(fmt.Sprint("b", i), at("2026-01-01T00:00:00Z"))
		id := f.Hasher().ID(entity.UserAgent, s)
		ids = append(ids, id)
		b.Entities = []warehouse.Entity{{ID: id, Type: entity.UserAgent, Key: s, Account: s, Label: s, Alias: s}}
		b.Events[0].EventID, b.Events[0].Raw = s, []byte(s)
		b.Events[0].Key = keyHash(s, account)
		b.RuleHits[0].Rule, b.RuleHits[0].Samples = s, []string{s, "x" + s}
		b.Ledger[0].URI, b.Ledger[0].Kind, b.Ledger[0].Reasons = s, s, map[string]int64{clean(s): 1}
		b.Ledger[0].Samples = []warehouse.Rejection{{Reason: s, Detail: s}}
		f.commit(t, b)
		events = append(events, b.Events[0])
		if err := ref.Commit(f.ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		compareStores(t, f.ctx, f.Store, ref, []entity.ID{alice}, events)
		same(t, "Entities", must(f.Entities(f.ctx, ids))(t), must(ref.Entities(f.ctx, ids))(t))
		same(t, "Objects", must(f.Objects(f.ctx, odd))(t), must(ref.Objects(f.ctx, odd))(t))
		for _, s := range odd {
			q := warehouse.EventQuery{EventIDs: []string{s}}
			same(t, fmt.Sprintf("Events of id %.20q", s), must(f.Events(f.ctx, q))(t), must(ref.Events(f.ctx, q))(t))
		}
		f.reopen(t)
		// Stored text is what counts for collisions, too.
		for i, s := range odd {
			f.commit(t, &warehouse.Batch{ID: fmt.Sprint("again-", i), Entities: []warehouse.Entity{{ID: ids[i], Type: entity.UserAgent, Key: s}}})
		}
	}
}

func testRuleHits(t *testing.T, f *fixture) {
	h := hour("2026-01-01T00:00:00Z")
	hit := func(rule string, principal entity.ID, first int64, samples ...string) warehouse.RuleHit {
		return warehouse.RuleHit{Hour: h, Rule: rule, Principal: principal, Address: address, API: api, Samples: samples,
			Counts: warehouse.Counts{Denied: 1, First: first, Last: first}}
	}
	f.commit(t,
		&warehouse.Batch{ID: "2", RuleHits: []warehouse.RuleHit{hit("r", alice, 20, "b1", "b2", "b3"), hit("q", bob, 5), hit("z", 0, 6)}},
		&warehouse.Batch{ID: "1", RuleHits: []warehouse.RuleHit{hit("r", alice, 10, "a1", "a2", "a3")}},
		&warehouse.Batch{ID: "3", RuleHits: []warehouse.RuleHit{hit("r", alice, 30)}})
	merged := hit("r", alice, 10, "a1", "a2", "a3", "b1", "b2")
	merged.Denied, merged.Last = 3, 30
	same(t, "of alice", must(f.RuleHits(f.ctx, alice, always))(t), []warehouse.RuleHit{merged})
	same(t, "of bob", must(f.RuleHits(f.ctx, bob, always))(t), []warehouse.RuleHit{hit("q", bob, 5)})
	all := must(f.RuleHits(f.ctx, 0, always))(t)
	slices.SortFunc(all, func(a, b warehouse.RuleHit) int { return cmp.Compare(a.Rule, b.Rule) })
	same(t, "of everybody", all, []warehouse.RuleHit{hit("q", bob, 5), merged, hit("z", 0, 6)})
}

func testSigninsLinks(t *testing.T, f *fixture) {
	when := at("2026-01-01T00:00:00Z")
	h, c := warehouse.HourOf(when), calls(when, 1)
	signin := func(account, user entity.ID) warehouse.Signin {
		return warehouse.Signin{Hour: h, Account: account, User: user, Kind: warehouse.RootSignin, MFA: warehouse.MFANo, Address: address, Agent: agent, Counts: c}
	}
	link := func(from, to entity.ID) warehouse.Link {
		return warehouse.Link{Hour: h, From: from, To: to, Kind: warehouse.HoldsKey, Counts: c}
	}
	f.commit(t, &warehouse.Batch{ID: "a",
		Signins: []warehouse.Signin{signin(account, alice), signin(account, bob), signin(3, alice)},
		Links:   []warehouse.Link{link(alice, bob), link(bob, account), link(account, account)}})
	byUser := func(rows []warehouse.Signin) []warehouse.Signin {
		slices.SortFunc(rows, func(a, b warehouse.Signin) int {
			return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Account, b.Account))
		})
		return rows
	}
	same(t, "of an account", byUser(must(f.Signins(f.ctx, account, 0, always))(t)), []warehouse.Signin{signin(account, bob), signin(account, alice)})
	same(t, "of a user in any account", byUser(must(f.Signins(f.ctx, account, alice, always))(t)), []warehouse.Signin{signin(3, alice), signin(account, alice)})
	byFrom := func(rows []warehouse.Link) []warehouse.Link {
		slices.SortFunc(rows, func(a, b warehouse.Link) int { return cmp.Compare(a.From, b.From) })
		return rows
	}
	same(t, "from and to bob", byFrom(must(f.Links(f.ctx, []entity.ID{bob}, always))(t)), []warehouse.Link{link(bob, account), link(alice, bob)})
	same(t, "of two, the link between them once", byFrom(must(f.Links(f.ctx, []entity.ID{bob, alice, 99}, always))(t)), []warehouse.Link{link(bob, account), link(alice, bob)})
	same(t, "of none", must(f.Links(f.ctx, nil, always))(t), []warehouse.Link{})
	same(t, "to itself, once", byFrom(must(f.Links(f.ctx, []entity.ID{account}, always))(t)), []warehouse.Link{link(bob, account), link(account, account)})
}

func testHighIDs(t *testing.T, f *fixture) {
	when := at("2026-01-01T00:00:00Z")
	ids := []entity.ID{1, 1<<63 - 1, 1 << 63, 1<<63 + 1, math.MaxUint64 - 1, math.MaxUint64}
	ref := &memoryStore{graph: &graph{secret: secret}}
	var events []warehouse.Event
	for i, id := range ids {
		b := full(fmt.Sprint("b", i), when)
		e := &b.Events[0]
		e.Principal, e.Session, e.AccessKey, e.Address, e.Agent, e.API, e.Region, e.Error, e.Target, e.Account = id, id, id, id, id, id, id, id, id, id
		e.Print, e.Outcome, e.Conflict = math.MaxUint32, warehouse.Denied, true
		b.Entities = []warehouse.Entity{{ID: id, Type: 255, Key: fmt.Sprint(id)}}
		b.Hours[0].Entity, b.Values[0].Entity, b.Values[0].Value, b.Activity[0].Principal, b.Activity[0].Region = id, id, id, id, id
		b.Signins[0].Account, b.Signins[0].User, b.Links[0].From, b.RuleHits[0].Principal = id, id, id, id
		events = append(events, *e)
		f.commit(t, b)
		if err := ref.Commit(f.ctx, b); err != nil {
			t.Fatal(err)
		}
	}
	compareStores(t, f.ctx, f.Store, ref, ids, events)
	same(t, "Entities", must(f.Entities(f.ctx, ids))(t), must(ref.Entities(f.ctx, ids))(t))
}
