package duckdb

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fileChange lists the files that a batch adds and the runs it replaces.
type fileChange struct{ added, replaced []file }

// writeFiles writes a segment and a key run for each day of the batch and
// makes them durable. Also with an error, c.added is what there is to remove.
func (s *Store) writeFiles(ctx context.Context, b *warehouse.Batch) (c fileChange, err error) {
	days := map[warehouse.Day][]*warehouse.Event{}
	for i := range b.Events {
		e := &b.Events[i]
		d := warehouse.DayOf(e.Time)
		days[d] = append(days[d], e)
	}
	order := slices.Sorted(maps.Keys(days))
	changes := make([]fileChange, len(order))
	// Most of the time goes into compression and waiting for the disk, so days
	// are written side by side.
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writersAtOnce)
	for i, day := range order {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			changes[i], err = s.writeDay(b.ID, day, days[day])
			return err
		})
	}
	err = g.Wait()
	for _, one := range changes {
		c.added = append(c.added, one.added...)
		c.replaced = append(c.replaced, one.replaced...)
	}
	if err != nil {
		return c, err
	}
	return c, syncNames(s.dir, c.added)
}

// writersAtOnce bounds the days of a batch that are written at the same time.
const writersAtOnce = 4

// segmentWriters is a free list of segment writers. Unlike a sync.Pool it
// keeps them over garbage collections, of which a batch causes several.
type segmentWriters chan *segmentWriter

func (l segmentWriters) get() *segmentWriter {
	select {
	case w := <-l:
		return w
	default:
		return newSegmentWriter()
	}
}

func (l segmentWriters) put(w *segmentWriter) {
	select {
	case l <- w:
	default:
	}
}

// writeDay writes the segment and the key run of one day. Also with an error,
// c.added is what there is to remove.
func (s *Store) writeDay(batch string, day warehouse.Day, events []*warehouse.Event) (c fileChange, err error) {
	segment, err := s.writeSegment(batch, day, events)
	if err != nil {
		return c, fmt.Errorf("write segment: %w", err)
	}
	c.added = append(c.added, segment)
	run, replaced, err := s.writeRun(batch, day, eventHashes(events))
	if err != nil {
		return c, fmt.Errorf("write duplicate keys: %w", err)
	}
	c.added = append(c.added, run)
	c.replaced = replaced
	return c, nil
}

func (s *Store) writeSegment(batch string, day warehouse.Day, events []*warehouse.Event) (file, error) {
	f := file{kind: segmentFile, day: day, name: batch + ".parquet", entries: int64(len(events)),
		firstMS: events[0].Time.UnixMilli(), lastMS: events[0].Time.UnixMilli()}
	for _, e := range events {
		f.firstMS = min(f.firstMS, e.Time.UnixMilli())
		f.lastMS = max(f.lastMS, e.Time.UnixMilli())
	}
	var err error
	f.bytes, err = createFile(f.path(s.dir), func(file *os.File) error {
		w := s.segments.get()
		err := w.write(file, events)
		if err == nil {
			s.segments.put(w)
		}
		return err
	})
	return f, err
}

// writeRun writes the sorted keys of a day, together with those of older runs
// when there are too many of them, which it returns.
func (s *Store) writeRun(batch string, day warehouse.Day, keys []uint64) (run file, replaced []file, err error) {
	replaced = planMerge(s.files.runs[day], int64(len(keys)))
	run = file{kind: runFile, day: day, name: batch + ".keys", entries: int64(len(keys))}
	var paths []string
	for _, f := range replaced {
		run.entries += f.entries
		paths = append(paths, f.path(s.dir))
	}
	run.bytes, err = createFile(run.path(s.dir), func(w *os.File) error { return mergeRuns(w, keys, paths) })
	return run, replaced, err
}
