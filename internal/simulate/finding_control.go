package simulate

// control is a check of Security Hub's own.
type control struct {
	id, title, severity string
	resource            string // ASFF type of what it looks at
}

// controls are a few of AWS Foundational Security Best Practices.
var controls = []control{
	{"CloudTrail.2", "CloudTrail should have encryption at-rest enabled", "MEDIUM", "AwsCloudTrailTrail"},
	{"S3.8", "S3 general purpose buckets should block public access", "HIGH", "AwsS3Bucket"},
	{"S3.5", "S3 general purpose buckets should require requests to use SSL", "MEDIUM", "AwsS3Bucket"},
	{"IAM.3", "IAM users' access keys should be rotated every 90 days or less", "MEDIUM", "AwsIamUser"},
	{"IAM.5", "MFA should be enabled for all IAM users that have a console password", "MEDIUM", "AwsIamUser"},
	{"EC2.2", "VPC default security groups should not allow inbound or outbound traffic", "HIGH", "AwsEc2SecurityGroup"},
	{"EC2.8", "EC2 instances should use Instance Metadata Service Version 2 (IMDSv2)", "HIGH", "AwsEc2Instance"},
	{"EC2.6", "VPC flow logging should be enabled in all VPCs", "MEDIUM", "AwsEc2Vpc"},
	{"RDS.4", "RDS cluster snapshots and database snapshots should be encrypted at rest", "MEDIUM", "AwsRdsDbInstance"},
	{"Lambda.2", "Lambda functions should use supported runtimes", "MEDIUM", "AwsLambdaFunction"},
	{"EKS.1", "EKS cluster endpoints should not be publicly accessible", "HIGH", "AwsEksCluster"},
	{"GuardDuty.1", "GuardDuty should be enabled", "HIGH", "AwsAccount"},
}

// asset returns the id of what a control looks at in an account.
func (c *control) asset(a *account, n int) string {
	switch c.resource {
	case "AwsS3Bucket":
		return "arn:aws:s3:::" + a.buckets[n%len(a.buckets)]
	case "AwsIamUser":
		return "arn:aws:iam::" + a.id + ":user/" + a.users[n%len(a.users)]
	case "AwsCloudTrailTrail":
		return "arn:aws:cloudtrail:" + homeRegion + ":" + a.id + ":trail/" + a.trails[n%len(a.trails)]
	case "AwsEc2SecurityGroup":
		return "arn:aws:ec2:" + homeRegion + ":" + a.id + ":security-group/" + a.groups[n%len(a.groups)]
	case "AwsEc2Instance":
		return "arn:aws:ec2:" + homeRegion + ":" + a.id + ":instance/" + a.stock.instances[n%len(a.stock.instances)]
	case "AwsEc2Vpc":
		return "arn:aws:ec2:" + homeRegion + ":" + a.id + ":vpc/" + a.vpcs[0]
	case "AwsRdsDbInstance":
		return "arn:aws:rds:" + homeRegion + ":" + a.id + ":db:" + a.tables[n%len(a.tables)]
	case "AwsLambdaFunction":
		return "arn:aws:lambda:" + homeRegion + ":" + a.id + ":function:" + a.functions[n%len(a.functions)]
	case "AwsEksCluster":
		return "arn:aws:eks:" + homeRegion + ":" + a.id + ":cluster/" + a.clusters[n%len(a.clusters)]
	default:
		return "AWS::::Account:" + a.id
	}
}

// check is a control's finding about the n-th thing of an account on a day,
// counted from the first: most pass, some fail for a while and are then
// resolved.
func (c *control) check(a *account, n, day int, at int64, seed uint64) object {
	asset := c.asset(a, n)
	s := derive(seed, c.id+asset)
	failedUntil := int(s % 40) // day on which it is mended
	if s>>32%3 == 0 {
		failedUntil = 0
	}
	status, label, workflow, state := "FAILED", c.severity, "NEW", "ACTIVE"
	if day >= failedUntil {
		status, label, workflow = "PASSED", "INFORMATIONAL", "RESOLVED"
	}
	if day > failedUntil+30 && s>>48%4 == 0 {
		state = "ARCHIVED"
	}
	uuid := string(appendUUID(nil, s, scramble(s)))
	arn := "arn:aws:securityhub:" + homeRegion + ":" + a.id + ":security-control/" + c.id + "/finding/" + uuid
	product := "arn:aws:securityhub:" + homeRegion + "::product/aws/securityhub"
	types := []string{"Software and Configuration Checks/Industry and Regulatory Standards"}
	first := stamp(at-int64(day)*86400, uuid)
	return object{
		"SchemaVersion": "2018-10-08", "Id": arn, "ProductArn": product, "ProductName": "Security Hub", "CompanyName": "AWS", "Region": homeRegion,
		"GeneratorId": "security-control/" + c.id, "AwsAccountId": a.id, "Types": types, "FirstObservedAt": first, "LastObservedAt": stamp(at, uuid),
		"CreatedAt": first, "UpdatedAt": stamp(at, uuid), "Severity": object{"Label": label, "Normalized": normalized(label), "Original": label},
		"Title": c.title, "Description": "This control checks whether " + c.title + ".",
		"Remediation":   object{"Recommendation": object{"Text": "For information on how to correct this issue, consult the AWS Security Hub controls documentation.", "Url": "https://docs.aws.amazon.com/console/securityhub/" + c.id + "/remediation"}},
		"ProductFields": object{"aws/securityhub/ProductName": "Security Hub", "aws/securityhub/CompanyName": "AWS", "aws/securityhub/FindingId": product + "/" + arn, "Resources:0/Id": asset},
		"Resources":     []object{{"Type": c.resource, "Id": asset, "Partition": "aws", "Region": homeRegion}}, "WorkflowState": "NEW", "Workflow": object{"Status": workflow}, "RecordState": state,
		"Compliance":            object{"Status": status, "SecurityControlId": c.id, "AssociatedStandards": []object{{"StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0"}}},
		"FindingProviderFields": object{"Severity": object{"Label": label, "Original": label}, "Types": types},
	}
}

func normalized(label string) int {
	switch label {
	case "HIGH":
		return 70
	case "MEDIUM":
		return 40
	default:
		return 0
	}
}
