package simulate

import (
	"cmp"
	"slices"
	"strings"
)

// alarm is a finding that the attack brings about: which calls make it, by
// whom. A finding is of one principal and its versions grow with the calls.
type alarm struct {
	kind     string
	severity float64
	by       func(*organization, *event) bool
	calls    string // event names, space-separated; "" is any
	title    string // what the principal did
}

func byVictim(o *organization, e *event) bool { return e.who.principal == o.victim.principal }
func byAdmin(o *organization, e *event) bool  { return e.who.principal == o.admin }
func byIntruder(_ *organization, e *event) bool {
	return e.who.principal != nil && e.who.principal.kind == kindIntruder
}

// stolenKeyAlarms are GuardDuty's findings in StoryStolenKey.
func stolenKeyAlarms() []alarm {
	return []alarm{
		{"UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", 5, byVictim, "", "called AWS from an IP address on a custom threat list."},
		{"Discovery:IAMUser/AnomalousBehavior", 2, byVictim, "ListRoles DescribeInstances ListBuckets ListSecrets DescribeSnapshots", "called discovery APIs in an anomalous way."},
		{"PrivilegeEscalation:IAMUser/AnomalousBehavior", 5, byVictim, "AttachUserPolicy PutUserPolicy UpdateAssumeRolePolicy", "called privilege escalation APIs in an anomalous way."},
		{"CredentialAccess:IAMUser/AnomalousBehavior", 5, byAdmin, "GetSecretValue GetParameters GetParameter GetPasswordData", "called credential access APIs in an anomalous way."},
		{"Persistence:IAMUser/AnomalousBehavior", 5, byAdmin, "CreateUser CreateAccessKey AttachUserPolicy CreateLoginProfile UpdateAssumeRolePolicy", "called persistence APIs in an anomalous way."},
		{"UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", 5, byIntruder, "ConsoleLogin", "signed in to the console from several places."},
		{"Exfiltration:S3/AnomalousBehavior", 8, byAdmin, "GetObject", "read S3 objects in an anomalous way."},
		{"Stealth:IAMUser/CloudTrailLoggingDisabled", 2, byAdmin, "StopLogging", "stopped CloudTrail logging."},
	}
}

// storyFindings are the versions of the attack's findings, in order of time;
// their ids are entered in the ground truth.
func (f *findingFeed) storyFindings(plot *story) []findingVersion {
	if plot.truth == nil {
		return nil
	}
	var versions []findingVersion
	var found []*finding
	for _, alarm := range stolenKeyAlarms() {
		var calls []event
		for _, e := range plot.events {
			// A key's first account sees it; a stranger's record names no key.
			if e.who.account == e.recipient && e.address != awsInternal && alarm.by(f.org, &e) &&
				(alarm.calls == "" || slices.Contains(strings.Fields(alarm.calls), e.call.name)) {
				calls = append(calls, e)
			}
		}
		if len(calls) == 0 {
			continue
		}
		g := f.raise(&alarm, &calls[0])
		found = append(found, g)
		versions = append(versions, g.grow(calls)...)
	}
	sequence := f.sequence(found, versions)
	versions = append(versions, sequence)
	for _, g := range append(found, sequence.finding) {
		plot.truth.Findings = append(plot.truth.Findings, StoryFinding{ID: g.id, Type: g.kind, Account: g.account.id})
	}
	slices.SortStableFunc(versions, func(a, b findingVersion) int { return cmp.Compare(a.updated, b.updated) })
	return versions
}

// raise makes the finding that an alarm's first call brings.
func (f *findingFeed) raise(a *alarm, e *event) *finding {
	g := f.new(e.recipient, homeRegion, a.kind, a.severity, e.at)
	resource, asset := accessKeyResource(e.who, homeRegion)
	g.resource, g.assets = resource, []object{asset}
	if strings.Contains(a.kind, ":S3/") {
		bucket := e.fixed[slotBucket]
		resource["resourceType"] = "S3Bucket"
		resource["s3BucketDetails"] = []object{{"arn": "arn:aws:s3:::" + bucket, "name": bucket, "type": "Destination", "owner": object{"id": "CanonicalIdExample"},
			"createdAt": 1_700_000_000.5, "tags": []object{}, "publicAccess": object{"effectivePermission": "NOT_PUBLIC"}}}
		g.assets = append(g.assets, object{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::" + bucket, "Partition": "aws", "Region": homeRegion})
	}
	g.action = f.org.places.apiCall(e)
	name := e.who.principal.name
	g.title = "The principal " + name + " " + a.title
	g.text = g.title + " The call " + e.call.name + " came from " + e.address + "."
	return g
}

// grow returns the versions of g that its calls make: a first one, and one an
// hour while there are more.
func (g *finding) grow(calls []event) []findingVersion {
	var out []findingVersion
	for at := g.created(); ; at += 3600 {
		v := findingVersion{finding: g, updated: at, version: len(out)}
		for i := range calls {
			if calls[i].at <= at {
				v.count++
				v.last = calls[i].at
			}
		}
		if n := len(out); n == 0 || out[n-1].count < v.count {
			out = append(out, v)
		}
		if v.count == len(calls) {
			return out
		}
	}
}

// sequence is the attack sequence that GuardDuty makes of the findings.
func (f *findingFeed) sequence(found []*finding, versions []findingVersion) findingVersion {
	first, last := found[0].first, int64(0)
	for _, v := range versions {
		first, last = min(first, v.first), max(last, v.last)
	}
	g := f.new(f.org.production(), homeRegion, "AttackSequence:IAM/CompromisedCredentials", 9, last)
	g.title = "Potential credential compromise of a role by an intruder indicated by a sequence of actions."
	g.text = "A sequence of actions by " + f.org.admin.name + " is consistent with compromised credentials."
	g.resource = object{"resourceType": "AttackSequence"}
	g.assets = []object{{"Type": "AwsIamRole", "Id": f.org.admin.arn, "Partition": "aws", "Region": homeRegion}}
	var signals, resources []object
	var indicators []string
	for _, x := range found {
		signals = append(signals, object{"uid": x.arn(), "type": "FINDING", "name": x.kind, "createdAt": x.created(), "updatedAt": last, "firstSeenAt": x.first, "lastSeenAt": last,
			"severity": x.severity, "count": 1, "resourceUids": []string{f.org.admin.arn}, "actorIds": []string{f.org.admin.id}, "endpointIds": []string{"endpoint-1"}})
		indicators = appendNew(indicators, x.kind)
	}
	resources = append(resources, object{"uid": f.org.admin.arn, "name": f.org.admin.name, "accountId": f.org.admin.account.id, "resourceType": "ACCESS_KEY", "region": homeRegion, "service": "iam", "cloudPartition": "aws"})
	g.extra = object{"detection": object{"sequence": object{"uid": g.id, "description": g.text, "signals": signals, "resources": resources,
		"actors":             []object{{"id": f.org.admin.id, "user": object{"name": f.org.admin.name, "uid": f.org.admin.id, "type": "AssumedRole", "account": object{"uid": f.org.admin.account.id}}}},
		"endpoints":          []object{{"id": "endpoint-1", "ip": f.org.places.attackerExit().String()}, {"id": "endpoint-2", "ip": f.org.places.attackerHost().String()}},
		"sequenceIndicators": []object{{"key": "ATTACK_TACTIC", "values": []string{"Discovery", "Persistence", "Exfiltration", "Defense Evasion"}, "title": "MITRE ATT&CK tactics"}, {"key": "FINDING_TYPE", "values": indicators, "title": "Findings"}}}}}
	return findingVersion{finding: g, updated: g.created(), last: last, count: len(signals)}
}
