package ingest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source"
)

var secret = entity.Secret{7, 1, 2, 3, 4, 5, 6, 0x80, 8, 9, 10, 11, 12, 13, 14, 0xfe}

// after2026 is the clock of all tests: later than all simulated events.
func after2026() time.Time { return time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC) }

// everybody is a membership that takes all records.
type everybody struct{}

func (everybody) Accepts(context.Context, string) (bool, error) { return true, nil }
func (everybody) Version() int64                                { return 1 }

func logsOf(dir string) source.Source {
	return source.NewFiles(filepath.Join(dir, simulate.LogFolder))
}

func placesOf(t testing.TB, dir string) Places {
	t.Helper()
	e, err := enrich.Open(enrich.Options{Overlay: []string{filepath.Join(dir, simulate.GeoFile)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func builtin(t testing.TB) *rules.Pack {
	t.Helper()
	p, err := rules.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run ingests src into g with the test's clock and fills in what o leaves out.
func (g *graph) run(ctx context.Context, src source.Source, o Options) (Summary, error) {
	o.Store, o.Now = g, after2026
	if o.Places == nil {
		o.Places = world
	}
	if o.Membership == nil {
		o.Membership = everybody{}
	}
	return Run(ctx, src, o)
}

// ingestDir ingests files and folders, which must succeed.
func ingestDir(t testing.TB, g *graph, path string, o Options) Summary {
	t.Helper()
	s, err := g.run(t.Context(), source.NewFiles(path), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
