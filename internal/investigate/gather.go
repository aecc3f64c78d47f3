package investigate

import (
	"context"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// gatherer fetches the facts of one investigation. Each query runs once; the
// rows are folded by id before names are asked for.
type gatherer struct {
	store  Store
	rules  Rules
	places Places
	who    principal
	scope  warehouse.Range

	status    warehouse.Status
	names     map[entity.ID]warehouse.Entity
	nameless  map[entity.ID]bool
	addresses map[entity.ID]indicators.Address // looked up so far
	notices   []string
}

// rows is what the queries return.
type rows struct {
	activity                                  []warehouse.Activity
	addresses, agents                         []warehouse.Value // of the principal
	accountPlaces, accountASOs, accountAgents []warehouse.Value
	hits                                      []warehouse.RuleHit
}

func (g *gatherer) gather(ctx context.Context) (*indicators.Facts, error) {
	r, err := g.fetch(ctx)
	if err != nil {
		return nil, err
	}
	if g.names, err = g.store.Entities(ctx, r.ids()); err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	g.nameless, g.addresses = map[entity.ID]bool{}, map[entity.ID]indicators.Address{}
	baseline := g.baseline()
	f := &indicators.Facts{
		Scope:      indicators.Window{From: g.scope.From.Time(), To: g.scope.To.Time()},
		Baseline:   indicators.Window{From: baseline.From.Time(), To: baseline.To.Time()},
		GraphFirst: g.status.First,
		Uses:       g.uses(r.activity),
		Strings:    g.strings(r.agents),
		Principal:  g.principalPast(r),
		Account:    g.accountPast(r),
		HasPlaces:  g.places != nil,
		HasASO:     g.places != nil && g.places.HasASN(),
	}
	f.Hits, f.RuleDays = g.hits(r.hits)
	if n := len(g.nameless); n > 0 {
		g.notices = append(g.notices, fmt.Sprintf("%s without a name in the graph left out.", several(n, "value", "values")))
	}
	return f, nil
}

// baseline returns the hours before the scope.
func (g *gatherer) baseline() warehouse.Range {
	return warehouse.Range{From: g.scope.From - indicators.BaselineDays*24, To: g.scope.From}
}

// fetch runs the queries.
func (g *gatherer) fetch(ctx context.Context) (r rows, err error) {
	account := g.store.Hasher().ID(entity.AwsAccount, g.who.Account)
	past := g.baseline()
	both := warehouse.Range{From: past.From, To: g.scope.To}
	if g.status, err = g.store.Status(ctx); err != nil {
		return r, fmt.Errorf("read graph status: %w", err)
	}
	if r.activity, err = g.store.Activity(ctx, g.who.ID, g.scope); err != nil {
		return r, fmt.Errorf("read activity: %w", err)
	}
	for _, q := range []struct {
		to     *[]warehouse.Value
		of     entity.ID
		by     warehouse.Dimension
		over   warehouse.Range
		needed bool
	}{
		{&r.addresses, g.who.ID, warehouse.ByAddress, past, true},
		{&r.agents, g.who.ID, warehouse.ByAgent, both, true},
		{&r.accountAgents, account, warehouse.ByAgent, past, true},
		{&r.accountPlaces, account, warehouse.ByLocation, past, g.places != nil},
		{&r.accountASOs, account, warehouse.ByASO, past, g.places != nil && g.places.HasASN()},
	} {
		if !q.needed {
			continue
		}
		if *q.to, err = g.store.Values(ctx, q.of, q.by, q.over); err != nil {
			return r, fmt.Errorf("read baseline values: %w", err)
		}
	}
	if r.hits, err = g.store.RuleHits(ctx, g.who.ID, both); err != nil {
		return r, fmt.Errorf("read rule hits: %w", err)
	}
	return r, nil
}

// ids returns every id in r that needs a name, each once.
func (r rows) ids() []entity.ID {
	seen := map[entity.ID]bool{0: true}
	var ids []entity.ID
	add := func(all ...entity.ID) {
		for _, id := range all {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	for _, a := range r.activity {
		add(a.Address, a.Agent)
	}
	for _, vs := range [][]warehouse.Value{r.addresses, r.agents, r.accountPlaces, r.accountASOs, r.accountAgents} {
		for _, v := range vs {
			add(v.Value)
		}
	}
	for _, h := range r.hits {
		add(h.Address, h.API)
	}
	return ids
}

// name returns the key of id, empty for zero and for an id without a name,
// which is counted.
func (g *gatherer) name(id entity.ID) string {
	if id == 0 {
		return ""
	}
	e, ok := g.names[id]
	if !ok {
		g.nameless[id] = true
	}
	return e.Key
}

// address returns the address with id and what is known of its place.
func (g *gatherer) address(id entity.ID) indicators.Address {
	if known, ok := g.addresses[id]; ok {
		return known
	}
	a := entity.ParseAddress(g.name(id))
	if g.names[id].Type == entity.AwsService {
		a.Class = entity.ServiceAddress // its canonical key need not parse again
	}
	out := indicators.Address{Key: a.Key, Class: a.Class}
	if a.Class == entity.PublicAddress && g.places != nil {
		p := g.places.Lookup(a.IP)
		out.Location, out.Country, out.ASO = p.Location, p.Country, p.ASO
	}
	g.addresses[id] = out
	return out
}

// seen converts the counts of a row.
func seen(c warehouse.Counts) indicators.Seen {
	return indicators.Seen{Success: int64(c.Success), Failure: int64(c.Failed()), First: c.FirstTime(), Last: c.LastTime()}
}

// before reports whether a value's row of a day has a call in the baseline.
// The day in which the scope begins belongs to both; its first call decides,
// which is exact. Its counts cannot be split and go to the baseline whole.
func (g *gatherer) before(c warehouse.Counts) bool {
	past := g.baseline()
	return c.First < unix(past.To) && c.Last >= unix(past.From)
}

func unix(h warehouse.Hour) int64 { return h.Time().Unix() }

// day returns the UTC day of a Unix second.
func day(second int64) warehouse.Day { return warehouse.DayOf(time.Unix(second, 0)) }
