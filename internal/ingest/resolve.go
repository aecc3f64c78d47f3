package ingest

import (
	"net/netip"

	"github.com/google/uuid"
	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/intern"
	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Places tells where an address is. *enrich.Enricher implements it.
type Places interface {
	Lookup(netip.Addr) enrich.Place
}

// maxHeld bounds what the caches of a resolver hold, in bytes; full ones are
// emptied. An entry is taken to need entryBytes besides its text.
const (
	maxHeld    = 32 << 20
	entryBytes = 256
)

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
	peers     map[netip.Addr]*peer // of flow records
	peers4    map[uint32]*peer     // those with IPv4
	recent    recentNames
	held      int // bytes in the caches
	texts     intern.Table

	serial   uint64 // of the current chunk
	entities []warehouse.Entity
	room     []link // for the links of events to come
	ruleEv   rules.Event
}

func newResolver(h entity.Hasher, p Places, pack *rules.Pack) *resolver {
	return &resolver{hasher: h, places: p, pack: pack,
		callers: map[callerKey]*caller{}, addresses: map[string]*address{},
		agents: map[string]*agent{}, apis: map[apiKey]*named{}, names: map[nameKey]*named{}, peers: map[netip.Addr]*peer{}, peers4: map[uint32]*peer{}}
}

// begin starts a chunk, whose entities are appended to entities.
func (r *resolver) begin(entities []warehouse.Entity) {
	r.serial++
	r.entities = entities
}

// resolve fills ev from rec. raw is the record's bytes, which the caller
// keeps for as long as ev; account is the account whose trail it is.
func (r *resolver) resolve(rec *cloudtrail.Record, account string, raw []byte, ev *event) {
	ev.Origin = warehouse.FromCloudTrail
	ev.Time = rec.EventTime
	ev.EventID = rec.EventID
	if uuid.Validate(rec.EventID) != nil || len(rec.EventID) != 36 {
		ev.EventID = syntheticID(rec.EventID, raw)
	}
	ev.Raw = raw
	ev.Account = r.name(entity.AwsAccount, account, account)
	ev.Region = r.name(entity.Region, rec.AWSRegion, "")
	ev.Key = r.duplicateKey(ev.EventID, account)
	ev.Print = printOf(xxh3.Hash(raw))
	if rec.Insight.Type != "" && rec.EventName == "" {
		ev.insight = true
		ev.API = r.name(entity.API, "insight:"+rec.Insight.Type, "")
		return
	}
	c := r.caller(&rec.UserIdentity, account)
	ev.Principal = c.principal.ID
	ev.Session = c.session.ID
	ev.AccessKey = c.accessKey.ID
	ev.service = c.IsService()
	ev.API = r.api(rec.EventSource, rec.EventName)
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
	ev.hits = r.match(rec, ev.hits[:0])
	r.signin(rec, c, ev)
	r.links(rec, c, ev)
}

// duplicateKey is the Key of an event.
func (r *resolver) duplicateKey(eventID, account string) uint64 {
	var key [128]byte
	return r.hasher.Sum(keySpace, append(append(append(key[:0], eventID...), 0), account...))
}

// keySpace keeps duplicate keys apart from entity ids, see Hasher.Sum.
const keySpace = 256

// report adds an entity to the chunk's once.
func (r *resolver) report(s *seen, e warehouse.Entity) {
	if s.serial != r.serial {
		s.serial = r.serial
		r.entities = append(r.entities, e)
	}
}

// hold makes room in the caches for an entry with so many bytes of text.
func (r *resolver) hold(text int) {
	r.held += text + entryBytes
	if r.held <= maxHeld {
		return
	}
	clear(r.callers)
	clear(r.addresses)
	clear(r.agents)
	clear(r.apis)
	clear(r.names)
	clear(r.peers)
	clear(r.peers4)
	r.recent = recentNames{}
	r.held = text + entryBytes
}
