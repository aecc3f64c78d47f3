package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// The rows of small batches would make a partition long and unsorted: of most
// keys a row a batch. So rows that come in small numbers go to the delta, one
// table for all months of a rollup, which queries read besides the partitions.
// When it has grown, Compact merges its rows by their key and appends them to
// the partitions, sorted, as one large batch would have.

// rollups are all tables of that kind.
var rollups = []rollup{activityTable.rollup, entityHourTable.rollup, valueTable.rollup, signinTable.rollup, linkTable.rollup,
	ruleHitTable.rollup, flowTable.rollup, flowPeerTable.rollup, kubeTable.rollup, findingTable.rollup, coverageTable.rollup}

// deltaTables is the DDL of the deltas.
func deltaTables() string {
	var b strings.Builder
	for _, r := range rollups {
		fmt.Fprintf(&b, "CREATE TABLE %s (%s);", r.delta(), r.columns)
	}
	return b.String()
}

// ruleHitMerge keeps the samples of the first row, see mergedHits.
const ruleHitMerge = "first(samples ORDER BY first, samples), " + countMerge

// mergedHits selects from the delta of rule hits with a column apart: rows of
// one key are merged only if they are not apart. Where hits are merged the
// samples of the earlier come first, so a row may lose its samples only once
// there are MaxSamples in the rows before it: those of later batches can but
// push it further back. Such rows are merged into the first one.
var mergedHits = fmt.Sprintf(`
SELECT *, CASE WHEN before < %d THEN place ELSE 1 END AS apart FROM (
	SELECT *, coalesce(sum(len(samples)) OVER (w ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
		row_number() OVER w AS place
	FROM %%s WHERE %%s WINDOW w AS (PARTITION BY hour, rule, principal, address, api ORDER BY first, samples))`, warehouse.MaxSamples)

// merged selects the rows of the delta that meet a condition, merged and in
// the order of partitions.
func (r rollup) merged(where string) string {
	from, keys := fmt.Sprintf("SELECT * FROM %s WHERE %s", r.delta(), where), r.keys
	if r.name == ruleHitTable.name {
		from, keys = fmt.Sprintf(mergedHits, r.delta(), where), keys+", apart"
	}
	columns := r.keys
	if r.merge != "" {
		columns += ", " + r.merge
	}
	return fmt.Sprintf("SELECT %s FROM (%s) GROUP BY %s ORDER BY %s", columns, from, keys, r.sorted)
}

// loadLoose counts the rows of the deltas.
func loadLoose(ctx context.Context, db querier) (map[string]int64, error) {
	loose := map[string]int64{}
	for _, r := range rollups {
		var n int64
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+r.delta()).Scan(&n); err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", r.delta(), err)
		}
		loose[r.name] = n
	}
	return loose, nil
}

// deltaMove is a part of a delta that is small enough for one step: its rows
// up to and including a value of the first column.
type deltaMove struct {
	rollup rollup
	rows   int64
	last   int64
	months []warehouse.Month // that it has rows of
}

// planMove chooses the earliest rows of the delta of r, not much more than
// moveRows of them.
func (s *Store) planMove(ctx context.Context, r rollup) (m deltaMove, err error) {
	m.rollup = r
	query := fmt.Sprintf("SELECT %s, %s, count(*) FROM %s GROUP BY 1, 2 ORDER BY 1", r.time(), r.day(), r.delta())
	rows, err := uninterrupted{s.db}.QueryContext(ctx, query)
	if err != nil {
		return m, fmt.Errorf("look through %s: %w", r.delta(), err)
	}
	err = collect(rows, r.delta(), func(row scanner) error {
		var at, n int64
		var day warehouse.Day
		if err := row.Scan(&at, &day, &n); err != nil || m.rows >= s.limits.moveRows {
			return err
		}
		m.rows, m.last = m.rows+n, at
		if month := day.Month(); len(m.months) == 0 || m.months[len(m.months)-1] != month {
			m.months = append(m.months, month)
		}
		return nil
	})
	return m, err
}

// moveDelta merges rows of a delta and appends them to their partitions.
func (s *Store) moveDelta(m deltaMove) error {
	done := appended{loose: map[string]int64{m.rollup.name: -m.rows}}
	err := s.inWriter(func() error {
		for _, month := range m.months {
			p := partitionKey{m.rollup.name, month}
			if !s.partitions[p] {
				if err := s.makePartition(m.rollup, month); err != nil {
					return fmt.Errorf("make partition %s: %w", p.table(), err)
				}
				done.made = append(done.made, p)
			}
			first, end := month.Days()
			where := fmt.Sprintf("%s <= %d AND %s >= %d AND %s < %d", m.rollup.time(), m.last, m.rollup.day(), first, m.rollup.day(), end)
			if err := s.writer.exec(fmt.Sprintf("INSERT INTO %s %s", p.table(), m.rollup.merged(where))); err != nil {
				return fmt.Errorf("move rows of %s: %w", p.table(), err)
			}
		}
		return s.writer.exec(fmt.Sprintf("DELETE FROM %s WHERE %s <= %d", m.rollup.delta(), m.rollup.time(), m.last))
	})
	if err == nil {
		s.note(done)
	}
	return err
}

// note makes the writer know of a committed transaction.
func (s *Store) note(done appended) {
	for _, p := range done.made {
		s.partitions[p] = true
	}
	for name, n := range done.loose {
		s.loose[name] += n
	}
}
