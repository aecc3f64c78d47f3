package warehouse

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// FindingVersion is what a product said of a finding at one time. Which
// entities it is about is in links of kind Involves.
type FindingVersion struct {
	Finding    entity.ID // entity.Finding
	Updated    time.Time // UTC, milliseconds
	Created    time.Time
	First      time.Time // of the activity; zero when unknown
	Last       time.Time
	Account    entity.ID
	Region     entity.ID
	Product    string // "GuardDuty", or as Security Hub names it
	Type       string // "UnauthorizedAccess:IAMUser/…", or a namespace of ASFF
	Title      string
	Severity   float64 // 0 to 10
	Label      string  // INFORMATIONAL to CRITICAL
	Count      int64   // how often the product saw it; 0 when it does not say
	Archived   bool
	Sequence   bool   // an attack sequence: it joins other findings
	Workflow   string // of Security Hub: NEW, NOTIFIED, RESOLVED, SUPPRESSED
	Compliance string // of Security Hub: PASSED, FAILED …
}

// FindingQuery selects finding versions. Zero values select everything.
type FindingQuery struct {
	From, To time.Time   // half-open; of Updated
	Findings []entity.ID // any of these
}
