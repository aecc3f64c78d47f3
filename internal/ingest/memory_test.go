package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"iter"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

var equateEmpty = cmpopts.EquateEmpty()

// memory is a source of objects in memory.
type memory struct {
	names    []string
	contents map[string][]byte
}

func (m memory) Objects(context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, name := range m.names {
			if !yield(source.Object{URI: name, Size: int64(len(m.contents[name]))}, nil) {
				return
			}
		}
	}
}

func (m memory) Open(_ context.Context, o source.Object) (*source.Content, error) {
	b := m.contents[o.URI]
	return source.NewContent(bytes.NewReader(b), sha256.Sum256(b), int64(len(b)), nil), nil
}

func (memory) Acknowledge(context.Context, source.Object) error { return nil }
