package duckdb

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fileChange lists the files that a batch or a merge adds and those it replaces.
type fileChange struct{ added, replaced []file }

// writeFiles writes the segments and key runs of the batch, one of each for
// a day of events and for a day of flow records, and makes them durable. Also
// with an error, c.added is what there is to remove.
func (s *Store) writeFiles(ctx context.Context, b *warehouse.Batch) (c fileChange, err error) {
	events := byDay(b.Events, func(e *warehouse.Event) warehouse.Day { return warehouse.DayOf(e.Time) })
	flows := byDay(b.FlowRecords, func(r *warehouse.FlowRecord) warehouse.Day { return flowDay(r) })
	var jobs []func() (fileChange, error)
	for _, day := range slices.Sorted(maps.Keys(events)) {
		jobs = append(jobs, func() (fileChange, error) { return s.writeEvents(b.ID, day, events[day]) })
	}
	for _, day := range slices.Sorted(maps.Keys(flows)) {
		jobs = append(jobs, func() (fileChange, error) { return s.writeFlows(b.ID, day, flows[day]) })
	}
	changes := make([]fileChange, len(jobs))
	// Most of the time goes into compression and waiting for the disk, so days
	// are written side by side.
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(writersAtOnce)
	for i, job := range jobs {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			changes[i], err = job()
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

// byDay sorts rows into days. Rows of one day mostly follow each other.
func byDay[R any](rows []R, dayOf func(*R) warehouse.Day) map[warehouse.Day][]*R {
	days := map[warehouse.Day][]*R{}
	for first := 0; first < len(rows); {
		day, next := dayOf(&rows[first]), first+1
		for next < len(rows) && dayOf(&rows[next]) == day {
			next++
		}
		days[day] = append(days[day], pointers(rows[first:next])...)
		first = next
	}
	return days
}

// writersAtOnce bounds the days of a batch that are written at the same time.
const writersAtOnce = 8

// freeList keeps what is costly to make. Unlike a sync.Pool it keeps it over
// garbage collections, of which a batch causes several.
type freeList[T any] chan T

// get returns one that is free, or a new one.
func (l freeList[T]) get(makeNew func() T) T {
	select {
	case w := <-l:
		return w
	default:
		return makeNew()
	}
}

// put gives w back.
func (l freeList[T]) put(w T) {
	select {
	case l <- w:
	default:
	}
}

// writeEvents writes the segment and the key run of one day's events. Also
// with an error, c.added is what there is to remove.
func (s *Store) writeEvents(batch string, day warehouse.Day, events []*warehouse.Event) (c fileChange, err error) {
	keys := make([]uint64, len(events))
	first, last := events[0].Time.UnixMilli(), events[0].Time.UnixMilli()
	var memory int64
	for i, e := range events {
		keys[i] = e.Key
		memory += eventBytes + int64(len(e.Raw))
		first, last = min(first, e.Time.UnixMilli()), max(last, e.Time.UnixMilli())
	}
	segment := file{kind: segmentFile, day: day, name: batch + ".parquet", entries: int64(len(events)),
		firstMS: first, lastMS: last, memory: memory}
	segment.bytes, err = writeReusing(s.segments, newSegmentWriter, segment.path(s.dir), events)
	if err != nil {
		return c, fmt.Errorf("write segment: %w", err)
	}
	c.added = append(c.added, segment)
	return s.addRun(c, runFile, batch, day, keys)
}

// writeFlows writes the segment and the key run of one day's flow records, as
// writeEvents does.
func (s *Store) writeFlows(batch string, day warehouse.Day, records []*warehouse.FlowRecord) (c fileChange, err error) {
	keys := make([]uint64, len(records))
	first, last := records[0].Start, records[0].Start
	var memory int64
	for i, r := range records {
		keys[i] = r.Key
		memory += flowBytes + int64(len(r.Rest)+len(r.Raw))
		first, last = min(first, r.Start), max(last, r.Start)
	}
	segment := file{kind: flowFile, day: day, name: batch + ".parquet", entries: int64(len(records)),
		firstMS: first * 1000, lastMS: last * 1000, memory: memory}
	segment.bytes, err = writeReusing(s.flows, newFlowWriter, segment.path(s.dir), records)
	if err != nil {
		return c, fmt.Errorf("write flow segment: %w", err)
	}
	c.added = append(c.added, segment)
	return s.addRun(c, flowRunFile, batch, day, keys)
}

// writeFileRows tells the table file of a change, within a transaction.
func (s *Store) writeFileRows(ctx context.Context, c fileChange) error {
	for _, f := range c.replaced {
		if err := s.writer.exec(fmt.Sprintf("DELETE FROM file WHERE kind = %d AND day = %d AND name = %s", f.kind, f.day, quote(f.name))); err != nil {
			return fmt.Errorf("replace files: %w", err)
		}
	}
	return appendRows(ctx, s.writer, "file", fileColumns, pointers(c.added))
}

func (s *Store) addRun(c fileChange, kind fileKind, batch string, day warehouse.Day, keys []uint64) (fileChange, error) {
	run, replaced, err := s.writeRun(kind, batch, day, keys)
	if err != nil {
		return c, fmt.Errorf("write duplicate keys: %w", err)
	}
	return fileChange{append(c.added, run), replaced}, nil
}

// writeReusing makes the file at path with a writer that is free. One that
// failed is not used again.
func writeReusing[R any, W interface {
	write(io.Writer, []*R) error
}](free freeList[W], makeNew func() W, path string, rows []*R) (bytes int64, err error) {
	return createFile(path, func(f *os.File) error {
		w := free.get(makeNew)
		if err := w.write(f, rows); err != nil {
			return err
		}
		free.put(w)
		return nil
	})
}
