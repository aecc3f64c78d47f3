package source

import (
	"cmp"
	"context"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Listing collects the objects of a Source and hands them out in the order
// that Source asks for, which takes the whole list. It is compact, since
// there may be millions: about 200 bytes an object with names and tags as those
// of CloudTrail in Amazon S3 (measured), folders being kept once. The zero
// value is empty. It is not safe for concurrent use.
type Listing struct {
	entries []entry
	folders map[string]string // one string for each
}

// Add takes in the object with this name, a path or URI in which nothing is
// escaped yet, with its size in bytes. A reason says why the object cannot be
// read; it becomes Object.Err.
func (l *Listing) Add(name string, size int64, reason error) {
	l.add(name, entry{size: size, err: reason})
}

// AddTagged is Add for an object that has an Object.Tag.
func (l *Listing) AddTagged(name string, size int64, tag string, reason error) {
	l.add(name, entry{size: size, tag: strings.Clone(tag), err: reason})
}

// add takes in the entry e with the folder and name of path.
func (l *Listing) add(path string, e entry) {
	folder, name := filepath.Split(path)
	shared, ok := l.folders[folder]
	if !ok {
		if l.folders == nil {
			l.folders = map[string]string{}
		}
		shared = strings.Clone(folder)
		l.folders[shared] = shared
	}
	e.folder, e.name = shared, strings.Clone(name)
	if t, ok := StampOf(name); ok {
		e.stamp = t.Unix()
	}
	l.entries = append(l.entries, e)
}

// Len returns how many objects were added, counting those added twice.
func (l *Listing) Len() int { return len(l.entries) }

// Objects yields the objects by their stamps, those without one last, and
// then by folder and name; one that was added twice is yielded once. It ends
// with ctx's error as Source.Objects must.
func (l *Listing) Objects(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		l.sort()
		for i := range l.entries {
			if err := ctx.Err(); err != nil {
				yield(Object{}, err)
				return
			}
			if !yield(l.entries[i].object(), nil) {
				return
			}
		}
	}
}

// sort orders the entries and drops what was added twice: named twice, or
// inside a folder that is named too.
func (l *Listing) sort() {
	slices.SortFunc(l.entries, compareEntries)
	l.entries = slices.CompactFunc(l.entries, func(a, b entry) bool { return compareEntries(a, b) == 0 })
}

// entry is one listed object.
type entry struct {
	folder, name string // folder ends in a separator and is shared by what is in it
	size         int64
	stamp        int64 // Unix seconds, 0 for none
	modified     int64 // Unix nanoseconds, 0 where it is not kept
	tag          string
	err          error
}

// compareEntries orders by delivery time, then by folder and name; entries
// without a time come last.
func compareEntries(a, b entry) int {
	switch {
	case a.stamp == b.stamp:
	case a.stamp == 0:
		return 1
	case b.stamp == 0:
		return -1
	case a.stamp < b.stamp:
		return -1
	default:
		return 1
	}
	return cmp.Or(strings.Compare(a.folder, b.folder), strings.Compare(a.name, b.name))
}

func (e *entry) object() Object {
	o := Object{URI: EscapeName(e.folder + e.name), Size: e.size, Tag: e.tag, Err: e.err}
	if e.stamp != 0 {
		o.Stamp = time.Unix(e.stamp, 0).UTC()
	}
	return o
}
