package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Flows implements warehouse.Store.
func (s *memoryStore) Flows(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.Flow, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	merged := map[warehouse.FlowKey]warehouse.Flow{}
	for _, b := range batches {
		for _, f := range b.Flows {
			if !within(r, f.Hour) || f.Interface != id && f.Local != id {
				continue
			}
			f.Add(merged[f.FlowKey].Traffic)
			merged[f.FlowKey] = f
		}
	}
	out := slices.Collect(maps.Values(merged))
	slices.SortFunc(out, func(a, b warehouse.Flow) int { return cmp.Compare(a.Hour, b.Hour) })
	return out, nil
}

// FlowPeers implements warehouse.Store.
func (s *memoryStore) FlowPeers(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.FlowPeer, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	merged := map[warehouse.FlowPeerKey]warehouse.FlowPeer{}
	for _, b := range batches {
		for _, f := range b.FlowPeers {
			if !touches(r, f.Day) || f.Interface != id && f.Local != id && f.Peer != id {
				continue
			}
			f.Merge(merged[f.FlowPeerKey])
			merged[f.FlowPeerKey] = f
		}
	}
	out := slices.Collect(maps.Values(merged))
	slices.SortFunc(out, func(a, b warehouse.FlowPeer) int { return cmp.Compare(a.Day, b.Day) })
	return out, nil
}

// identity is what tells a flow record from others, as it is stored.
func identity(r warehouse.FlowRecord) warehouse.FlowRecord {
	r.Key, r.Raw = 0, ""
	r.Format, r.Rest = clean(r.Format), clean(r.Rest)
	return r
}

// KnownFlows implements warehouse.Store.
func (s *memoryStore) KnownFlows(ctx context.Context, records []warehouse.FlowRecord) ([]warehouse.Verdict, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[warehouse.FlowRecord]bool{}
	for _, b := range batches {
		for _, r := range b.FlowRecords {
			seen[identity(r)] = true
		}
	}
	verdicts := make([]warehouse.Verdict, len(records))
	for i, r := range records {
		if id := identity(r); seen[id] {
			verdicts[i] = warehouse.Duplicate
		} else {
			seen[id] = true
		}
	}
	return verdicts, nil
}

// FlowRecords implements warehouse.Store.
func (s *memoryStore) FlowRecords(ctx context.Context, q warehouse.FlowQuery) ([]warehouse.FlowRecord, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	var out []warehouse.FlowRecord
	for _, b := range batches {
		for _, r := range b.FlowRecords {
			start := time.Unix(r.Start, 0)
			if !q.From.IsZero() && start.Before(q.From) || !q.To.IsZero() && !start.Before(q.To) ||
				q.Interface != 0 && r.Interface != q.Interface || q.Address != 0 && r.Src != q.Address && r.Dst != q.Address {
				continue
			}
			out = append(out, r)
		}
	}
	slices.SortFunc(out, flowOrder)
	limit := q.Limit
	if limit <= 0 {
		limit = warehouse.DefaultEvents
	}
	return out[:min(limit, len(out))], nil
}

// flowOrder is the order of FlowRecords.
func flowOrder(a, b warehouse.FlowRecord) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Src, b.Src),
		cmp.Compare(a.Dst, b.Dst), cmp.Compare(a.SrcPort, b.SrcPort), cmp.Compare(a.DstPort, b.DstPort))
}
