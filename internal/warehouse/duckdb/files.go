package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fileKind tells what a file holds. The numbers are stored.
type fileKind uint8

const (
	segmentFile fileKind = 1 // events
	runFile     fileKind = 2 // duplicate keys of events
	flowFile    fileKind = 3 // flow records
	flowRunFile fileKind = 4 // duplicate keys of flow records
)

// fileDirs are the folders of a graph by what their files hold. A batch has a
// file of one name in each, a day.
var fileDirs = map[fileKind]string{
	segmentFile: "segments",
	runFile:     "index",
	flowFile:    "flows",
	flowRunFile: "flow-index",
}

// file is one immutable file of the graph.
type file struct {
	kind    fileKind
	day     warehouse.Day
	name    string // without folder
	entries int64
	bytes   int64
	firstMS int64 // segments: earliest and latest event or start of a flow, Unix milliseconds
	lastMS  int64
	memory  int64 // segments: bytes that its records take in memory, about
}

// path returns the file's path under the graph's folder dir.
func (f file) path(dir string) string {
	return filepath.Join(dir, fileDirs[f.kind], f.day.Time().Format("2006-01-02"), f.name)
}

// kindDay names the files of one kind and day.
type kindDay struct {
	kind fileKind
	day  warehouse.Day
}

// fileSet holds the committed files by kind and day. It is the writer's:
// readers ask the table, so that they see the files of their snapshot.
type fileSet map[kindDay][]file

// of returns the files of a kind and day, which must not be changed.
func (fs fileSet) of(kind fileKind, day warehouse.Day) []file { return fs[kindDay{kind, day}] }

func (fs fileSet) add(f file) {
	k := kindDay{f.kind, f.day}
	fs[k] = append(fs[k], f)
}

// remove forgets a file.
func (fs fileSet) remove(gone file) {
	k := kindDay{gone.kind, gone.day}
	fs[k] = slices.DeleteFunc(fs[k], func(f file) bool { return f.name == gone.name })
}

// change does what the table file was told.
func (fs fileSet) change(c fileChange) {
	for _, f := range c.replaced {
		fs.remove(f)
	}
	for _, f := range c.added {
		fs.add(f)
	}
}

func loadFiles(ctx context.Context, db querier) (fileSet, error) {
	set := fileSet{}
	rows, err := db.QueryContext(ctx, "SELECT kind, day, name, entries, bytes, first_ms, last_ms, memory FROM file")
	if err != nil {
		return set, err
	}
	return set, collect(rows, "file", func(row scanner) error {
		var f file
		if err := row.Scan(&f.kind, &f.day, &f.name, &f.entries, &f.bytes, &f.firstMS, &f.lastMS, &f.memory); err != nil {
			return err
		}
		if fileDirs[f.kind] == "" {
			return fmt.Errorf("file %s is of the unknown kind %d", f.name, f.kind)
		}
		set.add(f)
		return nil
	})
}

// removeOrphans deletes the files under dir that the set does not hold, and
// the folders that this leaves empty.
func (fs fileSet) removeOrphans(dir string) error {
	if err := fs.orphans(dir, os.Remove); err != nil {
		return err
	}
	for _, sub := range fileDirs {
		if err := removeEmptyDirs(filepath.Join(dir, sub)); err != nil {
			return err
		}
	}
	return nil
}

// orphans calls f for each file that no row names.
func (fs fileSet) orphans(dir string, f func(path string) error) error {
	listed := map[string]bool{}
	for _, files := range fs {
		for _, f := range files {
			listed[f.path(dir)] = true
		}
	}
	for _, sub := range fileDirs {
		root := filepath.Join(dir, sub)
		err := walkFiles(root, func(path string) error {
			if listed[path] {
				return nil
			}
			return f(path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func walkFiles(root string, f func(path string) error) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return f(path)
	})
}

// removeEmptyDirs removes the empty folders in root.
func removeEmptyDirs(root string) error {
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(root, e.Name())
		if inside, err := os.ReadDir(path); err == nil && len(inside) == 0 {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// createFile makes a new file with its folder, fills it by write and makes
// its content durable; its name is durable after syncNames. On an error
// nothing is left behind.
func createFile(path string, write func(*os.File) error) (bytes int64, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := write(f); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// syncNames makes the names of new files, and of the folders that may be new
// with them, durable.
func syncNames(dir string, files []file) error {
	done := map[string]bool{}
	for _, f := range files {
		day := filepath.Dir(f.path(dir))
		for _, d := range []string{day, filepath.Dir(day)} {
			if done[d] {
				continue
			}
			done[d] = true
			if err := syncDir(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncDir makes the creation and removal of dir's entries durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func removeFiles(dir string, files []file) error {
	var errs []error
	for _, f := range files {
		if err := os.Remove(f.path(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
