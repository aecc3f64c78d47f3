package duckdb

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// KnownFlows implements warehouse.Store: keys are looked up in the runs of
// the day that a record starts on; a hit counts only when a segment holds the
// record itself.
func (s *Store) KnownFlows(ctx context.Context, records []warehouse.FlowRecord) ([]warehouse.Verdict, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return nil, err
	}
	verdicts := make([]warehouse.Verdict, len(records))
	byDay := map[warehouse.Day][]keyedRecord{}
	for first := 0; first < len(records); {
		day, next := flowDay(&records[first]), first+1
		for next < len(records) && sameDay(&records[next], day) {
			next++
		}
		members := slices.Grow(byDay[day], next-first)
		for i := first; i < next; i++ {
			members = append(members, keyedRecord{records[i].Key, int32(i)})
		}
		byDay[day], first = members, next
	}
	for day, members := range byDay {
		if err := s.knownFlowsOf(ctx, day, members, records, verdicts); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

// keyedRecord is the index of a record with its key.
type keyedRecord struct {
	key   uint64
	index int32
}

func (r keyedRecord) hash() uint64 { return r.key }

func (r keyedRecord) compare(s keyedRecord) int {
	if r.key != s.key {
		return cmp.Compare(r.key, s.key)
	}
	return cmp.Compare(r.index, s.index)
}

// knownFlowsOf sets the verdicts of the records of one day.
func (s *Store) knownFlowsOf(ctx context.Context, day warehouse.Day, members []keyedRecord, records []warehouse.FlowRecord, verdicts []warehouse.Verdict) error {
	members = sortByHash(members, make([]keyedRecord, len(members)), keyedRecord.hash, keyedRecord.compare)
	first := firstCopies(members, records, verdicts)
	runs := s.files.of(flowRunFile, day)
	if len(runs) == 0 {
		return ctx.Err()
	}
	keys := make([]uint64, len(first))
	for i, m := range first {
		keys[i] = m.key
	}
	hit, err := s.inRuns(ctx, runs, keys)
	if err != nil {
		return err
	}
	wanted := newFlowsWanted()
	for i, m := range first {
		if hit[i] {
			wanted.add(&records[m.index], int(m.index))
		}
	}
	return s.confirmFlows(ctx, day, wanted, verdicts)
}

// firstCopies returns those of the sorted members that are not the same as an
// earlier record, in the place of members, and sets the verdicts of the others.
func firstCopies(members []keyedRecord, records []warehouse.FlowRecord, verdicts []warehouse.Verdict) []keyedRecord {
	first := members[:0]
	for _, m := range members {
		same := false
		// Those of one key, of which there is one unless keys collide.
		for i := len(first) - 1; i >= 0 && first[i].key == m.key && !same; i-- {
			same = identity(&records[first[i].index]) == identity(&records[m.index])
		}
		if same {
			verdicts[m.index] = warehouse.Duplicate
		} else {
			first = append(first, m)
		}
	}
	return first
}

// identity is what tells a record from others, as it is stored.
func identity(r *warehouse.FlowRecord) warehouse.FlowRecord {
	id := *r
	id.Key, id.Raw = 0, ""
	id.Format, id.Rest = utf8(r.Format), utf8(r.Rest)
	return id
}

// confirmFlows sets the verdicts of the wanted records that the segments of a
// day hold. Only those segments are read that reach over the start of one.
func (s *Store) confirmFlows(ctx context.Context, day warehouse.Day, wanted flowsWanted, verdicts []warehouse.Verdict) error {
	starts := slices.Sorted(maps.Keys(wanted.starts))
	for _, segment := range s.files.of(flowFile, day) {
		if i, _ := slices.BinarySearch(starts, segment.firstMS/1000); i == len(starts) || starts[i] > segment.lastMS/1000 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := findFlows(segment.path(s.dir), wanted, func(i int) { verdicts[i] = warehouse.Duplicate }); err != nil {
			return err
		}
	}
	return nil
}
