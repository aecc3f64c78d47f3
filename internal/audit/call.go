package audit

import "time"

// Call is a call of the API, refused or answered. All texts may come from
// outside: what is not UTF-8 is replaced, what is long is cut.
type Call struct {
	Time      time.Time // when it was answered
	EventID   string    // unique; ingest counts an event once
	RequestID string    // as answered in x-amzn-RequestId

	Operation   string // "" when the route is not known
	EventSource string // "" for detective.amazonaws.com
	Region      string

	// Who called; empty when nobody was recognized. A key id alone is one
	// that is unknown, or whose signature was wrong.
	AccountID, ARN, AccessKeyID string

	RecipientAccountID string // the account whose trail the record belongs to
	SourceIP           string
	UserAgent          string

	ReadOnly   bool
	Parameters []byte // the request as JSON, secrets masked; nil when there is none

	ErrorCode, ErrorMessage string // empty when the call succeeded
}
