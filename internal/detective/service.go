package detective

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// Investigator looks for indicators of compromise in a graph's data.
type Investigator interface {
	// Investigate examines one IAM user or role (an account's root user
	// included) between from and to. It must return soon after ctx ended.
	Investigate(ctx context.Context, g control.Graph, entityARN string, from, to time.Time) (Report, error)
	// KnowsEntity reports whether the graph has ever seen the entity.
	KnowsEntity(ctx context.Context, g control.Graph, entityARN string) (bool, error)
}

// Report is what an investigation found.
type Report struct {
	Severity   string // INFORMATIONAL, LOW, MEDIUM, HIGH or CRITICAL
	Indicators []indicators.Indicator
	// JSON is the whole report. It is stored as the investigation's Result;
	// its top-level list "Indicators" holds the indicators again.
	JSON []byte
}

// Warehouse makes and removes the data of graphs and tells what is in them.
// CreateGraph and DeleteGraph must be idempotent: they are repeated after a
// crash.
type Warehouse interface {
	CreateGraph(ctx context.Context, g control.Graph) error
	DeleteGraph(ctx context.Context, g control.Graph) error
	// Usage works out from the ledger what each account sends to a graph,
	// records included that were rejected for want of membership.
	Usage(ctx context.Context, g control.Graph) ([]control.Usage, error)
}

// Sealer protects secrets at rest; package identity has it.
type Sealer interface {
	Seal(owner string, plain []byte) []byte
	Open(owner string, sealed []byte) ([]byte, error)
}

// Options of a Service. All are required, except as said.
type Options struct {
	Store          control.Store
	Investigator   Investigator
	Warehouse      Warehouse
	Organizations  Organizations
	Sealer         Sealer           // for the graphs' entity secrets
	TokenKey       []byte           // at least 32 secret bytes that stay the same over restarts
	Mailer         Mailer           // may be nil: no mail is sent
	MaxMembers     int              // of a graph; 0 is DefaultMaxMembers
	MaxBytesPerDay int64            // of a graph; 0 is DefaultMaxBytesPerDay
	Wake           func()           // called after a job was enqueued; may be nil
	Now            func() time.Time // may be nil: time.Now
	Log            *slog.Logger     // what nobody waits for; may be nil
}

// Service has the operations of the API on plain values. It is safe for
// concurrent use, holds no state of its own and needs no closing.
//
// Errors of type *Error were written for the caller; all others are internal.
type Service struct {
	store          control.Store
	investigator   Investigator
	warehouse      Warehouse
	organizations  Organizations
	sealer         Sealer
	mailer         Mailer
	maxMembers     int
	maxBytesPerDay int64
	tokens         tokens
	wake           func()
	now            func() time.Time
	log            *slog.Logger
}

// New returns a service. Its jobs run once a jobs.Runner has its Handlers.
func New(o Options) (*Service, error) {
	if o.Store == nil || o.Investigator == nil || o.Warehouse == nil || o.Organizations == nil || o.Sealer == nil {
		return nil, errors.New("detective: Store, Investigator, Warehouse, Organizations and Sealer are required")
	}
	if len(o.TokenKey) < 32 {
		return nil, errors.New("detective: TokenKey needs at least 32 bytes")
	}
	if o.Wake == nil {
		o.Wake = func() {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{
		store: o.Store, investigator: o.Investigator, warehouse: o.Warehouse, organizations: o.Organizations,
		sealer: o.Sealer, mailer: o.Mailer, maxMembers: cmp.Or(o.MaxMembers, DefaultMaxMembers),
		maxBytesPerDay: cmp.Or(o.MaxBytesPerDay, DefaultMaxBytesPerDay),
		tokens:         tokens{key: o.TokenKey, now: o.Now}, wake: o.Wake, now: o.Now, log: o.Log,
	}, nil
}

// The kinds of jobs that this package enqueues and handles.
const (
	jobInvestigation = "investigation"
	jobGraphDeletion = "graph-deletion"
	jobVerification  = "member-verification"
	jobMail          = "invitation-mail"
	jobVolumeCheck   = "volume-check"
	jobHourly        = "hourly"
	jobSync          = "organization-sync"
)

// Handlers returns the handlers of this package's jobs.
func (s *Service) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{
		jobInvestigation: {Run: s.runInvestigation, GiveUp: s.failInvestigation, MaxAttempts: 3},
		// A graph that cannot be removed blocks its account's place, so
		// this is tried for ever.
		jobGraphDeletion: {Run: s.runGraphDeletion},
		jobVerification:  {Run: s.runVerification},
		jobMail:          {Run: s.runMail, MaxAttempts: mailAttempts},
		// Three attempts take 3 seconds.
		jobVolumeCheck: {Run: s.runVolumeCheck, GiveUp: s.giveUpVolumeCheck, MaxAttempts: 3},
		jobHourly:      {Run: s.runHourly},
		jobSync:        {Run: s.runSync},
	}
}
