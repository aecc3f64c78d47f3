package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Kube implements warehouse.Store.
func (s *memoryStore) Kube(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.Kube, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.Kube { return b.Kube },
		func(x warehouse.Kube) bool {
			return (x.Subject == id || x.Cluster == id || x.Target == id) && within(r, x.Hour)
		},
		func(x warehouse.Kube) warehouse.Kube { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.Kube) *warehouse.Counts { return &x.Counts },
		func(x warehouse.Kube) int32 { return int32(x.Hour) })
}

// Coverage implements warehouse.Store.
func (s *memoryStore) Coverage(ctx context.Context, r warehouse.Range) ([]warehouse.Coverage, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.Coverage { return b.Coverage },
		func(x warehouse.Coverage) bool { return within(r, x.Hour) },
		func(x warehouse.Coverage) warehouse.Coverage { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.Coverage) *warehouse.Counts { return &x.Counts },
		func(x warehouse.Coverage) int32 { return int32(x.Hour) })
}

// Findings implements warehouse.Store.
func (s *memoryStore) Findings(ctx context.Context, q warehouse.FindingQuery) ([]warehouse.FindingVersion, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	versions := map[warehouse.FindingVersion]bool{}
	for _, b := range batches {
		for _, v := range b.Findings {
			if (q.From.IsZero() || !v.Updated.Before(q.From)) && (q.To.IsZero() || v.Updated.Before(q.To)) &&
				(len(q.Findings) == 0 || slices.Contains(q.Findings, v.Finding)) {
				versions[v] = true
			}
		}
	}
	out := slices.Collect(maps.Keys(versions))
	slices.SortFunc(out, func(a, b warehouse.FindingVersion) int { return a.Updated.Compare(b.Updated) })
	return out, nil
}

// Digests implements warehouse.Store.
func (s *memoryStore) Digests(ctx context.Context, from, to time.Time) ([]warehouse.Digest, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	digests := map[string]warehouse.Digest{}
	for _, b := range batches {
		for _, d := range b.Digests {
			if time.Unix(d.From, 0).Before(to) && time.Unix(d.To, 0).After(from) {
				d.Files = slices.Clone(d.Files)
				digests[fmt.Sprintf("%#v", d)] = d
			}
		}
	}
	out := slices.Collect(maps.Values(digests))
	slices.SortFunc(out, func(a, b warehouse.Digest) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Trail, b.Trail),
			cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out, nil
}
