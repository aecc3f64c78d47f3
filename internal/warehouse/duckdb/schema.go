package duckdb

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// schemaVersion changes whenever a table does; a graph of another version is
// refused rather than misread. A table that is only added does not need it:
// open makes it, see volumeTable.
const schemaVersion = 5

// fixedTables are the tables that are not partitioned by month. None has an
// index or a primary key: the writer sees to it that rows are unique.
const fixedTables = `
CREATE TABLE meta (version INTEGER, k0 UBIGINT, k1 UBIGINT);
CREATE TABLE batch (id VARCHAR, committed TIMESTAMP);
CREATE TABLE rollup_month (name VARCHAR, month INTEGER); -- the partitions that exist
CREATE TABLE file (
	kind UTINYINT,        -- see fileKind
	day INTEGER, name VARCHAR, entries BIGINT, bytes BIGINT,
	first_ms BIGINT, last_ms BIGINT, memory BIGINT
);
CREATE TABLE entity (
	id UBIGINT, type UTINYINT, key VARCHAR, account VARCHAR, label VARCHAR, alias VARCHAR,
	text VARCHAR -- see searchText
);
CREATE TABLE ledger (
	object UBIGINT, uri VARCHAR, sha256 BLOB, size BIGINT, tag VARCHAR, kind VARCHAR, reading INTEGER,
	first BIGINT, seen BIGINT, stored BIGINT, duplicate BIGINT, rejected BIGINT,
	reasons VARCHAR, samples VARCHAR, seconds DOUBLE, done BOOLEAN, membership BIGINT,
	read_at TIMESTAMP, batch VARCHAR
);`

var fileColumns = []column[file]{
	uint8s(func(f *file) uint8 { return uint8(f.kind) }),
	int32s(func(f *file) int32 { return int32(f.day) }),
	texts(func(f *file) string { return f.name }),
	int64s(func(f *file) int64 { return f.entries }),
	int64s(func(f *file) int64 { return f.bytes }),
	int64s(func(f *file) int64 { return f.firstMS }),
	int64s(func(f *file) int64 { return f.lastMS }),
	int64s(func(f *file) int64 { return f.memory }),
}

var entityColumns = []column[warehouse.Entity]{
	ids(func(e *warehouse.Entity) entity.ID { return e.ID }),
	uint8s(func(e *warehouse.Entity) uint8 { return uint8(e.Type) }),
	texts(func(e *warehouse.Entity) string { return e.Key }),
	texts(func(e *warehouse.Entity) string { return e.Account }),
	texts(func(e *warehouse.Entity) string { return e.Label }),
	texts(func(e *warehouse.Entity) string { return e.Alias }),
	texts(searchText),
}

// ledgerRow is an ObjectPart with the batch that brought it and its two
// columns of JSON.
type ledgerRow struct {
	*warehouse.ObjectPart
	uri, reasons, samples, batch string
}

var ledgerFill = []column[ledgerRow]{
	uint64s(func(p *ledgerRow) uint64 { return objectID(p.uri) }),
	texts(func(p *ledgerRow) string { return p.uri }),
	blobs(func(p *ledgerRow) []byte { return p.SHA256[:] }),
	int64s(func(p *ledgerRow) int64 { return p.Size }),
	texts(func(p *ledgerRow) string { return p.Tag }),
	texts(func(p *ledgerRow) string { return p.Kind }),
	int32s(func(p *ledgerRow) int32 { return p.Reading }),
	int64s(func(p *ledgerRow) int64 { return p.First }),
	int64s(func(p *ledgerRow) int64 { return p.Seen }),
	int64s(func(p *ledgerRow) int64 { return p.Stored }),
	int64s(func(p *ledgerRow) int64 { return p.Duplicate }),
	int64s(func(p *ledgerRow) int64 { return p.Rejected }),
	texts(func(p *ledgerRow) string { return p.reasons }),
	texts(func(p *ledgerRow) string { return p.samples }),
	float64s(func(p *ledgerRow) float64 { return p.Seconds }),
	bools(func(p *ledgerRow) bool { return p.Done }),
	int64s(func(p *ledgerRow) int64 { return p.Membership }),
	micros(func(p *ledgerRow) int64 { return p.At.UnixMicro() }),
	texts(func(p *ledgerRow) string { return p.batch }),
}
