package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// selection is a query over the partitions of a rollup.
type selection struct {
	rollup rollup
	where  string // condition besides the time range; its parameters start at $3
	args   []any
	sums   string // of merged rows; when empty those of Counts, see countSums
	extra  string // further columns to aggregate, after the counts; may be empty
}

// countSums are the counts of merged rows, in the types of Counts. The times are
// kept as seconds since the row's hour or day; %[1]s is that column and %[2]d
// its unit in seconds.
const countSums = `sum(success)::UINTEGER, sum(failure)::UINTEGER, sum(denied)::UINTEGER,
	%[1]s::BIGINT * %[2]d + min(first), %[1]s::BIGINT * %[2]d + max(last)`

// sql renders the selection over the given partitions and the delta. It is
// made of our own constants and numbers.
func (q selection) sql(months []warehouse.Month) string {
	time, unit := q.rollup.time(), 3600
	if time == "day" {
		unit = 86400
	}
	var b strings.Builder
	fmt.Fprintf(&b, "SELECT %s, ", q.rollup.keys)
	if q.sums == "" {
		fmt.Fprintf(&b, countSums, time, unit)
	}
	b.WriteString(q.sums)
	if q.extra != "" {
		fmt.Fprintf(&b, ", %s", q.extra)
	}
	fmt.Fprintf(&b, " FROM (%s) GROUP BY %[2]s ORDER BY %[2]s",
		q.rollup.union(months, fmt.Sprintf("%s AND %[2]s >= $1 AND %[2]s < $2", q.where, time)), q.rollup.keys)
	return b.String()
}

// union selects the rows that meet a condition from the partitions of months
// and from the delta.
func (r rollup) union(months []warehouse.Month, where string) string {
	parts := []string{fmt.Sprintf("SELECT * FROM %s WHERE %s", r.delta(), where)}
	for _, m := range months {
		parts = append(parts, fmt.Sprintf("SELECT * FROM %s WHERE %s", r.partition(m), where))
	}
	return strings.Join(parts, " UNION ALL ")
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

// run runs q with its first key column in [from, to), on the partitions that
// there are from the first day's month to the last one's, and on the delta.
func (s *Store) run(ctx context.Context, q selection, from, to int32, first, last warehouse.Day, scan func(scanner) error) error {
	return s.read(ctx, func(ctx context.Context, tx querier) error {
		months, err := months(ctx, tx, q.rollup, first.Month(), last.Month())
		if err != nil {
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
