package crash

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// state is what a graph holds, whichever batches it came in.
type state struct {
	Status        status
	Tables        map[string]string // of each rollup or table a count, sums and a hash of its rows
	Events, Flows string
	Investigation map[string]any
}

// status is of `gumshoe graph status -o json` what does not depend on batches.
type status struct {
	Totals                    map[string]int64
	Reasons                   map[string]int64
	Objects, Events, Entities int64
	FirstHour, LastHour       string
	Members                   int
}

// stateOf checks that the graph of a data folder is whole and returns its
// state. No process may have the folder open.
func stateOf(t *testing.T, data string) state {
	t.Helper()
	s := state{
		Status:        decode[status](t, gumshoe(t, "graph", "status", "--data", data, "-o", "json")),
		Tables:        map[string]string{},
		Investigation: decode[map[string]any](t, gumshoe(t, "investigate", "--data", data, "-o", "json", "--from", "2026-09-29", "--to", "2026-09-30T20:00:00Z", suspect)),
	}
	remove(s.Investigation, "GraphArn", "CreatedTime", "EventIDs") // the latter are samples
	g := openGraph(t, data)
	defer g.close(t)
	g.checkWhole(t)
	for name, tables := range g.rollups(t) {
		s.Tables[name] = g.digest(t, tables)
	}
	const hash = "bit_xor(md5_number_lower(r::VARCHAR))"
	// What is known of an entity besides depends on the batch that it first
	// came in.
	s.Tables["entity"] = g.one(t, "SELECT count(*), "+hash+" FROM (SELECT type, key FROM entity) r")
	s.Tables["ledger"] = g.one(t, "SELECT count(*), "+hash+` FROM (SELECT uri, max(size) AS size, max(kind) AS kind, bool_or(done) AS done
		FROM ledger GROUP BY uri) r`)
	s.Tables["volume"] = g.one(t, "SELECT count(*), sum(n), "+hash+` FROM (SELECT kind, account, day, sum(stored) AS n, sum(stored_bytes),
		sum(refused), sum(refused_bytes) FROM volume GROUP BY ALL HAVING n > 0) r`)
	// Which side is near is the layout's choice, batch by batch.
	s.Flows = g.parquet(t, 3, `count(*), sum(bytes), bit_xor(md5_number_lower((start, duration, if(outbound, near_port, far_port),
		if(outbound, far_port, near_port), protocol, packets, bytes, version, action, status, format, rest, raw)::VARCHAR))`)
	s.Events = g.parquet(t, 1, "count(*), count(DISTINCT (event_id, event_id_rest)), sum(octet_length(raw)), sum(epoch_ms(time)), bit_xor(md5_number_lower(event_id::VARCHAR || event_id_rest || md5(raw)))")
	return s
}

// remove takes keys out of a JSON value at every depth.
func remove(v any, keys ...string) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range keys {
			delete(v, k)
		}
		for _, inner := range v {
			remove(inner, keys...)
		}
	case []any:
		for _, inner := range v {
			remove(inner, keys...)
		}
	}
}

// digest sums up a rollup's rows, which depend on the batches, by what they
// are about, and describes the sums. Ids, which depend on the graph's secret,
// become the entities' names. Samples may be any. The tables of a rollup have
// the same columns.
func (g *graph) digest(t *testing.T, tables []string) string {
	t.Helper()
	columns := g.rows(t, "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", tables[0])
	// Versions are not summed up: one may be there twice.
	versions := slices.ContainsFunc(columns, func(row string) bool { return strings.HasPrefix(row, "updated ") })
	dims, sums, joins, totals := []string{"1 AS one"}, []string{}, []string{}, []string{"count(*)"}
	for i, row := range columns {
		name, kind, _ := strings.Cut(row, " ")
		column := fmt.Sprintf("t.%q", name)
		switch {
		case kind == "UBIGINT" && name != "packets" && name != "bytes":
			dims = append(dims, fmt.Sprintf("e%d.name AS c%d", i, i))
			joins = append(joins, fmt.Sprintf("LEFT JOIN named AS e%d ON e%d.id = %s", i, i, column))
		case versions, slices.Contains([]string{"hour", "day"}, name),
			slices.Contains([]string{"VARCHAR", "UTINYINT", "USMALLINT", "BOOLEAN", "DOUBLE"}, kind):
			dims = append(dims, column)
		case name == "first":
			sums = append(sums, fmt.Sprintf("min(%s) AS c%d", column, i))
		case name == "last":
			sums = append(sums, fmt.Sprintf("max(%s) AS c%d", column, i))
		case name == "hours": // a set, a bit each
			sums = append(sums, fmt.Sprintf("bit_or(%s) AS c%d", column, i))
		case !strings.HasSuffix(kind, "[]"):
			sums = append(sums, fmt.Sprintf("sum(%s) AS c%d", column, i))
			totals = append(totals, fmt.Sprintf("sum(c%d)", i))
		}
	}
	return g.one(t, fmt.Sprintf(`WITH named AS MATERIALIZED (SELECT id, type || ' ' || key AS name FROM entity),
		r AS (SELECT %s FROM %s AS t %s GROUP BY ALL)
		SELECT %s, bit_xor(md5_number_lower(r::VARCHAR)) FROM r`,
		strings.Join(append(dims, sums...), ", "), union(tables), strings.Join(joins, " "), strings.Join(totals, ", ")))
}

// checkState compares a graph with the one of an undisturbed run.
func checkState(t *testing.T, data string, want state) {
	t.Helper()
	if diff := cmp.Diff(want, stateOf(t, data)); diff != "" {
		t.Errorf("-undisturbed +this one:\n%.4000s", diff)
	}
}
