package control

import (
	"context"
	"time"
)

// The statuses of an investigation (the API's Status).
const (
	InvestigationRunning    = "RUNNING"
	InvestigationFailed     = "FAILED"
	InvestigationSuccessful = "SUCCESSFUL"
)

// The states of an investigation (the API's State).
const (
	InvestigationActive   = "ACTIVE"
	InvestigationArchived = "ARCHIVED"
)

// Investigation is one investigation of the API with its results.
type Investigation struct {
	GraphARN     string
	ID           string // 21 digits
	EntityARN    string
	EntityType   string // IAM_USER or IAM_ROLE
	Created      time.Time
	ScopeStart   time.Time
	ScopeEnd     time.Time
	Status       string // RUNNING, FAILED or SUCCESSFUL
	Severity     string // INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL; empty unless SUCCESSFUL
	State        string // ACTIVE or ARCHIVED
	Result       []byte // the whole report as JSON (package investigate); nil unless SUCCESSFUL
	FailureCause string // for operators; not in the API
}

// Outcome is how an investigation ended.
type Outcome struct {
	Status       string // FAILED or SUCCESSFUL
	Severity     string
	Result       []byte
	FailureCause string
}

// InvestigationReader reads investigations.
type InvestigationReader interface {
	// Investigation returns one investigation with its Result.
	Investigation(ctx context.Context, graphARN, id string) (Investigation, error)
	// Investigations returns the investigations that q selects, in its
	// order, all without their Result.
	Investigations(ctx context.Context, q InvestigationQuery) ([]Investigation, error)
	// LastInvestigationID returns the greatest id of all graphs, "" when
	// there is none.
	LastInvestigationID(ctx context.Context) (string, error)
}

// InvestigationWriter changes investigations.
type InvestigationWriter interface {
	// CreateInvestigation enters an investigation. It MUST return ErrExists
	// when the id is taken, in whatever graph, and ErrNotFound when the
	// graph does not exist.
	CreateInvestigation(ctx context.Context, i Investigation) error
	// FinishInvestigation stores how a RUNNING investigation ended. One that
	// is not RUNNING MUST be left as it is, with ErrNotFound.
	FinishInvestigation(ctx context.Context, graphARN, id string, o Outcome) error
	// SetInvestigationState changes the state.
	SetInvestigationState(ctx context.Context, graphARN, id, state string) error
}
