package main

import (
	"context"
	"errors"
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
	// object is read when it is new or looks different. That takes an
	// estimated 250 bytes an object.
	remember bool
	read     map[string]look     // by URI
	failed   map[string]attempts // by URI
}

// look is what tells an object from an earlier one of the same name.
type look struct {
	size int64 // bytes
	tag  string
}

func lookOf(o source.Object) look { return look{o.Size, o.Tag} }

// attempts are those to read an object that cannot be read.
type attempts struct {
	retry
	after  time.Time // not to be tried again before
	look   look
	listed bool // the list itself said so
}

const (
	firstAttempt = time.Minute
	lastAttempt  = time.Hour
)

// wants reports whether an object is to be read now.
func (b *backlog) wants(o source.Object, now time.Time) bool {
	if a, ok := b.failed[o.URI]; ok {
		switch {
		case o.Err != nil:
			return false // that was reported
		case a.listed, a.look != lookOf(o):
			return true // restored, or written anew
		}
		return !now.Before(a.after)
	}
	known, ok := b.read[o.URI]
	return !ok || known != lookOf(o)
}

// done notes how the reading of an object went.
func (b *backlog) done(o source.Object, s ingest.ObjectSummary, now time.Time) {
	if s.Reasons[reasonUnreadable] > 0 && !s.Unchanged {
		b.fails(o, now)
		return
	}
	delete(b.failed, o.URI)
	b.known(o)
}

// fails notes that an object cannot be read. It is tried again later, and
// then later still.
func (b *backlog) fails(o source.Object, now time.Time) {
	if b.failed == nil {
		b.failed = map[string]attempts{}
	}
	a := b.failed[o.URI]
	a.after = now.Add(a.next(firstAttempt, lastAttempt))
	a.look, a.listed = lookOf(o), o.Err != nil
	b.failed[o.URI] = a
}

// failedBefore notes that an earlier server could not read an object.
func (b *backlog) failedBefore(o source.Object) {
	if b.failed == nil {
		b.failed = map[string]attempts{}
	}
	b.failed[o.URI] = attempts{look: lookOf(o), listed: o.Err != nil}
}

// known notes that an object was read, now or earlier.
func (b *backlog) known(o source.Object) {
	if !b.remember {
		return
	}
	if b.read == nil {
		b.read = map[string]look{}
	}
	b.read[o.URI] = lookOf(o)
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
	found, err := c.unread(ctx, found, asked)
	if err != nil {
		return nil, err
	}
	return c.openable(ctx, found)
}

// unread takes the objects that the ledger has read as they look now out of
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
		k := ledger[o.URI]
		hashed := k.SHA256 != [32]byte{}
		switch _, failed := c.backlog.failed[o.URI]; {
		case k.Done && hashed && k.Size == o.Size && (k.Tag == o.Tag || k.Tag == "" || o.Tag == ""):
			c.backlog.known(o)
		case k.Done && !hashed && k.Reasons[reasonUnreadable] > 0 && !failed:
			c.backlog.failedBefore(o)
			if o.Err == nil {
				left = append(left, o)
			}
		default:
			left = append(left, o)
		}
	}
	return left, nil
}

// maxProbes is how many objects that still cannot be read a round meets
// before it leaves the others to the next one: some seconds of refusals from
// Amazon S3. A guess.
const maxProbes = 256

// openable takes the objects out of found that could not be read before and
// still cannot. Each attempt of a run leaves a row in the ledger, so one to no
// avail is not made: what cannot be read is reported once. What can be read
// again is fetched twice.
func (c *collector) openable(ctx context.Context, found []source.Object) ([]source.Object, error) {
	left, probes := found[:0], 0
	for _, o := range found {
		if _, failed := c.backlog.failed[o.URI]; failed {
			if probes == maxProbes {
				continue
			}
			content, err := c.source.Open(ctx, o)
			switch {
			case err == nil:
				if err := content.Close(); err != nil {
					return nil, fmt.Errorf("try to read %s: %w", o.URI, err)
				}
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case !errors.Is(err, source.ErrGone): // which a run acknowledges
				c.backlog.fails(o, c.now())
				probes++
				continue
			}
		}
		left = append(left, o)
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
