package warehouse

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Outcome says how a call ended.
type Outcome uint8

// The numbers are stored: never renumber.
const (
	Success Outcome = iota
	Failure         // an error other than a denial: throttled, not found, invalid
	Denied          // refused for lack of permission
)

// Role says which part an entity plays in the calls that an EntityHour
// counts.
type Role uint8

// The numbers are stored: never renumber, only append.
const (
	AsPrincipal Role = iota + 1
	AsSession
	AsAccessKey
	AsAddress
	AsUserAgent
	AsAccount
	AsTarget
	AsKubeSubject
	AsCluster
	AsPod
)

// Dimension is what a Value row counts of an entity.
type Dimension uint8

// The numbers are stored: never renumber, only append.
const (
	ByAPI       Dimension = iota + 1 // entity.API
	ByAddress                        // entity.IPAddress
	ByLocation                       // entity.Location
	ByASO                            // entity.ASO
	ByRegion                         // entity.Region
	ByAgent                          // entity.UserAgent for principals, entity.Agent for accounts
	ByTarget                         // entity.S3Bucket and other targets
	ByPrincipal                      // of addresses: the principals seen from there
)

// Counts are calls by outcome with the time of the first and the last one.
type Counts struct {
	Success, Failure, Denied uint32
	First, Last              int64 // Unix seconds
}

// Add counts n calls at Unix second at.
func (c *Counts) Add(o Outcome, at int64, n uint32) {
	c.Merge(countsOf(o, at, n))
}

func countsOf(o Outcome, at int64, n uint32) Counts {
	c := Counts{First: at, Last: at}
	switch o {
	case Success:
		c.Success = n
	case Denied:
		c.Denied = n
	default:
		c.Failure = n
	}
	return c
}

// Merge adds d to c.
func (c *Counts) Merge(d Counts) {
	if c.Total() == 0 {
		*c = d
		return
	}
	c.Success += d.Success
	c.Failure += d.Failure
	c.Denied += d.Denied
	c.First = min(c.First, d.First)
	c.Last = max(c.Last, d.Last)
}

// Total is the number of calls.
func (c Counts) Total() uint64 { return uint64(c.Success) + uint64(c.Failure) + uint64(c.Denied) }

// Failed is the number of calls that did not succeed.
func (c Counts) Failed() uint64 { return uint64(c.Failure) + uint64(c.Denied) }

// FirstTime returns the time of the first call, UTC.
func (c Counts) FirstTime() time.Time { return time.Unix(c.First, 0).UTC() }

// LastTime returns the time of the last call, UTC.
func (c Counts) LastTime() time.Time { return time.Unix(c.Last, 0).UTC() }

// Entity is an entity or dictionary value with its full key.
type Entity struct {
	ID      entity.ID
	Type    entity.Type
	Key     string
	Account string // 12 digits; empty when the type has none
	Label   string
	Alias   string // a principal id or other second name
}

// EntityHour counts the calls of one hour in which an entity plays a role.
type EntityHour struct {
	Hour   Hour
	Entity entity.ID
	Role   Role
	Counts
}

// Value counts the calls of one day of an entity for one value of a
// dimension.
type Value struct {
	Day       Day
	Entity    entity.ID
	Dimension Dimension
	Value     entity.ID
	Counts
}

// Activity counts the calls of one hour with the same principal, address,
// API, Region and agent product in the trail of one account.
type Activity struct {
	Hour      Hour
	Principal entity.ID
	Account   entity.ID // whose trail
	Address   entity.ID // zero when there is no address
	API       entity.ID
	Region    entity.ID
	Agent     entity.ID // entity.Agent
	Counts
}

// SigninKind says how somebody signed in.
type SigninKind uint8

// The numbers are stored: never renumber, only append.
const (
	ConsoleSignin SigninKind = iota + 1
	RootSignin
	FederatedSignin
	SwitchRoleSignin
	IdentityCenterSignin
)

// MFA says whether a second factor was used.
type MFA uint8

// The numbers are stored: never renumber.
const (
	MFAUnknown MFA = iota
	MFANo
	MFAYes
)

// Signin counts the sign-ins of one hour of one kind.
type Signin struct {
	Hour    Hour
	Account entity.ID
	User    entity.ID
	Kind    SigninKind
	MFA     MFA
	Address entity.ID
	Agent   entity.ID // entity.UserAgent
	Counts
}

// LinkKind says how two entities are linked.
type LinkKind uint8

// The numbers are stored: never renumber, only append.
const (
	Assumed      LinkKind = iota + 1 // principal → role
	Opened                           // principal, session or instance → role session or federated user that it opened
	SessionOf                        // role session → role
	HoldsKey                         // principal or session → access key
	Created                          // principal → user, role, key …
	HoldsAddress                     // network interface or instance → address
	HasInterface                     // instance → network interface
	HasRole                          // instance or instance profile → its profile or role
	UsesKey                          // user, role or session → access key, as a finding tells
	MapsTo                           // Kubernetes subject → IAM principal or role session that it is
	InCluster                        // pod → cluster
	RunsImage                        // pod → image
	RunsAs                           // pod → Kubernetes subject, its service account
	Involves                         // finding → entity that it is about
	ActsIn                           // entity → finding in which it is the actor
	RunsOn                           // pod → instance
	ActedOn                          // Kubernetes subject → pod, as a finding tells
	Impersonated                     // Kubernetes subject → subject that it acted as
	SignalOf                         // finding → attack sequence made of it
	Attached                         // principal → user or role to which it attached a policy, a group, a password or whom it trusts
	PassedRole                       // principal → role that it had a service act with
	CalledIn                         // principal or session → shared event of a call that it made in another account
	OpenedIn                         // shared event → role session that the call opened
	ActsAs                           // instance or person of Identity Center → role session, by the session's name
)

// Link is a directed link seen in one hour.
type Link struct {
	Hour     Hour
	From, To entity.ID
	Kind     LinkKind
	Counts
}

// RuleHit counts the calls of one hour that a rule matched.
type RuleHit struct {
	Hour      Hour
	Rule      string // the rule's id
	Principal entity.ID
	Address   entity.ID
	API       entity.ID
	Samples   []string // event ids, at most MaxSamples, earliest first
	Counts
}

// MaxSamples bounds the sample event ids of a RuleHit row.
const MaxSamples = 5

// Event is one raw event. EventID is the record's own id when it is a
// GUID, as CloudTrail's are. Otherwise the bytes name the record: EventID is
// what it has for an id, a ~ and their hash.
type Event struct {
	Origin    Origin
	Time      time.Time // UTC, milliseconds
	EventID   string
	Key       uint64    // keyed hash of EventID and Account, see Key; written only
	Print     uint32    // fingerprint of the content; 0 when it cannot be compared, as of records that come in another form
	Account   entity.ID // recipient account
	Principal entity.ID
	Session   entity.ID
	AccessKey entity.ID
	Address   entity.ID
	Agent     entity.ID // entity.UserAgent
	API       entity.ID
	Region    entity.ID
	Error     entity.ID // entity.Code
	Target    entity.ID
	Outcome   Outcome
	Conflict  bool   // another event has the same id and other content; not in the rollups
	Raw       []byte // the record as logged; empty when raw records are not kept
}
