package crash

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hits counts what runs were killed in.
type hits map[string]int

// String lists them in order.
func (h hits) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&b, "\n%5d  %s", h[name], name)
	}
	return b.String()
}

// How far a run had come when it was killed, in order.
const (
	unchanged  = "0 nothing changed yet"
	making     = "1 making folder and graph"
	reading    = "2 reading, before the first batch"
	writing    = "3 writing the files of a batch"
	written    = "4 files written, rows not committed"
	committed  = "5 committed, replaced files not removed"
	between    = "6 reading, after a batch"
	closing    = "7 all in, log not folded in"
	closed     = "8 all in and folded in"
	checkpoint = "9 in a checkpoint"
)

// stageOf tells how far a run had come when it was killed, by what it left of
// its data folder. all is how many objects there are to read.
func stageOf(t *testing.T, data string, all int) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(data, "graphs", "*", "graph.duckdb*"))
	if err != nil {
		t.Fatal(err)
	}
	// A copy is opened: to open the graph would change it.
	copied := filepath.Join(folder(t), "graphs", "copy")
	defer func() { _ = os.RemoveAll(copied) }()
	dir, log := "", false
	left := map[string]bool{}
	for _, path := range paths {
		dir = filepath.Dir(path)
		left[filepath.Base(path)] = true
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		log = log || filepath.Base(path) == "graph.duckdb.wal" && len(b) > 0
		if err := errors.Join(os.MkdirAll(copied, 0o700), os.WriteFile(filepath.Join(copied, filepath.Base(path)), b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	switch {
	case !left["graph.duckdb"]:
		return making
	case left["graph.duckdb.wal.checkpoint"], left["graph.duckdb.wal.recovery"]:
		return checkpoint
	}
	db, err := sql.Open("duckdb", filepath.Join(copied, "graph.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	g := &graph{dir: copied, db: db}
	defer g.close(t)
	if err := db.PingContext(t.Context()); err != nil {
		t.Errorf("a killed run leaves a graph that does not open: %v", err)
		return "does not open"
	}
	batches := g.rows(t, "SELECT id FROM batch")
	done := len(g.rows(t, "SELECT uri FROM ledger GROUP BY uri HAVING bool_or(done)"))
	named := map[string]bool{}
	for kind := range kinds[1:] {
		for _, name := range g.files(t, kind+1) {
			named[name] = true
		}
	}
	orphans, half, replaced := 0, false, false
	for _, sub := range kinds[1:] {
		for _, path := range below(t, filepath.Join(dir, sub)) {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			if named[name] {
				continue
			}
			orphans++
			replaced = replaced || slices.Contains(batches, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
			half = half || !wholeFile(t, path)
		}
	}
	switch {
	case replaced:
		return committed
	case half:
		return writing
	case orphans > 0:
		return written
	case len(batches) == 0:
		return reading
	case done < all:
		return between
	case log:
		return closing
	}
	return closed
}

// wholeFile reports whether a Parquet file has its end. Of key runs that is
// not known: they are taken for whole unless they are empty.
func wholeFile(t *testing.T, path string) bool {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return len(b) > 0 && (filepath.Ext(path) != ".parquet" || bytes.HasSuffix(b, []byte("PAR1")))
}

// below returns the paths of the files below a folder, none if it is missing.
func below(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// printOf tells apart states of a folder.
func printOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	for _, path := range below(t, dir) {
		info, err := os.Stat(path)
		if err != nil {
			continue // a socket of a killed run, or nothing of interest
		}
		fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
	}
	return b.String()
}
