package graph

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// OriginStore is what origins are found with; every warehouse.Store has these
// methods.
type OriginStore interface {
	Hasher() entity.Hasher
	Entities(ctx context.Context, ids []entity.ID) (map[entity.ID]warehouse.Entity, error)
	Links(ctx context.Context, ids []entity.ID, r warehouse.Range) ([]warehouse.Link, error)
	Events(ctx context.Context, q warehouse.EventQuery) ([]warehouse.Event, error)
}

// originKinds are the kinds of links that lead from an origin to an entity of a
// type.
var originKinds = map[entity.Type]map[warehouse.LinkKind]bool{
	entity.AccessKey:         {warehouse.HoldsKey: true, warehouse.UsesKey: true},
	entity.AwsRoleSession:    {warehouse.Opened: true, warehouse.OpenedIn: true, warehouse.ActsAs: true},
	entity.FederatedUser:     {warehouse.Opened: true},
	entity.SharedEvent:       {warehouse.CalledIn: true},
	entity.KubernetesSubject: {warehouse.MapsTo: true},
}

// originFacts are the links that origins are made of.
type originFacts struct {
	hasher   entity.Hasher
	entities map[entity.ID]warehouse.Entity
	ways     map[entity.ID]map[way]warehouse.Counts // by what they lead to
}

// way leads from an entity to another one.
type way struct {
	from entity.ID
	kind warehouse.LinkKind
}

// gatherOrigins reads what leads to ids, and to that, and so on, a level after
// the other: a level takes two queries, however many entities there are.
func gatherOrigins(ctx context.Context, store OriginStore, ids []entity.ID, r warehouse.Range) (*originFacts, error) {
	f := &originFacts{hasher: store.Hasher(), entities: map[entity.ID]warehouse.Entity{}, ways: map[entity.ID]map[way]warehouse.Counts{}}
	level := ids
	for range 2 * (maxHops + 1) { // between two hops there may be a shared event
		if len(level) == 0 {
			break
		}
		known, err := store.Entities(ctx, level)
		if err != nil {
			return nil, err
		}
		var ask []entity.ID
		for _, id := range level {
			e, ok := known[id]
			if !ok {
				continue
			}
			f.entities[id] = e
			if originKinds[e.Type] != nil {
				ask = append(ask, id)
				f.ways[id] = map[way]warehouse.Counts{}
			}
		}
		if level, err = f.extend(ctx, store, ask, r); err != nil {
			return nil, err
		}
		for id, e := range known {
			if e.Type == entity.IAMName {
				level = append(level, f.user(f.entities[id]).ID)
			}
		}
	}
	return f, nil
}

// extend reads the ways that lead to the entities asked for and returns whom
// they lead from, as far as that is not known yet.
func (f *originFacts) extend(ctx context.Context, store OriginStore, ask []entity.ID, r warehouse.Range) ([]entity.ID, error) {
	if len(ask) == 0 {
		return nil, nil
	}
	asked := make(map[entity.ID]bool, len(ask))
	for _, id := range ask {
		asked[id] = true
	}
	links, err := store.Links(ctx, ask, r)
	if err != nil {
		return nil, err
	}
	var from []entity.ID
	add := func(to entity.ID, w way, c warehouse.Counts) {
		sum, again := f.ways[to][w]
		sum.Merge(c)
		f.ways[to][w] = sum
		if _, ok := f.entities[w.from]; !ok && !again {
			from = append(from, w.from)
		}
	}
	for _, l := range links {
		w, to := way{l.From, l.Kind}, l.To
		if l.Kind == warehouse.MapsTo { // it leads from a subject to who that is
			w.from, to = l.To, l.From
		}
		if asked[to] && originKinds[f.entities[to].Type][l.Kind] {
			add(to, w, l.Counts)
		}
	}
	for _, id := range ask {
		if f.entities[id].Type != entity.AccessKey || len(f.ways[id]) > 0 {
			continue
		}
		// A long-term key is older than the logs: who used it first has it.
		events, err := store.Events(ctx, warehouse.EventQuery{AccessKey: id, Limit: 1, NoRaw: true})
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			w := way{e.Principal, warehouse.HoldsKey}
			if e.Session != 0 {
				w.from = e.Session
			}
			var c warehouse.Counts
			c.Add(e.Outcome, e.Time.Unix(), 1)
			add(id, w, c)
		}
	}
	return from, nil
}

// user returns the user of a name. Of one that never made a call nobody told the
// ARN, and the graph does not hold it: its path is taken to be empty.
func (f *originFacts) user(name warehouse.Entity) warehouse.Entity {
	arn := "arn:aws:iam::" + name.Account + ":user/" + name.Label
	id := f.hasher.ID(entity.AwsUser, arn)
	if e, ok := f.entities[id]; ok {
		return e
	}
	return warehouse.Entity{ID: id, Type: entity.AwsUser, Key: arn, Account: name.Account, Label: name.Label}
}
