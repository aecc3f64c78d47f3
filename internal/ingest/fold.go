package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// fine is the finest row that a batch folds events to; every rollup is a
// projection of it. Folding to it first makes the cost an event independent
// of the number of rollups.
type fine struct {
	hour                                   warehouse.Hour
	service, isIP                          bool
	account, principal, session, accessKey entity.ID
	address, agent, product                entity.ID
	api, region, target, location, aso     entity.ID
}

// folder folds the events of one batch.
type folder struct {
	fine     map[fine]warehouse.Counts
	entities map[entity.ID]warehouse.Entity
	signins  map[signinKey]warehouse.Counts
	links    map[linkKey]warehouse.Counts
	hits     map[hitKey]*warehouse.RuleHit
}

type signinKey struct {
	hour                          warehouse.Hour
	account, user, address, agent entity.ID
	kind                          warehouse.SigninKind
	mfa                           warehouse.MFA
}

type linkKey struct {
	hour     warehouse.Hour
	from, to entity.ID
	kind     warehouse.LinkKind
}

type hitKey struct {
	hour                    warehouse.Hour
	rule                    string
	principal, address, api entity.ID
}

func newFolder() *folder {
	return &folder{fine: map[fine]warehouse.Counts{}, entities: map[entity.ID]warehouse.Entity{},
		signins: map[signinKey]warehouse.Counts{}, links: map[linkKey]warehouse.Counts{},
		hits: map[hitKey]*warehouse.RuleHit{}}
}

// addEntities takes the entities of a chunk. Those of events that turn out to
// be duplicates are known already and do no harm.
func (f *folder) addEntities(entities []warehouse.Entity) {
	for _, e := range entities {
		if old, ok := f.entities[e.ID]; ok && old.Alias != "" {
			continue
		}
		f.entities[e.ID] = e
	}
}

// add counts an event that is not a duplicate.
func (f *folder) add(e *event) {
	hour, at := warehouse.HourOf(e.Time), e.Time.Unix()
	k := fine{hour: hour, service: e.service, isIP: e.isIP,
		account: e.Account, principal: e.Principal, session: e.Session, accessKey: e.AccessKey,
		address: e.Address, agent: e.Agent, product: e.product,
		api: e.API, region: e.Region, target: e.Target, location: e.location, aso: e.aso}
	count(f.fine, k, e.Outcome, at)
	if s := e.signin; s != nil {
		count(f.signins, signinKey{hour, e.Account, s.user, e.Address, e.Agent, s.kind, s.mfa}, s.outcome, at)
	}
	for _, l := range e.links {
		count(f.links, linkKey{hour, l.from, l.to, l.kind}, e.Outcome, at)
	}
	for _, r := range e.hits {
		f.hit(hitKey{hour, r.ID, e.Principal, e.Address, e.API}, e)
	}
}

func count[K comparable](m map[K]warehouse.Counts, k K, o warehouse.Outcome, at int64) {
	c := m[k]
	c.Add(o, at, 1)
	m[k] = c
}

func merge[K comparable](m map[K]warehouse.Counts, k K, d warehouse.Counts) {
	c := m[k]
	c.Merge(d)
	m[k] = c
}

func (f *folder) hit(k hitKey, e *event) {
	h, ok := f.hits[k]
	if !ok {
		h = &warehouse.RuleHit{Hour: k.hour, Rule: k.rule, Principal: k.principal, Address: k.address, API: k.api}
		f.hits[k] = h
	}
	h.Add(e.Outcome, e.Time.Unix(), 1)
	if len(h.Samples) < warehouse.MaxSamples {
		h.Samples = append(h.Samples, e.EventID)
	}
}

// rows projects the fine rows to the rollups and fills the batch.
func (f *folder) rows(b *warehouse.Batch) {
	hours := map[hourKey]warehouse.Counts{}
	values := map[valueKey]warehouse.Counts{}
	activity := map[warehouse.Activity]warehouse.Counts{} // keys have zero Counts
	for k, c := range f.fine {
		merge(activity, warehouse.Activity{Hour: k.hour, Principal: k.principal, Account: k.account,
			Address: k.address, API: k.api, Region: k.region, Agent: k.product}, c)
		k.hours(hours, c)
		k.values(values, c)
	}
	for k, c := range activity {
		k.Counts = c
		b.Activity = append(b.Activity, k)
	}
	for k, c := range hours {
		b.Hours = append(b.Hours, warehouse.EntityHour{Hour: k.hour, Entity: k.entity, Role: k.role, Counts: c})
	}
	for k, c := range values {
		b.Values = append(b.Values, warehouse.Value{Day: k.day, Entity: k.entity, Dimension: k.dimension, Value: k.value, Counts: c})
	}
	for k, c := range f.signins {
		b.Signins = append(b.Signins, warehouse.Signin{Hour: k.hour, Account: k.account, User: k.user, Kind: k.kind,
			MFA: k.mfa, Address: k.address, Agent: k.agent, Counts: c})
	}
	for k, c := range f.links {
		b.Links = append(b.Links, warehouse.Link{Hour: k.hour, From: k.from, To: k.to, Kind: k.kind, Counts: c})
	}
	for _, h := range f.hits {
		b.RuleHits = append(b.RuleHits, *h)
	}
	for _, e := range f.entities {
		b.Entities = append(b.Entities, e)
	}
}

type hourKey struct {
	hour   warehouse.Hour
	entity entity.ID
	role   warehouse.Role
}

// hours counts the row for each entity in the role it plays.
func (k fine) hours(m map[hourKey]warehouse.Counts, c warehouse.Counts) {
	for _, x := range [...]struct {
		id   entity.ID
		role warehouse.Role
	}{
		{k.principal, warehouse.AsPrincipal}, {k.session, warehouse.AsSession}, {k.accessKey, warehouse.AsAccessKey},
		{k.address, warehouse.AsAddress}, {k.agent, warehouse.AsUserAgent}, {k.account, warehouse.AsAccount},
		{k.target, warehouse.AsTarget},
	} {
		if x.id != 0 {
			merge(m, hourKey{k.hour, x.id, x.role}, c)
		}
	}
}

type valueKey struct {
	day       warehouse.Day
	entity    entity.ID
	dimension warehouse.Dimension
	value     entity.ID
}

// values counts the row for the dimensions of the principal, of its account
// and of the address. Services that act for themselves are counted in no
// account's dimensions: their noise must not hide what people do.
func (k fine) values(m map[valueKey]warehouse.Counts, c warehouse.Counts) {
	day := k.hour.Day()
	add := func(of entity.ID, d warehouse.Dimension, v entity.ID) {
		if of != 0 && v != 0 {
			merge(m, valueKey{day, of, d, v}, c)
		}
	}
	add(k.principal, warehouse.ByAPI, k.api)
	add(k.principal, warehouse.ByRegion, k.region)
	add(k.principal, warehouse.ByAgent, k.agent)
	add(k.principal, warehouse.ByTarget, k.target)
	add(k.principal, warehouse.ByLocation, k.location)
	add(k.principal, warehouse.ByASO, k.aso)
	if k.isIP {
		add(k.principal, warehouse.ByAddress, k.address)
		add(k.address, warehouse.ByPrincipal, k.principal)
	}
	if k.service {
		return
	}
	add(k.account, warehouse.ByAPI, k.api)
	add(k.account, warehouse.ByRegion, k.region)
	add(k.account, warehouse.ByAgent, k.product)
	add(k.account, warehouse.ByLocation, k.location)
	add(k.account, warehouse.ByASO, k.aso)
}
