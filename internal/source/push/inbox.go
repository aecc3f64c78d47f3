package push

import (
	"context"
	"encoding/hex"
	"sync"
	"time"
)

// Inbox queues the bodies of one graph and one kind of logs. A is the account
// that a sender gets of its body. It is safe for concurrent use; only one
// goroutine at a time may Gather and Take.
type Inbox[A any] struct {
	kind    string
	arrived chan struct{} // holds a value when something may wait

	mu      sync.Mutex
	waiting []*Receipt[A]
	bytes   int64 // of the waiting bodies
}

// NewInbox returns an empty inbox for logs of a kind, which is part of the
// objects' URIs.
func NewInbox[A any](kind string) *Inbox[A] {
	return &Inbox[A]{kind: kind, arrived: make(chan struct{}, 1)}
}

// Receipt is what the sender of a body waits on.
type Receipt[A any] struct {
	uri     string
	body    *Body
	inbox   *Inbox[A]
	done    chan struct{} // closed once account and err are set
	account A
	err     error
}

// Put queues a body, which is the inbox's from now on.
func (b *Inbox[A]) Put(body *Body) *Receipt[A] {
	r := &Receipt[A]{uri: "push:" + b.kind + "/" + hex.EncodeToString(body.sum[:]), body: body, inbox: b, done: make(chan struct{})}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, r)
	b.bytes += int64(len(body.data))
	b.signal()
	return r
}

func (b *Inbox[A]) signal() {
	select {
	case b.arrived <- struct{}{}:
	default:
	}
}

// Waiting is how many bodies wait, and their bytes.
func (b *Inbox[A]) Waiting() (bodies int, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting), b.bytes
}

// Arrived gives a value when bodies have come since the last Take, or were
// left behind by it. They may be gone again.
func (b *Inbox[A]) Arrived() <-chan struct{} { return b.arrived }

// Gather waits until so many bytes wait, for as long as is given, so that
// bodies that come together are taken together. It ends early with ctx.
func (b *Inbox[A]) Gather(ctx context.Context, wait time.Duration, enough int64) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		if _, bytes := b.Waiting(); bytes >= enough {
			return
		}
		select {
		case <-b.arrived:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// Take makes a batch of bodies of up to so many bytes together, or of one
// that is larger; nil when nothing waits. Of equal bodies it takes the first:
// each has an account of its own, and the ledger knows the next one then.
func (b *Inbox[A]) Take(most int64) *Batch[A] {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		return nil
	}
	batch := &Batch[A]{open: map[string]*Receipt[A]{}}
	var left []*Receipt[A]
	var bytes int64
	for _, r := range b.waiting {
		size := int64(len(r.body.data))
		if _, same := batch.open[r.uri]; same || len(batch.order) > 0 && bytes+size > most {
			left = append(left, r)
			continue
		}
		batch.order = append(batch.order, r)
		batch.open[r.uri] = r
		bytes += size
	}
	b.waiting = left
	b.bytes -= bytes
	if len(left) > 0 {
		b.signal()
	}
	return batch
}

// Fail answers all that wait with an error.
func (b *Inbox[A]) Fail(err error) {
	b.mu.Lock()
	waiting := b.waiting
	b.waiting, b.bytes = nil, 0
	b.mu.Unlock()
	for _, r := range waiting {
		var none A
		r.answer(none, err)
	}
}

// withdraw takes a body out that nobody has taken yet.
func (b *Inbox[A]) withdraw(r *Receipt[A]) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, w := range b.waiting {
		if w == r {
			b.waiting = append(b.waiting[:i:i], b.waiting[i+1:]...)
			b.bytes -= int64(len(r.body.data))
			r.body.Release()
			return
		}
	}
}

// answer must be called once, by whoever took the receipt out of the inbox.
func (r *Receipt[A]) answer(account A, err error) {
	r.body.Release()
	r.account, r.err = account, err
	close(r.done)
}

// URI is the object's name in the ledger: push:<kind>/<SHA-256 of the body>.
func (r *Receipt[A]) URI() string { return r.uri }

// Wait waits for the account, which is given once all of the body has been
// committed. When ctx ends first its error is returned, and a body that still
// waits is withdrawn; one that is being read may be stored all the same.
func (r *Receipt[A]) Wait(ctx context.Context) (A, error) {
	select {
	case <-r.done:
		return r.account, r.err
	case <-ctx.Done():
	}
	r.inbox.withdraw(r)
	select {
	case <-r.done: // both at once: the account says more
		return r.account, r.err
	default:
		var none A
		return none, context.Cause(ctx)
	}
}
