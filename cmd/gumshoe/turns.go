package main

import (
	"context"
	"iter"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// turnTime is how long one command reads before the graph's other writers,
// collectors and pushes, get their turn.
const turnTime = 2 * time.Second

// turns is a source that is read in turns: each Objects goes on where the last
// one ended, for the time of a turn. A single object is never divided.
type turns struct {
	source.Source
	length time.Duration
	next   func() (source.Object, error, bool)
	more   bool // the last Objects did not come to the end
}

// newTurns divides what src lists under ctx. The caller must call end.
func newTurns(ctx context.Context, src source.Source, length time.Duration) (t *turns, end func()) {
	t = &turns{Source: src, length: length, more: true}
	t.next, end = iter.Pull2(src.Objects(ctx))
	return t, end
}

// Objects implements source.Source. It is called once a turn.
func (t *turns) Objects(context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for until := time.Now().Add(t.length); ; {
			o, err, ok := t.next()
			if t.more = ok; !ok || !yield(o, err) || time.Now().After(until) {
				return
			}
		}
	}
}

// inTurns reads src turn by turn. It is called, and returns, as the graph's
// writer.
func inTurns(ctx context.Context, src source.Source, length time.Duration, writer chan struct{}, read func(source.Source) error) error {
	t, end := newTurns(ctx, src, length)
	defer end()
	for {
		if err := read(t); err != nil || !t.more {
			return err
		}
		// Who waits is served in order, so this one comes last.
		<-writer
		writer <- struct{}{}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
