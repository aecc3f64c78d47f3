package logs

import (
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/digest"
	"github.com/gumshoe-detective/gumshoe/internal/decode/eksaudit"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// Record is one record of any kind. Only the member that Kind names is valid:
// CloudTrail, Flow, Audit, Digest, or Finding for both GuardDuty and Security
// Hub.
//
// A Record that a Reader yields is valid until the next call, as the records
// of the decoders are.
type Record struct {
	Kind decode.Kind
	// Context is what is known of the record from what it lay in.
	Context Context
	// Derived says that the record was made from another form of it (OCSF,
	// CSV, Security Hub's of a GuardDuty finding), so that its bytes are not
	// those of the original.
	Derived bool
	ocsf    bool // from OCSF

	CloudTrail cloudtrail.Record
	Flow       vpcflow.Record
	Audit      eksaudit.Record
	Finding    finding.Finding
	Digest     digest.Digest

	// Raw is the record as logged, without its envelope.
	Raw []byte
}

// Context is what envelopes and file names tell of the records inside. Empty
// texts are unknown.
type Context struct {
	Account string // 12 digits
	Region  string
	Cluster string // name of the EKS cluster
}

// or fills what c does not know from d.
func (c Context) or(d Context) Context {
	for _, f := range [...]struct {
		to   *string
		from string
	}{{&c.Account, d.Account}, {&c.Region, d.Region}, {&c.Cluster, d.Cluster}} {
		if *f.to == "" {
			*f.to = f.from
		}
	}
	return c
}
