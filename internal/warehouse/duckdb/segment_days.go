package duckdb

import (
	"context"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// segmentDays returns the paths of the segments of a kind that may hold
// something from [from, to), day by day. A zero time is no bound.
func (s *Store) segmentDays(ctx context.Context, tx querier, kind fileKind, from, to time.Time) (days [][]string, err error) {
	first, end := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		first = ceilMilli(from)
	}
	if !to.IsZero() {
		end = ceilMilli(to)
	}
	rows, err := tx.QueryContext(ctx, `SELECT day, name FROM file
		WHERE kind = $1 AND last_ms >= $2 AND first_ms < $3 ORDER BY day, name`, uint8(kind), first, end)
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	var last file
	err = collect(rows, "segment", func(row scanner) error {
		f := file{kind: kind}
		if err := row.Scan(&f.day, &f.name); err != nil {
			return err
		}
		if len(days) == 0 || f.day != last.day {
			days = append(days, nil)
		}
		days[len(days)-1] = append(days[len(days)-1], f.path(s.dir))
		last = f
		return nil
	})
	return days, err
}

// inSegments reads at most limit records, warehouse.DefaultEvents for none, of
// the segments of a kind. Days follow each other, so it reads one after the
// other until it has enough, see growing.
func inSegments[R any](ctx context.Context, s *Store, kind fileKind, from, to time.Time, limit int,
	read func(ctx context.Context, tx querier, paths string, limit int) ([]R, error)) (out []R, err error) {
	if limit <= 0 {
		limit = warehouse.DefaultEvents
	}
	s.unlink.RLock()
	defer s.unlink.RUnlock()
	err = s.read(ctx, func(ctx context.Context, tx querier) error {
		days, err := s.segmentDays(ctx, tx, kind, from, to)
		if err != nil {
			return err
		}
		for paths := range growing(days) {
			if len(out) == limit {
				return nil
			}
			some, err := read(ctx, tx, paths, limit-len(out))
			if err != nil {
				return fmt.Errorf("query %s: %w", fileDirs[kind], err)
			}
			out = append(out, some...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ceilMilli returns the first Unix millisecond not before t: events have whole
// milliseconds.
func ceilMilli(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

// maxDays bounds what one statement reads, as nothing breaks it off.
const maxDays = 32

// growing yields the paths of one day, then of two, and so on, always of twice
// as many at once, as a list in SQL: the first page of a long range costs
// little and a rare value in a year not a query a day. The paths are ours; a
// table function takes no parameters for them.
func growing(days [][]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := 1; len(days) > 0; n = min(2*n, maxDays) {
			n = min(n, len(days))
			var quoted []string
			for _, day := range days[:n] {
				for _, path := range day {
					quoted = append(quoted, quote(path))
				}
			}
			days = days[n:]
			if !yield(strings.Join(quoted, ", ")) {
				return
			}
		}
	}
}
