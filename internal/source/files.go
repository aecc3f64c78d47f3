package source

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// smallFile is the size in bytes up to which a file is read into memory at
// once. Larger ones are read twice, first for their hash.
const smallFile = 4 << 20

// Files is the Source of local files and folders.
type Files struct {
	paths   []string
	without map[string]bool
	include Patterns
	err     error     // of a bad pattern
	buffers sync.Pool // of *[]byte, for the contents of small files
}

// NewFiles returns a Source of the files and folders with these paths. A
// folder stands for every regular file in it, at any depth, hidden ones
// included. Nothing is read yet.
func NewFiles(paths ...string) *Files {
	f := &Files{paths: slices.Clone(paths)}
	f.buffers.New = func() any { return new([]byte) }
	return f
}

// Without leaves out the files and folders with these paths, which must be
// absolute and free of symbolic links, whatever is named or found.
func (f *Files) Without(paths ...string) *Files {
	f.without = map[string]bool{}
	for _, p := range paths {
		f.without[p] = true
	}
	return f
}

// Include takes of a folder only the files whose path below it, or whose
// name, one of the patterns matches, see ParsePatterns. What is named itself
// is always taken, and a folder that cannot be read is always reported. No
// patterns take all. With a bad one Objects yields its error and nothing
// else.
func (f *Files) Include(patterns ...string) *Files {
	f.include, f.err = ParsePatterns(patterns...)
	return f
}

// Objects implements Source. The whole list is made before the first object
// is yielded, since it is sorted; see Listing for the memory that it takes.
func (f *Files) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		l, err := f.list(ctx, nil)
		if err != nil {
			yield(Object{}, err)
			return
		}
		l.Objects(ctx)(yield)
	}
}

// list finds the files that choose takes, nil standing for all. Only ctx's
// error is returned, or a bad pattern's.
func (f *Files) list(ctx context.Context, choose chooser) (*Listing, error) {
	if f.err != nil {
		return nil, f.err
	}
	w := walk{without: f.without, include: f.include, choose: choose}
	for _, path := range f.paths {
		if err := w.add(ctx, path); err != nil {
			return nil, err
		}
	}
	return &w.found, nil
}

// Acknowledge implements Source: files stay where they are.
func (f *Files) Acknowledge(context.Context, Object) error { return nil }
