package guardduty

import (
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/activity"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// The reasons for which a finding is rejected.
const (
	ReasonNotGuardDuty  decode.Reason = "not-guardduty" // valid JSON that is no GuardDuty finding
	ReasonNoFindingID   decode.Reason = "no-finding-id"
	ReasonNoFindingTime decode.Reason = "no-finding-time"
)

// Parser reads findings. The zero value is ready for use. A Parser is not
// safe for concurrent use.
type Parser struct {
	b         finding.Builder
	f         *finding.Finding
	partition string // of ARNs: "aws", "aws-cn", …
}

// Parse reads the value that s stands before into f, whatever f held. It
// returns nil with s behind the finding; a *decode.Rejection, with s behind
// the value too and f undefined, when that is no finding that can be used,
// Foreign when it is no GuardDuty finding at all; or the error of s.
//
// A finding needs an id and a time, all else may be missing. Members of an
// unexpected kind count as absent.
func (p *Parser) Parse(s *jsonscan.Scanner, f *finding.Finding) error {
	raw, ok := s.Skip()
	if !ok {
		return s.Err()
	}
	v := field.Of(raw).Indexed()
	if !Looks(v.Names()) {
		return &decode.Rejection{Records: 1, Reason: ReasonNotGuardDuty, Detail: "no GuardDuty finding", Foreign: true}
	}
	*f = finding.Finding{}
	p.b.Reset(f)
	p.f = f
	defer func() { *p = Parser{} }() // let go of f
	if rejection := p.header(v); rejection != nil {
		return rejection
	}
	service := v.Get("service").Indexed()
	action, part := service.Get("action").Indexed(), finding.ParseRole(service.Get("resourceRole").Text())
	credentials := part
	if activity.IsCall(action) {
		credentials = finding.Actor
	}
	instance := p.resources(v.Get("resource").Indexed(), part, credentials)
	read := activity.Reader{B: &p.b, Account: f.AccountID, Partition: p.partition, Instance: instance}
	read.Action(action, part)
	if sequence := service.Get("detection", "sequence"); sequence.IsObject() {
		if part == finding.Involved {
			part = finding.Target
		}
		read.Sequence(sequence, f.Ref(), part)
		p.sequenceResources(sequence.Get("resources"), part)
	}
	if arn := v.Get("associatedAttackSequenceArn").Text(); arn != "" {
		whole := p.b.Resource(finding.FindingRef(arn), finding.Involved)
		p.b.Link(f.Ref(), whole, finding.SignalOf)
	}
	p.b.Resource(finding.AccountRef(f.AccountID), finding.Involved)
	return nil
}

// Looks reports whether an object whose members have these names is probably
// a GuardDuty finding, in camelCase or PascalCase.
func Looks(names map[string]bool) bool {
	has := func(camel string) bool {
		return names[camel] || names[strings.ToUpper(camel[:1])+camel[1:]]
	}
	return has("type") && has("severity") && (has("resource") || has("service")) && (has("id") || has("arn") || has("schemaVersion")) &&
		!has("productArn") && !names["class_uid"]
}

// header reads what the finding says of itself.
func (p *Parser) header(v field.Value) *decode.Rejection {
	f, service := p.f, v.Get("service").Indexed()
	f.Product = finding.ProductGuardDuty
	f.ID, f.ARN = v.Get("id").Text(), v.Get("arn").Text()
	if f.ID == "" {
		_, f.ID, _ = strings.Cut(f.ARN, "/finding/")
	}
	if f.ID == "" {
		return &decode.Rejection{Records: 1, Reason: ReasonNoFindingID, Detail: "no id"}
	}
	arn, _ := entity.ParseARN(f.ARN)
	f.Region = first(v.Get("region").Text(), arn.Region)
	for _, id := range []string{v.Get("accountId").Text(), arn.Account} {
		if f.AccountID == "" && entity.IsAccountID(id) {
			f.AccountID = id
		}
	}
	p.partition = first(v.Get("partition").Text(), arn.Partition, entity.Partition(f.Region))
	if f.ARN == "" {
		detector := first(service.Get("detectorId").Text(), v.Get("detectorId").Text())
		f.ARN = "arn:" + p.partition + ":guardduty:" + f.Region + ":" + f.AccountID + ":detector/" + detector + "/finding/" + f.ID
	}
	f.Type = v.Get("type").Text()
	f.Title, f.Description = v.Get("title").Text(), v.Get("description").Text()
	p.severity(v.Get("severity"))
	if !p.times(v, service) {
		return &decode.Rejection{Records: 1, Reason: ReasonNoFindingTime,
			Detail: fmt.Sprintf("updatedAt is %.64q", v.Get("updatedAt").Text())}
	}
	f.Archived = service.Get("archived").Bool() || v.Get("archived").Bool()
	f.Count = service.Get("count").Int()
	f.Sequence = strings.HasPrefix(f.Type, "AttackSequence:") || service.Get("detection", "sequence").IsObject()
	f.Sample = isSample(f.Title, service.Get("additionalInfo"))
	return nil
}

func (p *Parser) severity(v field.Value) {
	if n, ok := v.Float(); ok {
		p.f.Severity = max(0, min(n, 10))
	} else if _, n, ok := finding.ParseLabel(v.Text()); ok {
		p.f.Severity = n
	}
	p.f.SeverityLabel = finding.Label(p.f.Severity)
}

// times reads the times. It reports whether there is one to go by.
func (p *Parser) times(v, service field.Value) bool {
	f := p.f
	f.Created, f.Updated = v.Get("createdAt").Time(), v.Get("updatedAt").Time()
	f.FirstSeen, f.LastSeen = service.Get("eventFirstSeen").Time(), service.Get("eventLastSeen").Time()
	if f.FirstSeen.IsZero() {
		f.FirstSeen = v.Get("eventFirstSeen").Time()
	}
	if f.LastSeen.IsZero() {
		f.LastSeen = v.Get("eventLastSeen").Time()
	}
	f.FillTimes()
	return !f.Updated.IsZero()
}

// isSample reports whether a finding is one of CreateSampleFindings.
func isSample(title string, info field.Value) bool {
	return info.Get("sample").Bool() || field.OfText(info.Get("value").Text()).Get("sample").Bool() ||
		strings.HasPrefix(title, "[SAMPLE")
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
