package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Volumes implements warehouse.Store.
func (s *memoryStore) Volumes(ctx context.Context, from time.Time) ([]warehouse.Volume, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	objects := map[string][]warehouse.ObjectPart{}
	for _, b := range batches {
		for _, p := range b.Ledger {
			objects[p.URI] = append(objects[p.URI], p)
		}
	}
	sums := map[volumeKey]warehouse.Volume{}
	for _, parts := range objects {
		counted := countedReading(parts)
		for k, split := range splitVolumes(parts, counted) {
			v := sums[k]
			v.Account, v.Kind, v.Day = k.account, k.kind, k.day
			v.Records += split.here.Records + max(split.refused.Records, split.elsewhere.Records)
			v.Bytes += split.here.Bytes + max(split.refused.Bytes, split.elsewhere.Bytes)
			sums[k] = v
		}
	}
	out := slices.Collect(maps.Values(sums))
	out = slices.DeleteFunc(out, func(v warehouse.Volume) bool { return v.Records == 0 || v.Day < warehouse.DayOf(from) })
	slices.SortFunc(out, func(a, b warehouse.Volume) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Day, b.Day))
	})
	return out, nil
}

type volumeKey struct {
	account, kind string
	day           warehouse.Day
}

// splitVolume is what the reading that counts stored and refused, and what
// all others stored.
type splitVolume struct{ here, refused, elsewhere warehouse.Amount }

func splitVolumes(parts []warehouse.ObjectPart, counted int32) map[volumeKey]splitVolume {
	split := map[volumeKey]splitVolume{}
	for _, p := range parts {
		for _, v := range p.Volumes {
			k := volumeKey{v.Account, p.Kind, v.Day}
			x := split[k]
			if p.Reading == counted {
				x.here.Add(v.Stored)
				x.refused.Add(v.Refused)
			} else {
				x.elsewhere.Add(v.Stored)
			}
			split[k] = x
		}
	}
	return split
}

// countedReading returns the reading whose refusals count.
func countedReading(parts []warehouse.ObjectPart) int32 {
	seen, complete := map[int32]int64{}, int32(0)
	for _, p := range parts {
		seen[p.Reading] += p.Seen
		if p.Done && p.SHA256 != [32]byte{} {
			complete = max(complete, p.Reading)
		}
	}
	if complete > 0 {
		return complete
	}
	return slices.MaxFunc(slices.Collect(maps.Keys(seen)), func(a, b int32) int {
		return cmp.Or(cmp.Compare(seen[a], seen[b]), cmp.Compare(a, b))
	})
}
