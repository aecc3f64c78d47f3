package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"iter"
	"sync/atomic"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

var equateEmpty = cmpopts.EquateEmpty()

// memory is a source of objects in memory.
type memory struct {
	names    []string
	contents map[string][]byte
	tags     map[string]string // may be nil
	opened   *atomic.Int64     // may be nil
	done     *[]string         // the names of what was acknowledged; may be nil
}

func (m memory) Objects(context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, name := range m.names {
			if !yield(source.Object{URI: name, Size: int64(len(m.contents[name])), Tag: m.tags[name]}, nil) {
				return
			}
		}
	}
}

func (m memory) Open(_ context.Context, o source.Object) (*source.Content, error) {
	b := m.contents[o.URI]
	if m.opened != nil {
		m.opened.Add(1)
	}
	c := source.NewContent(bytes.NewReader(b), sha256.Sum256(b), int64(len(b)), nil)
	c.Tag = m.tags[o.URI]
	return c, nil
}

func (m memory) Acknowledge(_ context.Context, o source.Object) error {
	if m.done != nil {
		*m.done = append(*m.done, o.URI)
	}
	return nil
}
