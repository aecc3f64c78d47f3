package ingest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// part is what a chunk holds of one object.
type part struct {
	object   *object
	first    int64 // ordinal of the first record
	seen     int64
	rejected int64
	reasons  map[string]int64 // nil when nothing was rejected
	samples  []warehouse.Rejection
	volumes  int // rows of the chunk's volumes that are its
	seconds  float64
	kind     string
	done     bool
	broken   bool // the source failed: what was hashed is not what was read
	failed   bool // the object could not be read now, and may be later
}

// batcher collects chunks and commits batches. It belongs to one goroutine.
type batcher struct {
	store      warehouse.Store
	limits     limits
	membership int64 // version that the run began under
	now        func() time.Time
	report     func(warehouse.ObjectPart) // after each commit, once a ledger row
	committed  func(source.Object) error  // after the commit of an object's last part
	batch      func(BatchReport)          // after each commit; may be nil

	free   chunks
	folder *folder
	chunks []*chunk
	events int
	bytes  int
	rows   int // of parts and volumes

	// The memory of the last batch, for the next.
	made    warehouse.Batch
	keys    []warehouse.Key
	records []warehouse.FlowRecord // of the batch, see knownFlows
	earlier map[uint64]int32
	chain   []int32
}

// add takes a chunk and commits when the batch is full.
func (b *batcher) add(ctx context.Context, c *chunk) error {
	b.chunks = append(b.chunks, c)
	b.events += len(c.events) + len(c.flows)/flowsPerEvent
	b.bytes += c.weight()
	b.rows += len(c.parts) + len(c.volumes)
	// Objects without events that are new fill the ledger alone.
	if b.events >= b.limits.batchEvents || b.bytes >= b.limits.batchBytes || b.rows >= b.limits.batchEvents {
		return b.flush(ctx)
	}
	return nil
}

// flush commits what was collected.
func (b *batcher) flush(ctx context.Context) error {
	if b.rows == 0 {
		return nil
	}
	began := time.Now()
	verdicts, err := b.verdicts(ctx)
	if err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	known, err := b.knownFlows(ctx)
	if err != nil {
		return fmt.Errorf("look for duplicate flow records: %w", err)
	}
	id, err := batchID()
	if err != nil {
		return err
	}
	batch := &b.made
	emptyBatch(batch)
	batch.ID = id
	batch.Events = slices.Grow(batch.Events, len(b.keys))
	ledger := newLedgerRows(b.membership, b.now())
	i := 0
	asked, fresh := 0, 0 // of b.records, which keeps those that are fresh
	for _, c := range b.chunks {
		rows := make([]*warehouse.ObjectPart, len(c.parts))
		for j := range c.parts {
			rows[j] = ledger.row(&c.parts[j])
		}
		for j := range c.events {
			e := &c.events[j]
			v := verdicts[i]
			if v == warehouse.Conflict && e.Origin == warehouse.FromEKSAudit {
				// Whoever makes a call to a cluster may choose its audit id, so
				// another call under the same id is a call all the same.
				v = warehouse.New
				verdicts[i] = v
			}
			i++
			if v == warehouse.New {
				rows[e.part].Stored++
				c.volumes[e.volume].Stored.Add(warehouse.Amount{Records: 1, Bytes: int64(e.bytes)})
			} else {
				rows[e.part].Duplicate++
			}
			if v == warehouse.Conflict {
				rows[e.part].Reasons["conflict"]++
				e.Conflict = true
			}
			if v != warehouse.Duplicate {
				batch.Events = append(batch.Events, e.Event)
			}
		}
		for j := range c.flows {
			r := &c.flows[j]
			at := asked
			asked++
			if known[at] != warehouse.New {
				rows[r.part].Duplicate++
				continue
			}
			rows[r.part].Stored++
			c.volumes[r.volume].Stored.Add(warehouse.Amount{Records: 1, Bytes: int64(r.bytes)})
			b.records[fresh] = b.records[at]
			fresh++
		}
		batch.Digests = append(batch.Digests, c.digests...)
		volumes := c.volumes
		for j, r := range rows {
			n := c.parts[j].volumes
			r.Volumes, volumes = appendVolumes(r.Volumes, volumes[:n]), volumes[n:]
		}
	}
	batch.FlowRecords = b.records[:fresh]
	batch.Ledger = ledger.rows()
	batch.Complete = func() { b.fold(verdicts, known) }
	if err := b.store.Commit(ctx, batch); err != nil {
		return err
	}
	if b.batch != nil {
		b.batch(reportOf(batch, time.Since(began)))
	}
	for _, p := range batch.Ledger {
		b.report(p)
	}
	for _, c := range b.chunks {
		for i := range c.parts {
			if p := &c.parts[i]; p.done && !p.failed && !p.broken {
				if err := b.committed(p.object.Object); err != nil {
					return fmt.Errorf("acknowledge %s: %w", p.object.URI, err)
				}
			}
		}
		b.free.put(c)
	}
	clear(b.chunks)
	b.chunks, b.events, b.bytes, b.rows = b.chunks[:0], 0, 0, 0
	return nil
}

// fold adds what is new of the batch to the rollups.
func (b *batcher) fold(verdicts, known []warehouse.Verdict) {
	f := b.folder
	f.reset()
	for _, c := range b.chunks {
		f.addEntities(c.entities)
		for j := range c.events {
			if verdicts[j] == warehouse.New {
				f.add(&c.events[j])
			}
		}
		for j := range c.flows {
			if known[j] == warehouse.New {
				f.addFlow(&c.flows[j])
			}
		}
		verdicts, known = verdicts[len(c.events):], known[len(c.flows):]
	}
	f.rows(&b.made)
}

// emptyBatch makes b ready for another batch and keeps its memory: a new one
// for each would be 30 MB of garbage, and a page fault for every 4 KiB.
func emptyBatch(b *warehouse.Batch) {
	clear(b.Events)
	clear(b.Entities)
	clear(b.RuleHits)
	clear(b.Findings)
	clear(b.Digests)
	*b = warehouse.Batch{
		Events: b.Events[:0], Entities: b.Entities[:0], Hours: b.Hours[:0], Values: b.Values[:0],
		Activity: b.Activity[:0], Signins: b.Signins[:0], Links: b.Links[:0], RuleHits: b.RuleHits[:0],
		Flows: b.Flows[:0], FlowPeers: b.FlowPeers[:0], Kube: b.Kube[:0], Findings: b.Findings[:0],
		Coverage: b.Coverage[:0], Digests: b.Digests[:0],
	}
}

// flowsPerEvent is how many flow records take the room of one event.
const flowsPerEvent = 4

// knownFlows tells for each flow record of the batch, in order, whether it is
// new.
func (b *batcher) knownFlows(ctx context.Context) ([]warehouse.Verdict, error) {
	clear(b.records[:cap(b.records)]) // of all that the last batch had
	b.records = b.records[:0]
	for _, c := range b.chunks {
		for i := range c.flows {
			b.records = append(b.records, c.flows[i].FlowRecord)
		}
	}
	if len(b.records) == 0 {
		return nil, nil
	}
	return b.store.KnownFlows(ctx, b.records)
}

// verdicts tells for each event of the batch, in order, whether it is new:
// against the store and against earlier events of the same batch.
func (b *batcher) verdicts(ctx context.Context) ([]warehouse.Verdict, error) {
	clear(b.keys)
	b.keys = slices.Grow(b.keys[:0], b.events)
	for _, c := range b.chunks {
		for i := range c.events {
			e := &c.events[i]
			b.keys = append(b.keys, warehouse.Key{Time: e.Time, EventID: e.EventID, Account: e.Account, Hash: e.Key, Print: e.Print})
		}
	}
	verdicts, err := b.store.Known(ctx, b.keys)
	if err != nil {
		return nil, err
	}
	b.amongThemselves(verdicts)
	return verdicts, nil
}

// amongThemselves looks for copies in the batch itself, of those events that
// the store does not have.
func (b *batcher) amongThemselves(verdicts []warehouse.Verdict) {
	// The last event with a hash, and of each event the one before it with
	// the same: one more than its index, 0 for none.
	if b.earlier == nil {
		b.earlier = make(map[uint64]int32, len(b.keys))
	}
	clear(b.earlier)
	b.chain = append(b.chain[:0], make([]int32, len(b.keys))...)
	for i := range b.keys {
		if verdicts[i] == warehouse.Duplicate {
			continue
		}
		k := &b.keys[i]
		last := b.earlier[k.Hash]
		for at := last; at != 0 && verdicts[i] != warehouse.Duplicate; at = b.chain[at-1] {
			if o := &b.keys[at-1]; sameEvent(o, k) {
				verdicts[i] = warehouse.Conflict
				if o.Print == k.Print || o.Print == 0 || k.Print == 0 {
					verdicts[i] = warehouse.Duplicate
				}
			}
		}
		if verdicts[i] != warehouse.Duplicate {
			b.chain[i], b.earlier[k.Hash] = last, int32(i+1)
		}
	}
}

// sameEvent reports whether two keys are of one event, whatever it says.
func sameEvent(a, b *warehouse.Key) bool {
	return a.EventID == b.EventID && a.Account == b.Account && warehouse.DayOf(a.Time) == warehouse.DayOf(b.Time)
}

func batchID() (string, error) {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		return "", fmt.Errorf("make batch id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// ledgerRows joins the parts that one batch has of an object to one row.
type ledgerRows struct {
	membership int64
	at         time.Time
	byObject   map[*object]*warehouse.ObjectPart
	order      []*warehouse.ObjectPart
}

func newLedgerRows(membership int64, at time.Time) *ledgerRows {
	return &ledgerRows{membership: membership, at: at.UTC().Truncate(time.Microsecond), byObject: map[*object]*warehouse.ObjectPart{}}
}

func (l *ledgerRows) row(p *part) *warehouse.ObjectPart {
	r, ok := l.byObject[p.object]
	if !ok {
		o := p.object
		r = &warehouse.ObjectPart{URI: o.URI, SHA256: o.sha256, Size: o.Size, Tag: o.Tag, Reading: o.reading,
			First: p.first, Reasons: map[string]int64{}, Membership: l.membership, At: l.at}
		l.byObject[o] = r
		l.order = append(l.order, r)
	}
	r.Seen += p.seen
	r.Rejected += p.rejected
	r.Seconds += p.seconds
	r.Done = r.Done || p.done
	if p.broken {
		r.SHA256 = [32]byte{}
	}
	if p.kind != "" {
		r.Kind = p.kind
	}
	for reason, n := range p.reasons {
		r.Reasons[reason] += n
	}
	if room := warehouse.MaxRejectionSamples - len(r.Samples); room > 0 {
		r.Samples = append(r.Samples, p.samples[:min(room, len(p.samples))]...)
	}
	return r
}

func (l *ledgerRows) rows() []warehouse.ObjectPart {
	out := make([]warehouse.ObjectPart, len(l.order))
	for i, r := range l.order {
		r.Volumes = mergeVolumes(r.Volumes)
		out[i] = *r
	}
	return out
}
