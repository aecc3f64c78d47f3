package duckdb

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// TestOrphans has files in the graph's folders that no committed batch named.
func TestOrphans(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(f func(s *Store)) {
		t.Helper()
		e, err := New(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Create(t.Context(), testGraph, entity.Secret{1}); err != nil {
			t.Fatal(err)
		}
		s, err := e.Open(t.Context(), testGraph)
		if err != nil {
			t.Fatal(err)
		}
		f(s.(*Store))
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var orphans []string
	with(func(s *Store) {
		for i := range 9 { // the runs of the first eight are merged
			b := &warehouse.Batch{ID: fmt.Sprint("b", i), Events: []warehouse.Event{{Time: at, EventID: fmt.Sprint(i), Key: uint64(i)}},
				FlowRecords: []warehouse.FlowRecord{{Start: at.Unix(), Key: uint64(i), Bytes: uint64(i)}}}
			if err := s.Commit(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		orphans = []string{
			file{kind: segmentFile, day: 1, name: "x.parquet"}.path(s.dir),
			file{kind: segmentFile, day: warehouse.DayOf(at), name: "x.parquet"}.path(s.dir),
			file{kind: runFile, day: 1, name: "x.keys"}.path(s.dir),
			file{kind: runFile, day: warehouse.DayOf(at), name: "b9.keys"}.path(s.dir),
			file{kind: flowFile, day: 1, name: "b0.parquet"}.path(s.dir),
			file{kind: flowRunFile, day: warehouse.DayOf(at), name: "b0.keys"}.path(s.dir),
		}
		for _, o := range orphans {
			if err := os.MkdirAll(filepath.Dir(o), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(o, []byte("half a fi"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
	with(func(s *Store) {
		if got := filesOf(t, s); len(got) != 2*(9+2) {
			t.Errorf("after opening: %d files; want 9 segments and 2 runs of events and as many of flows: %v", len(got), got)
		}
		if _, err := os.Stat(filepath.Dir(orphans[0])); err == nil {
			t.Errorf("the empty folder %s is still there", filepath.Dir(orphans[0]))
		}
		checkFiles(t, s)
	})
}

// filesOf lists the segments and runs that are on disk.
func filesOf(t testing.TB, s *Store) []string {
	t.Helper()
	var paths []string
	for _, sub := range fileDirs {
		if err := walkFiles(filepath.Join(s.dir, sub), func(p string) error { paths = append(paths, p); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// checkFiles compares the files on disk with those that the table names.
func checkFiles(t testing.TB, s *Store) {
	t.Helper()
	set, err := loadFiles(t.Context(), s.db)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]int64{}
	for _, files := range set {
		for _, f := range files {
			named[f.path(s.dir)] = f.bytes
		}
	}
	for _, p := range filesOf(t, s) {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if size, ok := named[p]; !ok || size != info.Size() {
			t.Errorf("%s has %d bytes; the table says %d (named: %v)", p, info.Size(), size, ok)
		}
		delete(named, p)
	}
	if len(named) > 0 {
		t.Errorf("the table names files that are missing: %v", named)
	}
}

// remains writes what is left of a graph that has no database.
func remains(t *testing.T, graph string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(graph, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCreateAfterBrokenCreation has what a creation leaves behind that was
// broken off, and a deletion: nothing of it must be replayed.
func TestCreateAfterBrokenCreation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	graph := filepath.Join(dir, testGraph)
	remains(t, graph, databaseFile+".wal", databaseFile+".new", databaseFile+".new.wal")
	remains(t, graph+".deleted", databaseFile, "segments/2026-01-01/x.parquet")
	e, err := New(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(t.Context(), testGraph, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	s, err := e.Open(t.Context(), testGraph)
	if err != nil {
		t.Fatal(err)
	}
	checkFiles(t, s.(*Store))
	if err := e.Delete(t.Context(), testGraph); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left after the deletion: %v, %v", left, err)
	}
}

// A graph whose database is missing is not made anew over its segments.
func TestCreateRefusesOverSegments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	graph := filepath.Join(dir, testGraph)
	remains(t, graph, "segments/2026-01-01/x.parquet")
	e, err := New(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Create(t.Context(), testGraph, entity.Secret{1}); err == nil || !strings.Contains(err.Error(), "restore it from a backup") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(graph, "segments/2026-01-01/x.parquet")); err != nil {
		t.Error(err)
	}
}

func TestNewRefusesFolder(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a?b", "a?", "100%"} {
		if _, err := New(filepath.Join(t.TempDir(), name), Options{}); err == nil {
			t.Errorf("New in %q: no error", name)
		}
	}
	for _, name := range []string{"it's", "a b", "ünï;--", "a#b", "a%20b"} {
		e, err := New(filepath.Join(t.TempDir(), name), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Create(t.Context(), testGraph, entity.Secret{}); err != nil {
			t.Errorf("Create in %q: %v", name, err)
		}
		if _, err := e.Open(t.Context(), testGraph); err != nil {
			t.Errorf("Open in %q: %v", name, err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLockNamesHolder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	f, err := acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = acquire(path)
	if want := fmt.Sprintf("(process %d)", os.Getpid()); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v; want it to say %s", err, want)
	}
	if err := release(f); err != nil {
		t.Fatal(err)
	}
	if f, err = acquire(path); err != nil {
		t.Fatal(err)
	}
	if err := release(f); err != nil {
		t.Fatal(err)
	}
}
