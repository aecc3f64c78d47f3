package duckdb

import (
	"context"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// volumeTable holds the Volumes of ledger rows, which it names by object,
// reading and first record. Graphs from before it had none: they get the
// table when they are opened, and what they took until then has no volume.
const volumeTable = `
CREATE TABLE IF NOT EXISTS volume (
	batch VARCHAR, object UBIGINT, reading INTEGER, first BIGINT, kind VARCHAR,
	account VARCHAR, day INTEGER,
	stored BIGINT, stored_bytes BIGINT, refused BIGINT, refused_bytes BIGINT
);`

// volumeRow is a PartVolume with what it needs of its part.
type volumeRow struct {
	*warehouse.PartVolume
	part   *warehouse.ObjectPart
	object uint64
	batch  string
}

var volumeColumns = []column[volumeRow]{
	texts(func(v *volumeRow) string { return v.batch }),
	uint64s(func(v *volumeRow) uint64 { return v.object }),
	int32s(func(v *volumeRow) int32 { return v.part.Reading }),
	int64s(func(v *volumeRow) int64 { return v.part.First }),
	texts(func(v *volumeRow) string { return v.part.Kind }),
	texts(func(v *volumeRow) string { return v.Account }),
	int32s(func(v *volumeRow) int32 { return int32(v.Day) }),
	int64s(func(v *volumeRow) int64 { return v.Stored.Records }),
	int64s(func(v *volumeRow) int64 { return v.Stored.Bytes }),
	int64s(func(v *volumeRow) int64 { return v.Refused.Records }),
	int64s(func(v *volumeRow) int64 { return v.Refused.Bytes }),
}

func volumeRows(b *warehouse.Batch) (rows []*volumeRow) {
	for i := range b.Ledger {
		p := &b.Ledger[i]
		if len(p.Volumes) == 0 {
			continue
		}
		object := objectID(utf8(p.URI))
		for j := range p.Volumes {
			rows = append(rows, &volumeRow{&p.Volumes[j], p, object, b.ID})
		}
	}
	return rows
}

// volumesQuery sums up the days from $1 on; $2 is a hash of zeros. Only the
// objects that refused something in these days are looked at one by one: of
// all others everything that was stored counts. The objects are told apart by
// the hash of their URI alone.
const volumesQuery = `
WITH refusing AS (
	SELECT DISTINCT object FROM volume WHERE refused > 0 AND day >= $1
), readings AS (
	SELECT object, reading, sum(seen) AS seen, bool_or(done AND sha256 <> $2) AS complete
	FROM ledger SEMI JOIN refusing USING (object) GROUP BY object, reading
), counted AS (
	SELECT object, first(reading ORDER BY complete DESC, CASE WHEN complete THEN 0 ELSE seen END DESC, reading DESC) AS reading
	FROM readings GROUP BY object
), split AS (
	SELECT object, account, kind, day,
		sum(CASE WHEN v.reading = c.reading THEN stored ELSE 0 END) AS here,
		sum(CASE WHEN v.reading = c.reading THEN stored_bytes ELSE 0 END) AS here_bytes,
		sum(CASE WHEN v.reading = c.reading THEN 0 ELSE stored END) AS elsewhere,
		sum(CASE WHEN v.reading = c.reading THEN 0 ELSE stored_bytes END) AS elsewhere_bytes,
		sum(CASE WHEN v.reading = c.reading THEN refused ELSE 0 END) AS refused,
		sum(CASE WHEN v.reading = c.reading THEN refused_bytes ELSE 0 END) AS refused_bytes
	FROM volume v JOIN counted c USING (object) WHERE day >= $1 GROUP BY object, account, kind, day
), amount AS (
	SELECT account, kind, day, stored AS records, stored_bytes AS bytes
	FROM volume ANTI JOIN refusing USING (object) WHERE day >= $1
	UNION ALL
	SELECT account, kind, day, here + greatest(refused, elsewhere), here_bytes + greatest(refused_bytes, elsewhere_bytes)
	FROM split
)
SELECT account, kind, day, sum(bytes)::BIGINT, sum(records)::BIGINT
FROM amount GROUP BY account, kind, day HAVING sum(records) > 0 ORDER BY account, kind, day`

// Volumes implements warehouse.Store.
func (s *Store) Volumes(ctx context.Context, from time.Time) ([]warehouse.Volume, error) {
	var out []warehouse.Volume
	err := s.read(ctx, func(ctx context.Context, tx querier) error {
		rows, err := tx.QueryContext(ctx, volumesQuery, int32(warehouse.DayOf(from)), make([]byte, 32))
		if err != nil {
			return fmt.Errorf("sum up volumes: %w", err)
		}
		return collect(rows, "volume", func(row scanner) error {
			var v warehouse.Volume
			err := row.Scan(&v.Account, &v.Kind, &v.Day, &v.Bytes, &v.Records)
			out = append(out, v)
			return err
		})
	})
	return out, err
}
