package duckdb

import (
	"strings"
	"time"
	unicode "unicode/utf8"
	"unsafe"

	duckdb "github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// column copies one field of rows into a vector of the engine. The number of
// rows never exceeds the vector's capacity.
type column[R any] struct {
	kind duckdb.Type
	fill func(v mapping.Vector, rows []*R)
}

// fixed makes a column of values that lie in the vector as they do in Go:
// kind must be of T's size.
func fixed[T, R any](kind duckdb.Type, get func(*R) T) column[R] {
	return column[R]{kind, func(v mapping.Vector, rows []*R) {
		dst := unsafe.Slice((*T)(mapping.VectorGetData(v)), len(rows))
		for i, r := range rows {
			dst[i] = get(r)
		}
	}}
}

func ids[R any](get func(*R) entity.ID) column[R]    { return fixed(duckdb.TYPE_UBIGINT, get) }
func uint64s[R any](get func(*R) uint64) column[R]   { return fixed(duckdb.TYPE_UBIGINT, get) }
func uint32s[R any](get func(*R) uint32) column[R]   { return fixed(duckdb.TYPE_UINTEGER, get) }
func uint16s[R any](get func(*R) uint16) column[R]   { return fixed(duckdb.TYPE_USMALLINT, get) }
func uint8s[R any](get func(*R) uint8) column[R]     { return fixed(duckdb.TYPE_UTINYINT, get) }
func int64s[R any](get func(*R) int64) column[R]     { return fixed(duckdb.TYPE_BIGINT, get) }
func int32s[R any](get func(*R) int32) column[R]     { return fixed(duckdb.TYPE_INTEGER, get) }
func float64s[R any](get func(*R) float64) column[R] { return fixed(duckdb.TYPE_DOUBLE, get) }
func bools[R any](get func(*R) bool) column[R]       { return fixed(duckdb.TYPE_BOOLEAN, get) }

// micros makes a TIMESTAMP column of Unix microseconds.
func micros[R any](get func(*R) int64) column[R] { return fixed(duckdb.TYPE_TIMESTAMP, get) }

func blobs[R any](get func(*R) []byte) column[R] {
	return column[R]{duckdb.TYPE_BLOB, func(v mapping.Vector, rows []*R) {
		for i, r := range rows {
			mapping.VectorAssignStringElementLen(v, mapping.IdxT(i), get(r))
		}
	}}
}

func texts[R any](get func(*R) string) column[R] {
	return column[R]{duckdb.TYPE_VARCHAR, func(v mapping.Vector, rows []*R) {
		for i, r := range rows {
			setText(v, i, get(r))
		}
	}}
}

// textLists makes a VARCHAR[] column.
func textLists[R any](get func(*R) []string) column[R] {
	return column[R]{duckdb.TYPE_LIST, func(v mapping.Vector, rows []*R) {
		total := 0
		for _, r := range rows {
			total += len(get(r))
		}
		mapping.ListVectorReserve(v, mapping.IdxT(total))
		mapping.ListVectorSetSize(v, mapping.IdxT(total))
		entries := unsafe.Slice((*mapping.ListEntry)(mapping.VectorGetData(v)), len(rows))
		elements, next := mapping.ListVectorGetChild(v), 0
		for i, r := range rows {
			list := get(r)
			entries[i] = mapping.NewListEntry(uint64(next), uint64(len(list)))
			for _, s := range list {
				setText(elements, next, s)
				next++
			}
		}
	}}
}

func setText(v mapping.Vector, i int, s string) {
	mapping.VectorAssignStringElementLen(v, mapping.IdxT(i), []byte(utf8(s)))
}

// utf8 replaces what is not UTF-8: the engine makes NULL of such strings and
// refuses to read them from Parquet.
func utf8(s string) string {
	if unicode.ValidString(s) { // nearly always, and much faster
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// countColumns are the last columns of every rollup. The times are seconds
// since the start of the row's hour or day, which start returns: 12 or 17 bits
// once they are packed, where Unix times of sorted rows take 20 to 30.
func countColumns[R any](get func(*R) *warehouse.Counts, start func(*R) time.Time) []column[R] {
	since := func(r *R, at int64) int32 { return int32(at - start(r).Unix()) }
	return []column[R]{
		uint32s(func(r *R) uint32 { return get(r).Success }),
		uint32s(func(r *R) uint32 { return get(r).Failure }),
		uint32s(func(r *R) uint32 { return get(r).Denied }),
		int32s(func(r *R) int32 { return since(r, get(r).First) }),
		int32s(func(r *R) int32 { return since(r, get(r).Last) }),
	}
}
