package main

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// backlog knows which of the objects that a source lists need not be read now.
// It belongs to one goroutine at a time.
type backlog struct {
	// remember says that the source lists everything each time. Then an
	// object is read when its name or its size is new: the objects of Amazon
	// S3 that hold logs are written once. That takes an estimated 200 bytes
	// an object.
	remember bool
	read     map[string]int64    // sizes in bytes, by URI
	failed   map[string]attempts // by URI
}

// attempts are those to read an object that cannot be read. Each leaves a row
// in the ledger, so they become rare.
type attempts struct {
	retry
	after time.Time // not to be tried again before
}

const (
	firstAttempt = time.Minute
	lastAttempt  = 6 * time.Hour
)

// wants reports whether an object is to be read now.
func (b *backlog) wants(o source.Object, now time.Time) bool {
	if now.Before(b.failed[o.URI].after) {
		return false
	}
	size, ok := b.read[o.URI]
	return !ok || size != o.Size
}

// done notes how the reading of an object went.
func (b *backlog) done(o ingest.ObjectSummary, now time.Time) {
	if o.Reasons[reasonUnreadable] > 0 && !o.Unchanged {
		if b.failed == nil {
			b.failed = map[string]attempts{}
		}
		a := b.failed[o.URI]
		a.after = now.Add(a.next(firstAttempt, lastAttempt))
		b.failed[o.URI] = a
		return
	}
	delete(b.failed, o.URI)
	b.known(o.URI, o.Bytes)
}

// known notes that an object of this size was read, now or earlier.
func (b *backlog) known(uri string, size int64) {
	if !b.remember {
		return
	}
	if b.read == nil {
		b.read = map[string]int64{}
	}
	b.read[uri] = size
}

// keep forgets what was not listed.
func (b *backlog) keep(listed map[string]struct{}) {
	for uri := range b.read {
		if _, ok := listed[uri]; !ok {
			delete(b.read, uri)
		}
	}
	for uri := range b.failed {
		if _, ok := listed[uri]; !ok {
			delete(b.failed, uri)
		}
	}
}

// forget forgets failures that nobody has come back to.
func (b *backlog) forget(now time.Time) {
	for uri, a := range b.failed {
		if now.Sub(a.after) > lastAttempt {
			delete(b.failed, uri)
		}
	}
}

// lookup is how many objects are looked up in the ledger at once.
const lookup = 1024

// pending lists the objects that are to be read now.
func (c *collector) pending(ctx context.Context) ([]source.Object, error) {
	var found []source.Object
	listed := map[string]struct{}{}
	asked := 0 // found[asked:] was not looked up yet
	for o, err := range c.source.Objects(ctx) {
		if err != nil {
			return nil, err
		}
		if c.config.Folder != "" && o.Err != nil && o.URI == source.EscapeName(c.config.Folder) {
			return nil, fmt.Errorf("list %s: %w", o.URI, o.Err) // it is no object
		}
		if c.queue == nil {
			listed[o.URI] = struct{}{}
		}
		if !c.backlog.wants(o, c.now()) {
			continue
		}
		if found = append(found, o); len(found)-asked == lookup {
			if found, err = c.unread(ctx, found, asked); err != nil {
				return nil, err
			}
			asked = len(found)
		}
	}
	if c.queue == nil {
		c.backlog.keep(listed)
	} else {
		c.backlog.forget(c.now())
	}
	return c.unread(ctx, found, asked)
}

// unread takes the objects that the ledger has read with this size out of
// found[from:], where a reading costs a download.
func (c *collector) unread(ctx context.Context, found []source.Object, from int) ([]source.Object, error) {
	if !c.backlog.remember || len(found) == from {
		return found, nil
	}
	store, err := c.house.store(ctx, c.graph)
	if err != nil {
		return nil, err
	}
	uris := make([]string, 0, len(found)-from)
	for _, o := range found[from:] {
		uris = append(uris, o.URI)
	}
	ledger, err := store.Objects(ctx, uris)
	if err != nil {
		return nil, err
	}
	left := found[:from]
	for _, o := range found[from:] {
		if k := ledger[o.URI]; k.Done && k.SHA256 != [32]byte{} && k.Size == o.Size {
			c.backlog.known(o.URI, o.Size)
		} else {
			left = append(left, o)
		}
	}
	return left, nil
}

// batchSource hands out objects of a source that were listed before, until
// stop is closed.
type batchSource struct {
	source.Source
	objects []source.Object
	stop    <-chan struct{}
}

// Objects implements source.Source.
func (s *batchSource) Objects(ctx context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, o := range s.objects {
			select {
			case <-ctx.Done():
				yield(source.Object{}, ctx.Err())
				return
			case <-s.stop:
				return
			default:
			}
			if !yield(o, nil) {
				return
			}
		}
	}
}
