package crash

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // to look into a graph that no process has open
)

// graph is the database of a data folder's one graph, opened only to read.
type graph struct {
	dir string
	db  *sql.DB
}

// tornLog is the name of the copy of a log that broke off.
const tornLog = "graph.duckdb.torn-log"

// openGraph opens the one graph of a data folder. No process may have it open
// and its last one must have closed it.
func openGraph(t *testing.T, data string) *graph {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(data, "graphs", "*"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("want one graph in %s: %v, %v", data, dirs, err)
	}
	g := &graph{dir: dirs[0]}
	// A log stays where a full disk kept it from being folded in, and a copy of
	// a torn one.
	entries, err := os.ReadDir(g.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(append([]string{"graph.duckdb", "graph.duckdb.wal", tornLog, "lock"}, kinds[1:]...), e.Name()) {
			t.Errorf("a closed graph's folder holds %s", e.Name())
		}
	}
	g.db, err = sql.Open("duckdb", filepath.Join(g.dir, "graph.duckdb")+"?access_mode=READ_ONLY")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.close(t) })
	return g
}

func (g *graph) close(t *testing.T) {
	t.Helper()
	if err := g.db.Close(); err != nil {
		t.Errorf("close the graph: %v", err)
	}
}

// rows returns the rows of a query, the columns of each separated by spaces.
func (g *graph) rows(t *testing.T, query string, args ...any) (rows []string) {
	t.Helper()
	result, err := g.db.QueryContext(context.WithoutCancel(t.Context()), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer result.Close()
	columns, err := result.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for result.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := result.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = fmt.Sprint(v)
		}
		rows = append(rows, strings.Join(texts, " "))
	}
	if err := result.Err(); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return rows
}

// one returns the one row of a query.
func (g *graph) one(t *testing.T, query string) string {
	t.Helper()
	rows := g.rows(t, query)
	if len(rows) != 1 {
		t.Fatalf("%s: %d rows", query, len(rows))
	}
	return rows[0]
}

// kinds are the folders of a graph by the kind that the table of files says:
// events and their keys, flow records and theirs.
var kinds = []string{1: "segments", "index", "flows", "flow-index"}

// files returns the paths of the files of a kind that the table names.
func (g *graph) files(t *testing.T, kind int) []string {
	t.Helper()
	return g.rows(t, fmt.Sprintf("SELECT '%s/' || strftime(DATE '1970-01-01' + day, '%%Y-%%m-%%d') || '/' || name FROM file WHERE kind = %d ORDER BY 1", kinds[kind], kind))
}

// checkWhole checks that nothing in the graph is there by halves: every row
// and every file belongs to a batch that is committed, and what the tables say
// about the events agrees with each other and with the files.
func (g *graph) checkWhole(t *testing.T) {
	t.Helper()
	var found, named []string
	for kind, sub := range kinds[1:] {
		named = append(named, g.files(t, kind+1)...)
		err := filepath.WalkDir(filepath.Join(g.dir, sub), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
				return nil
			}
			name, rel := filepath.Rel(g.dir, path)
			found = append(found, name)
			return errors.Join(err, rel)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(found)
	slices.Sort(named)
	if !slices.Equal(found, named) {
		t.Errorf("files that no row names: %v\nrows that name no file: %v", without(found, named), without(named, found))
	}
	for what, query := range map[string]string{
		"rows of the ledger that do not add up":     "SELECT * FROM ledger WHERE seen <> stored + duplicate + rejected",
		"rows of the ledger without a batch":        "SELECT uri FROM ledger ANTI JOIN batch ON batch.id = ledger.batch",
		"batches without a row in the ledger":       "SELECT id FROM batch ANTI JOIN ledger ON batch.id = ledger.batch",
		"files without a batch":                     "SELECT name FROM file ANTI JOIN batch ON name = id || '.parquet' OR name = id || '.keys' WHERE NOT " + merged,
		"batches that come twice":                   "SELECT id FROM batch GROUP BY id HAVING count(*) > 1",
		"entities that come twice":                  "SELECT id FROM entity GROUP BY id HAVING count(*) > 1",
		"pieces of an object that come twice":       "SELECT uri, reading, first FROM ledger WHERE seen > 0 GROUP BY ALL HAVING count(*) > 1",
		"days with other events than keys":          "SELECT day, (kind + 1) // 2 AS what FROM file GROUP BY ALL HAVING sum(CASE kind % 2 WHEN 1 THEN entries ELSE -entries END) <> 0",
		"batches with more events than the ledger":  "SELECT id, n, entries FROM (SELECT batch AS id, sum(stored) AS n FROM ledger GROUP BY 1) RIGHT JOIN (SELECT replace(name, '.parquet', '') AS id, sum(entries) AS entries FROM file WHERE kind % 2 = 1 AND NOT " + merged + " GROUP BY 1) USING (id) WHERE coalesce(n, 0) < entries",
		"sums of the ledger that no files have":     "SELECT n, entries FROM (SELECT coalesce(sum(stored), 0) AS n FROM ledger), (SELECT coalesce(sum(entries), 0) AS entries FROM file WHERE kind % 2 = 1) WHERE n <> entries",
		"partitions that are named and missing":     "SELECT name, month FROM rollup_month ANTI JOIN duckdb_tables() ON table_name = " + partition,
		"partitions that are there and not named":   "SELECT table_name FROM duckdb_tables() ANTI JOIN rollup_month ON table_name = " + partition + ` WHERE regexp_matches(table_name, '_\d{4}_\d{2}$')`,
		"batches with another volume than in files": "SELECT id, n, stored FROM (SELECT batch AS id, sum(stored) AS n FROM ledger GROUP BY 1) FULL JOIN (SELECT batch AS id, sum(stored) AS stored FROM volume GROUP BY 1) USING (id) WHERE coalesce(n, 0) <> coalesce(stored, 0)",
	} {
		if rows := g.rows(t, query); len(rows) > 0 {
			t.Errorf("%d %s: %.1000q", len(rows), what, rows)
		}
	}
	for _, kind := range []int{1, 3} {
		want := g.one(t, fmt.Sprintf("SELECT count(*), coalesce(sum(entries), 0) FROM file WHERE kind = %d", kind))
		if got := g.parquet(t, kind, "count(DISTINCT filename), count(*)"); got != want {
			t.Errorf("files and records in %s are %s; the table says %s", kinds[kind], got, want)
		}
	}
	if a, b := g.calls(t, "activity", ""), g.calls(t, "entity_hour", " WHERE role = 1"); a != b {
		t.Errorf("one rollup has %s calls of principals, another %s", a, b)
	}
	for _, row := range g.rows(t, "SELECT kind, strftime(DATE '1970-01-01' + day, '%Y-%m-%d') || '/' || name, bytes FROM file") {
		var kind, bytes int64
		var name string
		if _, err := fmt.Sscan(row, &kind, &name, &bytes); err != nil {
			t.Fatalf("%q: %v", row, err)
		}
		info, err := os.Stat(filepath.Join(g.dir, kinds[kind], name))
		if err != nil || info.Size() != bytes {
			t.Errorf("%s, want %d bytes: %v, %v", row, bytes, info, err)
		}
	}
}

// without returns a without those in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// parquet returns an aggregate of all events or flow records.
func (g *graph) parquet(t *testing.T, kind int, aggregate string) string {
	t.Helper()
	var list []string
	for _, f := range g.files(t, kind) {
		list = append(list, "'"+filepath.Join(g.dir, f)+"'")
	}
	if len(list) == 0 {
		return "0 0"
	}
	return g.one(t, fmt.Sprintf("SELECT %s FROM read_parquet([%s], filename = true)", aggregate, strings.Join(list, ", ")))
}

// merged is the SQL of whether a file is one that others were merged into,
// which may come from several batches.
const merged = "starts_with(name, 'c_')"

// partition is the SQL of the name of a rollup's table of a month.
const partition = "name || printf('_%04d_%02d', month // 12, month % 12 + 1)"

// rollups returns the tables of each rollup by its name: one a month and one
// of rows that came in small numbers.
func (g *graph) rollups(t *testing.T) map[string][]string {
	t.Helper()
	tables := map[string][]string{}
	for _, row := range g.rows(t, `SELECT regexp_extract(table_name, '^(.+)_(\d{4}_\d{2}|delta)$', 1) AS name, table_name
		FROM duckdb_tables() WHERE name <> '' ORDER BY ALL`) {
		name, table, _ := strings.Cut(row, " ")
		tables[name] = append(tables[name], table)
	}
	if len(tables) == 0 {
		t.Error("the graph has no rollups")
	}
	return tables
}

// union is the SQL of all rows of some tables.
func union(tables []string) string {
	return "(FROM " + strings.Join(tables, " UNION ALL BY NAME FROM ") + ")"
}

// calls sums up the calls in a rollup.
func (g *graph) calls(t *testing.T, rollup, where string) string {
	t.Helper()
	return g.one(t, "SELECT coalesce(sum(success + failure), 0) FROM "+union(g.rollups(t)[rollup])+where)
}
