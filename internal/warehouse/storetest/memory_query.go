package storetest

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Entities implements warehouse.Store.
func (s *memoryStore) Entities(ctx context.Context, ids []entity.ID) (map[entity.ID]warehouse.Entity, error) {
	batches, err := s.batches(ctx)
	all, found := map[entity.ID]warehouse.Entity{}, map[entity.ID]warehouse.Entity{}
	for _, b := range batches {
		for _, e := range b.Entities {
			all[e.ID] = e
		}
	}
	for _, id := range ids {
		if e, ok := all[id]; ok {
			found[id] = e
		}
	}
	return found, err
}

// searched is how a name is compared.
func searched(name string) string { return strings.ReplaceAll(strings.ToLower(clean(name)), "\n", " ") }

// Search implements warehouse.Store.
func (s *memoryStore) Search(ctx context.Context, q warehouse.EntitySearch) ([]warehouse.Entity, error) {
	batches, err := s.batches(ctx)
	rank := func(e warehouse.Entity) int {
		best, text := 3, searched(q.Text)
		for _, name := range []string{e.Key, e.Label, e.Alias} {
			switch name = searched(name); {
			case name == text && name != "":
				best = min(best, 0)
			case strings.HasPrefix(name, text):
				best = min(best, 1)
			case strings.Contains(name, text):
				best = min(best, 2)
			}
		}
		return best
	}
	all := map[entity.ID]warehouse.Entity{}
	for _, b := range batches {
		for _, e := range b.Entities {
			if rank(e) < 3 && (len(q.Types) == 0 || slices.Contains(q.Types, e.Type)) {
				all[e.ID] = e
			}
		}
	}
	found := slices.SortedFunc(maps.Values(all), func(a, b warehouse.Entity) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Key, b.Key))
	})
	return found[:min(len(found), cmp.Or(q.Limit, warehouse.DefaultEntities))], err
}

// fold merges the rows of all batches that match by their key, which is a row
// without its counts, and sorts them by when.
func fold[R any, K comparable](ctx context.Context, s *memoryStore, rows func(warehouse.Batch) []R, match func(R) bool,
	key func(R) K, counts func(*R) *warehouse.Counts, when func(R) int32) ([]R, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	merged := map[K]R{}
	for _, b := range batches {
		for _, r := range rows(b) {
			if !match(r) {
				continue
			}
			if old, ok := merged[key(r)]; ok {
				counts(&r).Merge(*counts(&old))
			}
			merged[key(r)] = r
		}
	}
	out := slices.Collect(maps.Values(merged))
	slices.SortFunc(out, func(a, b R) int { return cmp.Compare(when(a), when(b)) })
	return out, nil
}

// touches reports whether a range has an hour of a day.
func touches(r warehouse.Range, d warehouse.Day) bool {
	return r.From < r.To && d >= r.From.Day() && d <= (r.To-1).Day()
}

func within(r warehouse.Range, h warehouse.Hour) bool { return h >= r.From && h < r.To }

// EntityHours implements warehouse.Store.
func (s *memoryStore) EntityHours(ctx context.Context, id entity.ID, role warehouse.Role, r warehouse.Range) ([]warehouse.EntityHour, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.EntityHour { return b.Hours },
		func(x warehouse.EntityHour) bool { return x.Entity == id && x.Role == role && within(r, x.Hour) },
		func(x warehouse.EntityHour) warehouse.EntityHour { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.EntityHour) *warehouse.Counts { return &x.Counts },
		func(x warehouse.EntityHour) int32 { return int32(x.Hour) })
}

// Values implements warehouse.Store.
func (s *memoryStore) Values(ctx context.Context, id entity.ID, d warehouse.Dimension, r warehouse.Range) ([]warehouse.Value, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.Value { return b.Values },
		func(x warehouse.Value) bool {
			return x.Entity == id && x.Dimension == d && touches(r, x.Day)
		},
		func(x warehouse.Value) warehouse.Value { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.Value) *warehouse.Counts { return &x.Counts },
		func(x warehouse.Value) int32 { return int32(x.Day) })
}

// Activity implements warehouse.Store.
func (s *memoryStore) Activity(ctx context.Context, principal entity.ID, r warehouse.Range) ([]warehouse.Activity, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.Activity { return b.Activity },
		func(x warehouse.Activity) bool { return x.Principal == principal && within(r, x.Hour) },
		func(x warehouse.Activity) warehouse.Activity { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.Activity) *warehouse.Counts { return &x.Counts },
		func(x warehouse.Activity) int32 { return int32(x.Hour) })
}

// Signins implements warehouse.Store.
func (s *memoryStore) Signins(ctx context.Context, account, user entity.ID, r warehouse.Range) ([]warehouse.Signin, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.Signin { return b.Signins },
		func(x warehouse.Signin) bool {
			return within(r, x.Hour) && (user != 0 && x.User == user || user == 0 && x.Account == account)
		},
		func(x warehouse.Signin) warehouse.Signin { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.Signin) *warehouse.Counts { return &x.Counts },
		func(x warehouse.Signin) int32 { return int32(x.Hour) })
}

// Links implements warehouse.Store.
func (s *memoryStore) Links(ctx context.Context, ids []entity.ID, r warehouse.Range) ([]warehouse.Link, error) {
	return fold(ctx, s, func(b warehouse.Batch) []warehouse.Link { return b.Links },
		func(x warehouse.Link) bool {
			return (slices.Contains(ids, x.From) || slices.Contains(ids, x.To)) && within(r, x.Hour)
		},
		func(x warehouse.Link) warehouse.Link { x.Counts = warehouse.Counts{}; return x },
		func(x *warehouse.Link) *warehouse.Counts { return &x.Counts },
		func(x warehouse.Link) int32 { return int32(x.Hour) })
}

// RuleHits implements warehouse.Store.
func (s *memoryStore) RuleHits(ctx context.Context, principal entity.ID, r warehouse.Range) ([]warehouse.RuleHit, error) {
	type key struct {
		hour                    warehouse.Hour
		rule                    string
		principal, address, api entity.ID
	}
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	rows := map[key][]warehouse.RuleHit{}
	for _, b := range batches {
		for _, h := range b.RuleHits {
			if within(r, h.Hour) && (principal == 0 || h.Principal == principal) {
				k := key{h.Hour, h.Rule, h.Principal, h.Address, h.API}
				rows[k] = append(rows[k], h)
			}
		}
	}
	var out []warehouse.RuleHit
	for _, same := range rows {
		slices.SortFunc(same, func(a, b warehouse.RuleHit) int {
			return cmp.Or(cmp.Compare(a.First, b.First), slices.Compare(a.Samples, b.Samples))
		})
		merged := same[0]
		merged.Samples = slices.Clone(merged.Samples)
		for _, h := range same[1:] {
			merged.Counts.Merge(h.Counts)
			merged.Samples = append(merged.Samples, h.Samples...)
		}
		merged.Samples = merged.Samples[:min(len(merged.Samples), warehouse.MaxSamples)]
		out = append(out, merged)
	}
	slices.SortFunc(out, func(a, b warehouse.RuleHit) int { return cmp.Compare(a.Hour, b.Hour) })
	return out, nil
}

// Events implements warehouse.Store.
func (s *memoryStore) Events(ctx context.Context, q warehouse.EventQuery) ([]warehouse.Event, error) {
	batches, err := s.batches(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, id := range q.EventIDs {
		ids = append(ids, clean(id))
	}
	var out []warehouse.Event
	for _, b := range batches {
		for _, e := range b.Events {
			if (!q.From.IsZero() && e.Time.Before(q.From)) || (!q.To.IsZero() && !e.Time.Before(q.To)) ||
				(len(ids) > 0 && !slices.Contains(ids, e.EventID)) ||
				(q.Principal != 0 && e.Principal != q.Principal) || (q.Address != 0 && e.Address != q.Address) ||
				(q.API != 0 && e.API != q.API) || (q.AccessKey != 0 && e.AccessKey != q.AccessKey) ||
				(q.Session != 0 && e.Session != q.Session) || (q.Conflicts && !e.Conflict) {
				continue
			}
			e.Raw = slices.Clone(e.Raw)
			if q.NoRaw {
				e.Raw = nil
			}
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b warehouse.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.EventID, b.EventID))
	})
	limit := q.Limit
	if limit <= 0 {
		limit = warehouse.DefaultEvents
	}
	return out[:min(limit, len(out))], nil
}

// Ledger implements warehouse.Store.
func (s *memoryStore) Ledger(ctx context.Context) iter.Seq2[warehouse.Object, error] {
	return func(yield func(warehouse.Object, error) bool) {
		batches, err := s.batches(ctx)
		if err != nil {
			yield(warehouse.Object{}, err)
			return
		}
		var parts []warehouse.ObjectPart
		for _, b := range batches {
			parts = append(parts, Clone(&b).Ledger...)
		}
		sameObject := func(a, b warehouse.ObjectPart) int {
			return cmp.Or(cmp.Compare(a.URI, b.URI), slices.Compare(a.SHA256[:], b.SHA256[:]))
		}
		slices.SortStableFunc(parts, func(a, b warehouse.ObjectPart) int {
			return cmp.Or(sameObject(a, b), cmp.Compare(a.Reading, b.Reading), cmp.Compare(a.First, b.First))
		})
		var all []warehouse.Object
		for len(parts) > 0 {
			n := 1
			for n < len(parts) && sameObject(parts[0], parts[n]) == 0 {
				n++
			}
			all = append(all, warehouse.FoldObject(parts[:n]))
			parts = parts[n:]
			if len(parts) > 0 && parts[0].URI == all[0].URI {
				continue // another version
			}
			for _, o := range warehouse.Settled(all) {
				if !yield(o, nil) {
					return
				}
			}
			all = nil
		}
	}
}

// Objects implements warehouse.Store.
func (s *memoryStore) Objects(ctx context.Context, uris []string) (map[string]warehouse.Object, error) {
	found := map[string]warehouse.Object{}
	for o, err := range s.Ledger(ctx) {
		if err != nil {
			return nil, err
		}
		for _, uri := range uris {
			if old, ok := found[uri]; clean(uri) == o.URI && (!ok || o.At.After(old.At)) {
				found[uri] = o
			}
		}
	}
	return found, nil
}

// Status implements warehouse.Store. A batch has one segment a day of events
// and one a day of flow records.
func (s *memoryStore) Status(ctx context.Context) (warehouse.Status, error) {
	st := warehouse.Status{Reasons: map[string]int64{}}
	batches, err := s.batches(ctx)
	if err != nil {
		return st, err
	}
	for _, b := range batches {
		st.Entities += int64(len(b.Entities))
		events, flows := map[warehouse.Day]bool{}, map[warehouse.Day]bool{}
		reach := func(t time.Time) {
			hour := warehouse.HourOf(t).Time()
			if st.Events+st.FlowRecords == 0 || hour.Before(st.First) {
				st.First = hour
			}
			if st.Events+st.FlowRecords == 0 || hour.After(st.Last) {
				st.Last = hour
			}
		}
		for _, e := range b.Events {
			reach(e.Time)
			st.Events++
			st.Bytes += int64(len(e.Raw))
			events[warehouse.DayOf(e.Time)] = true
		}
		for _, r := range b.FlowRecords {
			start := time.Unix(r.Start, 0)
			reach(start)
			st.FlowRecords++
			flows[warehouse.DayOf(start)] = true
		}
		st.Segments += int64(len(events) + len(flows))
	}
	for o, err := range s.Ledger(ctx) {
		if err != nil {
			return st, err
		}
		st.Objects++
		st.Totals.Add(warehouse.Totals{Seen: o.Seen, Stored: o.Stored, Duplicate: o.Duplicate, Rejected: o.Rejected})
		for reason, n := range o.Reasons {
			st.Reasons[reason] += n
		}
	}
	return st, nil
}
