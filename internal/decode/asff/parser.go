package asff

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
	ReasonNotASFF       decode.Reason = "not-asff" // valid JSON that is no ASFF finding
	ReasonNoFindingID   decode.Reason = "no-finding-id"
	ReasonNoFindingTime decode.Reason = "no-finding-time"
)

// Parser reads findings. The zero value is ready for use. A Parser is not
// safe for concurrent use.
type Parser struct {
	b         finding.Builder
	f         *finding.Finding
	guardDuty guardDutyFields
	partition string       // of ARNs: "aws", "aws-cn", …
	part      finding.Role // of resources that have none of their own
	call      bool         // the finding is about an API call

	profiles  map[string]entity.Ref // roles by the ARNs of their instance profiles
	instances []profiled
}

// profiled is an instance and the ARN of its instance profile.
type profiled struct {
	instance entity.Ref
	profile  string
}

// Parse reads the value that s stands before into f, whatever f held. It
// returns nil with s behind the finding; a *decode.Rejection, with s behind
// the value too and f undefined, when that is no finding that can be used,
// Foreign when it is no ASFF finding at all; or the error of s.
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
		return &decode.Rejection{Records: 1, Reason: ReasonNotASFF, Detail: "no Security Hub finding", Foreign: true}
	}
	*f = finding.Finding{}
	p.b.Reset(f)
	p.f = f
	defer func() { *p = Parser{} }() // let go of f
	if rejection := p.header(v); rejection != nil {
		return rejection
	}
	action := v.Get("action").Indexed()
	p.call = activity.IsCall(action) || p.guardDuty.isCall
	p.resources(v.Get("resources"))
	read := activity.Reader{B: &p.b, Account: f.AccountID, Partition: p.partition, Instance: p.instance()}
	read.Action(action, p.part)
	p.guardDuty.apply(p)
	read.Sequence(v.Get("detection", "sequence"), f.Ref(), p.part)
	p.network(v.Get("network"))
	p.indicators(v.Get("threatIntelIndicators"))
	p.b.Resource(finding.AccountRef(f.AccountID), finding.Involved)
	return nil
}

// Looks reports whether an object whose members have these names is probably
// a finding in ASFF, as it is or with names that begin in lower case.
func Looks(names map[string]bool) bool {
	has := func(name string) bool {
		return names[name] || names[strings.ToLower(name[:1])+name[1:]]
	}
	return has("ProductArn") && (has("AwsAccountId") || has("Resources") || has("GeneratorId") || has("Id")) && !names["class_uid"]
}

// header reads what the finding says of itself.
func (p *Parser) header(v field.Value) *decode.Rejection {
	f := p.f
	id, product := v.Get("id").Text(), v.Get("productArn").Text()
	if id == "" {
		return &decode.Rejection{Records: 1, Reason: ReasonNoFindingID, Detail: "no Id"}
	}
	p.identity(id, product)
	fields := v.Get("productFields")
	p.guardDuty.read(fields)
	f.Product = first(v.Get("productName").Text(), fields.Get("aws/securityhub/ProductName").Text(), product[strings.LastIndexByte(product, '/')+1:])
	f.Generator = v.Get("generatorId").Text()
	arn, _ := entity.ParseARN(f.ARN)
	p.region(v, arn)
	for _, id := range []string{v.Get("awsAccountId").Text(), arn.Account} {
		if f.AccountID == "" && entity.IsAccountID(id) {
			f.AccountID = id
		}
	}
	provided := v.Get("findingProviderFields")
	if f.Types = v.Get("types").Texts(); f.Types == nil {
		f.Types = provided.Get("types").Texts()
	}
	f.Type = first(append(f.Types[:len(f.Types):len(f.Types)], f.Generator)...)
	if f.ViaSecurityHub {
		f.Product, f.Type = finding.ProductGuardDuty, guardDutyType(f.Types)
	}
	f.Title, f.Description = v.Get("title").Text(), v.Get("description").Text()
	p.severity(v.Get("severity"), provided.Get("severity"), fields.Get("aws/securityhub/SeverityLabel").Text())
	if !p.times(v) {
		return &decode.Rejection{Records: 1, Reason: ReasonNoFindingTime,
			Detail: fmt.Sprintf("UpdatedAt is %.64q", v.Get("updatedAt").Text())}
	}
	f.Archived = strings.EqualFold(v.Get("recordState").Text(), "ARCHIVED") || p.guardDuty.archived
	f.Workflow = first(v.Get("workflow", "status").Text(), v.Get("workflow").Text(), v.Get("workflowState").Text())
	f.Compliance = first(v.Get("compliance", "status").Text(), v.Get("compliance").Text())
	f.Count = p.guardDuty.count
	f.Sequence = v.Get("detection", "sequence").IsObject() || f.ViaSecurityHub && strings.HasPrefix(f.Type, "AttackSequence:")
	f.Sample = v.Get("sample").Bool() || p.guardDuty.sample || strings.HasPrefix(f.Title, "[SAMPLE")
	p.part = p.guardDuty.part
	if p.part == finding.Involved && f.Sequence {
		p.part = finding.Target
	}
	return nil
}

// identity finds out what the finding is called. Security Hub's own name for
// a finding whose id is no ARN is its product's ARN with the id behind it.
// GuardDuty's id is the last part of the ARN that it gives as the id.
func (p *Parser) identity(id, product string) {
	f := p.f
	f.ID, f.ARN = id, id
	arn, ok := entity.ParseARN(id)
	if !ok && product != "" {
		f.ARN = product + "/" + id
	}
	if _, own, found := strings.Cut(arn.Resource, "/finding/"); found && arn.Service == "guardduty" && own != "" {
		f.ID, f.ViaSecurityHub = own, true
	} else if strings.HasSuffix(product, "product/aws/guardduty") {
		f.ViaSecurityHub = true
	}
}

func (p *Parser) region(v field.Value, arn entity.ARN) {
	p.f.Region = first(v.Get("region").Text(), arn.Region)
	partition := arn.Partition
	for r := range v.Get("resources").Elements() {
		p.f.Region = first(p.f.Region, r.Get("region").Text())
		partition = first(partition, r.Get("partition").Text())
		break
	}
	p.partition = first(partition, entity.Partition(p.f.Region))
}

// times reads the times. It reports whether there is one to go by.
func (p *Parser) times(v field.Value) bool {
	f := p.f
	f.Created, f.Updated = v.Get("createdAt").Time(), v.Get("updatedAt").Time()
	f.FirstSeen, f.LastSeen = v.Get("firstObservedAt").Time(), v.Get("lastObservedAt").Time()
	if f.FirstSeen.IsZero() {
		f.FirstSeen = p.guardDuty.firstSeen
	}
	if f.LastSeen.IsZero() {
		f.LastSeen = p.guardDuty.lastSeen
	}
	f.FillTimes()
	return !f.Updated.IsZero()
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
