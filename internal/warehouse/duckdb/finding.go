package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// findingTable is not summed up: its first column says which partition a
// version is in, but by millisecond. All times are Unix milliseconds, of which
// the year 1 stands for none.
var findingTable = rollupOf[warehouse.FindingVersion]{
	rollup: rollup{
		name: "finding_history", columns: `updated BIGINT, finding UBIGINT, created BIGINT, first BIGINT, last BIGINT,
		account UBIGINT, region UBIGINT, product VARCHAR, type VARCHAR, title VARCHAR, severity DOUBLE, label VARCHAR,
		count BIGINT, archived BOOLEAN, sequence BOOLEAN, workflow VARCHAR, compliance VARCHAR`,
		keys: `updated, finding, created, first, last, account, region, product, type, title, severity, label, count, archived, sequence, workflow, compliance`, merge: "", sorted: `finding, updated`,
	},
	day:  func(v *warehouse.FindingVersion) warehouse.Day { return warehouse.DayOf(v.Updated) },
	lead: func(r *warehouse.FindingVersion) entity.ID { return r.Finding },
	order: func(a, b *warehouse.FindingVersion) int {
		return cmp.Or(cmp.Compare(a.Finding, b.Finding), a.Updated.Compare(b.Updated))
	},
	fill: []column[warehouse.FindingVersion]{
		int64s(func(v *warehouse.FindingVersion) int64 { return v.Updated.UnixMilli() }),
		ids(func(v *warehouse.FindingVersion) entity.ID { return v.Finding }),
		int64s(func(v *warehouse.FindingVersion) int64 { return v.Created.UnixMilli() }),
		int64s(func(v *warehouse.FindingVersion) int64 { return v.First.UnixMilli() }),
		int64s(func(v *warehouse.FindingVersion) int64 { return v.Last.UnixMilli() }),
		ids(func(v *warehouse.FindingVersion) entity.ID { return v.Account }),
		ids(func(v *warehouse.FindingVersion) entity.ID { return v.Region }),
		texts(func(v *warehouse.FindingVersion) string { return v.Product }),
		texts(func(v *warehouse.FindingVersion) string { return v.Type }),
		texts(func(v *warehouse.FindingVersion) string { return v.Title }),
		float64s(func(v *warehouse.FindingVersion) float64 { return v.Severity }),
		texts(func(v *warehouse.FindingVersion) string { return v.Label }),
		int64s(func(v *warehouse.FindingVersion) int64 { return v.Count }),
		bools(func(v *warehouse.FindingVersion) bool { return v.Archived }),
		bools(func(v *warehouse.FindingVersion) bool { return v.Sequence }),
		texts(func(v *warehouse.FindingVersion) string { return v.Workflow }),
		texts(func(v *warehouse.FindingVersion) string { return v.Compliance }),
	},
}

// Findings implements warehouse.Store.
func (s *Store) Findings(ctx context.Context, q warehouse.FindingQuery) ([]warehouse.FindingVersion, error) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	first, last := warehouse.FirstDay.Month(), warehouse.EndDay.Month()
	if !q.From.IsZero() {
		from, first = ceilMilli(q.From), warehouse.DayOf(q.From).Month()
	}
	if !q.To.IsZero() {
		to, last = ceilMilli(q.To), warehouse.DayOf(q.To).Month()
	}
	var out []warehouse.FindingVersion
	err := s.read(ctx, func(ctx context.Context, tx querier) error {
		months, err := months(ctx, tx, findingTable.rollup, first, last)
		if err != nil {
			return err
		}
		args := []any{from, to}
		if len(q.Findings) > 0 {
			wanted := make([]uint64, len(q.Findings))
			for i, id := range q.Findings {
				wanted[i] = uint64(id)
			}
			args = append(args, wanted)
		}
		rows, err := tx.QueryContext(ctx, findingsQuery(months, len(q.Findings) > 0), args...)
		if err != nil {
			return fmt.Errorf("query finding_history: %w", err)
		}
		return collect(rows, "finding_history", func(row scanner) error {
			v, err := scanFinding(row)
			out = append(out, v)
			return err
		})
	})
	return out, err
}

// findingsQuery asks for the versions from $1 to $2, of the findings $3 if
// there are such, each once and ordered by all that they say.
func findingsQuery(months []warehouse.Month, some bool) string {
	condition := "updated >= $1 AND updated < $2"
	if some {
		condition += " AND finding IN (SELECT unnest($3::UBIGINT[]))"
	}
	return "SELECT DISTINCT * FROM (" + findingTable.union(months, condition) + ") ORDER BY ALL"
}

func scanFinding(row scanner) (v warehouse.FindingVersion, err error) {
	var updated, created, first, last int64
	err = row.Scan(&updated, &v.Finding, &created, &first, &last, &v.Account, &v.Region, &v.Product, &v.Type, &v.Title,
		&v.Severity, &v.Label, &v.Count, &v.Archived, &v.Sequence, &v.Workflow, &v.Compliance)
	v.Updated, v.Created = time.UnixMilli(updated).UTC(), time.UnixMilli(created).UTC()
	v.First, v.Last = time.UnixMilli(first).UTC(), time.UnixMilli(last).UTC()
	return v, err
}
