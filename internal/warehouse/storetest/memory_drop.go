package storetest

import (
	"context"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Imported implements warehouse.Store.
func (s *memoryStore) Imported(ctx context.Context) (map[warehouse.Month]time.Time, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	imported := map[warehouse.Month]time.Time{}
	for i := range batches {
		data := batches[i]
		data.Ledger, data.Digests = nil, nil // these go by other days
		for _, day := range daysOf(&data) {
			imported[day.Month()] = time.Time{}
		}
		for _, d := range batches[i].Digests {
			imported[digestDay(d).Month()] = time.Time{}
		}
	}
	for _, b := range batches {
		for _, p := range b.Ledger {
			for _, v := range p.Volumes {
				if last, ok := imported[v.Day.Month()]; ok && v.Stored.Records > 0 && p.At.After(last) {
					imported[v.Day.Month()] = p.At
				}
			}
		}
	}
	return imported, nil
}

// digestDay is the day that a digest ends on, in whose month it goes.
func digestDay(d warehouse.Digest) warehouse.Day { return warehouse.DayOf(time.Unix(d.To-1, 0)) }

// Compact implements warehouse.Store: there is nothing to do.
func (s *memoryStore) Compact(ctx context.Context) (more bool, err error) {
	return false, s.usable(ctx)
}

// Drop implements warehouse.Store.
func (s *memoryStore) Drop(ctx context.Context, months []warehouse.Month) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	gone := func(d warehouse.Day) bool { return slices.Contains(months, d.Month()) }
	goneHour := func(h warehouse.Hour) bool { return gone(h.Day()) }
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.graph.batches {
		// Copies, for a reader may still have the old ones.
		b := Clone(&s.graph.batches[i])
		b.Events = slices.DeleteFunc(b.Events, func(r warehouse.Event) bool { return gone(warehouse.DayOf(r.Time)) })
		b.Hours = slices.DeleteFunc(b.Hours, func(r warehouse.EntityHour) bool { return goneHour(r.Hour) })
		b.Values = slices.DeleteFunc(b.Values, func(r warehouse.Value) bool { return gone(r.Day) })
		b.Activity = slices.DeleteFunc(b.Activity, func(r warehouse.Activity) bool { return goneHour(r.Hour) })
		b.Signins = slices.DeleteFunc(b.Signins, func(r warehouse.Signin) bool { return goneHour(r.Hour) })
		b.Links = slices.DeleteFunc(b.Links, func(r warehouse.Link) bool { return goneHour(r.Hour) })
		b.RuleHits = slices.DeleteFunc(b.RuleHits, func(r warehouse.RuleHit) bool { return goneHour(r.Hour) })
		b.FlowRecords = slices.DeleteFunc(b.FlowRecords, func(r warehouse.FlowRecord) bool { return gone(warehouse.DayOf(time.Unix(r.Start, 0))) })
		b.Flows = slices.DeleteFunc(b.Flows, func(r warehouse.Flow) bool { return goneHour(r.Hour) })
		b.FlowPeers = slices.DeleteFunc(b.FlowPeers, func(r warehouse.FlowPeer) bool { return gone(r.Day) })
		b.Kube = slices.DeleteFunc(b.Kube, func(r warehouse.Kube) bool { return goneHour(r.Hour) })
		b.Findings = slices.DeleteFunc(b.Findings, func(r warehouse.FindingVersion) bool { return gone(warehouse.DayOf(r.Updated)) })
		b.Coverage = slices.DeleteFunc(b.Coverage, func(r warehouse.Coverage) bool { return goneHour(r.Hour) })
		b.Digests = slices.DeleteFunc(b.Digests, func(r warehouse.Digest) bool { return gone(digestDay(r)) })
		s.graph.batches[i] = b
	}
	return nil
}
