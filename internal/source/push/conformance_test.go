package push

import (
	"context"
	"errors"
	"iter"
	"path"
	"testing"

	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/source/sourcetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// named gives the objects of a batch the names that the suite knows them by,
// and the stamps that are in them: what is pushed has neither.
type named struct {
	*Batch[string]
	names map[string]string // by URI
	uris  map[string]string // by name
}

func (n named) Objects(ctx context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range n.Batch.Objects(ctx) {
			if name, ok := n.names[o.URI]; ok {
				o.URI = "push/" + name
				if at, ok := source.StampOf(path.Base(name)); ok {
					o.Stamp = at.UTC()
				}
			}
			if !yield(o, err) {
				return
			}
		}
	}
}

func (n named) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	o.URI = n.uris[o.URI[len("push/"):]]
	return n.Batch.Open(ctx, o)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	sourcetest.Run(t, func(t *testing.T, objects map[string][]byte) sourcetest.World {
		inbox := NewInbox[string]("auto")
		room := NewRoom(1 << 30)
		n := named{&Batch[string]{}, map[string]string{}, map[string]string{}}
		// They are pushed in the order of their delivery.
		var order source.Listing
		for name := range objects {
			order.Add("/"+name, 0, nil)
		}
		for o, err := range order.Objects(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			name := o.URI[1:]
			r := inbox.Put(hold(t, room, string(objects[name])))
			n.names[r.URI()], n.uris[name] = name, r.URI()
		}
		if len(objects) > 0 {
			n.Batch = inbox.Take(1 << 30)
			t.Cleanup(func() { n.Fail(errors.New("the test ends")) })
		}
		return sourcetest.World{Source: n, Remove: func(name string) error {
			n.Answer(n.uris[name], "committed")
			return nil
		}}
	})
}
