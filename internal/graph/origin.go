package graph

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Hop is a step from who opened, held or was given something to what that is.
type Hop struct {
	From, To    warehouse.Entity
	Kind        warehouse.LinkKind
	First, Last time.Time // of what shows it, UTC
	Calls       uint64    // that show it
	Cross       bool      // from one account into another
}

// Origin tells who is behind an entity.
type Origin struct {
	Entity warehouse.Entity // without an ID when the graph does not hold it
	Root   warehouse.Entity // the entity itself when nothing is known before it
	Hops   []Hop            // from Root to Entity
	Others []Hop            // other ways into what stands on the way: two may have opened one session
	Cut    bool             // there is more before Root than maxHops, or a circle
}

const (
	// maxHops bounds a chain. Role chaining has no limit of its own, but each
	// session of one lasts an hour at most.
	maxHops = 16
	// sessionHours is how long before they are used credentials may have been
	// given out: those of GetSessionToken and GetFederationToken last 36 hours.
	sessionHours = 36
)

// Origins walks from entities to their root principals: from an access key to
// who holds it, from a session to who opened it, across accounts, and from a
// Kubernetes subject to who that is in IAM. r is the time that is looked at.
//
// A role and an address have no origin of their own, since many use them: the
// sessions of a role have.
func Origins(ctx context.Context, store OriginStore, ids []entity.ID, r warehouse.Range) (map[entity.ID]*Origin, error) {
	f, err := gatherOrigins(ctx, store, ids, warehouse.Range{From: r.From - sessionHours, To: r.To})
	if err != nil {
		return nil, fmt.Errorf("find root principals: %w", err)
	}
	found := make(map[entity.ID]*Origin, len(ids))
	for _, id := range ids {
		found[id] = f.origin(id)
	}
	return found, nil
}

// origin goes back from id.
func (f *originFacts) origin(id entity.ID) *Origin {
	at := f.entities[id]
	o := &Origin{Entity: at, Root: at}
	seen := map[entity.ID]bool{}
	for at.ID != 0 {
		seen[at.ID] = true
		ways := f.before(at)
		if len(ways) == 0 {
			break
		}
		o.Others = append(o.Others, ways[1:]...)
		next := ways[0]
		if seen[next.From.ID] || len(o.Hops) == maxHops {
			o.Cut = true
			break
		}
		o.Hops = append(o.Hops, next)
		at = next.From
	}
	o.Root = at
	slices.Reverse(o.Hops)
	return o
}

// before returns the ways that lead to an entity, the best one first, and one
// of each who is there: two trails may tell of the same caller.
func (f *originFacts) before(to warehouse.Entity) []Hop {
	var ways []Hop
	for way, c := range f.ways[to.ID] {
		hop := Hop{To: to, Kind: way.kind, First: c.FirstTime(), Last: c.LastTime(), Calls: c.Total()}
		switch from := f.entities[way.from]; from.Type {
		case entity.Unknown: // not in the graph
		case entity.SharedEvent:
			// The trail of another account tells who made the call.
			hop.Kind = warehouse.Opened
			for caller := range f.ways[from.ID] {
				hop.From = f.entities[caller.from]
				ways = append(ways, hop)
			}
		case entity.IAMName:
			hop.From = f.user(from)
			ways = append(ways, hop)
		default:
			hop.From = from
			ways = append(ways, hop)
		}
	}
	for i := range ways {
		from := ways[i].From
		ways[i].Cross = from.Account != "" && to.Account != "" && from.Account != to.Account
	}
	slices.SortFunc(ways, func(a, b Hop) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.First.Compare(b.First), strings.Compare(a.From.Key, b.From.Key), cmp.Compare(a.Kind, b.Kind))
	})
	seen := map[entity.ID]bool{}
	return slices.DeleteFunc(ways, func(h Hop) bool {
		again := seen[h.From.ID]
		seen[h.From.ID] = true
		return again
	})
}

// rank says which of several ways to believe: the less, the better. A person of
// Identity Center opens sessions through a SAML provider that says less of who
// it is. A call that opened a session says more than the session's name, which
// whoever opens it chooses. That it was another account is the least that a
// trail says of somebody from elsewhere.
func rank(h Hop) int {
	switch {
	case h.Kind == warehouse.ActsAs && h.From.Type == entity.FederatedUser:
		return 0
	case h.From.Type == entity.AwsAccount:
		return 3
	case h.Kind == warehouse.ActsAs:
		return 2
	default:
		return 1
	}
}
