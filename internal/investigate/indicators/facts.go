package indicators

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Facts is all that the indicators of one principal are decided from. The
// functions of this package do not modify it, and its slices may be in any
// order: the answers are the same.
type Facts struct {
	Scope      Window // whole hours
	Baseline   Window // whole hours, ends where Scope begins
	GraphFirst time.Time

	Uses    []Use             // of the scope: one an agent product and address
	Strings map[string]string // agent product → the full user agent most used in the scope

	Principal Past // of the principal in the baseline
	Account   Past // of its account in the baseline; addresses are not filled

	Hits     []Hit               // of the scope
	RuleDays map[string]RuleDays // of the baseline, by rule id

	HasPlaces bool // locations of addresses are known in principle
	HasASO    bool // organizations of addresses are known in principle
}

// Window is a half-open time range, UTC.
type Window struct{ From, To time.Time }

// Seen counts calls with the time of the first and the last one, UTC.
// Failure includes denials.
type Seen struct {
	Success, Failure int64
	First, Last      time.Time
}

// Total is the number of calls.
func (s Seen) Total() int64 { return s.Success + s.Failure }

// Merge adds t to s.
func (s *Seen) Merge(t Seen) {
	if t.Total() == 0 {
		return
	}
	if s.Total() == 0 {
		*s = t
		return
	}
	s.Success += t.Success
	s.Failure += t.Failure
	if t.First.Before(s.First) {
		s.First = t.First
	}
	if t.Last.After(s.Last) {
		s.Last = t.Last
	}
}

// Address is a source address with what is known of its place. Location,
// Country and ASO are empty when unknown; Location equals Country when the
// city is not known.
type Address struct {
	Key                    string // canonical form; empty when the record had none
	Class                  entity.AddressClass
	Location, Country, ASO string
}

// IsPublic reports whether a is a routable address, the only kind that has a
// place.
func (a Address) IsPublic() bool { return a.Class == entity.PublicAddress }

// Use counts the calls of the scope with one agent product from one address.
type Use struct {
	Agent   string // entity.AgentProduct; empty when the records had no user agent
	Address Address
	Seen
}

// Past is what an entity did in the baseline: values with their calls.
type Past struct {
	Days  int       // days with activity
	First time.Time // zero when there was no activity

	Agents    map[string]int64 // agent products
	Locations map[string]int64
	ASOs      map[string]int64
	Addresses map[string]int64 // public addresses
	Private   bool             // there were calls from private addresses
}

// Rule is what an indicator needs to know of a detection rule.
type Rule struct {
	ID, Title              string
	Level                  string // Sigma's: informational, low, medium, high, critical
	TacticID, Tactic       string // TA0003, Persistence
	TechniqueID, Technique string // T1098.001, Additional Cloud Credentials
	Procedure              string // what was done, one sentence
	Weight                 int    // points, 1 to 100
	PerHour                int    // calls of one hour from one address that it takes; 0 means one
}

// Hit counts the calls of one hour that a rule matched.
type Hit struct {
	Rule        Rule
	Address     Address
	EventSource string // iam.amazonaws.com
	EventName   string // CreateUser
	EventIDs    []string
	Seen
}

// RuleDays is on how many days of the baseline a rule matched: any call, and
// a successful one.
type RuleDays struct{ Any, Success int }

// Result is the answer of one indicator type.
type Result struct {
	Indicators   []Indicator
	NotEvaluated string   // why the type could not be evaluated; empty when it was
	Notices      []string // what was left out, and why
}
