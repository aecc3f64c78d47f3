package simulate

import "strings"

// object is a JSON object whose fields are not worth a type: findings carry
// different ones with each type.
type object = map[string]any

// finding is something that GuardDuty reports, over several versions.
type finding struct {
	id       string // 32 hex digits
	kind     string // type, such as Recon:EC2/PortProbeUnprotectedPort
	account  *account
	region   string
	severity float64 // 1 to 10
	title    string
	text     string
	first    int64 // eventFirstSeen, Unix seconds

	resource object   // resource, lower camel
	action   object   // service.action, nil if there is none
	role     string   // service.resourceRole
	extra    object   // further fields of service
	assets   []object // resources as in ASFF
}

// findingVersion is a finding as it was exported at a time: the same id, more
// and more events.
type findingVersion struct {
	*finding
	updated  int64 // Unix seconds
	last     int64 // eventLastSeen
	count    int
	archived bool
	version  int // from 0
}

// arn is the finding's ARN; a detector is an account's and Region's.
func (g *finding) arn() string { return g.detectorARN() + "/finding/" + g.id }

func (g *finding) detectorARN() string {
	return "arn:aws:guardduty:" + g.region + ":" + g.account.id + ":detector/" + g.account.detector
}

// created is when the first version came: some minutes after the first event.
func (g *finding) created() int64 { return g.first + 300 + int64(derive(0, g.id)%600) }

// stamp formats Unix seconds with the milliseconds that findings carry.
func stamp(unix int64, id string) string {
	ms := derive(uint64(unix), id) % 1000
	return string(appendTime(nil, unix, "2006-01-02T15:04:05")) + "." + string([]byte{byte('0' + ms/100), byte('0' + ms/10%10), byte('0' + ms%10)}) + "Z"
}

// guardDuty is the version as in the export to S3: lower camel case.
func (v *findingVersion) guardDuty() object {
	service := object{
		"serviceName": "guardduty", "detectorId": v.account.detector, "resourceRole": v.role,
		"additionalInfo": object{"value": "{}", "type": "default"}, "evidence": nil,
		"eventFirstSeen": stamp(v.first, v.id), "eventLastSeen": stamp(v.last, v.id), "archived": v.archived, "count": v.count,
	}
	if v.action != nil {
		service["action"] = v.action
	}
	for k, x := range v.extra {
		service[k] = x
	}
	return object{
		"schemaVersion": "2.0", "accountId": v.account.id, "region": v.region, "partition": "aws", "id": v.id, "arn": v.arn(), "type": v.kind,
		"resource": v.resource, "service": service, "severity": v.severity, "createdAt": stamp(v.created(), v.id), "updatedAt": stamp(v.updated, v.id),
		"title": v.title, "description": v.text,
	}
}

// severityLabel is Security Hub's label of GuardDuty's severity (Security
// Hub user guide: GuardDuty integration).
func severityLabel(severity float64) string {
	switch {
	case severity >= 9:
		return "CRITICAL"
	case severity >= 7:
		return "HIGH"
	case severity >= 4:
		return "MEDIUM"
	default:
		return "LOW"
	}
}

// asffType is a GuardDuty type as ASFF writes it.
func asffType(kind string) string {
	purpose, rest, _ := strings.Cut(kind, ":")
	namespace := map[string]string{
		"Backdoor": "TTPs/Command and Control", "CryptoCurrency": "Effects/Resource Consumption", "Exfiltration": "Effects/Data Exfiltration",
		"Impact": "TTPs/Impact", "Stealth": "TTPs/Defense Evasion", "Recon": "TTPs/Discovery", "Discovery": "TTPs/Discovery",
		"PrivilegeEscalation": "TTPs/Privilege Escalation", "Persistence": "TTPs/Persistence", "CredentialAccess": "TTPs/Credential Access",
		"UnauthorizedAccess": "TTPs/Initial Access", "Execution": "TTPs/Execution", "AttackSequence": "TTPs/AttackSequence",
		"Policy": "Software and Configuration Checks/Policy", "Behavior": "Unusual Behaviors",
	}[purpose]
	return namespace + "/" + purpose + ":" + strings.ReplaceAll(rest, "/", "-")
}

// asff is the version as Security Hub passes it on.
func (v *findingVersion) asff() object {
	const product = "::product/aws/guardduty"
	label := severityLabel(v.severity)
	types := []string{asffType(v.kind)}
	state := "ACTIVE"
	if v.archived {
		state = "ARCHIVED"
	}
	productARN := "arn:aws:securityhub:" + v.region + product
	fields := object{
		"aws/securityhub/FindingId": productARN + "/" + v.arn(), "aws/securityhub/ProductName": "GuardDuty", "aws/securityhub/CompanyName": "Amazon",
		"aws/guardduty/service/detectorId": v.account.detector, "aws/guardduty/service/serviceName": "guardduty",
		"aws/guardduty/service/resourceRole": v.role, "aws/guardduty/service/count": decimal(v.count),
		"aws/guardduty/service/archived":       trueFalse(v.archived),
		"aws/guardduty/service/eventFirstSeen": stamp(v.first, v.id), "aws/guardduty/service/eventLastSeen": stamp(v.last, v.id),
	}
	if v.action != nil {
		flatten(fields, "aws/guardduty/service/action", v.action)
	}
	return object{
		"SchemaVersion": "2018-10-08", "Id": v.arn(), "ProductArn": productARN, "ProductName": "GuardDuty", "CompanyName": "Amazon",
		"Region": v.region, "GeneratorId": v.detectorARN(), "AwsAccountId": v.account.id, "Types": types,
		"FirstObservedAt": stamp(v.first, v.id), "LastObservedAt": stamp(v.last, v.id), "CreatedAt": stamp(v.created(), v.id), "UpdatedAt": stamp(v.updated, v.id),
		"Severity": object{"Product": v.severity, "Label": label, "Normalized": int(v.severity * 10)}, "Title": v.title, "Description": v.text,
		"SourceUrl":     "https://" + v.region + ".console.aws.amazon.com/guardduty/home?region=" + v.region + "#/findings?macros=current&fId=" + v.id,
		"ProductFields": fields, "Resources": v.assets, "WorkflowState": "NEW", "Workflow": object{"Status": "NEW"}, "RecordState": state,
		"FindingProviderFields": object{"Severity": object{"Label": label}, "Types": types}, "Sample": false,
	}
}
