package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrNotRegular says that a path is neither a file nor a folder but a device,
// a pipe or a socket, which cannot be read twice.
var ErrNotRegular = errors.New("not a regular file")

// ErrLinkOutside says that a symbolic link inside a folder leads out of it.
// Links are followed only where somebody has named them.
var ErrLinkOutside = errors.New("symbolic link out of the folder")

// listing collects the files of one walk.
type listing struct {
	entries []entry
	dirs    map[string]string // one string for each folder
	without map[string]bool   // real paths to pass over
}

// add lists the file or folder at path, following it if it is a link. Only
// ctx's error is returned; what cannot be read becomes an entry.
func (l *listing) add(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("list %s: %w", path, err)
	}
	info, err := os.Stat(abs)
	switch {
	case err == nil && l.passesOver(abs):
	case err != nil:
		l.append(abs, 0, reason(err))
	case info.IsDir():
		return l.walk(ctx, abs)
	case !info.Mode().IsRegular():
		l.append(abs, 0, ErrNotRegular)
	default:
		l.append(abs, info.Size(), nil)
	}
	return ctx.Err()
}

// passesOver reports whether the file or folder at path is to be left out.
func (l *listing) passesOver(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	return err == nil && l.without[real]
}

// walk lists the files below the folder root.
func (l *listing) walk(ctx context.Context, root string) error {
	// WalkDir does not follow root itself if it is a link.
	real, err := filepath.EvalSymlinks(root)
	if err != nil {
		l.append(root, 0, reason(err))
		return ctx.Err()
	}
	return filepath.WalkDir(real, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if l.without[path] {
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		// The names stay those under the path that was given.
		name := path
		if root != real {
			rel, err := filepath.Rel(real, path)
			if err != nil {
				return fmt.Errorf("list %s: %w", root, err)
			}
			name = filepath.Join(root, rel)
		}
		switch {
		case err != nil:
			l.append(name, 0, reason(err))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
		case d.Type()&fs.ModeSymlink != 0:
			l.link(real, path, name)
		case d.Type().IsRegular():
			info, err := d.Info()
			if err != nil {
				l.append(name, 0, reason(err))
				return nil
			}
			l.append(name, info.Size(), nil)
		default:
			l.append(name, 0, ErrNotRegular)
		}
		return nil
	})
}

// link lists the symbolic link at path. One that stays below root adds
// nothing: the walk meets its target.
func (l *listing) link(root, path, name string) {
	target, err := filepath.EvalSymlinks(path)
	switch {
	case err != nil:
		l.append(name, 0, reason(err))
	case target != root && !strings.HasPrefix(target, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator)):
		l.append(name, 0, ErrLinkOutside)
	}
}

func (l *listing) append(path string, size int64, err error) {
	dir, name := filepath.Split(path)
	shared, ok := l.dirs[dir]
	if !ok {
		shared = strings.Clone(dir)
		l.dirs[shared] = shared
	}
	e := entry{dir: shared, name: strings.Clone(name), size: size, err: err}
	if t, ok := stampOf(name); ok {
		e.stamp = t.Unix()
	}
	l.entries = append(l.entries, e)
}

// reason strips the path from err: the object's URI says it already.
func reason(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		return pathErr.Err
	}
	return err
}
