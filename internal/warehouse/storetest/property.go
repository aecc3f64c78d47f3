package storetest

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// propertyChecks is how often the property is tried unless -rapid.checks is
// given: each try makes a graph.
func propertyChecks() int {
	if os.Getenv("GUMSHOE_FULL") == "1" {
		return 30
	}
	return 4
}

// testAgainstReference does the same at random with the engine and with the
// reference and compares everything that can be asked.
func testAgainstReference(t *testing.T, f *fixture) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		id := fmt.Sprintf("%032x", n)
		if err := f.engine.Create(f.ctx, id, secret); err != nil {
			rt.Fatalf("create: %v", err)
		}
		store, err := f.engine.Open(f.ctx, id)
		if err != nil {
			rt.Fatalf("open: %v", err)
		}
		ref := &memoryStore{graph: &graph{secret: secret}}
		var events []warehouse.Event
		for i := range rapid.IntRange(1, 10).Draw(rt, "steps") {
			switch rapid.IntRange(0, 11).Draw(rt, "step") {
			case 0:
				if err := store.Close(); err != nil {
					rt.Fatalf("close: %v", err)
				}
				if store, err = f.engine.Open(f.ctx, id); err != nil {
					rt.Fatalf("open again: %v", err)
				}
			case 1, 2:
				if rapid.Bool().Draw(rt, "all") {
					if err := compactAll(f.ctx, store); err != nil {
						rt.Fatalf("compact: %v", err)
					}
				} else if _, err := store.Compact(f.ctx); err != nil {
					rt.Fatalf("compact: %v", err)
				}
			case 3:
				var months []warehouse.Month
				for _, t := range rapid.SliceOfN(rapid.SampledFrom(times), 0, 2).Draw(rt, "drop") {
					months = append(months, warehouse.DayOf(t).Month())
				}
				for _, s := range []warehouse.Store{store, ref} {
					if err := s.Drop(f.ctx, months); err != nil {
						rt.Fatalf("drop: %v", err)
					}
				}
			default:
				b := drawBatch(rt, fmt.Sprint("b", i))
				events = append(events, b.Events...)
				for _, s := range []warehouse.Store{store, ref} {
					if err := s.Commit(f.ctx, b); err != nil {
						rt.Fatalf("commit: %v", err)
					}
				}
			}
			compareStores(rt, f.ctx, store, ref, universe, events)
		}
		if err := f.engine.Delete(f.ctx, id); err != nil {
			rt.Fatalf("delete: %v", err)
		}
	})
}

// RunRandom runs the suite's random test alone, and those of Compact.
func RunRandom(t *testing.T, open Opener) {
	limitChecks(t)
	for name, test := range map[string]func(*testing.T, *fixture){
		"random": testAgainstReference, "compact": testCompact, "compact while read": testCompactWhileRead, "compact cancelled": testCompactCancelled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, open))
		})
	}
}

// limitChecks sets the number of tries for the tests of t.
func limitChecks(t *testing.T) {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if given {
		return
	}
	checks := flag.Lookup("rapid.checks")
	old := checks.Value.String()
	set := func(v string) {
		if err := checks.Value.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	set(strconv.Itoa(propertyChecks()))
	t.Cleanup(func() { set(old) })
}

// A small universe, so that keys meet.
var (
	universe = []entity.ID{1, 2, 1 << 63, 1<<64 - 1}
	times    = []time.Time{
		at("1969-12-31T23:59:59.999Z"), at("1970-01-01T00:00:00Z"), at("2024-02-29T12:00:00.5Z"), at("2024-02-29T12:30:00Z"),
		at("2024-12-31T23:59:59Z"), at("2025-01-01T00:00:00Z"), at("2025-01-02T00:00:00Z"),
	}
)

func drawBatch(t *rapid.T, id string) *warehouse.Batch {
	b := &warehouse.Batch{ID: id}
	pick := func(name string) entity.ID { return rapid.SampledFrom(universe).Draw(t, name) }
	when := func() time.Time { return rapid.SampledFrom(times).Draw(t, "time") }
	counts := func() warehouse.Counts {
		var c warehouse.Counts
		for range rapid.IntRange(1, 3).Draw(t, "outcomes") {
			c.Add(warehouse.Outcome(rapid.IntRange(0, 2).Draw(t, "outcome")), rapid.Int64Range(-5, 5).Draw(t, "second"), 1)
		}
		return c
	}
	traffic := func() warehouse.Traffic {
		return warehouse.Traffic{Records: rapid.Uint32Range(1, 3).Draw(t, "records"), Packets: rapid.Uint64().Draw(t, "packets"), Bytes: rapid.Uint64().Draw(t, "bytes")}
	}
	rows := func(name string) int { return rapid.IntRange(0, 6).Draw(t, name) }
	for range rows("events") {
		e := event(when(), rapid.SampledFrom([]string{"a", "b", "c'", "d\xff", ""}).Draw(t, "event id"))
		e.Account, e.Principal, e.Address, e.API = pick("account"), pick("principal"), pick("address"), pick("api")
		e.Key, e.Print = keyHash(e.EventID, e.Account), rapid.Uint32Range(0, 2).Draw(t, "print")
		b.Events = append(b.Events, e)
	}
	for range rows("entities") {
		key := rapid.SampledFrom([]string{"k", "l", "m\x80"}).Draw(t, "key")
		b.Entities = append(b.Entities, warehouse.Entity{ID: entity.NewHasher(secret).ID(entity.AwsUser, key), Type: entity.AwsUser, Key: key})
	}
	for range rows("hours") {
		b.Hours = append(b.Hours, warehouse.EntityHour{Hour: warehouse.HourOf(when()), Entity: pick("entity"),
			Role: warehouse.Role(rapid.IntRange(1, 2).Draw(t, "role")), Counts: counts()})
	}
	for range rows("values") {
		b.Values = append(b.Values, warehouse.Value{Day: warehouse.DayOf(when()), Entity: pick("entity"),
			Dimension: warehouse.Dimension(rapid.IntRange(1, 2).Draw(t, "dimension")), Value: pick("value"), Counts: counts()})
	}
	for range rows("activity") {
		b.Activity = append(b.Activity, warehouse.Activity{Hour: warehouse.HourOf(when()), Principal: pick("principal"), API: pick("api"), Counts: counts()})
	}
	for range rows("signins") {
		b.Signins = append(b.Signins, warehouse.Signin{Hour: warehouse.HourOf(when()), Account: pick("account"), User: pick("user"), Counts: counts()})
	}
	for range rows("links") {
		b.Links = append(b.Links, warehouse.Link{Hour: warehouse.HourOf(when()), From: pick("from"), To: pick("to"), Kind: warehouse.Opened, Counts: counts()})
	}
	for range rows("rule hits") {
		b.RuleHits = append(b.RuleHits, warehouse.RuleHit{Hour: warehouse.HourOf(when()), Rule: rapid.SampledFrom([]string{"r", "s"}).Draw(t, "rule"),
			Principal: pick("principal"), Samples: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 0, 3).Draw(t, "samples"), Counts: counts()})
	}
	for range rows("flow records") {
		b.FlowRecords = append(b.FlowRecords, rapid.SampledFrom(flowUniverse()).Draw(t, "flow record"))
	}
	for range rows("flows") {
		b.Flows = append(b.Flows, warehouse.Flow{FlowKey: warehouse.FlowKey{Hour: warehouse.HourOf(when()), Account: pick("account"), Interface: pick("interface"),
			Local: pick("local"), LocalPort: rapid.Uint16().Draw(t, "port") & 0xffef, Protocol: 17, Direction: warehouse.Outbound},
			Traffic: traffic()})
	}
	for range rows("flow peers") {
		b.FlowPeers = append(b.FlowPeers, warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey{Day: warehouse.DayOf(when()), Account: pick("account"),
			Interface: pick("interface"), Local: pick("local"), Peer: pick("peer"), Action: warehouse.Rejected},
			Hours: warehouse.HourSet(rapid.Uint32().Draw(t, "hours")), Traffic: traffic()})
	}
	for range rows("kube") {
		b.Kube = append(b.Kube, warehouse.Kube{Hour: warehouse.HourOf(when()), Cluster: pick("cluster"), Subject: pick("subject"), API: pick("api"),
			Target: pick("target"), Counts: counts()})
	}
	for range rows("findings") {
		b.Findings = append(b.Findings, warehouse.FindingVersion{Finding: pick("finding"), Updated: when(), Created: when(),
			Title:    rapid.SampledFrom([]string{"a", "b'", "c\xff"}).Draw(t, "title"),
			Severity: rapid.Float64Range(0, 10).Draw(t, "severity"), Archived: rapid.Bool().Draw(t, "archived")})
	}
	for range rows("coverage") {
		b.Coverage = append(b.Coverage, warehouse.Coverage{Hour: warehouse.HourOf(when()), Account: pick("account"), Region: pick("region"),
			Origin: warehouse.Origin(rapid.IntRange(1, 2).Draw(t, "origin")), Counts: counts()})
	}
	for range rows("digests") {
		from := when().Unix()
		b.Digests = append(b.Digests, warehouse.Digest{Account: rapid.SampledFrom([]string{"1", "2\xff"}).Draw(t, "account"), From: from,
			To: from + rapid.Int64Range(1, 7200).Draw(t, "length"), Files: rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b\xff", ""}), 0, 3).Draw(t, "files")})
	}
	for range rows("parts") {
		p := part(rapid.SampledFrom([]string{"o", "p\xfe"}).Draw(t, "uri"), rapid.Int64Range(0, 9).Draw(t, "stored"))
		p.Seen, p.Done = p.Stored+1, rapid.Bool().Draw(t, "done")
		// Unique, as the parts of an object are.
		p.Reading, p.First = int32(len(b.Ledger)+1), rapid.Int64Range(0, 1<<40).Draw(t, "first")
		p.Rejected, p.Reasons = 1, map[string]int64{"malformed-json": 1}
		p.At = p.At.Add(time.Duration(p.First) * time.Microsecond)
		p.SHA256[0] = rapid.Byte().Draw(t, "hash") & 1 // none, or one
		p.Kind = rapid.SampledFrom([]string{"cloudtrail", "k\xff"}).Draw(t, "kind")
		p.Tag = rapid.SampledFrom([]string{"", "\"9b2cf5\"", "t\xff"}).Draw(t, "tag")
		amount := func(name string) warehouse.Amount {
			n := rapid.Int64Range(0, 3).Draw(t, name)
			return warehouse.Amount{Records: n, Bytes: n * rapid.Int64Range(2, 1<<40).Draw(t, "bytes")}
		}
		for range rows("volumes") {
			p.Volumes = append(p.Volumes, warehouse.PartVolume{Account: rapid.SampledFrom([]string{"111122223333", "", "x\xff"}).Draw(t, "account"),
				Day: warehouse.DayOf(when()), Stored: amount("stored"), Refused: amount("refused")})
		}
		b.Ledger = append(b.Ledger, p)
	}
	return b
}

// flowUniverse is all flow records that are drawn.
func flowUniverse() (all []warehouse.FlowRecord) {
	for _, start := range times {
		for _, nic := range universe[:2] {
			for _, rest := range []string{"", "d\xff"} {
				r := flow(start, 1)
				r.Interface, r.Rest = nic, rest
				all = append(all, keyed(r))
				r.Src, r.Dst, r.SrcPort, r.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
				r.Raw = "as logged \xff"
				all = append(all, keyed(r))
			}
		}
	}
	return all
}

// compareStores asks both stores for everything about the given entities and
// events.
func compareStores(t reporter, ctx context.Context, got, want warehouse.Store, ids []entity.ID, events []warehouse.Event) {
	t.Helper()
	dump := func(s warehouse.Store) map[string]any {
		m, err := everything(ctx, s, ids, events)
		if err != nil {
			t.Fatalf("read everything: %v", err)
		}
		return m
	}
	x, y := dump(got), dump(want)
	for name := range y {
		if diff := gocmp.Diff(y[name], x[name], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-reference +engine):\n%.4000s", name, diff)
		}
	}
}

// ordered sorts rows of the same hour, whose order is the engine's own.
func ordered[R any](rows []R, err error) ([]R, error) {
	type rendered struct {
		text string
		row  R
	}
	all := make([]rendered, len(rows))
	for i, r := range rows {
		all[i] = rendered{fmt.Sprintf("%+v", r), r}
	}
	slices.SortFunc(all, func(a, b rendered) int { return cmp.Compare(a.text, b.text) })
	for i := range all {
		rows[i] = all[i].row
	}
	return rows, err
}

func everything(ctx context.Context, s warehouse.Store, ids []entity.ID, events []warehouse.Event) (map[string]any, error) {
	m := map[string]any{}
	var first error
	add := func(name string, v any, err error) {
		m[name] = v
		if first == nil && err != nil {
			first = fmt.Errorf("%s: %w", name, err)
		}
	}
	byHour := func(name string, hours []warehouse.Hour) {
		if !slices.IsSorted(hours) && first == nil {
			first = fmt.Errorf("%s is not in the order of hours: %v", name, hours)
		}
	}
	for _, id := range ids {
		for _, role := range []warehouse.Role{warehouse.AsPrincipal, warehouse.AsSession, warehouse.AsTarget} {
			rows, err := s.EntityHours(ctx, id, role, always)
			var hours []warehouse.Hour
			for _, r := range rows {
				hours = append(hours, r.Hour)
			}
			byHour("hours", hours)
			add(fmt.Sprint("hours ", id, role), rows, err)
		}
		for _, d := range []warehouse.Dimension{warehouse.ByAPI, warehouse.ByAddress} {
			rows, err := ordered(s.Values(ctx, id, d, always))
			add(fmt.Sprint("values ", id, d), rows, err)
		}
		activity, err := s.Activity(ctx, id, always)
		var hours []warehouse.Hour
		for _, r := range activity {
			hours = append(hours, r.Hour)
		}
		byHour("activity", hours)
		activity, err = ordered(activity, err)
		add(fmt.Sprint("activity ", id), activity, err)
		account, err := ordered(s.Signins(ctx, id, 0, always))
		add(fmt.Sprint("sign-ins of account ", id), account, err)
		user, err := ordered(s.Signins(ctx, 0, id, always))
		add(fmt.Sprint("sign-ins of user ", id), user, err)
		links, err := ordered(s.Links(ctx, []entity.ID{id}, always))
		add(fmt.Sprint("links ", id), links, err)
		hits, err := ordered(s.RuleHits(ctx, id, always))
		add(fmt.Sprint("rule hits ", id), hits, err)
		flows, err := s.Flows(ctx, id, always)
		hours = nil
		for _, r := range flows {
			hours = append(hours, r.Hour)
		}
		byHour("flows", hours)
		flows, err = ordered(flows, err)
		add(fmt.Sprint("flows ", id), flows, err)
		peers, err := s.FlowPeers(ctx, id, always)
		if !slices.IsSortedFunc(peers, func(a, b warehouse.FlowPeer) int { return cmp.Compare(a.Day, b.Day) }) && first == nil {
			first = fmt.Errorf("flow peers are not in the order of days: %v", peers)
		}
		peers, err = ordered(peers, err)
		add(fmt.Sprint("flow peers ", id), peers, err)
		kube, err := ordered(s.Kube(ctx, id, always))
		add(fmt.Sprint("kube ", id), kube, err)
		records, err := ordered(s.FlowRecords(ctx, warehouse.FlowQuery{Address: id}))
		add(fmt.Sprint("flow records of address ", id), records, err)
		records, err = ordered(s.FlowRecords(ctx, warehouse.FlowQuery{Interface: id}))
		add(fmt.Sprint("flow records of interface ", id), records, err)
		found, err := ordered(s.Events(ctx, warehouse.EventQuery{Principal: id}))
		add(fmt.Sprint("events of ", id), found, err)
	}
	all, err := ordered(s.Events(ctx, warehouse.EventQuery{Limit: 1 << 20}))
	add("events", all, err)
	limited, err := s.Events(ctx, warehouse.EventQuery{Limit: 3})
	add("limited events", eventIDs(limited), err)
	records, err := s.FlowRecords(ctx, warehouse.FlowQuery{Limit: 1 << 20})
	if !slices.IsSortedFunc(records, flowOrder) && first == nil {
		first = fmt.Errorf("flow records are not in order: %v", records)
	}
	records, err = ordered(records, err)
	add("flow records", records, err)
	known, err := s.KnownFlows(ctx, flowUniverse())
	add("known flows", known, err)
	findings, err := s.Findings(ctx, warehouse.FindingQuery{})
	if !slices.IsSortedFunc(findings, func(a, b warehouse.FindingVersion) int { return a.Updated.Compare(b.Updated) }) && first == nil {
		first = fmt.Errorf("findings are not in order: %v", findings)
	}
	findings, err = ordered(findings, err)
	add("findings", findings, err)
	findings, err = ordered(s.Findings(ctx, warehouse.FindingQuery{From: times[1], To: times[5], Findings: ids}))
	add("findings of some days", findings, err)
	coverage, err := ordered(s.Coverage(ctx, always))
	add("coverage", coverage, err)
	digests, err := ordered(s.Digests(ctx, times[0], times[len(times)-1]))
	add("digests", digests, err)
	digests, err = ordered(s.Digests(ctx, times[0], times[2]))
	add("digests of some days", digests, err)
	hits, err := ordered(s.RuleHits(ctx, 0, always))
	add("rule hits", hits, err)
	entities, err := s.Entities(ctx, ids)
	add("entities", entities, err)
	var keys []warehouse.Key
	for _, e := range events {
		keys = append(keys, keyOf(e))
		e.Print += 7
		keys = append(keys, keyOf(e))
		e.Print = 0
		keys = append(keys, keyOf(e))
	}
	verdicts, err := s.Known(ctx, keys)
	add("known", verdicts, err)
	var objects []warehouse.Object
	for o, err := range s.Ledger(ctx) {
		if err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
	add("ledger", objects, nil)
	for _, from := range times {
		volumes, err := s.Volumes(ctx, from)
		add(fmt.Sprint("volumes from ", from), volumes, err)
	}
	imported, err := s.Imported(ctx)
	add("imported", imported, err)
	status, err := s.Status(ctx)
	status.Bytes, status.Segments = 0, 0
	add("status", status, err)
	return m, first
}
