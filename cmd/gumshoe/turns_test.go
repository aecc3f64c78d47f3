package main

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// listed is a source that has no more than a list.
type listed struct {
	source.Source
	names []string
	err   error // at the end of the list
}

func (l listed) Objects(context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, name := range l.names {
			if !yield(source.Object{URI: name}, nil) {
				return
			}
		}
		if l.err != nil {
			yield(source.Object{}, l.err)
		}
	}
}

// Whoever waits for the graph gets it after one turn, and everything is read
// once and in order.
func TestInTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		writer := make(chan struct{}, 1)
		writer <- struct{}{}
		var order []string
		read := func(src source.Source) error {
			for o, err := range src.Objects(t.Context()) {
				if err != nil {
					return err
				}
				order = append(order, o.URI)
			}
			if len(order) == 1 {
				go func() {
					writer <- struct{}{}
					order = append(order, "other")
					<-writer
				}()
				synctest.Wait() // until it waits
			}
			return nil
		}
		gone := errors.New("no such bucket")
		for _, end := range []error{nil, gone} {
			order = nil
			if err := inTurns(t.Context(), listed{names: []string{"a", "b", "c"}, err: end}, -1, writer, read); !errors.Is(err, end) {
				t.Errorf("error %v, want %v", err, end)
			}
			if diff := cmp.Diff([]string{"a", "other", "b", "c"}, order); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(writer) != 1 {
				t.Fatal("the writer gave its turn away")
			}
		}
		order = nil
		if err := inTurns(t.Context(), listed{names: []string{"a", "b"}}, turnTime, writer, func(src source.Source) error {
			order = append(order, "turn")
			return read(src)
		}); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"turn", "a", "b"}, order); diff != "" {
			t.Errorf("a short reading (-want +got):\n%s", diff)
		}
	})
}
