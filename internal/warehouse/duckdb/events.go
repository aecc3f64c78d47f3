package duckdb

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const eventColumns = `epoch_ms("time"), ` + idSQL + ` AS id, print, account, principal, session, access_key, address, agent,
	api, region, error, target, outcome::UTINYINT, conflict, raw_cut`

// maxDays bounds what one statement reads, as nothing breaks it off.
const maxDays = 32

// Events implements warehouse.Store. Days follow each other, so it reads one
// day after the other, always twice as many at once, until it has enough:
// the first page of a long range costs little and a rare value in a year not
// a query a day.
func (s *Store) Events(ctx context.Context, q warehouse.EventQuery) (out []warehouse.Event, err error) {
	limit := q.Limit
	if limit <= 0 {
		limit = warehouse.DefaultEvents
	}
	s.unlink.RLock()
	defer s.unlink.RUnlock()
	err = s.read(ctx, func(ctx context.Context, tx querier) error {
		days, err := s.segmentDays(ctx, tx, q)
		if err != nil {
			return err
		}
		for n := 1; len(days) > 0 && len(out) < limit; n = min(2*n, maxDays) {
			n = min(n, len(days))
			var paths []string
			for _, day := range days[:n] {
				paths = append(paths, day...)
			}
			days = days[n:]
			events, err := eventsIn(ctx, tx, paths, q, limit-len(out))
			if err != nil {
				return fmt.Errorf("query event: %w", err)
			}
			out = append(out, events...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// segmentDays returns the paths of the segments that may hold what q asks
// for, day by day.
func (s *Store) segmentDays(ctx context.Context, tx querier, q warehouse.EventQuery) (days [][]string, err error) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.From.IsZero() {
		from = ceilMilli(q.From)
	}
	if !q.To.IsZero() {
		to = ceilMilli(q.To)
	}
	rows, err := tx.QueryContext(ctx, `SELECT day, name FROM file
		WHERE kind = 1 AND last_ms >= $1 AND first_ms < $2 ORDER BY day, name`, from, to)
	if err != nil {
		return nil, fmt.Errorf("list segments: %w", err)
	}
	var last file
	err = collect(rows, "segment", func(row scanner) error {
		f := file{kind: segmentFile}
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

// ceilMilli returns the first Unix millisecond not before t: events have whole
// milliseconds.
func ceilMilli(t time.Time) int64 { return t.Add(time.Millisecond - 1).UnixMilli() }

func eventsIn(ctx context.Context, tx querier, paths []string, q warehouse.EventQuery, limit int) ([]warehouse.Event, error) {
	quoted := make([]string, len(paths))
	for i, p := range paths {
		quoted[i] = quote(p)
	}
	where, args := eventCondition(q)
	// The paths are ours; a table function takes no parameters for them.
	raw := "raw"
	if q.NoRaw {
		raw = "''::BLOB"
	}
	query := fmt.Sprintf(`SELECT %s, %s FROM read_parquet([%s]) WHERE %s ORDER BY "time", id, account, print LIMIT %d`,
		eventColumns, raw, strings.Join(quoted, ", "), where, limit)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var out []warehouse.Event
	err = collect(rows, "event", func(row scanner) error {
		var e warehouse.Event
		var ms int64
		var cut uint32
		if err := row.Scan(&ms, &e.EventID, &e.Print, &e.Account, &e.Principal, &e.Session, &e.AccessKey,
			&e.Address, &e.Agent, &e.API, &e.Region, &e.Error, &e.Target, &e.Outcome, &e.Conflict, &cut, &e.Raw); err != nil {
			return err
		}
		e.Time = time.UnixMilli(ms).UTC()
		e.Raw = restoreRaw(e.Raw, e.EventID, cut)
		out = append(out, e)
		return nil
	})
	return out, err
}

// eventCondition renders the parts of q that are set.
func eventCondition(q warehouse.EventQuery) (string, []any) {
	cond := []string{"true"}
	var args []any
	add := func(condition string, arg any) {
		cond = append(cond, condition)
		args = append(args, arg)
	}
	if !q.From.IsZero() {
		add(`"time" >= make_timestamp(?)`, micro(q.From))
	}
	if !q.To.IsZero() {
		add(`"time" < make_timestamp(?)`, micro(q.To))
	}
	for _, f := range []struct {
		column string
		id     entity.ID
	}{
		{"principal", q.Principal}, {"address", q.Address}, {"api", q.API},
		{"access_key", q.AccessKey}, {"session", q.Session},
	} {
		if f.id != 0 {
			add(f.column+" = ?", ubigint(f.id))
		}
	}
	if q.Conflicts {
		cond = append(cond, "conflict")
	}
	if len(q.EventIDs) > 0 {
		ids, guids := make([]string, len(q.EventIDs)), make([]string, len(q.EventIDs))
		for i, id := range q.EventIDs {
			ids[i] = utf8(id)
			guids[i] = uuid.UUID(newStoredID(ids[i]).guid).String()
		}
		add("event_id IN (SELECT unnest(?::VARCHAR[])::UUID)", guids)
		add("id IN (SELECT unnest(?::VARCHAR[]))", ids)
	}
	return strings.Join(cond, " AND "), args
}

// micro returns the Unix microseconds of the whole millisecond at or after t,
// within the years that the engine's timestamps have room for; no event lies
// outside.
func micro(t time.Time) int64 {
	first, end := warehouse.FirstDay.Time().UnixMilli(), warehouse.EndDay.Time().UnixMilli()
	return max(first, min(ceilMilli(t), end)) * 1000
}
