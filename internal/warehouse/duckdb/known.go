package duckdb

import (
	"cmp"
	"context"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Known implements warehouse.Store: hashes are looked up in the runs of the
// event's day; a hit counts only when a segment holds the event id itself.
func (s *Store) Known(ctx context.Context, keys []warehouse.Key) ([]warehouse.Verdict, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return nil, err
	}
	verdicts := make([]warehouse.Verdict, len(keys))
	byDay := map[warehouse.Day][]int{}
	for i, k := range keys {
		d := warehouse.DayOf(k.Time)
		byDay[d] = append(byDay[d], i)
	}
	for day, members := range byDay {
		hits, err := s.findHashes(ctx, day, members, keys)
		if err != nil {
			return nil, err
		}
		if err := s.confirm(ctx, day, hits, keys, verdicts); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

// findHashes returns those of members whose hash is in a run of the day.
func (s *Store) findHashes(ctx context.Context, day warehouse.Day, members []int, keys []warehouse.Key) ([]int, error) {
	runs := s.files.of(runFile, day)
	if len(runs) == 0 {
		return nil, nil
	}
	slices.SortFunc(members, func(a, b int) int { return cmp.Compare(keys[a].Hash, keys[b].Hash) })
	hashes := make([]uint64, len(members))
	for i, m := range members {
		hashes[i] = keys[m].Hash
	}
	hit, err := s.inRuns(ctx, runs, hashes)
	if err != nil {
		return nil, err
	}
	var out []int
	for i, m := range members {
		if hit[i] {
			out = append(out, m)
		}
	}
	return out, nil
}

// confirm sets the verdicts of those hits of a day that are in its segments.
//
// Copies of an event have its time, so first only the segments are read that
// reach over the time of a hit. A hit that this leaves open shares the id of
// an event of another time, or nothing but the hash: all segments are read,
// which is why so few hits are of the second kind, see eventKeyBits.
func (s *Store) confirm(ctx context.Context, day warehouse.Day, hits []int, keys []warehouse.Key, verdicts []warehouse.Verdict) error {
	if len(hits) == 0 {
		return nil
	}
	times := make([]int64, len(hits))
	for i, h := range hits {
		times[i] = keys[h].Time.UnixMilli()
	}
	slices.Sort(times)
	var rest []file
	wanted := byEventID(hits, keys)
	for _, seg := range s.files.of(segmentFile, day) {
		if i, _ := slices.BinarySearch(times, seg.firstMS); i == len(times) || times[i] > seg.lastMS {
			rest = append(rest, seg)
			continue
		}
		if err := s.compare(ctx, seg, wanted, keys, verdicts); err != nil {
			return err
		}
	}
	open := slices.DeleteFunc(hits, func(h int) bool { return verdicts[h] != warehouse.New })
	if len(open) == 0 {
		return nil
	}
	wanted = byEventID(open, keys)
	for _, seg := range rest {
		if err := s.compare(ctx, seg, wanted, keys, verdicts); err != nil {
			return err
		}
	}
	return nil
}

// byEventID returns the indexes in keys by event id.
func byEventID(indexes []int, keys []warehouse.Key) map[storedID][]int {
	m := make(map[storedID][]int, len(indexes))
	for _, i := range indexes {
		id := newStoredID(utf8(keys[i].EventID))
		m[id] = append(m[id], i)
	}
	return m
}

// compare sets the verdicts of the wanted keys that a segment holds.
func (s *Store) compare(ctx context.Context, seg file, wanted map[storedID][]int, keys []warehouse.Key, verdicts []warehouse.Verdict) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return findEvents(seg.path(s.dir), wanted, func(indexes []int, account entity.ID, print uint32) {
		for _, i := range indexes {
			if keys[i].Account == account {
				verdicts[i] = verdict(verdicts[i], sameContent(keys[i].Print, print))
			}
		}
	})
}

// sameContent compares fingerprints, of which 0 stands for any.
func sameContent(a, b uint32) bool { return a == b || a == 0 || b == 0 }

// verdict joins what is known so far with one more stored event of the same
// id: one with the same content makes it a duplicate whatever else there is.
func verdict(old warehouse.Verdict, same bool) warehouse.Verdict {
	if same || old == warehouse.Duplicate {
		return warehouse.Duplicate
	}
	return warehouse.Conflict
}
