package indicators

import "time"

// Kind is an indicator type of the Detective API.
type Kind string

// The eight indicator types.
const (
	TTPObserved         Kind = "TTP_OBSERVED"
	ImpossibleTravel    Kind = "IMPOSSIBLE_TRAVEL"
	FlaggedIPAddress    Kind = "FLAGGED_IP_ADDRESS"
	NewGeolocation      Kind = "NEW_GEOLOCATION"
	NewASO              Kind = "NEW_ASO"
	NewUserAgent        Kind = "NEW_USER_AGENT"
	RelatedFinding      Kind = "RELATED_FINDING"
	RelatedFindingGroup Kind = "RELATED_FINDING_GROUP"
)

// Indicator is one indicator of compromise with its evidence. Its JSON form
// is the API's own (IndicatorType, IndicatorDetail) plus Evidence and Points,
// which the API does not have.
type Indicator struct {
	IndicatorType   Kind
	IndicatorDetail Detail
	Evidence        Evidence
	Points          int // what it adds to the severity, see Severity
}

// Detail has exactly one member set, the one that belongs to the type.
type Detail struct {
	TTPsObservedDetail   *TTPsObserved      `json:",omitempty"`
	NewGeolocationDetail *NewGeolocationObs `json:",omitempty"`
	NewAsoDetail         *NewAsoObs         `json:",omitempty"`
	NewUserAgentDetail   *NewUserAgentObs   `json:",omitempty"`
}

// TTPsObserved is one procedure seen from one address by one API. Tactic and
// Technique are ATT&CK names; their ids are in the evidence.
type TTPsObserved struct {
	Tactic, Technique, Procedure, IpAddress, APIName string
	APISuccessCount, APIFailureCount                 int64
}

// NewGeolocationObs is a place not seen in the baseline.
type NewGeolocationObs struct {
	Location, IpAddress   string
	IsNewForEntireAccount bool
}

// NewAsoObs is an autonomous system organization not seen in the baseline.
type NewAsoObs struct {
	Aso                   string
	IsNewForEntireAccount bool
}

// NewUserAgentObs is a user agent not seen in the baseline.
type NewUserAgentObs struct {
	UserAgent             string
	IsNewForEntireAccount bool
}

// Evidence says what an indicator stands on.
type Evidence struct {
	RuleID       string    `json:",omitempty"` // TTP: the rule
	TacticID     string    `json:",omitempty"` // TTP: e.g. TA0003
	TechniqueID  string    `json:",omitempty"` // TTP: e.g. T1098.001
	Severity     string    `json:",omitempty"` // TTP: the rule's level
	Weight       int       `json:",omitempty"` // TTP: the rule's points, 1 to 100
	EventSource  string    `json:",omitempty"` // TTP: e.g. iam.amazonaws.com
	Habitual     bool      `json:",omitempty"` // TTP: ordinary for the principal, see HabitDays
	FirstSeen    time.Time // UTC, within the scope
	LastSeen     time.Time
	SuccessCount int64
	FailureCount int64
	EventIDs     []string      // samples, at most ten
	Baseline     *BaselineSeen `json:",omitempty"` // what the baseline held
	Note         string        `json:",omitempty"` // what a reader must know, e.g. a short training period
}

// BaselineSeen is the sample that a novelty stands on.
type BaselineSeen struct {
	From, To time.Time
	Days     int              // days of the baseline with activity
	Values   map[string]int64 // values seen with their call counts, at most twenty
}
