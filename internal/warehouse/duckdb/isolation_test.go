package duckdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const testGraph = "00000000000000000000000000000001"

// testStore opens a new graph in a new folder.
func testStore(t testing.TB, opts Options) *Store {
	t.Helper()
	e, err := New(t.TempDir(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := e.Create(t.Context(), testGraph, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	s, err := e.Open(t.Context(), testGraph)
	if err != nil {
		t.Fatal(err)
	}
	return s.(*Store)
}

// TestIsolation tries to leave the graph's folder by SQL, on connections of
// the pool and on the writer's.
func TestIsolation(t *testing.T) {
	t.Parallel()
	s := testStore(t, Options{})
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := s.Commit(t.Context(), &warehouse.Batch{ID: "a", Events: []warehouse.Event{{Time: at, EventID: "e"}}}); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside+".csv", []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(filepath.Dir(s.dir), "neighbour.duckdb")
	for _, statement := range []string{
		"SELECT * FROM read_csv('/etc/passwd')",
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_blob('/etc/passwd')",
		"SELECT * FROM read_json('/etc/passwd')",
		"SELECT * FROM glob('/etc/*')",
		"SELECT * FROM '/etc/passwd'",
		"SELECT * FROM read_csv(" + quote(outside+".csv") + ")",
		"SELECT * FROM read_csv(" + quote(filepath.Join(s.dir, fileDirs[segmentFile], "..", "lock")) + ")",
		"SELECT * FROM read_blob(" + quote(filepath.Join(s.dir, "lock")) + ")",
		"SELECT * FROM read_parquet('https://example.com/x.parquet')",
		"COPY (SELECT 1) TO " + quote(outside+".txt"),
		"COPY (SELECT 1) TO '/tmp/gumshoe-isolation.txt'",
		"EXPORT DATABASE " + quote(outside),
		"IMPORT DATABASE " + quote(outside),
		"ATTACH " + quote(other),
		"ATTACH " + quote(outside+".db") + " (TYPE sqlite)",
		"INSTALL httpfs",
		"LOAD httpfs",
		"LOAD " + quote(outside),
		"SET enable_external_access = true",
		"SET GLOBAL enable_external_access = true",
		"SET lock_configuration = false",
		"RESET lock_configuration",
		"SET allowed_directories = ['/']",
		"SET memory_limit = '1TB'",
		"SET TimeZone = 'Asia/Tokyo'",
		"SET temp_directory = '/tmp'",
		"SET log_query_path = " + quote(outside+".log"),
		"PRAGMA enable_profiling = 'json'",
		"SET profiling_output = " + quote(outside+".json"),
		"CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')",
	} {
		if rows, err := s.db.QueryContext(t.Context(), statement); err == nil {
			if rows.Next() || rows.Err() == nil {
				t.Errorf("a reader may: %s", statement)
			}
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
		}
		if err := s.writer.exec(statement); err == nil {
			t.Errorf("the writer may: %s", statement)
		}
	}
	left, err := filepath.Glob(filepath.Dir(outside) + "/*")
	if err != nil || len(left) != 1 {
		t.Errorf("files outside: %v, %v", left, err)
	}
	if _, err := os.Stat(other); err == nil {
		t.Errorf("%s was made", other)
	}
	if events, err := s.Events(t.Context(), warehouse.EventQuery{}); err != nil || len(events) != 1 {
		t.Errorf("Events = %v, %v; want one", events, err)
	}
}

// TestSettings checks connections of the pool, which were not there when the
// settings were made.
func TestSettings(t *testing.T) {
	t.Setenv("TZ", "America/New_York")
	s := testStore(t, Options{Threads: 1, MemoryMB: 100})
	for range 3 {
		conn, err := s.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for name, want := range map[string]string{
			"TimeZone": "UTC", "threads": "1", "memory_limit": "95.3 MiB", "preserve_insertion_order": "false",
			"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "parquet_metadata_cache": "true",
			"enable_external_access": "false", "lock_configuration": "true", "temp_directory": filepath.Join(s.dir, "tmp"),
		} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "SELECT current_setting(?)::VARCHAR", name).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s = %q; want %q", name, got, want)
			}
		}
	}
}

// TestSpill sorts more than the memory limit, which takes temporary files.
func TestSpill(t *testing.T) {
	t.Parallel()
	s := testStore(t, Options{Threads: 1, MemoryMB: 64})
	var n int
	const query = `SELECT count(*) FROM (SELECT hash(i) h, i, repeat('x', 20) || i AS s FROM range(2000000) t(i) ORDER BY h LIMIT 1900000) WHERE s <> ''`
	if err := s.db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if n != 1_900_000 {
		t.Errorf("%d rows", n)
	}
}

// TestAppenderChecksTypes has columns that do not fit the table: the engine's
// memory must not be written.
func TestAppenderChecksTypes(t *testing.T) {
	t.Parallel()
	s := testStore(t, Options{})
	rows := []*file{{name: "x"}}
	for name, columns := range map[string][]column[file]{
		"too few":    fileColumns[:3],
		"other type": append([]column[file]{int64s(func(*file) int64 { return 0 })}, fileColumns[1:]...),
	} {
		if err := appendRows(t.Context(), s.writer, "file", columns, rows); err == nil || !strings.Contains(err.Error(), "BUG") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := appendRows(t.Context(), s.writer, "no_such_table", fileColumns, rows); err == nil {
		t.Error("no such table: no error")
	}
	if set, err := loadFiles(t.Context(), s.db); err != nil || len(set) != 0 {
		t.Errorf("files = %v, %v", set, err)
	}
}
