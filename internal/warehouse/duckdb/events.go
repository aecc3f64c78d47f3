package duckdb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const eventColumns = `origin::UTINYINT, epoch_ms("time"), ` + idSQL + ` AS id, print, account, principal, session, access_key, address, agent,
	api, region, error, target, outcome::UTINYINT, conflict, raw_cut`

// Events implements warehouse.Store.
func (s *Store) Events(ctx context.Context, q warehouse.EventQuery) ([]warehouse.Event, error) {
	return inSegments(ctx, s, segmentFile, q.From, q.To, q.Limit, func(ctx context.Context, tx querier, paths string, limit int) ([]warehouse.Event, error) {
		return eventsIn(ctx, tx, paths, q, limit)
	})
}

func eventsIn(ctx context.Context, tx querier, paths string, q warehouse.EventQuery, limit int) ([]warehouse.Event, error) {
	where, args := eventCondition(q)
	raw := "raw"
	if q.NoRaw {
		raw = "''::BLOB"
	}
	query := fmt.Sprintf(`SELECT %s, %s FROM read_parquet([%s]) WHERE %s ORDER BY "time", id, account, print LIMIT %d`,
		eventColumns, raw, paths, where, limit)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var out []warehouse.Event
	err = collect(rows, "event", func(row scanner) error {
		var e warehouse.Event
		var ms int64
		var cut uint32
		if err := row.Scan(&e.Origin, &ms, &e.EventID, &e.Print, &e.Account, &e.Principal, &e.Session, &e.AccessKey,
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
