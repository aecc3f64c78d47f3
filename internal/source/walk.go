package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// ErrNotRegular says that a path is neither a file nor a folder but a device,
// a pipe or a socket, which cannot be read twice.
var ErrNotRegular = errors.New("not a regular file")

// ErrLinkOutside says that a symbolic link inside a folder leads out of it.
// Links are followed only where somebody has named them.
var ErrLinkOutside = errors.New("symbolic link out of the folder")

// walk finds the files of one listing.
type walk struct {
	found   Listing
	without map[string]bool // real paths to pass over
	include Patterns
	choose  chooser // nil takes all

	named []named // files whose size and time is not known yet, at most statBlock
}

// named is a regular file that a walk met.
type named struct {
	path  string
	found fs.DirEntry
	info  fs.FileInfo
	err   error // why there is no info
}

// statBlock is how many files are asked for their size and time at once.
const statBlock = 4096

// chooser says which of the files that a walk meets are listed.
type chooser interface {
	// rests reports whether the regular file at path is passed over without
	// asking for its size and time.
	rests(path string) bool
	// takes reports whether the file at path, which is e, is listed.
	takes(path string, e *entry) bool
}

// add lists the file or folder at path, following it if it is a link. Only
// ctx's error is returned; what cannot be read becomes an entry.
func (w *walk) add(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("list %s: %w", path, err)
	}
	info, err := os.Stat(abs)
	switch {
	case err == nil && w.passesOver(abs):
	case err != nil:
		w.unreadable(abs, reason(err))
	case info.IsDir():
		return w.folder(ctx, abs)
	case !info.Mode().IsRegular():
		w.unreadable(abs, ErrNotRegular)
	default:
		w.file(abs, entryOf(info))
	}
	return ctx.Err()
}

// passesOver reports whether the file or folder at path is to be left out.
func (w *walk) passesOver(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	return err == nil && w.without[real]
}

// folder lists the files below the folder root.
func (w *walk) folder(ctx context.Context, root string) error {
	// WalkDir does not follow root itself if it is a link.
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		w.unreadable(root, reason(err))
		return ctx.Err()
	}
	err = filepath.WalkDir(real, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if w.without[path] {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		below := relative(real, path)
		// The names stay those under the path that was given.
		name := path
		if root != real {
			name = filepath.Join(root, below)
		}
		switch {
		case err != nil:
			w.unreadable(name, reason(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			w.link(real, path, name)
		case w.choose != nil && d.Type().IsRegular() && w.choose.rests(name):
		case !w.include.Match(below):
		case d.Type().IsRegular():
			if w.named = append(w.named, named{path: name, found: d}); len(w.named) == statBlock {
				w.stat()
			}
		default:
			w.unreadable(name, ErrNotRegular)
		}
		return nil
	})
	w.stat()
	return err
}

// stat takes in the files of w.named. Nothing is read before the whole list is
// made, so all processors ask for sizes and times: of many small files that is
// a tenth of the time that ingesting them takes.
func (w *walk) stat() {
	var asking sync.WaitGroup
	for part := range slices.Chunk(w.named, len(w.named)/runtime.GOMAXPROCS(0)+1) {
		asking.Go(func() {
			for i := range part {
				part[i].info, part[i].err = part[i].found.Info()
			}
		})
	}
	asking.Wait()
	for _, n := range w.named {
		if n.err != nil {
			w.unreadable(n.path, reason(n.err))
		} else {
			w.file(n.path, entryOf(n.info))
		}
	}
	clear(w.named)
	w.named = w.named[:0]
}

// link lists the symbolic link at path. One that stays below root adds
// nothing: the walk meets its target. Patterns pass over a link to a file,
// not over one to a folder, whose files they might match.
func (w *walk) link(root, path, name string) {
	if info, err := os.Stat(path); (err != nil || !info.IsDir()) && !w.include.Match(relative(root, path)) {
		return
	}
	target, err := filepath.EvalSymlinks(path)
	switch {
	case err != nil:
		w.unreadable(name, reason(err))
	case target != root && !strings.HasPrefix(target, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator)):
		w.unreadable(name, ErrLinkOutside)
	}
}

// relative is path, which lies below root, from there on and with slashes.
func relative(root, path string) string {
	return strings.TrimPrefix(filepath.ToSlash(path[len(root):]), "/")
}

func (w *walk) unreadable(path string, err error) { w.file(path, entry{err: err}) }

// file takes in the entry e of the file at path.
func (w *walk) file(path string, e entry) {
	if w.choose == nil || w.choose.takes(path, &e) {
		w.found.add(path, e)
	}
}

// entryOf is the entry of a file, without its name.
func entryOf(info fs.FileInfo) entry {
	return entry{size: info.Size(), modified: info.ModTime().UnixNano()}
}

// reason strips the path from err: the object's URI says it already.
func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
