package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// selection is a query over the partitions of a rollup.
type selection struct {
	rollup rollup
	keys   string // columns to return and merge by; the first is the hour or the day
	where  string // condition besides the time range; its parameters start at $3
	args   []any
	sums   string // of merged rows, see countSums, which it is when empty
	extra  string // further columns to aggregate, after the counts; may be empty
}

// countSums are the counts of merged rows, in the types of Counts. The times are
// kept as seconds since the row's hour or day; %[1]s is that column and %[2]d
// its unit in seconds.
const countSums = `sum(success)::UINTEGER, sum(failure)::UINTEGER, sum(denied)::UINTEGER,
	%[1]s::BIGINT * %[2]d + min(first), %[1]s::BIGINT * %[2]d + max(last)`

// sql renders the selection over the given partitions. It is made of our own
// constants and numbers.
func (q selection) sql(months []warehouse.Month) string {
	time, _, _ := strings.Cut(q.keys, ",")
	unit := 3600
	if time == "day" {
		unit = 86400
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s, ", q.keys)
	fmt.Fprintf(&b, cmp.Or(q.sums, countSums), time, unit)
	if q.extra != "" {
		fmt.Fprintf(&b, ", %s", q.extra)
	}
	b.WriteString(" FROM (")
	for i, m := range months {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&b, "SELECT * FROM %s WHERE %s AND %s >= $1 AND %s < $2", q.rollup.partition(m), q.where, time, time)
	}
	fmt.Fprintf(&b, ") GROUP BY %s ORDER BY %s", q.keys, q.keys)
	return b.String()
}

// byHour runs q over the hours of r and calls scan for each row.
func (s *Store) byHour(ctx context.Context, q selection, r warehouse.Range, scan func(scanner) error) error {
	if r.From >= r.To {
		return nil
	}
	return s.run(ctx, q, int32(r.From), int32(r.To), r.From.Day(), (r.To - 1).Day(), scan)
}

// byDay runs q over the days that r touches and calls scan for each row.
func (s *Store) byDay(ctx context.Context, q selection, r warehouse.Range, scan func(scanner) error) error {
	if r.From >= r.To {
		return nil
	}
	first, last := r.From.Day(), (r.To - 1).Day()
	return s.run(ctx, q, int32(first), int32(last)+1, first, last, scan)
}

// run runs q with its first key column in [from, to). Only partitions that
// exist are asked, so a range without data answers nothing.
func (s *Store) run(ctx context.Context, q selection, from, to int32, first, last warehouse.Day, scan func(scanner) error) error {
	return s.read(ctx, func(ctx context.Context, tx querier) error {
		months, err := months(ctx, tx, q.rollup, first.Month(), last.Month())
		if err != nil || len(months) == 0 {
			return err
		}
		rows, err := tx.QueryContext(ctx, q.sql(months), append([]any{from, to}, q.args...)...)
		if err != nil {
			return fmt.Errorf("query %s: %w", q.rollup.name, err)
		}
		return collect(rows, q.rollup.name, scan)
	})
}

// months returns the partitions of r from month first to month last.
func months(ctx context.Context, tx querier, r rollup, first, last warehouse.Month) ([]warehouse.Month, error) {
	rows, err := tx.QueryContext(ctx, "SELECT month FROM rollup_month WHERE name = $1 AND month BETWEEN $2 AND $3 ORDER BY month",
		r.name, int32(first), int32(last))
	if err != nil {
		return nil, fmt.Errorf("list partitions of %s: %w", r.name, err)
	}
	var months []warehouse.Month
	err = collect(rows, "partition", func(row scanner) error {
		var m warehouse.Month
		err := row.Scan(&m)
		months = append(months, m)
		return err
	})
	return months, err
}
