package ingest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/storetest"
)

// graph is a store of the reference engine that also keeps what was
// committed, and holds the pipeline to the contract of a batch.
type graph struct {
	warehouse.Store
	t       testing.TB
	batches []warehouse.Batch
	// prints are the fingerprints of stored events, so that Known need not
	// compare every event with every other; nil leaves Known to the engine.
	prints map[string][]uint32
	flows  map[uint64]bool // the keys of stored flow records, likewise
}

// newGraph returns an empty graph. An indexed one is for thousands of events.
func newGraph(t testing.TB, indexed bool) *graph {
	t.Helper()
	engine := storetest.NewMemory(new(storetest.Disks), "")
	id := strings.Repeat("0", 32)
	if err := engine.Create(t.Context(), id, secret); err != nil {
		t.Fatal(err)
	}
	s, err := engine.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	g := &graph{Store: s, t: t}
	if indexed {
		g.prints, g.flows = map[string][]uint32{}, map[uint64]bool{}
	}
	return g
}

func identityOf(account entity.ID, id string, day warehouse.Day) string {
	return fmt.Sprintf("%d %s %d", account, id, day)
}

func (g *graph) Known(ctx context.Context, keys []warehouse.Key) ([]warehouse.Verdict, error) {
	if g.prints == nil {
		return g.Store.Known(ctx, keys)
	}
	verdicts := make([]warehouse.Verdict, len(keys))
	for i, k := range keys {
		prints := g.prints[identityOf(k.Account, k.EventID, warehouse.DayOf(k.Time))]
		switch {
		case slices.Contains(prints, k.Print), slices.Contains(prints, 0), k.Print == 0 && len(prints) > 0:
			verdicts[i] = warehouse.Duplicate
		case len(prints) > 0:
			verdicts[i] = warehouse.Conflict
		}
	}
	return verdicts, ctx.Err()
}

func (g *graph) KnownFlows(ctx context.Context, records []warehouse.FlowRecord) ([]warehouse.Verdict, error) {
	if g.flows == nil {
		return g.Store.KnownFlows(ctx, records)
	}
	verdicts, mine := make([]warehouse.Verdict, len(records)), map[uint64]bool{}
	for i, r := range records {
		if g.flows[r.Key] || mine[r.Key] {
			verdicts[i] = warehouse.Duplicate
		}
		mine[r.Key] = true
	}
	return verdicts, ctx.Err()
}

func (g *graph) Commit(ctx context.Context, b *warehouse.Batch) error {
	if err := g.Store.Commit(ctx, b); err != nil {
		return err
	}
	g.checkBatch(b)
	g.batches = append(g.batches, storetest.Clone(b))
	if g.prints != nil {
		for _, e := range b.Events {
			k := identityOf(e.Account, e.EventID, warehouse.DayOf(e.Time))
			g.prints[k] = append(g.prints[k], e.Print)
		}
		for _, f := range b.FlowRecords {
			g.flows[f.Key] = true
		}
	}
	return nil
}

// checkBatch holds a batch to the contract: rows of one key once only, parts
// that add up, no id without its entity.
func (g *graph) checkBatch(b *warehouse.Batch) {
	keys := map[any]bool{}
	once := func(k any) {
		if keys[k] {
			g.t.Errorf("two rows with the key %+v in a batch", k)
		}
		keys[k] = true
	}
	for _, r := range b.Hours {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.Values {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.Activity {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.Signins {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.Links {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.RuleHits {
		once(hitKey{r.Hour, r.Rule, r.Principal, r.Address, r.API})
	}
	for _, r := range b.Kube {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.Coverage {
		r.Counts = warehouse.Counts{}
		once(r)
	}
	for _, r := range b.Flows {
		once(r.FlowKey)
	}
	for _, r := range b.FlowPeers {
		once(r.FlowPeerKey)
	}
	for _, e := range b.Entities {
		once(e.ID)
	}
	stored, conflicts := int64(0), int64(0)
	for _, p := range b.Ledger {
		once([2]any{p.URI, p.First})
		if p.Seen != p.Stored+p.Duplicate+p.Rejected || min(p.Seen, p.Stored, p.Duplicate, p.Rejected) < 0 {
			g.t.Errorf("a ledger row does not add up: %+v", p)
		}
		reasons := int64(0)
		for _, n := range p.Reasons {
			reasons += n
		}
		if reasons != p.Rejected+p.Reasons["conflict"] || p.Reasons["conflict"] > p.Duplicate {
			g.t.Errorf("reasons %v of %d rejections and %d duplicates in %s", p.Reasons, p.Rejected, p.Duplicate, p.URI)
		}
		var kept, refused warehouse.Amount
		for _, v := range p.Volumes {
			once([3]any{p.URI, v.Account, v.Day})
			kept.Add(v.Stored)
			refused.Add(v.Refused)
		}
		if kept.Records != p.Stored || refused.Records != p.Reasons[reasonNotMember]+p.Reasons[reasonStopped] || int64(len(p.Volumes)) > p.Seen {
			g.t.Errorf("volumes that do not add up: %+v", p)
		}
		stored += p.Stored
		conflicts += p.Reasons["conflict"]
	}
	if int64(len(b.Events)+len(b.FlowRecords)) != stored+conflicts {
		g.t.Errorf("%d events and flow records in a batch whose ledger says %d stored, %d conflicts", len(b.Events)+len(b.FlowRecords), stored, conflicts)
	}
}

// content is everything in a graph with names in place of ids, in a form that
// cmp can compare. Rows of a key are merged over all batches.
type content struct {
	Entities map[string]string // what is told of each
	Rows     map[string]warehouse.Counts
	Samples  map[string]int // how many, of each rule hit
	Events   []string       // sorted
}

// content reads the graph.
func (g *graph) content() content {
	names, c := map[entity.ID]string{}, content{Entities: map[string]string{}, Rows: map[string]warehouse.Counts{}, Samples: map[string]int{}}
	for _, b := range g.batches {
		for _, e := range b.Entities {
			if _, ok := names[e.ID]; ok {
				continue // a store keeps the first
			}
			names[e.ID] = e.Type.String() + " " + e.Key
			c.Entities[names[e.ID]] = fmt.Sprintf("account %s, label %s, alias %s", e.Account, e.Label, e.Alias)
		}
	}
	n := func(id entity.ID) string {
		if id == 0 {
			return "-"
		}
		if names[id] == "" {
			g.t.Errorf("a row has id %d, but no entity of it was committed", id)
		}
		return names[id]
	}
	add := func(counts warehouse.Counts, parts ...any) string {
		k := strings.TrimSuffix(fmt.Sprintln(parts...), "\n")
		sum := c.Rows[k]
		sum.Merge(counts)
		c.Rows[k] = sum
		return k
	}
	for _, b := range g.batches {
		for _, r := range b.Hours {
			add(r.Counts, "hour", r.Hour, n(r.Entity), r.Role)
		}
		for _, r := range b.Values {
			add(r.Counts, "value", r.Day, n(r.Entity), r.Dimension, n(r.Value))
		}
		for _, r := range b.Activity {
			add(r.Counts, "activity", r.Hour, n(r.Principal), n(r.Account), n(r.Address), n(r.API), n(r.Region), n(r.Agent))
		}
		for _, r := range b.Signins {
			add(r.Counts, "signin", r.Hour, n(r.Account), n(r.User), r.Kind, r.MFA, n(r.Address), n(r.Agent))
		}
		for _, r := range b.Links {
			add(r.Counts, "link", r.Hour, n(r.From), linkNames[r.Kind], n(r.To))
		}
		for _, r := range b.RuleHits {
			k := add(r.Counts, "hit", r.Hour, r.Rule, n(r.Principal), n(r.Address), n(r.API))
			c.Samples[k] = min(c.Samples[k]+len(r.Samples), warehouse.MaxSamples)
		}
		for _, e := range b.Events {
			c.Events = append(c.Events, fmt.Sprintln(e.Time.UnixMilli(), e.EventID, n(e.Account), n(e.Principal), n(e.Session), n(e.AccessKey),
				n(e.Address), n(e.Agent), n(e.API), n(e.Region), n(e.Error), n(e.Target), e.Outcome, e.Conflict, xxh3.Hash(e.Raw)))
		}
	}
	slices.Sort(c.Events)
	return c
}

// ledger returns the account of each object, by the last part of its name,
// without what depends on the clock.
func (g *graph) ledger() map[string]warehouse.Object {
	g.t.Helper()
	all := map[string]warehouse.Object{}
	for o, err := range g.Ledger(context.Background()) {
		if err != nil {
			g.t.Fatal(err)
		}
		o.Seconds, o.At = 0, after2026()
		if _, ok := all[o.URI]; ok {
			o.URI += fmt.Sprintf(" %x", o.SHA256[:4])
		}
		all[o.URI] = o
	}
	return all
}

// totals adds up the ledger.
func (g *graph) totals() (sum warehouse.Totals) {
	g.t.Helper()
	for _, o := range g.ledger() {
		sum.Add(warehouse.Totals{Seen: o.Seen, Stored: o.Stored, Duplicate: o.Duplicate, Rejected: o.Rejected})
	}
	return sum
}

// eventIDs returns the ids of the stored events, sorted.
func (g *graph) eventIDs() (ids []string) {
	for _, b := range g.batches {
		for _, e := range b.Events {
			ids = append(ids, e.EventID)
		}
	}
	slices.SortFunc(ids, cmp.Compare)
	return ids
}
