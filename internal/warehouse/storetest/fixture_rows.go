package storetest

import (
	"fmt"
	"math"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Ids of the suite. Half of all ids have the high bit set.
const (
	alice   entity.ID = 0x9e00000000000001
	bob     entity.ID = 0x00000000000000b0
	account entity.ID = math.MaxUint64
	address entity.ID = 1 << 63
	api     entity.ID = 1<<63 - 1
	agent   entity.ID = 77
	nic     entity.ID = 1<<63 + 99
)

// always is the widest range.
var always = warehouse.Range{From: math.MinInt32, To: math.MaxInt32}

// at parses an RFC 3339 time.
func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return t.UTC()
}

func hour(s string) warehouse.Hour { return warehouse.HourOf(at(s)) }

// calls counts n successful calls at t.
func calls(t time.Time, n uint32) warehouse.Counts {
	return warehouse.Counts{Success: n, First: t.Unix(), Last: t.Unix()}
}

// keyHash is the duplicate key of an event, as ingest makes it.
func keyHash(id string, account entity.ID) uint64 {
	return entity.NewHasher(secret).Sum(256, fmt.Appendf(nil, "%s\x00%d", id, account))
}

// event makes an event of alice's at t.
func event(t time.Time, id string) warehouse.Event {
	return warehouse.Event{Time: t, EventID: id, Key: keyHash(id, account), Print: 1, Account: account,
		Principal: alice, Address: address, API: api, Agent: agent, Raw: fmt.Appendf(nil, `{"eventID":%q}`, id)}
}

// keyOf asks for an event as event makes it.
func keyOf(e warehouse.Event) warehouse.Key {
	return warehouse.Key{Time: e.Time, EventID: e.EventID, Account: e.Account, Hash: e.Key, Print: e.Print}
}

// flow makes a flow record of a network interface at t, with a port of its
// own that tells it from others.
func flow(t time.Time, port int32) warehouse.FlowRecord {
	return keyed(warehouse.FlowRecord{Start: t.Unix(), End: t.Unix() + 59, Version: 2, Account: account, Interface: nic,
		Src: address, Dst: bob, SrcPort: port, DstPort: 443, Protocol: 6, Packets: 10, Bytes: 840,
		Action: warehouse.Accepted, Status: warehouse.FlowOK, Format: "version account-id", Rest: "vpc-1"})
}

// keyed gives a flow record its key, as ingest makes it.
func keyed(r warehouse.FlowRecord) warehouse.FlowRecord {
	r.Key = entity.NewHasher(secret).Sum(257, fmt.Appendf(nil, "%+v", identity(r)))
	return r
}

// asStored is an event as Events returns it.
func asStored(e warehouse.Event) warehouse.Event {
	e.Key = 0
	e.Time = time.UnixMilli(e.Time.UnixMilli()).UTC()
	return e
}

// part makes a complete ledger part of n stored records.
func part(uri string, n int64) warehouse.ObjectPart {
	return warehouse.ObjectPart{URI: uri, SHA256: [32]byte{1}, Size: 100 * n, Kind: "cloudtrail", Reading: 1,
		Seen: n, Stored: n, Done: true, Seconds: 0.5, At: at("2026-03-01T00:00:00.123456Z")}
}

// full makes a batch with a row of every kind at t, all of them alice's, and
// an event and an entity named after the batch.
func full(id string, t time.Time) *warehouse.Batch {
	h, c := warehouse.HourOf(t), calls(t, 1)
	own := entity.NewHasher(secret).ID(entity.AwsUser, id)
	object := part("s3://logs/"+id, 1)
	object.Volumes = []warehouse.PartVolume{{Account: "123456789012", Day: h.Day(), Stored: warehouse.Amount{Records: 1, Bytes: 100}}}
	return &warehouse.Batch{
		ID:          id,
		FlowRecords: []warehouse.FlowRecord{flow(t, int32(own&0xffff))},
		Flows: []warehouse.Flow{{FlowKey: warehouse.FlowKey{Hour: h, Account: account, Interface: nic, Local: bob,
			LocalPort: 443, PeerPort: warehouse.EphemeralPort, Protocol: 6, Direction: warehouse.Inbound, Action: warehouse.Accepted},
			Traffic: warehouse.Traffic{Records: 1, Packets: 10, Bytes: 840}}},
		FlowPeers: []warehouse.FlowPeer{{FlowPeerKey: warehouse.FlowPeerKey{Day: h.Day(), Account: account, Interface: nic, Local: bob, Peer: address,
			Direction: warehouse.Inbound, Action: warehouse.Accepted},
			Hours: h.InDay(), Traffic: warehouse.Traffic{Records: 1, Packets: 10, Bytes: 840}}},
		Kube: []warehouse.Kube{{Hour: h, Account: account, Cluster: 5, Subject: alice, API: api, Address: address, Target: 6, Counts: c}},
		Findings: []warehouse.FindingVersion{{Finding: own, Updated: t, Created: t, First: t, Account: account, Region: 5, Product: "GuardDuty",
			Type: "Recon:EC2/Portscan", Title: "title of " + id, Severity: 5.5, Label: "MEDIUM", Count: 2, Archived: true}},
		Coverage: []warehouse.Coverage{{Hour: h, Account: account, Region: 5, Origin: warehouse.FromCloudTrail, Counts: c}},
		Digests: []warehouse.Digest{{Account: "123456789012", Region: "us-east-1", Trail: "trail", From: h.Time().Unix(), To: (h + 1).Time().Unix(),
			Object: "digest-" + id, Hash: "ab", Previous: "before", PreviousHash: "cd", Files: []string{"one-" + id, "two"}}},
		Events: []warehouse.Event{event(t, "event-"+id)},
		Entities: []warehouse.Entity{
			{ID: own, Type: entity.AwsUser, Key: id, Account: "123456789012", Label: "label " + id, Alias: "AIDA" + id},
			{ID: alice, Type: entity.AwsUser, Key: "arn:aws:iam::123456789012:user/alice", Account: "123456789012", Label: "alice"},
		},
		Hours:    []warehouse.EntityHour{{Hour: h, Entity: alice, Role: warehouse.AsPrincipal, Counts: c}},
		Values:   []warehouse.Value{{Day: h.Day(), Entity: alice, Dimension: warehouse.ByAPI, Value: api, Counts: c}},
		Activity: []warehouse.Activity{{Hour: h, Principal: alice, Account: account, Address: address, API: api, Region: 5, Agent: agent, Counts: c}},
		Signins:  []warehouse.Signin{{Hour: h, Account: account, User: alice, Kind: warehouse.ConsoleSignin, MFA: warehouse.MFAYes, Address: address, Agent: agent, Counts: c}},
		Links:    []warehouse.Link{{Hour: h, From: alice, To: bob, Kind: warehouse.Assumed, Counts: c}},
		RuleHits: []warehouse.RuleHit{{Hour: h, Rule: "rule", Principal: alice, Address: address, API: api, Samples: []string{"event-" + id}, Counts: c}},
		Ledger:   []warehouse.ObjectPart{object},
	}
}

// extent counts what a store shows of the batches made by full.
type extent struct {
	Events, FlowRecords, Digests                      int // go by day
	Entities                                          int
	Hours, Values, Activity, Signins, Links, RuleHits int // go by month
	Flows, FlowPeers, Kube, Findings, Coverage        int
	Objects, Volumes                                  int
}

// once is the extent of n batches of one call each.
func once(n int) extent {
	entities := 0
	if n > 0 {
		entities = n + 1
	}
	return extentWith(n, entities, n, n)
}

// extentWith has one number for all that goes by day, one for all that goes by
// month and one for what stays.
func extentWith(days, entities, months, objects int) extent {
	return extent{days, days, days, entities, months, months, months, months, months, months, months, months, months, months, months, objects, objects}
}

// extentOf reads every kind of row.
func extentOf(f *fixture) (x extent, err error) {
	sum := func(dst *int, c warehouse.Counts) { *dst += int(c.Total()) }
	events, err := f.Events(f.ctx, warehouse.EventQuery{Limit: 1 << 20})
	if err != nil {
		return x, err
	}
	x.Events = len(events)
	hours, err := f.EntityHours(f.ctx, alice, warehouse.AsPrincipal, always)
	if err != nil {
		return x, err
	}
	for _, r := range hours {
		sum(&x.Hours, r.Counts)
	}
	values, err := f.Values(f.ctx, alice, warehouse.ByAPI, always)
	if err != nil {
		return x, err
	}
	for _, r := range values {
		sum(&x.Values, r.Counts)
	}
	activity, err := f.Activity(f.ctx, alice, always)
	if err != nil {
		return x, err
	}
	for _, r := range activity {
		sum(&x.Activity, r.Counts)
	}
	signins, err := f.Signins(f.ctx, account, 0, always)
	if err != nil {
		return x, err
	}
	for _, r := range signins {
		sum(&x.Signins, r.Counts)
	}
	links, err := f.Links(f.ctx, []entity.ID{alice}, always)
	if err != nil {
		return x, err
	}
	for _, r := range links {
		sum(&x.Links, r.Counts)
	}
	hits, err := f.RuleHits(f.ctx, alice, always)
	if err != nil {
		return x, err
	}
	for _, r := range hits {
		sum(&x.RuleHits, r.Counts)
	}
	records, err := f.FlowRecords(f.ctx, warehouse.FlowQuery{Limit: 1 << 20})
	if err != nil {
		return x, err
	}
	x.FlowRecords = len(records)
	flows, err := f.Flows(f.ctx, nic, always)
	if err != nil {
		return x, err
	}
	for _, r := range flows {
		x.Flows += int(r.Records)
	}
	peers, err := f.FlowPeers(f.ctx, nic, always)
	if err != nil {
		return x, err
	}
	for _, r := range peers {
		x.FlowPeers += int(r.Records)
	}
	kube, err := f.Kube(f.ctx, alice, always)
	if err != nil {
		return x, err
	}
	for _, r := range kube {
		sum(&x.Kube, r.Counts)
	}
	findings, err := f.Findings(f.ctx, warehouse.FindingQuery{})
	if err != nil {
		return x, err
	}
	x.Findings = len(findings)
	coverage, err := f.Coverage(f.ctx, always)
	if err != nil {
		return x, err
	}
	for _, r := range coverage {
		sum(&x.Coverage, r.Counts)
	}
	digests, err := f.Digests(f.ctx, warehouse.FirstDay.Time(), warehouse.EndDay.Time())
	if err != nil {
		return x, err
	}
	x.Digests = len(digests)
	volumes, err := f.Store.Volumes(f.ctx, warehouse.FirstDay.Time())
	if err != nil {
		return x, err
	}
	for _, v := range volumes {
		x.Volumes += int(v.Records)
	}
	status, err := f.Status(f.ctx)
	x.Entities, x.Objects = int(status.Entities), int(status.Objects)
	return x, err
}

// wantExtent checks that the store shows n batches made by full, whole, and
// nothing of any other.
func wantExtent(t reporter, f *fixture, n int) {
	t.Helper()
	got, err := extentOf(f)
	if err != nil {
		t.Fatalf("read everything: %v", err)
	}
	if got != once(n) {
		t.Errorf("the store shows %+v; want %d whole batches: %+v", got, n, once(n))
	}
}

// reporter is what both testing.T and rapid.T have.
type reporter interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
}
