package finding

import (
	"net/netip"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// ProductGuardDuty is the Product of GuardDuty's findings.
const ProductGuardDuty = "GuardDuty"

// Finding is one version of one finding. Texts that it does not have are
// empty, times that it does not have are zero; all times are UTC. It shares
// no memory with the record it was read from.
type Finding struct {
	ID        string // as its product calls it; GuardDuty's own id for its findings, also through Security Hub
	ARN       string // key of the entity Finding; the ARN where there is one, never empty
	Product   string // "GuardDuty", "Security Hub", "Inspector", …
	Generator string // ASFF's GeneratorId: the control or rule behind the finding
	AccountID string // whose resources it is about: 12 digits or empty
	Region    string

	// Type is GuardDuty's finding type, such as
	// "UnauthorizedAccess:IAMUser/TorIPCaller". Of other products it is the
	// first of Types or, without any, the Generator.
	Type  string
	Types []string // ASFF's type namespaces; none of a finding that came from GuardDuty itself

	Title       string
	Description string

	Severity      float64 // 0 to 10
	SeverityLabel string  // INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL, see Label

	Created   time.Time
	Updated   time.Time // never zero
	FirstSeen time.Time // of the activity; Created where the finding does not tell
	LastSeen  time.Time // of the activity; Updated where the finding does not tell

	Archived   bool
	Workflow   string // Security Hub's workflow status: NEW, NOTIFIED, RESOLVED, SUPPRESSED
	Compliance string // status of a control: PASSED, FAILED, WARNING, NOT_AVAILABLE
	Count      int    // how often the activity was seen; 0 where the finding does not tell
	Sequence   bool   // an attack sequence: a finding made of signals
	Sample     bool   // made to try something out; nothing happened

	// ViaSecurityHub says that a GuardDuty finding came in Security Hub's
	// form. ID, ARN, Type, Severity and Updated are those of the original.
	ViaSecurityHub bool

	Resources []Resource // every entity that the finding names, each once
	Links     []Link     // how they belong together, each once
	Remotes   []Remote   // addresses at the other end, each once
	Calls     []Call     // API calls that the finding is about, each once
	Domains   []string   // DNS names that were looked up or talked to, each once

	// Dropped counts resources, links, remotes, calls and domains above
	// MaxFacts, which only a made-up finding has.
	Dropped int
}

// Key is what the copies of one version of a finding have in common,
// however each of them came: its ARN and when it was updated.
func (f *Finding) Key() string {
	return f.ARN + "@" + f.Updated.UTC().Format(time.RFC3339Nano)
}

// Ref names the finding itself.
func (f *Finding) Ref() entity.Ref {
	return entity.Ref{Type: entity.Finding, Key: f.ARN, Account: f.AccountID, Label: f.Title, Alias: f.ID}
}

// Resource is an entity that a finding names.
type Resource struct {
	Ref  entity.Ref
	Role Role
}

// Role is the part that a resource plays in a finding.
type Role uint8

// The roles. An entity that plays several has the last of them.
const (
	Involved Role = iota // named, part unknown
	Target               // what the activity was directed at
	Actor                // who or what acted
)

// String returns "involved", "target" or "actor".
func (r Role) String() string {
	switch r {
	case Target:
		return "target"
	case Actor:
		return "actor"
	default:
		return "involved"
	}
}

// ParseRole reads a resource role: ACTOR or TARGET in whatever case.
func ParseRole(text string) Role {
	switch strings.ToUpper(text) {
	case "ACTOR":
		return Actor
	case "TARGET":
		return Target
	default:
		return Involved
	}
}

// Remote is an address at the other end of the activity.
type Remote struct {
	Addr      netip.Addr
	Direction Direction
	Blocked   bool // GuardDuty or a rule kept the traffic from passing
}

// Direction is who began the traffic between a resource and a remote address.
type Direction uint8

// The directions.
const (
	UnknownDirection Direction = iota
	Inbound                    // the remote address: it called, connected or probed
	Outbound                   // the resource
)

// String returns "inbound", "outbound" or "unknown".
func (d Direction) String() string {
	switch d {
	case Inbound:
		return "inbound"
	case Outbound:
		return "outbound"
	default:
		return "unknown"
	}
}

// ParseDirection reads GuardDuty's INBOUND and OUTBOUND and ASFF's IN and OUT.
func ParseDirection(text string) Direction {
	switch strings.ToUpper(text) {
	case "INBOUND", "IN":
		return Inbound
	case "OUTBOUND", "OUT":
		return Outbound
	}
	return UnknownDirection
}

// RemoteRole is the part that the address at the other end of a connection
// plays: it acts when it began the traffic and is the target when the
// resource did. Where that is unknown it is the counterpart of resource, the
// part that the resource plays.
func (d Direction) RemoteRole(resource Role) Role {
	switch {
	case d == Inbound, d == UnknownDirection && resource == Target:
		return Actor
	case d == Outbound, resource == Actor:
		return Target
	default:
		return Involved
	}
}

// Call is an API call. "<Service>:<Name>" is the key of its entity.API, but
// for the version suffix that some names have.
type Call struct {
	Service string // event source, e.g. "iam.amazonaws.com"; "k8s" for calls to a cluster
	Name    string // event name; "<verb>:<resource>[/<subresource>]" for calls to a cluster
}

// FillTimes derives the times that are zero from those that are not. Updated
// stays zero when there is none at all.
func (f *Finding) FillTimes() {
	firstTime := func(times ...time.Time) time.Time {
		for _, t := range times {
			if !t.IsZero() {
				return t
			}
		}
		return time.Time{}
	}
	f.Updated = firstTime(f.Updated, f.LastSeen, f.Created, f.FirstSeen)
	f.Created = firstTime(f.Created, f.FirstSeen, f.Updated)
	f.FirstSeen = firstTime(f.FirstSeen, f.Created)
	f.LastSeen = firstTime(f.LastSeen, f.Updated)
}
