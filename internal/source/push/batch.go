package push

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"sync"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// Batch is a source.Source of bodies that are committed together. Whoever has
// taken it must Answer each object or Fail the rest.
type Batch[A any] struct {
	order []*Receipt[A]

	mu   sync.Mutex
	open map[string]*Receipt[A] // by URI, those without an answer
}

var _ source.Source = (*Batch[int])(nil)

// Len is how many objects the batch was made of.
func (b *Batch[A]) Len() int { return len(b.order) }

// Answer gives an object's sender its account. The object is gone afterwards;
// one that is gone already, or was never there, is passed over.
func (b *Batch[A]) Answer(uri string, account A) {
	if r := b.end(uri); r != nil {
		r.answer(account, nil)
	}
}

// Fail gives an error to all senders that have no answer yet.
func (b *Batch[A]) Fail(err error) {
	for _, r := range b.order {
		if b.end(r.uri) != nil {
			var none A
			r.answer(none, err)
		}
	}
}

// end takes out the receipt of an object, nil when it has an answer.
func (b *Batch[A]) end(uri string) *Receipt[A] {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.open[uri]
	delete(b.open, uri)
	return r
}

// content returns an object's bytes and hash while it has no answer.
func (b *Batch[A]) content(uri string) (data []byte, sum [32]byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, ok := b.open[uri]
	if !ok {
		return nil, sum, false
	}
	return r.body.data, r.body.sum, true
}

// Objects implements source.Source: objects come in the order in which they
// were pushed, none has a Stamp, and those with an answer are gone.
func (b *Batch[A]) Objects(ctx context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, r := range b.order {
			if err := ctx.Err(); err != nil {
				yield(source.Object{}, err)
				return
			}
			data, _, ok := b.content(r.uri)
			if ok && !yield(source.Object{URI: r.uri, Size: int64(len(data))}, nil) {
				return
			}
		}
	}
}

// Open implements source.Source.
func (b *Batch[A]) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URI, o.Err)
	}
	data, sum, ok := b.content(o.URI)
	if !ok {
		return nil, fmt.Errorf("open %s: %w", o.URI, source.ErrGone)
	}
	return source.NewContent(source.Until(ctx, bytes.NewReader(data)), sum, int64(len(data)), nil), nil
}

// Acknowledge implements source.Source: the sender is told by Answer.
func (b *Batch[A]) Acknowledge(context.Context, source.Object) error { return nil }
