package ingest

import (
	"context"
	"iter"
	"runtime"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// nowhere is a store that keeps nothing and knows nothing, so that what is
// measured is the pipeline before the store.
type nowhere struct {
	warehouse.Store
	events, rows int
}

func (*nowhere) Hasher() entity.Hasher { return entity.NewHasher(secret) }

func (*nowhere) Known(_ context.Context, keys []warehouse.Key) ([]warehouse.Verdict, error) {
	return make([]warehouse.Verdict, len(keys)), nil
}

func (*nowhere) Objects(context.Context, []string) (map[string]warehouse.Object, error) {
	return nil, nil
}

func (s *nowhere) Commit(_ context.Context, b *warehouse.Batch) error {
	b.Fill()
	s.events += len(b.Events)
	s.rows += len(b.Hours) + len(b.Values) + len(b.Activity) + len(b.Signins) + len(b.Links) + len(b.RuleHits)
	return nil
}

// preloaded is a source whose listing was made before: benchmarks time the
// pipeline, not the file system's walk.
type preloaded struct {
	source.Source
	objects []source.Object
}

func preload(b *testing.B, src source.Source) preloaded {
	b.Helper()
	p := preloaded{Source: src}
	for o, err := range src.Objects(b.Context()) {
		if err != nil {
			b.Fatal(err)
		}
		p.objects = append(p.objects, o)
	}
	return p
}

func (p preloaded) Objects(context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		for _, o := range p.objects {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// BenchmarkIngest runs the whole pipeline, gzip and rules included, into a
// store that keeps nothing, with one worker beside the batching goroutine.
func BenchmarkIngest(b *testing.B) {
	dir := b.TempDir()
	m, err := simulate.Write(b.Context(), dir, simulate.Config{Seed: 1, Events: 100_000, Days: 20, EventsPerFile: 1000, Story: simulate.StoryStolenKey})
	if err != nil {
		b.Fatal(err)
	}
	src := preload(b, logsOf(dir))
	places := placesOf(b, dir)
	pack := builtin(b)
	b.SetBytes(m.CompressedBytes)
	b.ReportAllocs()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	store := &nowhere{}
	events := 0
	for b.Loop() {
		s, err := Run(b.Context(), src, Options{Store: store, Places: places, Rules: pack, Membership: everybody{}, Workers: 1, Now: after2026})
		if err != nil {
			b.Fatal(err)
		}
		if s.Totals.Rejected > 0 {
			b.Fatalf("%+v", s.Totals)
		}
		events += int(s.Totals.Seen)
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(events), "allocs/event")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(events), "B/event")
	b.ReportMetric(float64(store.rows)/float64(store.events), "rows/event")
}
