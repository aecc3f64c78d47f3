package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var errStorage = errors.New("storage failed")

// failing is a store that fails its at-th Commit: before the batch is
// committed, or after, as when the machine dies before the answer arrives.
type failing struct {
	*graph
	at    int
	after bool
}

func (f *failing) Commit(ctx context.Context, b *warehouse.Batch) error {
	f.at--
	if f.at != 0 {
		return f.graph.Commit(ctx, b)
	}
	if f.after {
		if err := f.graph.Commit(ctx, b); err != nil {
			return err
		}
	}
	return errStorage
}

// crashCorpus is small, but its files lie across batches in every way.
func crashCorpus(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	long := calls(t, 0, 40)
	long[7], long[21] = `{"bad":`+"\x01"+`}`, `{"eventVersion":"1.08"}`
	write(t, dir, map[string][]byte{
		"a.json":    delivery(calls(t, 100, 4)...),
		"b.json.gz": packed(t, delivery(long...)),
		"c.json":    delivery(append(calls(t, 30, 12), call(t, 3, `"eventName":"Other"`))...), // most of them b's
		"d.json":    delivery(calls(t, 200, 9)...)[:3000],
		"e.json":    nil,
		"f.json":    delivery(calls(t, 300, 3)...),
	})
	return dir
}

// small limits let every batch end in the midst of an object.
func small() limits {
	return limits{batchEvents: 5, batchBytes: 1 << 20, chunkEvents: 3, chunkBytes: 1 << 20, jobObjects: 2, jobBytes: 1 << 20, planBlock: 4}
}

// whole is the state that every sequence of crashes must end in.
type whole struct {
	Content content
	Ledger  map[string]warehouse.Object
	Volumes map[string]warehouse.Amount
}

func stateOf(g *graph) whole { return whole{g.content(), g.ledger(), g.volumes()} }

func TestCommitFails(t *testing.T) {
	t.Parallel()
	dir := crashCorpus(t)
	clean := newGraph(t, false)
	ingestDir(t, clean, dir, Options{limits: small()})
	want := stateOf(clean)
	if n := len(clean.batches); n < 8 {
		t.Fatalf("only %d batches", n)
	}
	for at := 1; at <= len(clean.batches); at++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("commit %d, after it: %t", at, after), func(t *testing.T) {
				t.Parallel()
				g := newGraph(t, false)
				_, err := Run(t.Context(), source.NewFiles(dir), Options{Store: &failing{graph: g, at: at, after: after},
					Places: world, Membership: everybody{}, Now: after2026, Workers: 2, limits: small()})
				if !errors.Is(err, errStorage) {
					t.Fatalf("Run: %v", err)
				}
				committed := at - 1
				if after {
					committed++
				}
				if len(g.batches) != committed {
					t.Errorf("%d batches before the crash; want %d", len(g.batches), committed)
				}
				g.summaries(dir, Options{limits: small()})
				if diff := gocmp.Diff(want, stateOf(g)); diff != "" {
					t.Errorf("-never failed +failed and went on:\n%.4000s", diff)
				}
				if s, _ := g.summaries(dir, Options{}); s.Totals.Stored != 0 {
					t.Errorf("a third run stores %d", s.Totals.Stored)
				}
			})
		}
	}
}

// Crash after crash, each run commits one batch more.
func TestEveryRunFails(t *testing.T) {
	t.Parallel()
	dir := crashCorpus(t)
	clean, g := newGraph(t, false), newGraph(t, false)
	ingestDir(t, clean, dir, Options{limits: small()})
	runs := 0
	for ; ; runs++ {
		_, err := Run(t.Context(), source.NewFiles(dir), Options{Store: &failing{graph: g, at: 2}, Places: world, Membership: everybody{}, Now: after2026, limits: small()})
		if err == nil {
			break
		}
		if !errors.Is(err, errStorage) || runs > 100 {
			t.Fatalf("run %d: %v", runs, err)
		}
	}
	if runs < 5 {
		t.Errorf("only %d runs failed", runs)
	}
	if diff := gocmp.Diff(stateOf(clean), stateOf(g)); diff != "" {
		t.Errorf("-never failed +failed %d times:\n%.4000s", runs, diff)
	}
}

// cancelling cancels a context at its at-th Commit, before or after it.
type cancelling struct {
	*graph
	at     int
	after  bool
	cancel context.CancelFunc
}

func (c *cancelling) Commit(ctx context.Context, b *warehouse.Batch) error {
	c.at--
	if c.at == 0 && !c.after {
		c.cancel()
	}
	err := c.graph.Commit(ctx, b)
	if c.at == 0 {
		c.cancel()
	}
	return err
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	dir := crashCorpus(t)
	clean := newGraph(t, false)
	ingestDir(t, clean, dir, Options{limits: small()})
	want := stateOf(clean)
	for at := 1; at < len(clean.batches); at++ {
		for _, after := range []bool{false, true} {
			g := newGraph(t, false)
			ctx, cancel := context.WithCancel(t.Context())
			_, err := Run(ctx, source.NewFiles(dir), Options{Store: &cancelling{graph: g, at: at, after: after, cancel: cancel},
				Places: world, Membership: everybody{}, Now: after2026, Workers: 3, limits: small()})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("cancelled at commit %d: %v", at, err)
			}
			ingestDir(t, g, dir, Options{limits: small()})
			if diff := gocmp.Diff(want, stateOf(g)); diff != "" {
				t.Errorf("cancelled at commit %d (-never +once):\n%.4000s", at, diff)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	g := newGraph(t, false)
	if _, err := g.run(ctx, source.NewFiles(dir), Options{}); !errors.Is(err, context.Canceled) || len(g.batches) != 0 {
		t.Errorf("cancelled before: %v, %d batches", err, len(g.batches))
	}
}

// broken is a source one of whose objects breaks off while it is read, or
// cannot be listed, as long as err is set.
type broken struct {
	source.Source
	name string
	at   int64
	err  error

	acknowledged *[]string // may be nil
}

func (b broken) Acknowledge(ctx context.Context, o source.Object) error {
	if b.acknowledged != nil {
		*b.acknowledged = append(*b.acknowledged, filepath.Base(o.URI))
	}
	return b.Source.Acknowledge(ctx, o)
}

func (b broken) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	c, err := b.Source.Open(ctx, o)
	if err != nil || b.err == nil || !strings.HasSuffix(o.URI, b.name) {
		return c, err
	}
	head, err := io.ReadAll(io.LimitReader(c, b.at))
	if err != nil {
		return nil, err
	}
	return source.NewContent(io.MultiReader(bytes.NewReader(head), iotest.ErrReader(b.err)), c.SHA256, c.Size, c.Close), nil
}

// What was read of an object before its source failed is kept; the object is
// read again the next time.
func TestSourceBreaksOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	content := delivery(calls(t, 0, 60)...)
	write(t, dir, map[string][]byte{"a.json": delivery(calls(t, 100, 4)...), "b.json": content, "c.json": delivery(calls(t, 200, 4)...)})
	for _, l := range []limits{{}, small()} {
		g := newGraph(t, false)
		var done []string
		src := broken{source.NewFiles(dir), "b.json", int64(len(content)) / 2, errors.New("connection reset"), &done}
		var report ObjectSummary
		s, err := g.run(t.Context(), src, Options{limits: l, Done: func(o ObjectSummary) {
			if strings.HasSuffix(o.URI, "b.json") {
				report = o
			}
		}})
		if err != nil || s.Objects != 3 || s.Totals.Rejected != 1 || s.Totals.Stored < 35 || s.Totals.Stored > 40 {
			t.Fatalf("%+v, %v", s, err)
		}
		// A notification of what broke off must come again.
		if diff := gocmp.Diff([]string{"a.json", "c.json"}, done); diff != "" {
			t.Errorf("acknowledged (-want +got):\n%s", diff)
		}
		if report.Reasons["unreadable"] != 1 || !strings.Contains(report.Samples[0].Detail, "connection reset") || report.Samples[0].Record != report.Totals.Stored {
			t.Errorf("report %+v", report)
		}
		src.err = nil
		if s, err = g.run(t.Context(), src, Options{limits: l}); err != nil || s.Totals.Rejected != 0 || s.Totals.Seen != 68 {
			t.Errorf("%+v, %v", s, err)
		}
		if n := len(g.eventIDs()); n != 68 {
			t.Errorf("%d of 68 events stored", n)
		}
		if s, err = g.run(t.Context(), src, Options{limits: l}); err != nil || s.Totals.Stored != 0 || s.Totals.Seen != 68 {
			t.Errorf("third run: %+v, %v", s, err)
		}
	}
}

// unlisted is a source whose listing breaks off.
type unlisted struct{ source.Source }

func (u unlisted) Objects(ctx context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for o, err := range u.Source.Objects(ctx) {
			if err != nil || yield(o, nil) {
				yield(source.Object{}, errors.New("no such bucket"))
			}
			return
		}
	}
}

// deaf is a store that cannot answer one kind of question.
type deaf struct {
	*graph
	known, objects bool
}

func (d deaf) Known(ctx context.Context, keys []warehouse.Key) ([]warehouse.Verdict, error) {
	if d.known {
		return nil, errStorage
	}
	return d.graph.Known(ctx, keys)
}

func (d deaf) Objects(ctx context.Context, uris []string) (map[string]warehouse.Object, error) {
	if d.objects {
		return nil, errStorage
	}
	return d.graph.Objects(ctx, uris)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	dir := crashCorpus(t)
	f := func(what string, src source.Source, store func(*graph) warehouse.Store, text string) {
		t.Helper()
		g := newGraph(t, false)
		_, err := Run(t.Context(), src, Options{Store: store(g), Places: world, Membership: everybody{}, Now: after2026, limits: small()})
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: error %v; want one with %q", what, err, text)
		}
	}
	files := source.NewFiles(dir)
	sound := func(g *graph) warehouse.Store { return g }
	f("listing", unlisted{files}, sound, "list objects: no such bucket")
	f("Known", files, func(g *graph) warehouse.Store { return deaf{graph: g, known: true} }, "look for duplicates: storage failed")
	f("Objects", files, func(g *graph) warehouse.Store { return deaf{graph: g, objects: true} }, "storage failed")
}
