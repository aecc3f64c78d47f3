package duckdb

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fileChange lists the files that a batch or a merge adds and those it replaces.
type fileChange struct{ added, replaced []file }

// writeFiles writes the segments and key runs of the batch, for each day of
// events and of flow records, and makes them durable. Also with an error,
// c.added is what there is to remove.
func (s *Store) writeFiles(ctx context.Context, b *warehouse.Batch) (c fileChange, err error) {
	jobs := append(
		dayFiles(b.ID, b.Events, func(e *warehouse.Event) warehouse.Day { return warehouse.DayOf(e.Time) }, eventMemory,
			s.writeEvents, func(e *warehouse.Event) uint64 { return e.Key }, s.runWriter(b.ID, runFile)),
		dayFiles(b.ID, b.FlowRecords, flowDay, flowMemory,
			s.writeFlows, func(r *warehouse.FlowRecord) uint64 { return r.Key }, s.runWriter(b.ID, flowRunFile))...)
	changes := make([]fileChange, len(jobs))
	// Most of the time goes into compression and waiting for the disk, so files
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

// dayFiles returns what writes the files of a batch's rows of a kind, day by
// day: the segments and then the run of their keys.
func dayFiles[R any](batch string, rows []R, dayOf func(*R) warehouse.Day, memory func(*R) int64,
	segment func(name string, day warehouse.Day, rows []*R) (file, error),
	key func(*R) uint64, run func(day warehouse.Day, keys []uint64) (fileChange, error)) (jobs []func() (fileChange, error)) {
	days := byDay(rows, dayOf)
	for _, day := range slices.Sorted(maps.Keys(days)) {
		rows := days[day]
		for i, part := range parts(rows, memory) {
			jobs = append(jobs, func() (fileChange, error) {
				f, err := segment(segmentName(batch, i), day, part)
				if err != nil {
					return fileChange{}, fmt.Errorf("write segment: %w", err)
				}
				return fileChange{added: []file{f}}, nil
			})
		}
		jobs = append(jobs, func() (fileChange, error) {
			keys := make([]uint64, len(rows))
			for i, r := range rows {
				keys[i] = key(r)
			}
			return run(day, keys)
		})
	}
	return jobs
}

// runWriter returns what writes a key run of the batch.
func (s *Store) runWriter(batch string, kind fileKind) func(warehouse.Day, []uint64) (fileChange, error) {
	return func(day warehouse.Day, keys []uint64) (fileChange, error) {
		run, replaced, err := s.writeRun(kind, batch, day, keys)
		if err != nil {
			return fileChange{}, fmt.Errorf("write duplicate keys: %w", err)
		}
		return fileChange{[]file{run}, replaced}, nil
	}
}

// parts divides the rows of a day into those of one segment each. None is
// larger than a merge would make it; and a busy day's are written side by side.
func parts[R any](rows []*R, memory func(*R) int64) [][]*R {
	var all int64
	for _, r := range rows {
		all += memory(r)
	}
	n := max(1, int((all+mergedBytes-1)/mergedBytes))
	return slices.Collect(slices.Chunk(rows, (len(rows)+n-1)/n))
}

// segmentName names the segments that a batch has of a day.
func segmentName(batch string, i int) string {
	if i == 0 {
		return batch + ".parquet"
	}
	return fmt.Sprintf("%s.%d.parquet", batch, i)
}

// segmentBatch returns the batch of a segment of this name, unless a merge
// made it.
func segmentBatch(name string) (batch string, ok bool) {
	batch, suffix, _ := strings.Cut(name, ".")
	return batch, strings.HasSuffix(suffix, "parquet") && !strings.HasPrefix(name, mergedPrefix)
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

// writeEvents writes a segment of events.
func (s *Store) writeEvents(name string, day warehouse.Day, events []*warehouse.Event) (f file, err error) {
	f = file{kind: segmentFile, day: day, name: name, entries: int64(len(events)),
		firstMS: math.MaxInt64, lastMS: math.MinInt64}
	for _, e := range events {
		f.memory += eventMemory(e)
		f.firstMS, f.lastMS = min(f.firstMS, e.Time.UnixMilli()), max(f.lastMS, e.Time.UnixMilli())
	}
	f.bytes, err = writeReusing(s.segments, newSegmentWriter, f.path(s.dir), events)
	return f, err
}

// writeFlows writes a segment of flow records.
func (s *Store) writeFlows(name string, day warehouse.Day, records []*warehouse.FlowRecord) (f file, err error) {
	f = file{kind: flowFile, day: day, name: name, entries: int64(len(records)),
		firstMS: math.MaxInt64, lastMS: math.MinInt64}
	for _, r := range records {
		f.memory += flowMemory(r)
		f.firstMS, f.lastMS = min(f.firstMS, r.Start*1000), max(f.lastMS, r.Start*1000)
	}
	f.bytes, err = writeReusing(s.flows, newFlowWriter, f.path(s.dir), records)
	return f, err
}

// eventMemory is what an event takes in memory, in bytes, about.
func eventMemory(e *warehouse.Event) int64 { return eventBytes + int64(len(e.Raw)) }

// flowMemory is what a flow record takes in memory, in bytes, about.
func flowMemory(r *warehouse.FlowRecord) int64 { return flowBytes + int64(len(r.Rest)+len(r.Raw)) }

// writeFileRows tells the table file of a change, within a transaction.
func (s *Store) writeFileRows(ctx context.Context, c fileChange) error {
	for _, f := range c.replaced {
		if err := s.writer.exec(fmt.Sprintf("DELETE FROM file WHERE kind = %d AND day = %d AND name = %s", f.kind, f.day, quote(f.name))); err != nil {
			return fmt.Errorf("replace files: %w", err)
		}
	}
	return appendRows(ctx, s.writer, "file", fileColumns, pointers(c.added))
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
