package simulate

import (
	"fmt"
)

// Tools of the attacker, none of which the developer uses.
const (
	kaliCLI    = "aws-cli/1.22.34 Python/3.11.9 Linux/6.6.15-kali3-amd64 botocore/1.23.34"
	kaliPython = "Boto3/1.26.90 Python/3.11.9 Linux/6.6.15-kali3-amd64 Botocore/1.29.90"
	kaliRclone = "rclone/v1.65.2"
	kaliChrome = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0"
)

func (s *script) find(name string) *call {
	k := s.org.calls[name]
	if k == nil && s.err == nil {
		s.err = fmt.Errorf("story: no call %q in the catalog", name)
	}
	return k
}

// stolenKey is the story of StoryStolenKey. Each part stands for a tactic;
// the user's part alone has enough to be found, and so has each role's.
func (s *script) stolenKey() {
	victim := s.org.victim
	host, exit := s.org.places.attackerHost().String(), s.org.places.attackerExit().String()
	stolen := keySession(victim.principal, victim.key)

	s.wait(25*60, 40*60)
	s.use(stolen, host, kaliCLI)
	s.lookAround()
	s.wait(12*60, 20*60)
	s.use(stolen, host, kaliPython)
	s.enumerate()
	s.wait(15*60, 25*60)
	s.use(stolen, host, kaliCLI)
	s.tryUserRights(victim.principal)

	s.wait(20*60, 30*60)
	s.assume(s.org.deploy, "deploy-hotfix")
	s.abuseDeployRole()
	s.wait(12*60, 20*60)
	s.assume(s.org.admin, "platform-maintenance")
	s.persist(s.org.admin.account, exit)
	s.wait(10*60, 15*60)
	s.stealSecrets()
	s.wait(10*60, 15*60)
	s.use(s.hand.session, exit, kaliRclone)
	s.stealData(s.org.admin.account)
	s.wait(10*60, 15*60)
	s.use(s.hand.session, exit, kaliCLI)
	s.coverTracks()
}

// lookAround: whose key is this, and what may it do? (Discovery)
func (s *script) lookAround() {
	s.succeed("sts:GetCallerIdentity", "sts:GetCallerIdentity")
	s.wait(5, 30)
	s.refused("iam:GetUser", "iam:ListAttachedUserPolicies", "iam:ListUserPolicies", "iam:ListGroupsForUser", "iam:SimulatePrincipalPolicy")
	s.wait(20, 60)
	s.succeed("iam:ListAccountAliases", "iam:GetAccountSummary", "s3:ListBuckets", "ec2:DescribeRegions")
}

// enumerate: a tool goes through everything, mostly refused. (Discovery)
func (s *script) enumerate() {
	for range 2 {
		s.refused("iam:ListUsers", "iam:GetAccountAuthorizationDetails", "iam:ListPolicies", "iam:ListGroups", "iam:GetCredentialReport",
			"organizations:DescribeOrganization", "organizations:ListAccounts", "guardduty:ListDetectors", "cloudtrail:DescribeTrails",
			"cloudtrail:GetEventSelectors", "rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "kms:ListKeys", "ses:GetSendQuota")
		s.succeed("iam:ListRoles", "ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs",
			"lambda:ListFunctions20150331", "secretsmanager:ListSecrets", "ssm:DescribeParameters", "dynamodb:ListTables", "s3:ListBuckets")
	}
	for range 12 {
		s.refused("s3:GetBucketPolicy", "iam:ListAttachedUserPolicies", "iam:ListAccessKeys")
		s.succeed("s3:GetBucketLocation", "iam:ListAttachedRolePolicies", "lambda:GetFunction20150331v2")
	}
	for range 6 {
		s.refused("ec2:DescribeInstanceAttribute", "ec2:GetPasswordData")
	}
}

// tryUserRights: another key for the same user, more rights, whatever
// secrets the user may read. (Persistence, Privilege Escalation,
// Credential Access)
func (s *script) tryUserRights(victim *principal) {
	self := values{slotUser: victim.name}
	second := keyID("AKIA", s.dice.next())
	s.call("iam:CreateAccessKey", "", values{slotUser: victim.name, slotKey: second})
	s.truth.AttackerKeys = appendNew(s.truth.AttackerKeys, second)
	admin := values{slotUser: victim.name, slotPolicy: "arn:aws:iam::aws:policy/AdministratorAccess"}
	s.call("iam:AttachUserPolicy", "AccessDenied", admin)
	s.call("iam:PutUserPolicy", "AccessDenied", self)
	s.call("iam:AttachUserPolicy", "AccessDenied", admin)
	s.call("iam:CreateUser", "AccessDenied", values{slotUser: "svc-monitoring"})
	s.call("iam:UpdateAssumeRolePolicy", "AccessDenied", values{slotRole: s.org.deploy.path + s.org.deploy.name, slotRoleName: s.org.deploy.name})
	s.wait(60, 200)
	for range 9 {
		s.succeed("secretsmanager:GetSecretValue")
	}
	for range 5 {
		s.refused("secretsmanager:GetSecretValue")
	}
	for range 6 {
		s.succeed("ssm:GetParameters")
	}
	s.wait(30, 90)
	for _, r := range victim.account.roles {
		if r != s.org.deploy.path+s.org.deploy.name {
			s.call("sts:AssumeRole", "AccessDenied", values{slotAccount: victim.account.id, slotRole: r, slotRoleName: lastPart(r)})
		}
	}
}

// abuseDeployRole: what a pipeline may do, an intruder may do. (Execution,
// Privilege Escalation)
func (s *script) abuseDeployRole() {
	s.succeed("sts:GetCallerIdentity", "iam:ListRoles", "iam:ListAttachedRolePolicies", "iam:GetRole", "organizations:ListAccounts")
	s.refused("iam:CreateUser", "iam:CreateAccessKey", "iam:AttachUserPolicy", "cloudtrail:StopLogging")
	s.wait(60, 240)
	for range 4 {
		s.succeed("lambda:GetFunction20150331v2", "secretsmanager:GetSecretValue", "ssm:GetParameters")
	}
	s.succeed("lambda:UpdateFunctionCode20150331v2", "lambda:UpdateFunctionConfiguration20150331v2", "iam:CreatePolicyVersion")
	s.refused("iam:AttachRolePolicy", "iam:PutRolePolicy")
	s.wait(60, 240)
	for _, name := range []string{"OrganizationAccountAccessRole", "break-glass"} {
		s.call("sts:AssumeRole", "AccessDenied", values{slotAccount: s.org.admin.account.id, slotRole: name, slotRoleName: name})
	}
}

// persist: a user and a backdoor in the production account, then the
// console with it. (Persistence)
func (s *script) persist(target *account, console string) {
	s.succeed("sts:GetCallerIdentity", "iam:ListUsers", "iam:ListRoles", "iam:GetAccountAuthorizationDetails", "s3:ListBuckets", "secretsmanager:ListSecrets", "ec2:DescribeSnapshots", "cloudtrail:DescribeTrails", "guardduty:ListDetectors")
	s.wait(120, 300)
	user := newUser(kindIntruder, target, "svc-backup-sync", s.org.seed)
	s.org.principals = append(s.org.principals, user)
	s.truth.CreatedUsers = append(s.truth.CreatedUsers, user.arn)
	key := keyID("AKIA", s.dice.next())
	of := values{slotUser: user.name, slotUserID: user.id, slotKey: key, slotPolicy: "arn:aws:iam::aws:policy/AdministratorAccess"}
	for _, name := range []string{"iam:CreateUser", "iam:CreateAccessKey", "iam:AttachUserPolicy", "iam:CreateLoginProfile"} {
		s.call(name, "", of)
		s.wait(2, 30)
	}
	trust := `{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::` +
		strangerAccount + `:root\"},\"Action\":\"sts:AssumeRole\"}]}`
	s.call("iam:UpdateAssumeRolePolicy", "", values{slotRole: s.org.admin.name, slotRoleName: s.org.admin.name, slotTrust: trust})
	s.truth.AttackerKeys = appendNew(s.truth.AttackerKeys, key)

	s.wait(60, 200)
	back := s.hand
	portal := userConsole(user, keyID("ASIA", s.dice.next()), s.at, s.at+3600, false)
	s.use(portal, console, kaliChrome)
	s.add(s.org.consoleLogin(s.hand, portal, s.at, true, false))
	s.wait(5, 30)
	s.succeed("iam:GetAccountSummary", "s3:ListBuckets", "ec2:DescribeInstances", "health:DescribeEventAggregates")
	s.wait(30, 90)
	s.use(keySession(user, key), console, kaliCLI)
	s.succeed("sts:GetCallerIdentity", "iam:ListAttachedUserPolicies")
	s.use(back.session, back.address, back.agent)
}

// stealSecrets (Credential Access)
func (s *script) stealSecrets() {
	for range 14 {
		s.succeed("secretsmanager:GetSecretValue")
	}
	for range 8 {
		s.succeed("ssm:GetParameters", "ssm:GetParameter")
	}
	s.succeed("ec2:DescribeInstances", "ec2:GetPasswordData", "ec2:DescribeInstanceAttribute")
}

// stealData: a bucket is copied out, snapshots are shared with an account
// that nobody knows. (Collection, Exfiltration)
func (s *script) stealData(a *account) {
	bucket := "example-" + a.name + "-exports"
	in := values{slotBucket: bucket}
	s.call("s3:GetBucketLocation", "", in)
	s.call("s3:ListObjects", "", in)
	for i := range 120 {
		get := values{slotBucket: bucket, slotObject: fmt.Sprintf("customers/2026/part-%05d.parquet", i)}
		fault := ""
		if i%40 == 13 {
			fault = "NoSuchKey"
		}
		s.call("s3:GetObject", fault, get)
		if fault == "" && i%6 == 0 {
			s.add(s.org.onBehalf(s.events[len(s.events)-1], true))
		}
		if i%50 == 49 {
			s.call("s3:ListObjects", "", in)
		}
	}
	s.wait(60, 240)
	s.use(s.hand.session, s.hand.address, kaliCLI)
	for i := range 3 {
		s.call("ec2:ModifySnapshotAttribute", "", values{slotSnapshot: a.snapshots[i], slotOther: strangerAccount})
	}
	s.call("ec2:ModifySnapshotAttribute", denied(s.find("ec2:ModifySnapshotAttribute")), values{slotSnapshot: a.snapshots[3], slotOther: strangerAccount})
}

// coverTracks: what a service control policy does not protect is switched
// off. (Defense Evasion)
func (s *script) coverTracks() {
	organizationTrail, applicationTrail := values{slotTrail: "organization-trail"}, values{slotTrail: "application-trail"}
	s.succeed("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus")
	s.call("cloudtrail:StopLogging", explicitDeny, organizationTrail)
	s.call("cloudtrail:DeleteTrail", explicitDeny, organizationTrail)
	s.call("cloudtrail:StopLogging", "", applicationTrail)
	s.call("cloudtrail:PutEventSelectors", "", applicationTrail)
	s.call("cloudtrail:DeleteTrail", explicitDeny, applicationTrail)
	s.wait(20, 90)
	s.call("ec2:DeleteFlowLogs", "", nil)
	s.call("guardduty:DeleteDetector", explicitDeny, nil)
	s.call("guardduty:UpdateDetector", "", nil)
	s.succeed("logs:DescribeLogGroups")
	s.call("logs:DeleteLogGroup", "", nil)
}
