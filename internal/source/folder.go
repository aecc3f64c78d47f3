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
//
// A listing asks for the names in each folder and for the size and time of
// each file, and opens none. A file that was acknowledged and stayed the same
// for calmListings is asked for only by every restListings-th listing, so that
// many old files cost little and a change of one is seen a little later.
type Folder struct {
	files *Files

	mu       sync.Mutex
	seen     map[string]*watched // by path
	listings uint64              // begun
}

// Some ten minutes, and a quarter of one, of listings each second. Guesses.
const (
	calmListings = 600
	restListings = 16
)

// watched is what is known of a file.
type watched struct {
	last   version // at the listing before
	listed version // when it was yielded
	done   version // when it was yielded and then acknowledged
	at     uint64  // the listing that saw it last
	since  uint64  // the listing that saw it change last
}

// version is how a file looks from outside. The zero version is none.
type version struct {
	known          bool
	size, modified int64 // bytes, -1 for one that cannot be read; Unix nanoseconds
}

// NewFolder returns a Source that watches the folder at path for files that
// Files.Include takes with these patterns. Nothing is read yet.
func NewFolder(path string, include ...string) *Folder {
	return &Folder{files: NewFiles(path).Include(include...), seen: map[string]*watched{}}
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
		f.mu.Lock()
		f.listings++
		at := f.listings
		f.mu.Unlock()
		l, err := f.files.list(ctx, &folderListing{f, at})
		if err != nil {
			yield(Object{}, err)
			return
		}
		f.forget(at)
		l.Objects(ctx)(yield)
	}
}

// folderListing is one listing of a Folder: the chooser of its walk.
type folderListing struct {
	*Folder
	at uint64 // which one
}

// rests implements chooser.
func (f *folderListing) rests(path string) bool {
	if f.at%restListings == 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.seen[path]
	if w == nil || w.done != w.last || f.at < w.since+calmListings {
		return false
	}
	w.at = max(w.at, f.at)
	return true
}

// takes implements chooser.
func (f *folderListing) takes(path string, e *entry) bool {
	now := version{known: true, size: e.size, modified: e.modified}
	if e.err != nil {
		now.size = -1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	w := f.seen[path]
	if w == nil {
		w = &watched{}
		f.seen[path] = w
	}
	if w.last != now {
		w.since = f.at
	}
	fresh := w.last == now && w.done != now
	if fresh {
		w.listed = now
	}
	w.last, w.at = now, max(w.at, f.at)
	return fresh
}

// forget drops the files that a listing has not seen.
func (f *Folder) forget(at uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for path, w := range f.seen {
		if w.at < at {
			delete(f.seen, path)
		}
	}
}

// Open implements Source, as Files does.
func (f *Folder) Open(ctx context.Context, o Object) (*Content, error) { return f.files.Open(ctx, o) }

// Acknowledge implements Source: the file is not listed again before it
// changes from what it was when it was listed.
func (f *Folder) Acknowledge(_ context.Context, o Object) error {
	path, err := UnescapeName(o.URI)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if w := f.seen[path]; w != nil && w.listed.known {
		w.done = w.listed
	}
	return nil
}
