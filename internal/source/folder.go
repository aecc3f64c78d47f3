package source

import (
	"context"
	"iter"
	"sync"
)

// Folder is the Source of a folder that is watched: a server lists it again
// and again, and each time gets what is new.
//
// A file is listed when its size and modification time are those that the
// listing before saw, so that one that is still being written is not read
// half: the first listing of all yields nothing. It is listed until it is
// acknowledged, and then again once its size or time has changed. Two
// listings at once give both the same files.
//
// What was acknowledged is kept in memory only: after a restart every file is
// listed once more, and the ledger knows it. That takes an estimated 300 bytes
// for each file that is in the folder; files that are removed are forgotten. A
// file whose content changes and whose size and time do not goes unnoticed.
type Folder struct {
	files *Files

	mu   sync.Mutex
	seen map[string]watched // by URI
}

// watched is what is known of a file.
type watched struct {
	last   version // at the listing before
	listed version // when it was yielded
	done   version // when it was yielded and then acknowledged
}

// version is how a file looks from outside. The zero version is none.
type version struct {
	known          bool
	size, modified int64 // bytes, -1 for one that cannot be read; Unix nanoseconds
}

// NewFolder returns a Source that watches the folder at path for files that
// Files.Include takes with these patterns. Nothing is read yet.
func NewFolder(path string, include ...string) *Folder {
	return &Folder{files: NewFiles(path).Include(include...), seen: map[string]watched{}}
}

// Without leaves out the files and folders with these paths, as Files does.
func (f *Folder) Without(paths ...string) *Folder {
	f.files.Without(paths...)
	return f
}

// Objects implements Source, with the files that are new or changed since
// they were acknowledged, and quiet.
func (f *Folder) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		l, err := f.files.list(ctx)
		if err != nil {
			yield(Object{}, err)
			return
		}
		f.keepFresh(l)
		l.Objects(ctx)(yield)
	}
}

// keepFresh takes out of the list what need not be read now, and remembers
// what it saw.
func (f *Folder) keepFresh(l *Listing) {
	l.sort()
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := make(map[string]watched, len(l.entries))
	fresh := l.entries[:0]
	for _, e := range l.entries {
		uri := EscapeName(e.folder + e.name)
		now := version{known: true, size: e.size, modified: e.modified}
		if e.err != nil {
			now.size = -1
		}
		w := f.seen[uri]
		if w.last == now && w.done != now {
			w.listed = now
			fresh = append(fresh, e)
		}
		w.last = now
		seen[uri] = w
	}
	f.seen = seen
	l.entries = fresh
}

// Open implements Source, as Files does.
func (f *Folder) Open(ctx context.Context, o Object) (*Content, error) { return f.files.Open(ctx, o) }

// Acknowledge implements Source: the file is not listed again before it
// changes from what it was when it was listed.
func (f *Folder) Acknowledge(_ context.Context, o Object) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w, ok := f.seen[o.URI]; ok && w.listed.known {
		w.done = w.listed
		f.seen[o.URI] = w
	}
	return nil
}
