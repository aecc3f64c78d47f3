package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

type memoryStore struct {
	engine *Memory

	mu     sync.Mutex
	graph  *graph
	closed bool
}

// Hasher implements warehouse.Store.
func (s *memoryStore) Hasher() entity.Hasher { return entity.NewHasher(s.graph.secret) }

// usable reports why a call cannot go on.
func (s *memoryStore) usable(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return warehouse.ErrClosed
	}
	return ctx.Err()
}

// batches returns the committed batches.
func (s *memoryStore) batches(ctx context.Context) ([]warehouse.Batch, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.graph.batches), nil
}

// Commit implements warehouse.Store.
func (s *memoryStore) Commit(ctx context.Context, b *warehouse.Batch) error {
	if b.ID == "" || len(b.ID) > 64 || strings.Trim(b.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("batch id %q", b.ID)
	}
	batches, err := s.batches(ctx)
	if err != nil {
		return err
	}
	b.Fill()
	for _, day := range daysOf(b) {
		if !day.Storable() {
			return warehouse.ErrTime
		}
	}
	known := map[entity.ID]warehouse.Entity{}
	for _, old := range batches {
		if old.ID == b.ID {
			return nil
		}
		for _, e := range old.Entities {
			known[e.ID] = e
		}
	}
	mine := stored(b)
	fresh := mine.Entities[:0]
	for _, e := range mine.Entities {
		old, ok := known[e.ID]
		if ok && (old.Type != e.Type || old.Key != e.Key) {
			return warehouse.ErrCollision
		}
		if !ok {
			known[e.ID] = e
			fresh = append(fresh, e)
		}
	}
	mine.Entities = fresh
	s.mu.Lock()
	defer s.mu.Unlock()
	s.graph.batches = append(s.graph.batches, mine)
	return nil
}

// daysOf returns the day of every row.
func daysOf(b *warehouse.Batch) (days []warehouse.Day) {
	for _, r := range b.Events {
		days = append(days, warehouse.DayOf(r.Time))
	}
	for _, r := range b.Hours {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.Values {
		days = append(days, r.Day)
	}
	for _, r := range b.Activity {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.Signins {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.Links {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.RuleHits {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.FlowRecords {
		days = append(days, warehouse.DayOf(time.Unix(r.Start, 0)))
	}
	for _, r := range b.Flows {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.FlowPeers {
		days = append(days, r.Day)
	}
	for _, r := range b.Kube {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.Findings {
		days = append(days, warehouse.DayOf(r.Updated))
	}
	for _, r := range b.Coverage {
		days = append(days, r.Hour.Day())
	}
	for _, r := range b.Digests {
		days = append(days, warehouse.DayOf(time.Unix(r.From, 0)))
	}
	for _, p := range b.Ledger {
		for _, v := range p.Volumes {
			days = append(days, v.Day)
		}
	}
	return days
}

// stored returns a copy of b as a store keeps it.
func stored(b *warehouse.Batch) warehouse.Batch {
	c := Clone(b)
	for i := range c.Events {
		e := &c.Events[i]
		e.EventID = clean(e.EventID)
		e.Time = time.UnixMilli(e.Time.UnixMilli()).UTC()
		e.Key = 0
	}
	for i := range c.Entities {
		e := &c.Entities[i]
		e.Key, e.Account, e.Label, e.Alias = clean(e.Key), clean(e.Account), clean(e.Label), clean(e.Alias)
	}
	for i := range c.RuleHits {
		h := &c.RuleHits[i]
		h.Rule = clean(h.Rule)
		for j := range h.Samples {
			h.Samples[j] = clean(h.Samples[j])
		}
	}
	for i := range c.FlowRecords {
		r := &c.FlowRecords[i]
		r.Key, r.Format, r.Rest = 0, clean(r.Format), clean(r.Rest)
	}
	for i := range c.Findings {
		v := &c.Findings[i]
		for _, s := range []*string{&v.Product, &v.Type, &v.Title, &v.Label, &v.Workflow, &v.Compliance} {
			*s = clean(*s)
		}
		for _, t := range []*time.Time{&v.Updated, &v.Created, &v.First, &v.Last} {
			*t = time.UnixMilli(t.UnixMilli()).UTC()
		}
	}
	for i := range c.Digests {
		d := &c.Digests[i]
		for _, s := range []*string{&d.Account, &d.Region, &d.Trail, &d.Object, &d.Hash, &d.Previous, &d.PreviousHash} {
			*s = clean(*s)
		}
		for j := range d.Files {
			d.Files[j] = clean(d.Files[j])
		}
	}
	for i := range c.Ledger {
		p := &c.Ledger[i]
		p.URI, p.Tag, p.Kind, p.At = clean(p.URI), clean(p.Tag), clean(p.Kind), p.At.UTC().Truncate(time.Microsecond)
		for j := range p.Samples {
			p.Samples[j].Reason, p.Samples[j].Detail = clean(p.Samples[j].Reason), clean(p.Samples[j].Detail)
		}
		for j := range p.Volumes {
			p.Volumes[j].Account = clean(p.Volumes[j].Account)
		}
	}
	return c
}

func clean(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// Clone returns a deep copy of b.
func Clone(b *warehouse.Batch) warehouse.Batch {
	c := *b
	c.Events = slices.Clone(b.Events)
	for i := range c.Events {
		c.Events[i].Raw = slices.Clone(c.Events[i].Raw)
	}
	c.Entities = slices.Clone(b.Entities)
	c.Hours = slices.Clone(b.Hours)
	c.Values = slices.Clone(b.Values)
	c.Activity = slices.Clone(b.Activity)
	c.Signins = slices.Clone(b.Signins)
	c.Links = slices.Clone(b.Links)
	c.RuleHits = slices.Clone(b.RuleHits)
	for i := range c.RuleHits {
		c.RuleHits[i].Samples = slices.Clone(c.RuleHits[i].Samples)
	}
	c.FlowRecords = slices.Clone(b.FlowRecords)
	c.Flows = slices.Clone(b.Flows)
	c.FlowPeers = slices.Clone(b.FlowPeers)
	c.Kube = slices.Clone(b.Kube)
	c.Findings = slices.Clone(b.Findings)
	c.Coverage = slices.Clone(b.Coverage)
	c.Digests = slices.Clone(b.Digests)
	for i := range c.Digests {
		c.Digests[i].Files = slices.Clone(c.Digests[i].Files)
	}
	c.Ledger = slices.Clone(b.Ledger)
	for i := range c.Ledger {
		c.Ledger[i].Reasons = maps.Clone(c.Ledger[i].Reasons)
		c.Ledger[i].Samples = slices.Clone(c.Ledger[i].Samples)
		c.Ledger[i].Volumes = slices.Clone(c.Ledger[i].Volumes)
	}
	return c
}

// Known implements warehouse.Store.
func (s *memoryStore) Known(ctx context.Context, keys []warehouse.Key) ([]warehouse.Verdict, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	verdicts := make([]warehouse.Verdict, len(keys))
	for i, k := range keys {
		for _, b := range batches {
			for _, e := range b.Events {
				if e.EventID != clean(k.EventID) || e.Account != k.Account || warehouse.DayOf(e.Time) != warehouse.DayOf(k.Time) {
					continue
				}
				if e.Print == k.Print || e.Print == 0 || k.Print == 0 {
					verdicts[i] = warehouse.Duplicate
				} else if verdicts[i] == warehouse.New {
					verdicts[i] = warehouse.Conflict
				}
			}
		}
	}
	return verdicts, nil
}

// Close implements warehouse.Store.
func (s *memoryStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.engine.disks.mu.Lock()
	defer s.engine.disks.mu.Unlock()
	s.graph.holder = nil
	return nil
}
