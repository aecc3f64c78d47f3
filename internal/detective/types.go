package detective

import (
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Caller is who makes a call, known from its signature.
type Caller struct {
	AccountID   string // 12 digits
	ARN         string // of the user or role behind the key; the account's root when the key has none
	AccessKeyID string
	Region      string // the signature's scope
	SourceIP    string // the client's address; may be empty
	UserAgent   string // may be empty

	Permissions Permissions // nil allows everything
}

// Page asks for one page of a list. Token is empty for the first page; Limit
// is the largest number of entries, 0 for the operation's default.
type Page struct {
	Token string
	Limit int
}

// Code names an error of the API model.
type Code string

// The error codes of the model.
const (
	AccessDenied         Code = "AccessDeniedException"
	Conflict             Code = "ConflictException"
	InternalServer       Code = "InternalServerException"
	ResourceNotFound     Code = "ResourceNotFoundException"
	ServiceQuotaExceeded Code = "ServiceQuotaExceededException"
	TooManyRequests      Code = "TooManyRequestsException"
	Validation           Code = "ValidationException"
)

// Error is an answer of the API that was written for its caller. Any other
// error of this package is internal and its text is not shown.
type Error struct {
	Code    Code
	Message string
	Reason  string // ErrorCode of the model, e.g. INVALID_GRAPH_ARN; may be empty
	Detail  string // ErrorCodeReason; may be empty

	Resources []string // of a ServiceQuotaExceededException: what is used up
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// errorf makes an Error of the given code.
func errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Graph is an entry of ListGraphs.
type Graph struct {
	ARN     string
	Created time.Time
}

// Member is what the API says of a member (MemberDetail).
type Member struct {
	control.Member
	AdministratorID string
	Accepted        bool      // Usage and the fields below hold
	UsageUpdated    time.Time // of Usage, or since when it is known that the account sent nothing
	Percent         float64   // Usage in percent of the graph's quota
}

// Unprocessed is an account that an operation left alone.
type Unprocessed struct{ AccountID, Reason string }

// InvestigationFilter selects entries of ListInvestigations; zero values
// select everything.
type InvestigationFilter struct {
	Severity, Status, State, EntityARN string
	CreatedFrom, CreatedTo             time.Time // both inclusive
}

// InvestigationSort orders ListInvestigations. Field is SEVERITY, STATUS or
// CREATED_TIME; the zero value is CREATED_TIME, newest first.
type InvestigationSort struct {
	Field      string
	Descending bool
}

// Investigation is what the API says of one investigation.
type Investigation = control.Investigation
