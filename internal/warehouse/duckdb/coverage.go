package duckdb

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var coverageTable = rollupOf[warehouse.Coverage]{
	rollup: rollup{
		name: "coverage", columns: `hour INTEGER, account UBIGINT, region UBIGINT, origin UTINYINT, ` + countDDL,
		keys: `hour, account, region, origin`, merge: countMerge, sorted: `account, hour`,
	},
	day:  func(r *warehouse.Coverage) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.Coverage) entity.ID { return r.Account },
	order: func(a, b *warehouse.Coverage) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.Coverage]{
		int32s(func(r *warehouse.Coverage) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Coverage) entity.ID { return r.Account }),
		ids(func(r *warehouse.Coverage) entity.ID { return r.Region }),
		uint8s(func(r *warehouse.Coverage) uint8 { return uint8(r.Origin) }),
	}, countColumns(func(r *warehouse.Coverage) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.Coverage) time.Time { return r.Hour.Time() })...),
}

// Coverage implements warehouse.Store.
func (s *Store) Coverage(ctx context.Context, r warehouse.Range) ([]warehouse.Coverage, error) {
	var out []warehouse.Coverage
	q := selection{rollup: coverageTable.rollup, where: "true"}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var c warehouse.Coverage
		if err := row.Scan(&c.Hour, &c.Account, &c.Region, &c.Origin,
			&c.Success, &c.Failure, &c.Denied, &c.First, &c.Last); err != nil {
			return err
		}
		out = append(out, c)
		return nil
	})
	return out, err
}

// digestTable holds the digests of CloudTrail. Times are Unix seconds.
const digestTable = `
CREATE TABLE digest (
	account VARCHAR, region VARCHAR, trail VARCHAR, "from" BIGINT, "to" BIGINT, object VARCHAR, hash VARCHAR,
	previous VARCHAR, previous_hash VARCHAR, files VARCHAR[]
);`

var digestColumns = []column[warehouse.Digest]{
	texts(func(d *warehouse.Digest) string { return d.Account }),
	texts(func(d *warehouse.Digest) string { return d.Region }),
	texts(func(d *warehouse.Digest) string { return d.Trail }),
	int64s(func(d *warehouse.Digest) int64 { return d.From }),
	int64s(func(d *warehouse.Digest) int64 { return d.To }),
	texts(func(d *warehouse.Digest) string { return d.Object }),
	texts(func(d *warehouse.Digest) string { return d.Hash }),
	texts(func(d *warehouse.Digest) string { return d.Previous }),
	texts(func(d *warehouse.Digest) string { return d.PreviousHash }),
	textLists(func(d *warehouse.Digest) []string { return d.Files }),
}

// Digests implements warehouse.Store.
func (s *Store) Digests(ctx context.Context, from, to time.Time) ([]warehouse.Digest, error) {
	const query = `SELECT DISTINCT account, region, trail, "from", "to", object, hash, previous, previous_hash, files
		FROM digest WHERE "to" > $1 AND "from" < $2 ORDER BY ALL`
	var out []warehouse.Digest
	err := s.read(ctx, func(ctx context.Context, tx querier) error {
		rows, err := tx.QueryContext(ctx, query, from.Unix(), ceilSecond(to))
		if err != nil {
			return fmt.Errorf("query digest: %w", err)
		}
		return collect(rows, "digest", func(row scanner) error {
			var d warehouse.Digest
			if err := row.Scan(&d.Account, &d.Region, &d.Trail, &d.From, &d.To, &d.Object, &d.Hash,
				&d.Previous, &d.PreviousHash, list{&d.Files}); err != nil {
				return err
			}
			out = append(out, d)
			return nil
		})
	})
	return out, err
}

// ceilSecond returns the first Unix second not before t.
func ceilSecond(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }
