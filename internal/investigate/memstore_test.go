package investigate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var _ Store = warehouse.Store(nil)

// call is one event that a memStore holds.
type call struct {
	at      time.Time
	who     entity.Ref
	key     string // access key id
	address string
	api     string // "iam.amazonaws.com:CreateUser"
	agent   string
	outcome warehouse.Outcome
	rules   []string
}

// memStore answers the queries of an investigation from rolled-up calls, in
// an order that its seed chooses: the contract orders rows by hour or day
// only, and investigations must not depend on more.
type memStore struct {
	hasher   entity.Hasher
	seed     uint64
	entities map[entity.ID]warehouse.Entity
	values   []warehouse.Value
	activity []warehouse.Activity
	hits     []warehouse.RuleHit
	links    []warehouse.Link
	events   []warehouse.Event
	fail     string // the query that fails
	queries  []string
}

func newMemStore(calls []call, places Places) *memStore {
	m := &memStore{hasher: entity.NewHasher(entity.Secret{1}), entities: map[entity.ID]warehouse.Entity{}}
	for n, c := range calls {
		m.add(fmt.Sprintf("event-%04d", n), c, places)
	}
	return m
}

func (m *memStore) id(t entity.Type, key string) entity.ID {
	if key == "" {
		return 0
	}
	id := m.hasher.ID(t, key)
	m.entities[id] = warehouse.Entity{ID: id, Type: t, Key: key}
	return id
}

func (m *memStore) add(eventID string, c call, places Places) {
	var counts warehouse.Counts
	counts.Add(c.outcome, c.at.Unix(), 1)
	hour := warehouse.HourOf(c.at)
	who, account := m.id(c.who.Type, c.who.Key), m.id(entity.AwsAccount, c.who.Account)
	// As ingest stores addresses: services have their own type, their calls no
	// ByAddress value, and what is no address is left out.
	var address entity.ID
	source := entity.ParseAddress(c.address)
	switch {
	case source.Class.IsIP():
		address = m.id(entity.IPAddress, source.Key)
	case source.Class == entity.ServiceAddress:
		address = m.id(entity.AwsService, source.Key)
	}
	api := m.id(entity.API, c.api)
	agent, product := m.id(entity.UserAgent, c.agent), m.id(entity.Agent, entity.AgentProduct(c.agent))
	m.activity = append(m.activity, warehouse.Activity{Hour: hour, Principal: who, Account: account,
		Address: address, API: api, Agent: product, Counts: counts})
	value := func(of entity.ID, by warehouse.Dimension, v entity.ID) {
		if v != 0 {
			m.values = append(m.values, warehouse.Value{Day: hour.Day(), Entity: of, Dimension: by, Value: v, Counts: counts})
		}
	}
	if source.Class.IsIP() {
		value(who, warehouse.ByAddress, address)
	}
	value(who, warehouse.ByAgent, agent)
	value(account, warehouse.ByAgent, product)
	if source.Class == entity.PublicAddress && places != nil {
		p := places.Lookup(source.IP)
		value(account, warehouse.ByLocation, m.id(entity.Location, p.Location))
		value(account, warehouse.ByASO, m.id(entity.ASO, p.ASO))
	}
	for _, r := range c.rules {
		m.hits = append(m.hits, warehouse.RuleHit{Hour: hour, Rule: r, Principal: who, Address: address, API: api,
			Samples: []string{eventID}, Counts: counts})
	}
	m.events = append(m.events, warehouse.Event{Time: c.at, EventID: eventID, Principal: who, Address: address, API: api,
		Agent: agent, AccessKey: m.id(entity.AccessKey, c.key)})
}

var errQuery = errors.New("query failed")

func (m *memStore) query(name string) error {
	m.queries = append(m.queries, name)
	if m.fail == name {
		return errQuery
	}
	return nil
}

func (m *memStore) Hasher() entity.Hasher { return m.hasher }

func (m *memStore) Status(context.Context) (st warehouse.Status, err error) {
	for _, e := range m.events {
		if h := warehouse.HourOf(e.Time).Time(); st.First.IsZero() || h.Before(st.First) {
			st.First = h
		}
		if h := warehouse.HourOf(e.Time).Time(); h.After(st.Last) {
			st.Last = h
		}
	}
	return st, m.query("status")
}

func (m *memStore) Entities(_ context.Context, ids []entity.ID) (map[entity.ID]warehouse.Entity, error) {
	out := map[entity.ID]warehouse.Entity{}
	for _, id := range ids {
		if e, ok := m.entities[id]; ok {
			out[id] = e
		}
	}
	return out, m.query("entities")
}

func (m *memStore) Values(_ context.Context, id entity.ID, d warehouse.Dimension, r warehouse.Range) ([]warehouse.Value, error) {
	type key struct {
		day   warehouse.Day
		value entity.ID
	}
	merged := map[key]*warehouse.Value{}
	for _, v := range m.values {
		if v.Entity != id || v.Dimension != d || v.Day < r.From.Day() || v.Day > (r.To-1).Day() {
			continue
		}
		k := key{v.Day, v.Value}
		if merged[k] == nil {
			merged[k] = &warehouse.Value{Day: v.Day, Entity: id, Dimension: d, Value: v.Value}
		}
		merged[k].Merge(v.Counts)
	}
	var out []warehouse.Value
	for _, v := range merged {
		out = append(out, *v)
	}
	return m.inOrder(out), m.query(fmt.Sprint("values ", d))
}

// inOrder orders by day and shuffles within it.
func (m *memStore) inOrder(vs []warehouse.Value) []warehouse.Value {
	slices.SortFunc(vs, func(a, b warehouse.Value) int { return int(int64(a.Value>>33) - int64(b.Value>>33)) })
	mix(vs, m.seed)
	slices.SortStableFunc(vs, func(a, b warehouse.Value) int { return int(a.Day - b.Day) })
	return vs
}

func (m *memStore) Activity(_ context.Context, who entity.ID, r warehouse.Range) ([]warehouse.Activity, error) {
	var out []warehouse.Activity
	for _, a := range m.activity {
		if a.Principal == who && a.Hour >= r.From && a.Hour < r.To {
			out = append(out, a)
		}
	}
	mix(out, m.seed)
	slices.SortStableFunc(out, func(a, b warehouse.Activity) int { return int(a.Hour - b.Hour) })
	return out, m.query("activity")
}

func (m *memStore) RuleHits(_ context.Context, who entity.ID, r warehouse.Range) ([]warehouse.RuleHit, error) {
	var out []warehouse.RuleHit
	for _, h := range m.hits {
		if h.Principal == who && h.Hour >= r.From && h.Hour < r.To {
			out = append(out, h)
		}
	}
	mix(out, m.seed)
	slices.SortStableFunc(out, func(a, b warehouse.RuleHit) int { return int(a.Hour - b.Hour) })
	return out, m.query("rule hits")
}

func (m *memStore) Links(_ context.Context, ids []entity.ID, r warehouse.Range) ([]warehouse.Link, error) {
	var out []warehouse.Link
	for _, l := range m.links {
		if (slices.Contains(ids, l.From) || slices.Contains(ids, l.To)) && l.Hour >= r.From && l.Hour < r.To {
			out = append(out, l)
		}
	}
	return out, m.query("links")
}

func (m *memStore) Events(_ context.Context, q warehouse.EventQuery) ([]warehouse.Event, error) {
	var out []warehouse.Event
	for _, e := range m.events {
		if (q.Principal == 0 || e.Principal == q.Principal) && (q.AccessKey == 0 || e.AccessKey == q.AccessKey) &&
			(!q.Conflicts || e.Conflict) && !e.Time.Before(q.From) && (q.To.IsZero() || e.Time.Before(q.To)) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b warehouse.Event) int { return a.Time.Compare(b.Time) })
	return out[:min(len(out), q.Limit)], m.query("events")
}

func mix[T any](s []T, seed uint64) {
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}
