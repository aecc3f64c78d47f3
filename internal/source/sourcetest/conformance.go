package sourcetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// World is a Source under test and its surroundings.
type World struct {
	Source source.Source
	// Remove takes away the object whose name Setup was given.
	Remove func(name string) error
}

// Setup makes a Source that holds exactly these objects. Names consist of
// letters, digits, dots, hyphens and underscores, with slashes between them.
// The world must clean up after itself with t.Cleanup.
type Setup func(t *testing.T, objects map[string][]byte) World

// delivered are objects in the order in which they must be listed.
var delivered = []string{
	"z/111122223333_CloudTrail_us-east-1_20240102T0300Z_aaaa.json.gz",
	"a/111122223333_CloudTrail_eu-west-1_20240102T0305Z_bbbb.json.gz",
	"z/111122223333_CloudTrail_us-east-1_20240102T0305Z_cccc.json.gz",
	"a/111122223333_CloudTrail_eu-west-1_20240102T0310Z_dddd.json.gz",
	"a/111122223333_CloudTrail_eu-west-1_20240102T0310Z_eeee.json.gz",
	"no-time.json",
	"z/no-time.json",
}

// Run runs the suite.
func Run(t *testing.T, setup Setup) {
	contents := map[string][]byte{}
	for i, name := range delivered {
		contents[name] = bytes.Repeat([]byte(name+"\n"), i*i*4000) // 0 bytes to a few MB
	}
	w := setup(t, contents)
	ctx := t.Context()

	objects := list(t, w.Source)
	t.Run("each object once, by delivery", func(t *testing.T) {
		var got []string
		for _, o := range objects {
			got = append(got, nameOf(o, contents))
			if want := int64(len(contents[nameOf(o, contents)])); o.Size != want || o.Err != nil {
				t.Errorf("%s: size %d, error %v; want %d", o.URI, o.Size, o.Err, want)
			}
		}
		if diff := cmp.Diff(delivered, got); diff != "" {
			t.Errorf("(-want)\n%s", diff)
		}
		if want := time.Date(2024, 1, 2, 3, 0, 0, 0, time.UTC); !objects[0].Stamp.Equal(want) {
			t.Errorf("stamp %v; want %v", objects[0].Stamp, want)
		}
		if last := objects[len(objects)-1]; !last.Stamp.IsZero() {
			t.Errorf("%s has stamp %v", last.URI, last.Stamp)
		}
	})
	t.Run("same order again, after stopping early", func(t *testing.T) {
		w.Source.Objects(ctx)(func(source.Object, error) bool { return false })
		if diff := cmp.Diff(objects, list(t, w.Source)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("content and hash", func(t *testing.T) {
		var all sync.WaitGroup
		defer all.Wait()
		for _, o := range append(objects, objects...) {
			all.Go(func() {
				if err := checkContent(ctx, w.Source, o, contents[nameOf(o, contents)]); err != nil {
					t.Errorf("%s: %v", o.URI, err)
				}
			})
		}
	})
	t.Run("closed content", func(t *testing.T) {
		c, err := w.Source.Open(ctx, objects[1])
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, io.EOF) {
			t.Errorf("Read = %d, %v after Close", n, err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) { cancelled(t, w.Source, objects) })
	t.Run("unreadable", func(t *testing.T) {
		o := objects[1]
		o.Err = errors.New("unreadable")
		if _, err := w.Source.Open(ctx, o); !errors.Is(err, o.Err) {
			t.Errorf("Open: %v; want the object's error", err)
		}
	})
	t.Run("acknowledge", func(t *testing.T) {
		for range 2 {
			if err := w.Source.Acknowledge(ctx, objects[1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := checkContent(ctx, w.Source, objects[1], contents[delivered[1]]); err != nil {
			t.Error(err)
		}
	})
	t.Run("gone", func(t *testing.T) {
		if err := w.Remove(delivered[2]); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Source.Open(ctx, objects[2]); !errors.Is(err, source.ErrGone) {
			t.Errorf("Open: %v; want ErrGone", err)
		}
		if err := w.Source.Acknowledge(ctx, objects[2]); err != nil {
			t.Errorf("Acknowledge: %v", err)
		}
	})
	t.Run("nothing there", func(t *testing.T) {
		if got := list(t, setup(t, nil).Source); len(got) != 0 {
			t.Errorf("%d objects", len(got))
		}
	})
}

func cancelled(t *testing.T, s source.Source, objects []source.Object) {
	ctx, cancel := context.WithCancel(t.Context())
	c, err := s.Open(ctx, objects[4])
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cancel()
	if n, err := io.Copy(io.Discard, c); !errors.Is(err, context.Canceled) {
		t.Errorf("read %d bytes, %v; want context.Canceled", n, err)
	}
	if _, err := s.Open(ctx, objects[4]); !errors.Is(err, context.Canceled) {
		t.Errorf("Open: %v; want context.Canceled", err)
	}
	var last error
	for o, err := range s.Objects(ctx) {
		if last = err; err == nil {
			t.Errorf("object %s listed", o.URI)
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("list ended with %v; want context.Canceled", last)
	}
}

func checkContent(ctx context.Context, s source.Source, o source.Object, want []byte) error {
	c, err := s.Open(ctx, o)
	if err != nil {
		return err
	}
	sum, size := c.SHA256, c.Size
	got, err := io.ReadAll(c)
	switch {
	case err != nil:
	case !bytes.Equal(got, want):
		err = errors.New("other bytes")
	case c.Tag != o.Tag || strings.ContainsAny(c.Tag, `"`):
		err = fmt.Errorf("listed with tag %q and read with %q; want the same, without quotes", o.Tag, c.Tag)
	case sum != sha256.Sum256(want) || size != int64(len(want)):
		err = errors.New("wrong hash or size")
	}
	return errors.Join(err, c.Close())
}

func list(t *testing.T, s source.Source) (objects []source.Object) {
	t.Helper()
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		objects = append(objects, o)
	}
	return objects
}

// nameOf returns the longest name that the object's URI ends in.
func nameOf(o source.Object, contents map[string][]byte) (name string) {
	for n := range contents {
		if strings.HasSuffix(o.URI, "/"+n) && len(n) > len(name) {
			name = n
		}
	}
	return name
}
