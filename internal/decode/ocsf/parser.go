package ocsf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/asff"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/eksaudit"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// The classes that have a place here. https://schema.ocsf.io/classes; 1.0.0-rc.2
// has API Activity as 3005, which became User Access Management.
const (
	classSecurityFinding      = 2001
	classVulnerabilityFinding = 2002
	classComplianceFinding    = 2003
	classDetectionFinding     = 2004
	classAccountChange        = 3001
	classAuthentication       = 3002
	classGroupManagement      = 3006 // the last of category 3 that CloudTrail's events are in
	classNetworkActivity      = 4001
	classAPIActivity          = 6003
	classDatastoreActivity    = 6005
)

// Parser reads OCSF events. It keeps strings that records share, a few MiB at
// most, and room for the largest event. The zero value is ready. It is not
// safe for concurrent use.
type Parser struct {
	trail  cloudtrail.Parser
	flow   vpcflow.Parser
	audit  eksaudit.Parser
	asff   asff.Parser
	native jsonscan.Scanner // reads what is in buf
	buf    bytes.Buffer     // the record as its source logged it
}

// Looks reports whether an object whose members have these names is probably
// an OCSF event.
func Looks(names map[string]bool) bool {
	return names["class_uid"] && (names["metadata"] || names["category_uid"] || names["type_uid"] || names["activity_id"])
}

// Parse reads the value that s stands before into rec. It returns nil with s
// behind the event; a *decode.Rejection, with s behind the value too and rec
// undefined, when that is no event that can be used, Foreign when it is no
// OCSF event at all; or the error of s. So Parse is a jsonstream.Parse.
func (p *Parser) Parse(s *jsonscan.Scanner, rec *Record) error {
	raw, ok := s.Skip()
	if !ok {
		return s.Err()
	}
	v := field.Of(raw).Indexed()
	class := v.Get("class_uid").Int()
	if class == 0 {
		return &decode.Rejection{Records: 1, Reason: ReasonNotOCSF, Detail: "no OCSF event", Foreign: true}
	}
	e := &event{Value: v, class: class, unmapped: unmappedOf(v)}
	switch {
	case class >= classSecurityFinding && class <= classDetectionFinding:
		return p.finding(e, rec)
	case class == classNetworkActivity:
		return p.network(e, raw, rec)
	case class == classAPIActivity && e.isAudit():
		return p.kubernetes(e, rec)
	case class >= classAccountChange && class <= classGroupManagement || class == classAPIActivity || class == classDatastoreActivity:
		return p.activity(e, rec)
	}
	return reject(ReasonClass, "class %d %.64q", class, v.Get("class_name").Text())
}

// event is an OCSF event that is being read.
type event struct {
	field.Value
	class    int
	unmapped field.Value // an object, or not there
}

// unmappedOf is the unmapped object, which some write as a text.
func unmappedOf(v field.Value) field.Value {
	unmapped := v.Get("unmapped")
	if text := unmapped.Text(); text != "" {
		unmapped = field.OfText(text)
	}
	if !unmapped.IsObject() {
		return field.Value{}
	}
	return unmapped
}

// product is the name of what logged the event, in lower case.
func (e *event) product() string {
	return strings.ToLower(e.Get("metadata", "product", "name").Text())
}

// account is the account that the event was logged in.
func (e *event) account() string {
	return e.first("cloud.account.uid", "cloud.account_uid")
}

// begin writes the record down as its source would have and points p.native
// at it.
func (p *Parser) begin(record object) error {
	p.buf.Reset()
	enc := json.NewEncoder(&p.buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any(record)); err != nil {
		// Raw parts were scanned, so this is about something else of them,
		// such as their depth.
		return reject(ReasonIncomplete, "%.200v", err)
	}
	p.native.Reset(p.buf.Bytes(), 0)
	return nil
}

// end is the error of a source's decoder, for an event that is OCSF anyway.
func end(err error) error {
	if err == nil {
		return nil
	}
	r, ok := errors.AsType[*decode.Rejection](err)
	if !ok {
		return reject(ReasonIncomplete, "%.200v", err)
	}
	if r.Foreign {
		r.Foreign, r.Reason = false, ReasonIncomplete
	}
	r.Records = 1
	return r
}

func reject(reason decode.Reason, format string, args ...any) error {
	return &decode.Rejection{Records: 1, Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// kindOf is the kind of source that a finding belongs to.
func kindOf(f *finding.Finding) decode.Kind {
	if f.Product == finding.ProductGuardDuty {
		return decode.KindGuardDuty
	}
	return decode.KindASFF
}
