package main

import (
	"bytes"
	"context"
	"io"
	"iter"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// tenBytes is a source of objects with 10 bytes each.
type tenBytes int

func (n tenBytes) Objects(context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for i := range int(n) {
			if !yield(source.Object{URI: string(rune('a' + i)), Size: 10}, nil) {
				return
			}
		}
	}
}

func (tenBytes) Open(context.Context, source.Object) (*source.Content, error) {
	return source.NewContent(strings.NewReader("0123456789 and more"), [32]byte{}, 19, nil), nil
}

func (tenBytes) Acknowledge(context.Context, source.Object) error { return nil }

// Progress is for terminals only, is drawn five times a second at most, no
// wider than the terminal, and is wiped before the answer.
func TestProgress(t *testing.T) {
	t.Parallel()
	const wipe = "\r\x1b[K"
	for columns, want := range map[int]string{
		0: "",
		200: wipe + "0 of 1 object, 0 records, 0 rejected" + wipe +
			"0 of 4 objects, 7 records, 2 rejected" + wipe +
			"0 of 4 objects, 7 records, 2 rejected, 0.0 MB/s, 12s left" + wipe +
			"2 of 4 objects, 12 records, 2 rejected, 0.0 MB/s, 3s left" + wipe,
		20: wipe + "0 of 1 object, 0 re" + wipe + "0 of 4 objects, 7 r" + wipe + "0 of 4 objects, 7 r" + wipe + "2 of 4 objects, 12 " + wipe,
	} {
		var b bytes.Buffer
		p := (&invocation{stderr: &b, columns: columns}).progress()
		now := time.Unix(0, 0)
		p.now = func() time.Time { return now }
		sources, err := p.watch(t.Context(), []source.Source{tenBytes(4)})
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(redraw)
		p.batch(ingest.BatchReport{Kinds: map[string]ingest.KindReport{"": {Totals: warehouse.Totals{Seen: 7, Rejected: 2}}}})
		p.object(ingest.ObjectSummary{}) // too early to be shown
		p.objects--
		now = now.Add(3*time.Second - redraw)
		c, err := sources[0].Open(t.Context(), source.Object{Size: 10})
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(io.LimitReader(c, 8)); err != nil || len(text) != 8 {
			t.Fatalf("%q, %v", text, err)
		}
		if text, err := io.ReadAll(c); err != nil || len(text) != 11 {
			t.Fatalf("%q, %v", text, err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		now = now.Add(redraw / 2)
		if c, err = sources[0].Open(t.Context(), source.Object{Size: 10}); err != nil || c.Close() != nil {
			t.Fatal("an object that is not read")
		}
		p.objects++
		now = now.Add(redraw)
		p.object(ingest.ObjectSummary{Unchanged: true, Totals: warehouse.Totals{Seen: 5, Duplicate: 5}})
		p.end()
		p.end()
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%d columns (-want)\n%s", columns, diff)
		}
	}
}

func TestTerminalColumns(t *testing.T) {
	t.Parallel()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n := terminalColumns(f); n != 0 {
		t.Errorf("%s has %d columns", os.DevNull, n)
	}
}
