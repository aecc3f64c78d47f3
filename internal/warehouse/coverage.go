package warehouse

import "github.com/gumshoe-detective/gumshoe/internal/entity"

// Origin says what kind of log a record is from.
type Origin uint8

// The numbers are stored: never renumber, only append.
const (
	FromCloudTrail Origin = iota + 1
	FromVPCFlow
	FromGuardDuty
	FromEKSAudit
	FromSecurityHub
)

// String returns the kind's name as the command line spells it.
func (o Origin) String() string {
	switch o {
	case FromCloudTrail:
		return "cloudtrail"
	case FromVPCFlow:
		return "vpcflow"
	case FromGuardDuty:
		return "guardduty"
	case FromEKSAudit:
		return "eksaudit"
	case FromSecurityHub:
		return "asff"
	}
	return "unknown"
}

// Coverage counts the records of one hour of one account, Region and kind of
// log that the graph has: the calendar of what was recorded, for a trail that
// was stopped looks like a quiet day. Success holds the number of records.
type Coverage struct {
	Hour    Hour
	Account entity.ID
	Region  entity.ID // zero when the records do not say
	Origin  Origin
	Counts
}

// Digest is a CloudTrail digest file: CloudTrail's own list of the log files
// that it delivered in one hour.
type Digest struct {
	Account  string
	Region   string
	Trail    string // ARN of the trail, as far as the file's name tells
	From, To int64  // Unix seconds, half-open
	Object   string // key of the digest file
	Hash     string // SHA-256 of its unpacked content, hex
	Previous string // key of the digest before; empty for the first of a trail
	// PreviousHash is what the digest says of the one before.
	PreviousHash string
	Files        []string // keys of the log files, without their bucket
}
