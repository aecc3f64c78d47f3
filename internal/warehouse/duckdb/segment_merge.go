package duckdb

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// How far segments grow by merging: up to what a normal batch makes, as long
// as one step can hold the records in memory. Of CloudTrail, with 1.3 KB a
// record, these are some 20,000 events.
const (
	mergedEntries = rowGroupRows
	mergedBytes   = 32 << 20
	// mergedFiles bounds the files of one step, each of which takes a few
	// hundred µs to open.
	mergedFiles = 64
)

// What a record takes in memory besides the text that is its own, about.
const (
	eventBytes = 320
	flowBytes  = 160
)

// planSegments returns the segments of a day that are to be merged: of all
// days' the largest number. Of the latest day and the one before only
// segments of about one size are merged, as new ones keep coming; of the
// others all that is small.
func (s *Store) planSegments() (inputs []file) {
	latest := map[fileKind]warehouse.Day{}
	for k, files := range s.files {
		if last, ok := latest[k.kind]; len(files) > 0 && (!ok || k.day > last) {
			latest[k.kind] = k.day
		}
	}
	for k, files := range s.files {
		if k.kind != segmentFile && k.kind != flowFile {
			continue
		}
		least, weight := s.limits.fewFiles, int64(3)
		if k.day < latest[k.kind]-1 {
			least, weight = 2, 1
		}
		plan := planSegments(files, least, weight)
		if len(plan) > len(inputs) || len(plan) == len(inputs) && len(plan) > 0 && k.before(inputs[0]) {
			inputs = plan
		}
	}
	return inputs
}

// before orders plans of the same size, so that the choice is no accident.
func (k kindDay) before(f file) bool {
	return cmp.Or(cmp.Compare(k.kind, f.kind), cmp.Compare(k.day, f.day)) < 0
}

// planSegments returns as many of the smallest segments as can be merged:
// those that fill a segment; or else at least so many, and only with the
// largest if the others have weight times its entries. So a record is written again only when its segment grows by
// the factor 1 + weight or more than that.
func planSegments(files []file, least int, weight int64) []file {
	small := make([]file, 0, len(files))
	for _, f := range files {
		if 2*f.entries <= mergedEntries && 2*f.memory <= mergedBytes {
			small = append(small, f)
		}
	}
	slices.SortFunc(small, func(a, b file) int {
		return cmp.Or(cmp.Compare(a.entries, b.entries), cmp.Compare(a.name, b.name))
	})
	best := 0
	var entries, memory int64
	for i, f := range small[:min(len(small), mergedFiles)] {
		if entries+f.entries > mergedEntries || memory+f.memory > mergedBytes {
			best = i // these fill a segment, which is never written again
			break
		}
		if i+1 >= least && entries >= weight*f.entries {
			best = i + 1
		}
		entries, memory = entries+f.entries, memory+f.memory
	}
	return small[:best]
}

// mergeSegments makes one segment of several of one kind and day. Readers of
// older snapshots keep the old ones.
func (s *Store) mergeSegments(ctx context.Context, inputs []file) error {
	merged, err := s.writeMerged(ctx, inputs)
	if err != nil {
		return err
	}
	change := fileChange{added: []file{merged}, replaced: inputs}
	if err = syncNames(s.dir, change.added); err == nil {
		err = s.inWriter(func() error { return s.writeFileRows(ctx, change) })
	}
	if err != nil {
		// If it is broken, or was committed for all that, the files stay: those
		// that no row names go when the graph is opened next.
		if s.broken == nil && !slices.Contains(s.files.of(merged.kind, merged.day), merged) {
			_ = removeFiles(s.dir, change.added)
		}
		return err
	}
	s.files.change(change)
	s.replaced = append(s.replaced, inputs...)
	s.unlinkReplaced()
	return nil
}

// writeMerged writes the records of segments into one.
func (s *Store) writeMerged(ctx context.Context, inputs []file) (merged file, err error) {
	merged = inputs[0]
	merged.name = mergedName(inputs)
	merged.entries, merged.memory = 0, 0
	for _, f := range inputs {
		merged.entries += f.entries
		merged.memory += f.memory
		merged.firstMS, merged.lastMS = min(merged.firstMS, f.firstMS), max(merged.lastMS, f.lastMS)
	}
	if merged.kind == flowFile {
		records, err := readAll(ctx, s.dir, inputs, merged.entries, appendFlows)
		if err != nil {
			return merged, err
		}
		merged.bytes, err = writeReusing(s.flows, newFlowWriter, merged.path(s.dir), pointers(records))
		return merged, err
	}
	events, err := readAll(ctx, s.dir, inputs, merged.entries, appendEvents)
	if err != nil {
		return merged, err
	}
	merged.bytes, err = writeReusing(s.segments, newSegmentWriter, merged.path(s.dir), pointers(events))
	return merged, err
}

// mergedPrefix begins the names of merged segments.
const mergedPrefix = "c_"

// mergedName names the segment that others are merged into. No batch's file
// has such a name, for a batch id has no underscore, and no other merge's, for
// a segment is merged once.
func mergedName(inputs []file) string {
	h := xxh3.New()
	for _, f := range inputs {
		_, _ = h.WriteString(f.name + "/") // a hash takes everything
	}
	sum := h.Sum128().Bytes()
	return mergedPrefix + hex.EncodeToString(sum[:]) + ".parquet"
}

// readAll reads the n records of segments.
func readAll[R any](ctx context.Context, dir string, files []file, n int64, read func([]R, string) ([]R, error)) (records []R, err error) {
	records = make([]R, 0, n)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if records, err = read(records, f.path(dir)); err != nil {
			return nil, err
		}
	}
	if int64(len(records)) != n {
		return nil, fmt.Errorf("the segments hold %d records, not %d", len(records), n)
	}
	return records, nil
}
