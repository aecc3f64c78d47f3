package decode

import "fmt"

// Reason says in a word why records were not stored. Reasons are written to
// the ledger: their spelling must not change.
type Reason string

// The reasons that decoding can give.
const (
	// A record that is no valid JSON.
	ReasonMalformedJSON Reason = "malformed-json"
	// The object ends inside a record or a list; how much is missing is unknown.
	ReasonTruncated Reason = "truncated"
	// A record above the size limit, or a zstd window above it.
	ReasonTooLarge Reason = "too-large"
	// The object is no JSON at all.
	ReasonNotJSON Reason = "not-json"
	// The rest of the object cannot be decompressed.
	ReasonBadGzip Reason = "bad-gzip"
	ReasonBadZstd Reason = "bad-zstd"
	// Decompression passed its limits.
	ReasonBomb Reason = "decompression-bomb"

	// Valid JSON that is no CloudTrail record.
	ReasonNotCloudTrail Reason = "not-cloudtrail"
	// CloudTrail's own by-products, which are no events: nothing is wrong with them.
	ReasonDigest  Reason = "cloudtrail-digest"
	ReasonInsight Reason = "cloudtrail-insight"
	// A CloudTrail record without a field that it must have.
	ReasonNoEventTime   Reason = "no-event-time"
	ReasonNoEventName   Reason = "no-event-name"
	ReasonNoEventSource Reason = "no-event-source"
)

// Rejection is the error for records that a decoder could not yield. It
// concerns these records only: decoding goes on behind them.
type Rejection struct {
	Record  int64  // ordinal of the (first) record in its object, from 0
	Records int64  // how many records it stands for, at least 1
	Offset  int64  // where the record, or what is wrong, begins: bytes of the decompressed object
	Reason  Reason // for the ledger
	Detail  string // for people, at most a few hundred bytes; may quote the input
	Foreign bool   // the record belongs to another kind of source
}

func (r *Rejection) Error() string {
	s := fmt.Sprintf("record %d at byte %d: %s", r.Record, r.Offset, r.Reason)
	if r.Records > 1 {
		s = fmt.Sprintf("records %d-%d at byte %d: %s", r.Record, r.Record+r.Records-1, r.Offset, r.Reason)
	}
	if r.Detail != "" {
		s += ": " + r.Detail
	}
	return s
}

// ContainerError says that an object cannot be unpacked any further. What
// was read before it is sound.
type ContainerError struct {
	Reason Reason // truncated, bad-gzip, bad-zstd, decompression-bomb or too-large
	Err    error
}

func (e *ContainerError) Error() string { return fmt.Sprintf("%s: %v", e.Reason, e.Err) }

// Unwrap returns the decompressor's error.
func (e *ContainerError) Unwrap() error { return e.Err }
