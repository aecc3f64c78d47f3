package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// folder folds the events of one batch after the other.
type folder struct {
	fine     tally[fine]
	hours    tally[hourKey]
	values   tally[valueKey]
	activity tally[activityKey]
	signins  tally[signinKey]
	links    tally[linkKey]
	hits     map[hitKey]*hitRow
	kube     tally[kubeKey]
	coverage tally[coverageKey]
	findings []warehouse.FindingVersion
	flows    flowFolder

	entities map[entity.ID]warehouse.Entity
	// colliding entities have the id of another one: the store refuses them.
	colliding []warehouse.Entity
}

func newFolder() *folder {
	return &folder{hits: map[hitKey]*hitRow{}, entities: map[entity.ID]warehouse.Entity{}}
}

// reset makes f ready for another batch.
func (f *folder) reset() {
	f.fine.reset()
	f.hours.reset()
	f.values.reset()
	f.activity.reset()
	f.signins.reset()
	f.links.reset()
	f.kube.reset()
	f.coverage.reset()
	f.flows.reset()
	f.findings = f.findings[:0]
	clear(f.hits)
	clear(f.entities)
	f.colliding = nil
}

// addEntities takes the entities of a chunk. Those of events that turn out to
// be duplicates are known already and do no harm. Where records say different
// things of an entity, the first one counts, as in a store; the others fill
// what it left out.
func (f *folder) addEntities(entities []warehouse.Entity) {
	for _, e := range entities {
		if old, ok := f.entities[e.ID]; ok {
			if e.Type != old.Type || e.Key != old.Key {
				f.colliding = append(f.colliding, e)
				continue
			}
			e.Account = first(old.Account, e.Account)
			e.Label = first(old.Label, e.Label)
			e.Alias = first(old.Alias, e.Alias)
			if e == old {
				continue
			}
		}
		f.entities[e.ID] = e
	}
}

// add counts an event that is not a duplicate.
func (f *folder) add(e *event) {
	hour, at := warehouse.HourOf(e.Time), e.Time.Unix()
	f.coverage.of(coverageKey{hour, e.Account, e.Region, e.Origin}).Add(warehouse.Success, at, 1)
	for _, l := range e.links {
		f.links.of(linkKey{hour, l.from, l.to, l.kind}).Add(e.Outcome, at, 1)
	}
	switch {
	case e.kube != nil:
		f.addKube(e, hour, at)
	case e.finding != nil:
		f.findings = append(f.findings, *e.finding)
	case !e.insight:
		f.addCall(e, hour, at)
	}
}

// addKube counts a call to a cluster. It is none to AWS, so it has roles of
// its own.
func (f *folder) addKube(e *event, hour warehouse.Hour, at int64) {
	k := e.kube
	f.kube.of(kubeKey{Hour: hour, Account: e.Account, Cluster: k.cluster, Subject: k.subject,
		API: e.API, Address: e.Address, Target: k.pod}).Add(e.Outcome, at, 1)
	for _, x := range [...]hourKey{{hour, k.subject, warehouse.AsKubeSubject}, {hour, k.cluster, warehouse.AsCluster}, {hour, k.pod, warehouse.AsPod}} {
		if x.entity != 0 {
			f.hours.of(x).Add(e.Outcome, at, 1)
		}
	}
}

// addCall counts a call to AWS.
func (f *folder) addCall(e *event, hour warehouse.Hour, at int64) {
	f.fine.of(fine{hour: hour, service: e.service, isIP: e.isIP,
		account: e.Account, principal: e.Principal, session: e.Session, accessKey: e.AccessKey,
		address: e.Address, agent: e.Agent, product: e.product,
		api: e.API, region: e.Region, target: e.Target, location: e.location, aso: e.aso}).Add(e.Outcome, at, 1)
	if s := e.signin; s != nil {
		f.signins.of(signinKey{hour, e.Account, s.user, e.Address, e.Agent, s.kind, s.mfa}).Add(s.outcome, at, 1)
	}
	for _, r := range e.hits {
		f.hit(hitKey{hour, r.ID, e.Principal, e.Address, e.API}, e)
	}
}

// rows projects the fine rows to the rollups and fills the batch.
func (f *folder) rows(b *warehouse.Batch) {
	for i, k := range f.fine.keys {
		c := f.fine.values[i]
		f.activity.of(activityKey{Hour: k.hour, Principal: k.principal, Account: k.account,
			Address: k.address, API: k.api, Region: k.region, Agent: k.product}).Merge(c)
		f.countHours(&k, c)
		f.countValues(&k, c)
	}
	f.foldFlows(b)
	b.Findings = append(b.Findings, f.findings...)
	b.Kube = appendRows(b.Kube, &f.kube, func(k kubeKey, c warehouse.Counts) warehouse.Kube {
		k.Counts = c
		return warehouse.Kube(k)
	})
	b.Coverage = appendRows(b.Coverage, &f.coverage, func(k coverageKey, c warehouse.Counts) warehouse.Coverage {
		return warehouse.Coverage{Hour: k.hour, Account: k.account, Region: k.region, Origin: k.origin, Counts: c}
	})
	b.Activity = appendRows(b.Activity, &f.activity, func(k activityKey, c warehouse.Counts) warehouse.Activity {
		k.Counts = c
		return warehouse.Activity(k)
	})
	b.Hours = appendRows(b.Hours, &f.hours, func(k hourKey, c warehouse.Counts) warehouse.EntityHour {
		return warehouse.EntityHour{Hour: k.hour, Entity: k.entity, Role: k.role, Counts: c}
	})
	b.Values = appendRows(b.Values, &f.values, func(k valueKey, c warehouse.Counts) warehouse.Value {
		return warehouse.Value{Day: k.day, Entity: k.entity, Dimension: k.dimension, Value: k.value, Counts: c}
	})
	b.Signins = appendRows(b.Signins, &f.signins, func(k signinKey, c warehouse.Counts) warehouse.Signin {
		return warehouse.Signin{Hour: k.hour, Account: k.account, User: k.user, Kind: k.kind,
			MFA: k.mfa, Address: k.address, Agent: k.agent, Counts: c}
	})
	b.Links = appendRows(b.Links, &f.links, func(k linkKey, c warehouse.Counts) warehouse.Link {
		return warehouse.Link{Hour: k.hour, From: k.from, To: k.to, Kind: k.kind, Counts: c}
	})
	for k, h := range f.hits {
		b.RuleHits = append(b.RuleHits, h.row(k))
	}
	for _, e := range f.entities {
		b.Entities = append(b.Entities, e)
	}
	b.Entities = append(b.Entities, f.colliding...)
}

// countHours counts the row for each entity in the role it plays.
func (f *folder) countHours(k *fine, c warehouse.Counts) {
	add := func(id entity.ID, r warehouse.Role) {
		if id != 0 {
			f.hours.of(hourKey{k.hour, id, r}).Merge(c)
		}
	}
	add(k.principal, warehouse.AsPrincipal)
	add(k.session, warehouse.AsSession)
	add(k.accessKey, warehouse.AsAccessKey)
	add(k.address, warehouse.AsAddress)
	add(k.agent, warehouse.AsUserAgent)
	add(k.account, warehouse.AsAccount)
	add(k.target, warehouse.AsTarget)
}

// countValues counts the row for the dimensions of the principal, of its
// account and of the address. Services that act for themselves are counted in
// no account's dimensions: their noise must not hide what people do.
func (f *folder) countValues(k *fine, c warehouse.Counts) {
	day := k.hour.Day()
	add := func(of entity.ID, d warehouse.Dimension, v entity.ID) {
		if of != 0 && v != 0 {
			f.values.of(valueKey{day, of, d, v}).Merge(c)
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
