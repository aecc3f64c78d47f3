package cloudtrail

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Record is one CloudTrail record. Strings that a record does not have are
// empty; null and absent are the same.
//
// A Record that a Decoder yields is valid until the next call: Raw and the
// JSON parts point into the decoder's buffer, strings are the caller's to
// keep.
type Record struct {
	EventVersion       string
	EventID            string
	EventTime          time.Time // UTC
	EventSource        string
	EventName          string // as logged, version suffix included
	AWSRegion          string
	SourceIPAddress    string
	UserAgent          string
	ErrorCode          string
	ErrorMessage       string
	EventType          string
	EventCategory      string
	RecipientAccountID string
	SharedEventID      string
	VPCEndpointID      string
	ReadOnly           Tri
	ManagementEvent    Tri
	FromConsole        Tri // sessionCredentialFromConsole

	UserIdentity entity.Identity
	Resources    []Resource
	Insight      Insight // zero unless the record is a CloudTrail Insights event

	// JSON values as logged, nil when absent or null.
	RequestParameters   []byte
	ResponseElements    []byte
	AdditionalEventData []byte

	// Raw is the whole record as logged.
	Raw []byte
}

// Insight is what a CloudTrail Insights event is about: an unusual rate of
// calls or of errors. Nobody made a call; the calls have records of their own.
type Insight struct {
	Type        string // ApiCallRateInsight, ApiErrorRateInsight; never empty
	State       string // Start or End
	EventSource string // of the calls
	EventName   string
}

// Tri is a boolean that may be absent. Logs have it as true, "true" or "True".
type Tri uint8

// The values of Tri.
const (
	Absent Tri = iota
	False
	True
)

// Resource is an entry of a record's resources list.
type Resource struct {
	ARN, AccountID, Type string
}
