package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func testBatchOnce(t *testing.T, f *fixture) {
	f.commit(t, full("a", at("2026-01-31T23:59:59.999Z")))
	for range 2 {
		again := full("other", at("2026-02-01T00:00:00Z"))
		again.ID = "a"
		f.commit(t, again)
		wantExtent(t, f, 1)
		f.reopen(t)
	}
	wantExtent(t, f, 1)
	f.commit(t, full("b", at("2026-02-01T00:00:00Z")))
	f.reopen(t)
	wantExtent(t, f, 2)
}

func testBadBatchID(t *testing.T, f *fixture) {
	for _, id := range []string{"", "A", "a/b", "../x", "a'b", "a.b", "é", strings.Repeat("a", 65)} {
		b := full("a", at("2026-01-01T00:00:00Z"))
		b.ID = id
		if err := f.Commit(f.ctx, b); err == nil {
			t.Errorf("Commit of batch %q: no error", id)
		}
	}
	wantExtent(t, f, 0)
	f.commit(t, full(strings.Repeat("z", 64), at("2026-01-01T00:00:00Z")))
	// Names that an engine might make of the ones before.
	f.commit(t, full("a", at("2026-01-01T00:00:00Z")), full("a-merged", at("2026-01-01T00:00:00Z")), full("a-1", at("2026-01-01T00:00:00Z")))
	wantExtent(t, f, 4)
}

func testEmptyBatch(t *testing.T, f *fixture) {
	f.commit(t, &warehouse.Batch{ID: "nothing"})
	wantExtent(t, f, 0)
	f.commit(t, &warehouse.Batch{ID: "ledger", Ledger: []warehouse.ObjectPart{{URI: "empty.gz", Reading: 1, Done: true, At: at("2026-01-01T00:00:00Z")}}})
	got := must(f.Objects(f.ctx, []string{"empty.gz"}))(t)
	same(t, "Objects", got["empty.gz"], warehouse.Object{URI: "empty.gz", Readings: 1, Done: true, At: at("2026-01-01T00:00:00Z")})
}

func testBatchUntouched(t *testing.T, f *fixture) {
	b := full("a", at("2026-01-01T10:00:00Z"))
	for i := range 50 { // out of order, for an engine that sorts
		b.Events = append(b.Events, event(at("2026-01-01T10:00:00Z").Add(-time.Duration(i)*time.Second), fmt.Sprint("e", 50-i)))
		b.Hours = append(b.Hours, warehouse.EntityHour{Hour: hour("2026-01-01T10:00:00Z"), Entity: entity.ID(50 - i), Role: warehouse.AsTarget, Counts: calls(at("2026-01-01T10:00:00Z"), 1)})
	}
	for i := range 50 {
		b.FlowRecords = append(b.FlowRecords, flow(at("2026-01-01T10:00:00Z").Add(-time.Duration(i)*time.Second), int32(50-i)))
		b.Flows = append(b.Flows, warehouse.Flow{FlowKey: warehouse.FlowKey{Hour: hour("2026-01-01T10:00:00Z"), Interface: entity.ID(50 - i)}, Traffic: warehouse.Traffic{Records: 1}})
		b.FlowPeers = append(b.FlowPeers, warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey{Day: hour("2026-01-01T10:00:00Z").Day(), Interface: entity.ID(50 - i)}})
		b.Findings = append(b.Findings, warehouse.FindingVersion{Finding: entity.ID(50 - i), Updated: at("2026-01-01T10:00:00Z")})
	}
	before := Clone(b)
	f.commit(t, b)
	same(t, "the batch after Commit", *b, before)
	for i := range b.Events {
		clear(b.Events[i].Raw)
		b.Events[i].EventID = "changed"
	}
	b.Entities[0].Label = "changed"
	b.Ledger[0].URI = "changed"
	b.Ledger[0].Volumes[0].Account = "changed"
	b.Digests[0].Files[0] = "changed"
	for i := range b.FlowRecords {
		b.FlowRecords[i].SrcPort = -7
	}
	for _, r := range must(f.FlowRecords(f.ctx, warehouse.FlowQuery{}))(t) {
		if r.SrcPort == -7 {
			t.Fatalf("a change to the batch after Commit changed the store: %+v", r)
		}
	}
	if got := must(f.Digests(f.ctx, at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z")))(t); len(got) != 1 || got[0].Files[0] == "changed" {
		t.Errorf("a change to the batch after Commit changed the digests: %+v", got)
	}
	for _, e := range must(f.Events(f.ctx, warehouse.EventQuery{}))(t) {
		if e.EventID == "changed" || e.Raw[0] == 0 {
			t.Fatalf("a change to the batch after Commit changed the store: %+v", e)
		}
	}
	if got := must(f.Objects(f.ctx, []string{"changed"}))(t); len(got) != 0 {
		t.Errorf("a change to the batch after Commit changed the ledger: %+v", got)
	}
	if got := must(f.Volumes(f.ctx, at("2026-01-01T00:00:00Z")))(t); len(got) != 1 || got[0].Account != "123456789012" {
		t.Errorf("a change to the batch after Commit changed the volumes: %+v", got)
	}
}

// What a batch is completed with counts like all else, also against it.
func testBatchCompleted(t *testing.T, f *fixture) {
	half := func(id string, change func(rest *warehouse.Batch)) (b *warehouse.Batch, calls *int) {
		whole := full(id, at("2026-01-01T10:00:00Z"))
		change(whole)
		calls = new(int)
		b = &warehouse.Batch{ID: whole.ID, Events: whole.Events, FlowRecords: whole.FlowRecords}
		b.Complete = func() {
			*calls++
			from, to := reflect.ValueOf(whole).Elem(), reflect.ValueOf(b).Elem()
			for i := range from.NumField() {
				if to.Field(i).IsZero() && to.Type().Field(i).Name != "Complete" {
					to.Field(i).Set(from.Field(i))
				}
			}
		}
		return b, calls
	}
	b, calls := half("a", func(*warehouse.Batch) {})
	f.commit(t, b)
	if *calls != 1 {
		t.Errorf("completed %d times", *calls)
	}
	wantExtent(t, f, 1)
	bad, _ := half("b", func(rest *warehouse.Batch) { rest.Hours[0].Hour = 1 << 30 })
	wantError(t, "completed with a day that is not storable", f.Commit(f.ctx, bad), warehouse.ErrTime)
	collides, _ := half("c", func(rest *warehouse.Batch) { rest.Entities[0].ID = rest.Entities[1].ID })
	wantError(t, "completed with entities that collide", f.Commit(f.ctx, collides), warehouse.ErrCollision)
	wantExtent(t, f, 1)
	f.reopen(t)
	wantExtent(t, f, 1)
	b, calls = half("a", func(*warehouse.Batch) {})
	f.commit(t, b)
	if *calls > 1 {
		t.Errorf("a batch that is in was completed %d times", *calls)
	}
	wantExtent(t, f, 1)
}

func testCollision(t *testing.T, f *fixture) {
	f.commit(t, full("a", at("2026-01-01T00:00:00Z")))
	for _, state := range []string{"known to the writer", "stored"} {
		for _, c := range []struct {
			name  string
			wrong warehouse.Entity
		}{
			{"another key", warehouse.Entity{ID: alice, Type: entity.AwsUser, Key: "arn:aws:iam::123456789012:user/mallory"}},
			{"another type", warehouse.Entity{ID: alice, Type: entity.AwsRole, Key: "arn:aws:iam::123456789012:user/alice"}},
		} {
			b := full("b", at("2026-03-01T00:00:00Z"))
			b.Entities[1] = c.wrong
			wantError(t, c.name+" than the one "+state, f.Commit(f.ctx, b), warehouse.ErrCollision)
			wantExtent(t, f, 1)
		}
		f.reopen(t)
	}
	b := full("b", at("2026-03-01T00:00:00Z"))
	b.Entities = append(b.Entities, warehouse.Entity{ID: b.Entities[0].ID, Type: entity.AwsUser, Key: "another"})
	wantError(t, "two keys of one id in a batch", f.Commit(f.ctx, b), warehouse.ErrCollision)
	wantExtent(t, f, 1)
	if got := must(f.Known(f.ctx, []warehouse.Key{keyOf(b.Events[0])}))(t); got[0] != warehouse.New {
		t.Errorf("Known of a refused event = %v; want New", got[0])
	}
	// The same entity twice, and with another label, is no collision.
	b = full("b", at("2026-03-01T00:00:00Z"))
	b.Entities = append(b.Entities, b.Entities[0])
	b.Entities[1].Label = "another"
	f.commit(t, b)
	f.reopen(t)
	wantExtent(t, f, 2)
}

func testTimeOutside(t *testing.T, f *fixture) {
	for _, d := range []warehouse.Day{warehouse.FirstDay - 1, warehouse.EndDay, -1 << 25, 1 << 25} {
		h := warehouse.HourOf(d.Time())
		for name, b := range map[string]*warehouse.Batch{
			"event":       {Events: []warehouse.Event{event(d.Time(), "e")}},
			"hour":        {Hours: []warehouse.EntityHour{{Hour: h}}},
			"value":       {Values: []warehouse.Value{{Day: d}}},
			"activity":    {Activity: []warehouse.Activity{{Hour: h}}},
			"sign-in":     {Signins: []warehouse.Signin{{Hour: h}}},
			"link":        {Links: []warehouse.Link{{Hour: h}}},
			"flow record": {FlowRecords: []warehouse.FlowRecord{flow(d.Time(), 1)}},
			"flow":        {Flows: []warehouse.Flow{{FlowKey: warehouse.FlowKey{Hour: h}}}},
			"flow peer":   {FlowPeers: []warehouse.FlowPeer{{FlowPeerKey: warehouse.FlowPeerKey{Day: d}}}},
			"kube":        {Kube: []warehouse.Kube{{Hour: h}}},
			"finding":     {Findings: []warehouse.FindingVersion{{Updated: d.Time()}}},
			"coverage":    {Coverage: []warehouse.Coverage{{Hour: h}}},
			"digest":      {Digests: []warehouse.Digest{{From: d.Time().Unix()}}},
			"rule hit":    {RuleHits: []warehouse.RuleHit{{Hour: h}}},
			"volume":      {Ledger: []warehouse.ObjectPart{{Reading: 1, Volumes: []warehouse.PartVolume{{Day: d}}}}},
		} {
			b.ID = "outside"
			b.Ledger = append(b.Ledger, part("outside", 1))
			wantError(t, fmt.Sprintf("%s on day %d", name, d), f.Commit(f.ctx, b), warehouse.ErrTime)
		}
	}
	wantExtent(t, f, 0)
}

// testCancelled cancels the context at every point at which the engine looks
// at it.
func testCancelled(t *testing.T, f *fixture) {
	f.commit(t, full("before", at("2026-01-01T00:00:00Z")))
	refused := 0
	for n := 0; ; n++ {
		id := fmt.Sprint("try-", n)
		ctx := newCountdown(f.ctx, n)
		err := f.Commit(ctx, full(id, at("2026-02-01T00:00:00Z").AddDate(0, 0, n)))
		ctx.cancel()
		if err == nil {
			break
		}
		refused++
		wantError(t, id, err, context.Canceled)
		wantExtent(t, f, 1)
		if t.Failed() || n > 1000 {
			t.FailNow()
		}
	}
	if refused == 0 {
		t.Error("Commit ignores its context")
	}
	wantExtent(t, f, 2)
	f.reopen(t)
	wantExtent(t, f, 2)
	f.commit(t, full("try-0", at("2026-02-01T00:00:00Z"))) // refused before, welcome now
	wantExtent(t, f, 3)
}

// countdown is a context that ends when it was asked often enough.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	left   int
}

func newCountdown(parent context.Context, n int) *countdown {
	ctx, cancel := context.WithCancel(parent)
	return &countdown{Context: ctx, cancel: cancel, left: n}
}

// Err implements context.Context.
func (c *countdown) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// testVisibleTogether reads two kinds of rows one after the other while
// batches are committed: what the first shows, the second must show too.
func testVisibleTogether(t *testing.T, f *fixture) {
	const batches = 10
	kinds := []func(*fixture) (int, error){
		func(f *fixture) (int, error) {
			r, err := f.Events(f.ctx, warehouse.EventQuery{})
			return len(r), err
		},
		func(f *fixture) (int, error) {
			r, err := f.EntityHours(f.ctx, alice, warehouse.AsPrincipal, always)
			return len(r), err
		},
		func(f *fixture) (int, error) {
			r, err := f.Links(f.ctx, []entity.ID{alice}, always)
			return len(r), err
		},
		func(f *fixture) (int, error) {
			r, err := f.FlowRecords(f.ctx, warehouse.FlowQuery{})
			return len(r), err
		},
		func(f *fixture) (int, error) {
			r, err := f.Findings(f.ctx, warehouse.FindingQuery{})
			return len(r), err
		},
		func(f *fixture) (int, error) {
			s, err := f.Status(f.ctx)
			return int(s.Totals.Stored), err
		},
		func(f *fixture) (int, error) {
			r, err := f.Volumes(f.ctx, warehouse.FirstDay.Time())
			n := 0
			for _, v := range r {
				n += int(v.Records)
			}
			return n, err
		},
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for a := range kinds {
		for b := range kinds {
			if a == b {
				continue
			}
			wg.Go(func() {
				for last := false; !last; {
					select {
					case <-done:
						last = true
					default:
					}
					x, err := kinds[a](f)
					if err != nil {
						t.Errorf("read: %v", err)
						return
					}
					y, err := kinds[b](f)
					if err != nil {
						t.Errorf("read: %v", err)
						return
					}
					if x%2 != 0 || y%2 != 0 {
						t.Errorf("kind %d shows %d rows and kind %d shows %d: half a batch", a, x, b, y)
						return
					}
					if y < x {
						t.Errorf("kind %d showed %d rows and then kind %d only %d", a, x, b, y)
						return
					}
				}
			})
		}
	}
	for i := range batches {
		// Two months, the second of them new with each batch.
		first, second := at("2020-01-01T00:00:00Z").Add(time.Duration(i)*time.Hour), at("2021-01-01T00:00:00Z").AddDate(0, i, 0)
		b, c := full(fmt.Sprint("b", i), first), full(fmt.Sprint("c", i), second)
		b.Events = append(b.Events, c.Events...)
		b.Hours = append(b.Hours, c.Hours...)
		b.Links = append(b.Links, c.Links...)
		b.Ledger = append(b.Ledger, c.Ledger...)
		b.FlowRecords = append(b.FlowRecords, c.FlowRecords...)
		b.Findings = append(b.Findings, c.Findings...)
		f.commit(t, b)
	}
	close(done)
	wg.Wait()
}

// testLargeBatch commits more rows of each kind than an engine handles at
// once.
func testLargeBatch(t *testing.T, f *fixture) {
	const n = 2_500
	start := at("2026-01-31T00:00:00Z")
	b := &warehouse.Batch{ID: "large"}
	var ids []entity.ID
	for i := range n {
		when := start.Add(time.Duration(i) * 20 * time.Second) // a day and a bit, over the end of a month
		c, h := calls(when, 1), warehouse.HourOf(when)
		id := entity.ID(uint64(i+1) * 0x9e3779b97f4a7c15)
		ids = append(ids, id)
		e := event(when, fmt.Sprint("event-", i))
		e.Principal = id
		b.Events = append(b.Events, e)
		b.Entities = append(b.Entities, warehouse.Entity{ID: id, Type: entity.IPAddress, Key: fmt.Sprint("key-", i), Label: "label"})
		b.Hours = append(b.Hours, warehouse.EntityHour{Hour: h, Entity: id, Role: warehouse.AsTarget, Counts: c})
		b.Values = append(b.Values, warehouse.Value{Day: h.Day(), Entity: alice, Dimension: warehouse.ByAPI, Value: id, Counts: c})
		b.Activity = append(b.Activity, warehouse.Activity{Hour: h, Principal: alice, API: id, Counts: c})
		b.Signins = append(b.Signins, warehouse.Signin{Hour: h, Account: account, User: id, Counts: c})
		b.Links = append(b.Links, warehouse.Link{Hour: h, From: alice, To: id, Kind: warehouse.Created, Counts: c})
		b.RuleHits = append(b.RuleHits, warehouse.RuleHit{Hour: h, Rule: fmt.Sprint("rule-", i), Principal: alice, Samples: []string{e.EventID, "second"}[:1+i%2], Counts: c})
		b.Ledger = append(b.Ledger, part(fmt.Sprintf("object-%05d", i), int64(i)))
		r := flow(when, int32(i))
		r.Src, r.Interface = id, id
		b.FlowRecords = append(b.FlowRecords, keyed(r))
		b.Flows = append(b.Flows, warehouse.Flow{FlowKey: warehouse.FlowKey{Hour: h, Interface: nic, Local: id}, Traffic: warehouse.Traffic{Records: 1}})
		b.FlowPeers = append(b.FlowPeers, warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey{Day: h.Day(), Interface: nic, Peer: id},
			Hours: h.InDay(), Traffic: warehouse.Traffic{Records: 1}})
		b.Kube = append(b.Kube, warehouse.Kube{Hour: h, Cluster: nic, Subject: id, Counts: c})
		b.Findings = append(b.Findings, warehouse.FindingVersion{Finding: id, Updated: when, Title: fmt.Sprint("title ", i)})
		b.Coverage = append(b.Coverage, warehouse.Coverage{Hour: h, Account: id, Origin: warehouse.FromEKSAudit, Counts: c})
		b.Digests = append(b.Digests, warehouse.Digest{Object: fmt.Sprint("digest-", i), From: when.Unix(), To: when.Unix() + 3600, Files: []string{"a", "b"}[:i%3]})
	}
	f.commit(t, b)
	ref := &memoryStore{graph: &graph{secret: secret}}
	if err := ref.Commit(f.ctx, b); err != nil {
		t.Fatal(err)
	}
	compareStores(t, f.ctx, f.Store, ref, []entity.ID{alice, account, nic, ids[0], ids[n/2], ids[n-1]}, b.Events[:100])
	same(t, "Entities", must(f.Entities(f.ctx, ids))(t), must(ref.Entities(f.ctx, ids))(t))
	got := must(f.Known(f.ctx, []warehouse.Key{keyOf(b.Events[0]), keyOf(b.Events[n-1])}))(t)
	same(t, "Known", got, []warehouse.Verdict{warehouse.Duplicate, warehouse.Duplicate})
}
