package graph_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/graph"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/duckdb"
)

// The attacker's last session leads back to the developer whose key was stolen,
// in whatever order the logs come, and over the border of an account.
func TestOriginOfTheStolenKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 1, Days: 2, Events: 3000, EventsPerFile: 500, Story: simulate.StoryStolenKey})
	if err != nil {
		t.Fatal(err)
	}
	for name, paths := range map[string][]string{
		"in order":       {filepath.Join(dir, simulate.LogFolder)},
		"late and last":  backwards(t, filepath.Join(dir, simulate.LogFolder)),
		"twice the same": {filepath.Join(dir, simulate.LogFolder), filepath.Join(dir, simulate.LogFolder)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := ingested(t, paths)
			h := s.Hasher()
			events, err := s.Events(t.Context(), warehouse.EventQuery{API: h.ID(entity.API, "guardduty.amazonaws.com:DeleteDetector"), Limit: 1})
			if err != nil || len(events) != 1 {
				t.Fatalf("%d events, %v", len(events), err)
			}
			e := events[0]
			r := warehouse.RangeOf(m.Story.ScopeStart, m.Story.ScopeEnd)
			found, err := graph.Origins(t.Context(), s, []entity.ID{e.AccessKey, e.Session}, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, tt := range []struct {
				of   entity.ID
				want []entity.Type
			}{
				{e.Session, []entity.Type{entity.AwsRoleSession, entity.AwsRoleSession}},
				{e.AccessKey, []entity.Type{entity.AwsRoleSession, entity.AwsRoleSession, entity.AccessKey}},
			} {
				o := found[tt.of]
				if o.Entity.ID != tt.of || o.Root.Key != m.Story.User || o.Root.Type != entity.AwsUser || o.Cut {
					t.Errorf("the root of %s is %s, want %s", o.Entity.Key, o.Root.Key, m.Story.User)
				}
				var got []entity.Type
				crossed := 0
				for _, hop := range o.Hops {
					got = append(got, hop.To.Type)
					if hop.Cross {
						crossed++
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" || crossed != 1 {
					t.Errorf("hops of %s (-want +got):\n%s\n%d of them into another account, want 1", o.Entity.Key, diff, crossed)
				}
			}
		})
	}
}

// backwards lists the files below dir, the last one first.
func backwards(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append([]string{path}, paths...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// everybody is a member.
type everybody struct{}

func (everybody) Accepts(context.Context, string) (bool, error) { return true, nil }
func (everybody) Version() int64                                { return 1 }

// ingested reads each path by itself into a new graph.
func ingested(t *testing.T, paths []string) warehouse.Store {
	t.Helper()
	engine, err := duckdb.New(t.TempDir(), duckdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	const id = "00000000000000000000000000000001"
	if err := engine.Create(t.Context(), id, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	s, err := engine.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	places, err := enrich.Open(enrich.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := places.Close(); err != nil {
			t.Error(err)
		}
	})
	pack, _ := rules.NewPack(nil)
	for _, path := range paths {
		if _, err := ingest.Run(t.Context(), source.NewFiles(path), ingest.Options{Store: s, Places: places, Rules: pack, Membership: everybody{}}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
