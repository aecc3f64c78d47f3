package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// seen is embedded in cached items: the chunk that reported them last.
type seen struct{ serial uint64 }

// callerKey is all that ResolveCaller looks at, so that what is cached does
// not depend on which record came first.
type callerKey struct {
	entity.Identity
	recipient string
}

type caller struct {
	seen
	key callerKey
	entity.Caller
	principal, session, accessKey warehouse.Entity

	links []link             // that each of its calls shows
	ends  []warehouse.Entity // of the links, besides those above
}

type address struct {
	seen
	class    entity.AddressClass
	entity   warehouse.Entity
	location *named
	aso      *named
}

type agent struct {
	seen
	entity  warehouse.Entity
	product *named
}

type apiKey struct{ source, name string }

type nameKey struct {
	kind          entity.Type
	name, account string
}

// named is a cached entity.
type named struct {
	seen
	warehouse.Entity
}

func (r *resolver) caller(id *entity.Identity, recipient string) *caller {
	c := r.last // calls come in bursts
	if c == nil || c.key.recipient != recipient || c.key.Identity != *id {
		c = r.cachedCaller(callerKey{*id, recipient})
		r.last = c
	}
	if c.serial != r.serial {
		c.serial = r.serial
		for _, e := range []warehouse.Entity{c.principal, c.session, c.accessKey} {
			if e.ID != 0 {
				r.entities = append(r.entities, e)
			}
		}
		r.entities = append(r.entities, c.ends...)
	}
	return c
}

func (r *resolver) cachedCaller(k callerKey) *caller {
	c, ok := r.callers[k]
	if !ok {
		r.hold(identityBytes(&k.Identity))
		c = &caller{key: k, Caller: entity.ResolveCaller(&k.Identity, k.recipient)}
		c.principal = r.ref(c.Principal)
		c.session = r.ref(c.Session)
		c.accessKey = r.ref(c.AccessKey)
		r.linkCaller(c)
		r.callers[k] = c
	}
	return c
}

// identityBytes is the length of the texts of an identity that can be long.
func identityBytes(id *entity.Identity) int {
	n := 0
	for _, s := range [...]string{id.Type, id.PrincipalID, id.ARN, id.AccessKeyID, id.UserName, id.InvokedBy,
		id.Issuer.PrincipalID, id.Issuer.ARN, id.Issuer.UserName, id.SourceIdentity, id.FederatedProvider,
		id.IdentityProvider, id.OnBehalfOf, id.IdentityStoreARN} {
		n += len(s)
	}
	return n
}

// ref makes the entity that a reference names; the zero entity for none.
func (r *resolver) ref(ref entity.Ref) warehouse.Entity {
	if ref.IsZero() {
		return warehouse.Entity{}
	}
	key := clip(ref.Key)
	return warehouse.Entity{ID: r.hasher.ID(ref.Type, key), Type: ref.Type, Key: key,
		Account: clip(ref.Account), Label: clip(ref.Label), Alias: clip(ref.Alias)}
}

// name returns the id of an entity without more to it than its key; zero
// when the key is empty.
func (r *resolver) name(t entity.Type, key, account string) entity.ID {
	if key == "" {
		return 0
	}
	n := r.named(t, clip(key), account)
	r.report(&n.seen, n.Entity)
	return n.ID
}

func (r *resolver) named(t entity.Type, key, account string) *named {
	k := nameKey{t, key, account}
	n, ok := r.names[k]
	if !ok {
		r.hold(len(key))
		n = &named{Entity: r.ref(entity.Ref{Type: t, Key: key, Account: account, Label: key})}
		r.names[k] = n
	}
	return n
}

// api names "<source>:<name>" with the name's version suffix removed.
func (r *resolver) api(source, name string) entity.ID {
	k := apiKey{source, name}
	n, ok := r.apis[k]
	if !ok {
		r.hold(len(source) + len(name))
		n = &named{Entity: r.ref(entity.Ref{Type: entity.API, Key: source + ":" + entity.APIName(name), Label: entity.APIName(name)})}
		r.apis[k] = n
	}
	r.report(&n.seen, n.Entity)
	return n.ID
}

// place resolves the source address and where it is. Service names are
// entities of type AwsService, so that rollups tell them apart; addresses
// that are none are left out, their text stays in the raw record.
func (r *resolver) place(text string, ev *event) {
	if text == "" {
		return
	}
	a, ok := r.addresses[text]
	if !ok {
		r.hold(len(text))
		a = r.newAddress(text)
		r.addresses[text] = a
	}
	ev.Address = a.entity.ID
	ev.isIP = a.class.IsIP()
	if a.entity.ID != 0 {
		r.report(&a.seen, a.entity)
	}
	if a.location != nil {
		ev.location = a.location.ID
		r.report(&a.location.seen, a.location.Entity)
	}
	if a.aso != nil {
		ev.aso = a.aso.ID
		r.report(&a.aso.seen, a.aso.Entity)
	}
}

func (r *resolver) newAddress(text string) *address {
	parsed := entity.ParseAddress(text)
	a := &address{class: parsed.Class}
	switch parsed.Class {
	case entity.PublicAddress, entity.PrivateAddress:
		a.entity = r.ref(entity.Ref{Type: entity.IPAddress, Key: parsed.Key, Label: parsed.Key})
	case entity.ServiceAddress:
		a.entity = r.ref(entity.Ref{Type: entity.AwsService, Key: parsed.Key, Label: parsed.Key})
	}
	if parsed.Class == entity.PublicAddress {
		p := r.places.Lookup(parsed.IP)
		if l := p.Location(); l != "" {
			a.location = r.named(entity.Location, l, "")
		}
		if p.ASO != "" {
			a.aso = r.named(entity.ASO, p.ASO, "")
		}
	}
	return a
}

func (r *resolver) agent(text string) *agent {
	a, ok := r.agents[text]
	if !ok {
		r.hold(len(text))
		clean := entity.CleanAgent(text) // of at most maxText bytes, so a part of it holds little more
		a = &agent{entity: r.ref(entity.Ref{Type: entity.UserAgent, Key: clean, Label: clean})}
		if p := entity.AgentProduct(clean); p != "" {
			a.product = r.named(entity.Agent, p, "")
		}
		r.agents[text] = a
	}
	if a.entity.ID != 0 {
		r.report(&a.seen, a.entity)
	}
	if a.product != nil {
		r.report(&a.product.seen, a.product.Entity)
	}
	return a
}
