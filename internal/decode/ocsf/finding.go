package ocsf

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// findingMembers are the members of Security Hub's findings that OCSF keeps as
// they are. finding is finding_info from 1.0.0 on.
var findingMembers = []member{
	{"SchemaVersion", []string{"metadata.log_version", "metadata.product.version"}},
	{"ProductName", []string{"metadata.product.name"}},
	{"CompanyName", []string{"metadata.product.vendor_name"}},
	{"GeneratorId", []string{"metadata.product.feature.uid"}},
	{"Region", []string{"cloud.region"}},
	{"AwsAccountId", []string{"cloud.account.uid", "cloud.account_uid"}},
	{"Title", []string{"finding_info.title", "finding.title", "message"}},
	{"Description", []string{"finding_info.desc", "finding.desc"}},
	{"Compliance.Status", []string{"compliance.status"}},
}

// finding reads an event of one of the finding classes as the finding in
// ASFF that it was.
func (p *Parser) finding(e *event, rec *Record) error {
	o := object{}
	if err := o.unmap(e, "ProductFields"); err != nil {
		return err
	}
	for _, m := range findingMembers {
		o.set(m.name, e.first(m.from...))
	}
	info := e.Get("finding_info")
	if !info.IsObject() {
		info = e.Get("finding")
	}
	info = info.Indexed()
	o["Id"], o["ProductArn"] = findingID(info), productARN(e)
	if types := info.Get("types").Texts(); len(types) > 0 {
		o["Types"] = anys(types)
	}
	o.set("CreatedAt", stamp(moment(info, "created_time")))
	o.set("UpdatedAt", stamp(moment(info, "modified_time")))
	o.add("UpdatedAt", stamp(moment(e.Value, "time")))
	o.set("FirstObservedAt", stamp(moment(info, "first_seen_time")))
	o.set("LastObservedAt", stamp(moment(info, "last_seen_time")))
	o.add("Severity.Label", severityLabel(e))
	state(o, e)
	fields := o.within("ProductFields")
	fields.add("aws/guardduty/service/count", e.first("count"))
	resources(o, e)
	evidences(o, fields, e)
	if err := p.begin(o); err != nil {
		return err
	}
	if err := p.asff.Parse(&p.native, &rec.Finding); err != nil {
		return end(err)
	}
	rec.Kind = kindOf(&rec.Finding)
	return nil
}

// findingID is the finding's id. Where somebody has put another in its place
// GuardDuty's ARN is where the finding's page should be.
func findingID(info field.Value) string {
	id := info.Get("uid").Text()
	if _, ok := entity.ParseARN(id); ok {
		return id
	}
	if arn, ok := entity.ParseARN(info.Get("src_url").Text()); ok && arn.Service == "guardduty" {
		return info.Get("src_url").Text()
	}
	return id
}

// productARN is Security Hub's name of the product.
func productARN(e *event) string {
	if arn := e.first("metadata.product.uid"); strings.HasPrefix(arn, "arn:") {
		return arn
	}
	if region := e.first("cloud.region"); region != "" && strings.Contains(e.product(), "guardduty") {
		return "arn:" + entity.Partition(region) + ":securityhub:" + region + "::product/aws/guardduty"
	}
	return ""
}

// severityLabel is ASFF's word for OCSF's severity, of which it lacks Fatal.
func severityLabel(e *event) string {
	switch label := strings.ToUpper(e.first("severity")); label {
	case "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL":
		return label
	}
	labels := []string{1: "INFORMATIONAL", 2: "LOW", 3: "MEDIUM", 4: "HIGH", 5: "CRITICAL", 6: "CRITICAL"}
	if id := e.Get("severity_id").Int(); id < len(labels) {
		return labels[id]
	}
	return ""
}

// state puts back where the finding is in its workflow: state until
// 1.0.0-rc.2, status later.
func state(o object, e *event) {
	switch word := strings.ToUpper(e.first("status", "state")); word {
	case "NEW", "NOTIFIED", "SUPPRESSED", "RESOLVED":
		o.set("Workflow.Status", word)
	case "IN PROGRESS":
		o.set("Workflow.Status", "NOTIFIED")
	case "ARCHIVED":
		o.add("RecordState", word)
	}
}

// resources puts back the list of resources: resource in the classes that
// have but one.
func resources(o object, e *event) {
	var all []any
	for _, name := range []string{"resources", "resource"} {
		for v := range e.Get(name).Elements() {
			if len(all) == maxList {
				break
			}
			r := object{}
			r.set("Type", resourceType(firstOf(v, "type")))
			r.set("Id", firstOf(v, "uid"))
			r.set("Partition", firstOf(v, "cloud_partition"))
			r.set("Region", firstOf(v, "region"))
			details := v.Get("data")
			if !details.Exists() {
				details = v.Get("details")
			}
			r.set("Details", document(details))
			all = append(all, r)
		}
	}
	o.set("Resources", all)
}

// resourceType is ASFF's name of a type that may be given by CloudFormation's:
// AwsEc2Instance for AWS::EC2::Instance.
func resourceType(t string) string {
	parts := strings.Split(t, "::")
	if len(parts) != 3 || parts[0] != "AWS" || parts[1] == "" {
		return t
	}
	return "Aws" + strings.ToUpper(parts[1][:1]) + strings.ToLower(parts[1][1:]) + parts[2]
}
