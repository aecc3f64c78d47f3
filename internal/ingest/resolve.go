package ingest

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/google/uuid"
	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Places tells where an address is. *enrich.Enricher implements it.
type Places interface {
	Lookup(netip.Addr) enrich.Place
}

// event is a record after resolving: the raw event as it will be stored and
// what the rollups need besides.
type event struct {
	warehouse.Event
	part     int // index of its object in the chunk
	product  entity.ID
	location entity.ID
	aso      entity.ID
	isIP     bool // Address is an entity of its own
	service  bool // the caller is an AWS service
	hits     []*rules.Rule
	signin   *signin
	links    []link
}

// maxCached bounds each cache of a resolver; a full one is emptied.
const maxCached = 1 << 16

// resolver turns records into events. It belongs to one worker: its caches
// spare hashing the same names again and again, and each cached item knows in
// which chunk its entities were last reported, so that a chunk reports each
// entity about once.
type resolver struct {
	hasher entity.Hasher
	places Places
	pack   *rules.Pack

	callers   map[callerKey]*caller
	last      *caller
	addresses map[string]*address
	agents    map[string]*agent
	apis      map[apiKey]*named
	names     map[nameKey]*named

	serial   uint64 // of the current chunk
	entities []warehouse.Entity
	room     []link // for the links of events to come
	ruleEv   rules.Event
}

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

func newResolver(h entity.Hasher, p Places, pack *rules.Pack) *resolver {
	return &resolver{hasher: h, places: p, pack: pack,
		callers: map[callerKey]*caller{}, addresses: map[string]*address{},
		agents: map[string]*agent{}, apis: map[apiKey]*named{}, names: map[nameKey]*named{}}
}

// begin starts a chunk, whose entities are appended to entities.
func (r *resolver) begin(entities []warehouse.Entity) {
	r.serial++
	r.entities = entities
}

// resolve fills ev from rec. raw is the record's bytes, which the caller
// keeps for as long as ev; account is the account whose trail it is.
func (r *resolver) resolve(rec *cloudtrail.Record, account string, raw []byte, ev *event) {
	c := r.caller(&rec.UserIdentity, account)
	ev.Time = rec.EventTime
	ev.EventID = rec.EventID
	if uuid.Validate(rec.EventID) != nil || len(rec.EventID) != 36 {
		ev.EventID = syntheticID(rec.EventID, raw)
	}
	ev.Raw = raw
	ev.Account = r.name(entity.AwsAccount, account, account)
	ev.Principal = c.principal.ID
	ev.Session = c.session.ID
	ev.AccessKey = c.accessKey.ID
	ev.service = c.IsService()
	ev.API = r.api(rec.EventSource, rec.EventName)
	ev.Region = r.name(entity.Region, rec.AWSRegion, "")
	ev.Outcome = outcome(rec)
	if rec.ErrorCode != "" {
		ev.Error = r.name(entity.Code, rec.ErrorCode, "")
	}
	r.place(rec.SourceIPAddress, ev)
	if rec.UserAgent != "" {
		a := r.agent(rec.UserAgent)
		ev.Agent = a.entity.ID
		if a.product != nil {
			ev.product = a.product.ID
		}
	}
	r.target(rec, ev)
	var key [128]byte
	ev.Key = r.hasher.Sum(keySpace, append(append(append(key[:0], ev.EventID...), 0), account...))
	ev.Print = uint32(xxh3.Hash(raw))
	ev.hits = r.match(rec, ev.hits[:0])
	r.signin(rec, c, ev)
	r.links(rec, c, ev)
}

// keySpace keeps duplicate keys apart from entity ids, see Hasher.Sum.
const keySpace = 256

// maxPlaceholder bounds what is kept of an id that identifies nothing.
const maxPlaceholder = 36

// syntheticID names a record by its bytes, behind the id that it has. It is
// for ids that are not CloudTrail's: exports, samples and redacted logs have
// none or give every record the same placeholder.
func syntheticID(id string, raw []byte) string {
	h := xxh3.Hash128(raw)
	id = strings.ToValidUTF8(id[:min(len(id), maxPlaceholder)], "")
	return fmt.Sprintf("%s~%016x%016x", id, h.Hi, h.Lo)
}

// outcome classifies how a call ended. An errorMessage without an errorCode
// is a failed ConsoleLogin; responseElements {"ConsoleLogin":"Failure"} says
// so too.
func outcome(rec *cloudtrail.Record) warehouse.Outcome {
	switch {
	case rec.ErrorCode == "" && rec.ErrorMessage == "":
		return warehouse.Success
	case isDenied(rec.ErrorCode):
		return warehouse.Denied
	default:
		return warehouse.Failure
	}
}

// isDenied recognizes the codes by which services refuse for lack of
// permission: AccessDenied, AccessDeniedException, UnauthorizedOperation,
// Client.UnauthorizedOperation, UnauthorizedAccess, Forbidden …
func isDenied(code string) bool {
	return strings.Contains(code, "AccessDenied") || strings.Contains(code, "Unauthorized") ||
		strings.Contains(code, "NotAuthorized") || strings.Contains(code, "Forbidden")
}

// report adds an entity to the chunk's once.
func (r *resolver) report(s *seen, e warehouse.Entity) {
	if s.serial != r.serial {
		s.serial = r.serial
		r.entities = append(r.entities, e)
	}
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
	}
	return c
}

func (r *resolver) cachedCaller(k callerKey) *caller {
	c, ok := r.callers[k]
	if !ok {
		if len(r.callers) >= maxCached {
			clear(r.callers)
		}
		c = &caller{key: k, Caller: entity.ResolveCaller(&k.Identity, k.recipient)}
		c.principal = r.ref(c.Principal)
		c.session = r.ref(c.Session)
		c.accessKey = r.ref(c.AccessKey)
		r.callers[k] = c
	}
	return c
}

// ref makes the entity that a reference names; the zero entity for none.
func (r *resolver) ref(ref entity.Ref) warehouse.Entity {
	if ref.IsZero() {
		return warehouse.Entity{}
	}
	return warehouse.Entity{ID: r.hasher.ID(ref.Type, ref.Key), Type: ref.Type, Key: ref.Key,
		Account: ref.Account, Label: ref.Label, Alias: ref.Alias}
}

// name returns the id of an entity without more to it than its key; zero
// when the key is empty.
func (r *resolver) name(t entity.Type, key, account string) entity.ID {
	if key == "" {
		return 0
	}
	n := r.named(t, key, account)
	r.report(&n.seen, n.Entity)
	return n.ID
}

func (r *resolver) named(t entity.Type, key, account string) *named {
	k := nameKey{t, key, account}
	n, ok := r.names[k]
	if !ok {
		if len(r.names) >= maxCached {
			clear(r.names)
		}
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
		if len(r.apis) >= maxCached {
			clear(r.apis)
		}
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
		if len(r.addresses) >= maxCached {
			clear(r.addresses)
		}
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
		if len(r.agents) >= maxCached {
			clear(r.agents)
		}
		clean := entity.CleanAgent(text)
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

// match runs the rules over a record. AWS services acting for themselves are
// no suspects.
func (r *resolver) match(rec *cloudtrail.Record, dst []*rules.Rule) []*rules.Rule {
	if r.pack == nil {
		return dst
	}
	id := &rec.UserIdentity
	r.ruleEv.Reset()
	e := &r.ruleEv
	e.Source, e.Name, e.Type, e.Category = rec.EventSource, rec.EventName, rec.EventType, rec.EventCategory
	e.Region, e.SourceIP, e.UserAgent = rec.AWSRegion, rec.SourceIPAddress, rec.UserAgent
	e.ErrorCode, e.ErrorMessage = rec.ErrorCode, rec.ErrorMessage
	e.ReadOnly = triText(rec.ReadOnly)
	e.RecipientAccount, e.VPCEndpoint = rec.RecipientAccountID, rec.VPCEndpointID
	e.IdentityType, e.IdentityARN, e.IdentityAccount = id.Type, id.ARN, id.AccountID
	e.PrincipalID, e.AccessKeyID, e.UserName, e.InvokedBy = id.PrincipalID, id.AccessKeyID, id.UserName, id.InvokedBy
	e.IssuerType, e.IssuerARN, e.IssuerUserName = id.Issuer.Type, id.Issuer.ARN, id.Issuer.UserName
	e.MFAAuthenticated = id.MFAAuthenticated
	e.Raw = rec.Raw
	return r.pack.Match(e, dst)
}

func triText(t cloudtrail.Tri) string {
	switch t {
	case cloudtrail.True:
		return "true"
	case cloudtrail.False:
		return "false"
	}
	return ""
}
