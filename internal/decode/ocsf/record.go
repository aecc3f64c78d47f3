package ocsf

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/eksaudit"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// Record is what an event is a record of: one of the fields, which Kind names.
// The others are undefined.
type Record struct {
	// Kind is KindCloudTrail, KindVPCFlow or KindEKSAudit, or KindGuardDuty or
	// KindASFF for Finding: GuardDuty's own, and those of other products.
	Kind decode.Kind

	// CloudTrail's Raw is the record as CloudTrail would have logged it, put
	// together again from the event: rules look for members there. It and
	// the JSON parts are valid until the parser's next call.
	CloudTrail cloudtrail.Record
	Flow       vpcflow.Record  // not Canonical; Raw is the event
	Audit      eksaudit.Record // Raw is the caller's to set
	Finding    finding.Finding
}

// The reasons for which an event is rejected, besides those of the decoders of
// what is in it.
const (
	ReasonNotOCSF    decode.Reason = "not-ocsf"        // valid JSON or Parquet that is no OCSF event
	ReasonClass      decode.Reason = "ocsf-class"      // of a class that has no place here, such as DNS Activity
	ReasonProduct    decode.Reason = "ocsf-product"    // of a known class, but from something else than AWS's logs
	ReasonIncomplete decode.Reason = "ocsf-incomplete" // without what makes a record of its class
	ReasonMalformed  decode.Reason = "malformed-ocsf"  // a broken Parquet file, or a part of one
)
