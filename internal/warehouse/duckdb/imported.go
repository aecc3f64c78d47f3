package duckdb

import (
	"context"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// dataDays returns the query of the partitions' months and of the days that
// there is other data of.
func dataDays() string {
	query := `SELECT month, NULL AS day FROM rollup_month
		UNION SELECT NULL, day FROM file
		UNION SELECT NULL, greatest(-2147483648, least(floor(("to" - 1) / 86400), 2147483647))::INTEGER FROM digest`
	for _, r := range rollups {
		query += fmt.Sprintf(" UNION SELECT NULL, %s FROM %s", r.day(), r.delta())
	}
	return query
}

// importDays has the days of event time that something was stored of, with
// the latest time that this was done at.
const importDays = `
SELECT day, max(read_at) FROM volume JOIN ledger USING (batch, object, reading, first)
WHERE volume.stored > 0 GROUP BY day`

// Imported implements warehouse.Store.
func (s *Store) Imported(ctx context.Context) (map[warehouse.Month]time.Time, error) {
	imported := map[warehouse.Month]time.Time{}
	err := s.read(ctx, func(ctx context.Context, tx querier) error {
		rows, err := tx.QueryContext(ctx, dataDays())
		if err != nil {
			return fmt.Errorf("list the months with data: %w", err)
		}
		err = collect(rows, "month", func(row scanner) error {
			var month *warehouse.Month
			var day *warehouse.Day
			if err := row.Scan(&month, &day); err != nil {
				return err
			}
			if month != nil {
				imported[*month] = time.Time{}
			} else {
				imported[day.Month()] = time.Time{}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if rows, err = tx.QueryContext(ctx, importDays); err != nil {
			return fmt.Errorf("list the days of imports: %w", err)
		}
		return collect(rows, "day of imports", func(row scanner) error {
			var day warehouse.Day
			var at time.Time
			if err := row.Scan(&day, &at); err != nil {
				return err
			}
			if last, ok := imported[day.Month()]; ok && at.After(last) {
				imported[day.Month()] = at.UTC()
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return imported, nil
}
