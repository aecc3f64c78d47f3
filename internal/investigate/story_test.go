package investigate

import (
	"net/netip"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const account = "111122223333"

var (
	scopeStart = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	scopeEnd   = scopeStart.Add(24 * time.Hour)
	// created is the fixed clock of the tests.
	created = time.Date(2026, 3, 3, 6, 30, 0, 0, time.UTC)
)

const (
	cli     = "aws-cli/2.15.0 Python/3.11.6 Linux/6.1.0 exe/x86_64"
	boto    = "Boto3/1.34.2 md/Botocore#1.34.2 ua/2.0 os/linux"
	home    = "192.0.2.10"
	strange = "203.0.113.77"
)

func user(name string) entity.Ref {
	return entity.Ref{Type: entity.AwsUser, Key: "arn:aws:iam::" + account + ":user/" + name, Account: account, Label: name}
}

func role(path string) entity.Ref {
	return entity.Ref{Type: entity.AwsRole, Key: "arn:aws:iam::" + account + ":role/" + path, Account: account}
}

// testPlaces knows the addresses of the tests.
type testPlaces map[string]Place

func (p testPlaces) Lookup(ip netip.Addr) Place { return p[ip.String()] }
func (p testPlaces) HasASN() bool               { return true }
func (p testPlaces) Version() string            { return "test places 1" }

// countries is testPlaces without ASN data.
type countries struct{ testPlaces }

func (countries) HasASN() bool { return false }

var places = testPlaces{
	home:            {"Berlin, Germany", "Germany", "Example Telecom"},
	strange:         {"Reykjavik, Iceland", "Iceland", "Example Hosting"},
	"198.51.100.4":  {"Dublin, Ireland", "Ireland", "Example Cloud"},
	"2001:db8:4::9": {"Oslo, Norway", "Norway", "Example Six"},
}

type testRules map[string]RuleInfo

func (r testRules) Rule(id string) (RuleInfo, bool) { info, ok := r[id]; return info, ok }

func rule(id, title, level string, tactic, technique [2]string, procedure string, weight int) RuleInfo {
	return RuleInfo{ID: id, Title: title, Level: level, TacticID: tactic[0], Tactic: tactic[1],
		TechniqueID: technique[0], Technique: technique[1], Procedure: procedure, Weight: weight}
}

var rules = testRules{
	"discovery-users": rule("discovery-users", "Users listed", "low", [2]string{"TA0007", "Discovery"},
		[2]string{"T1087.004", "Account Discovery: Cloud Account"}, "Lists the users of the account.", 3),
	"discovery-buckets": rule("discovery-buckets", "Buckets listed", "low", [2]string{"TA0007", "Discovery"},
		[2]string{"T1619", "Cloud Storage Object Discovery"}, "Lists the buckets of the account.", 2),
	"secrets": rule("secrets", "Secret read", "medium", [2]string{"TA0006", "Credential Access"},
		[2]string{"T1555.006", "Credentials from Password Stores: Cloud Secrets Management Stores"}, "Reads the value of a secret.", 25),
	"create-user": rule("create-user", "User created", "medium", [2]string{"TA0003", "Persistence"},
		[2]string{"T1136.003", "Create Account: Cloud Account"}, "Creates a user.", 20),
	"attach-admin": rule("attach-admin", "Administrator policy attached", "high", [2]string{"TA0004", "Privilege Escalation"},
		[2]string{"T1098.003", "Account Manipulation: Additional Cloud Roles"}, "Attaches the administrator policy.", 45),
	"stop-trail": rule("stop-trail", "Trail stopped", "high", [2]string{"TA0005", "Defense Evasion"},
		[2]string{"T1562.008", "Impair Defenses: Disable or Modify Cloud Logs"}, "Stops a trail.", 60),
}

// workdays are 40 days of a developer's ordinary work, and the scope's day.
func workdays(who entity.Ref) (calls []call) {
	for d := -40; d <= 0; d++ {
		at := scopeStart.AddDate(0, 0, d).Add(9 * time.Hour)
		calls = append(calls,
			call{at: at, who: who, key: "AKIAIOSFODNN7EXAMPLE", address: home, api: "s3.amazonaws.com:ListBuckets", agent: cli, rules: []string{"discovery-buckets"}},
			call{at: at.Add(time.Minute), who: who, address: home, api: "ec2.amazonaws.com:DescribeInstances", agent: cli},
			call{at: at.Add(2 * time.Minute), who: who, address: home, api: "s3.amazonaws.com:GetObject", agent: cli, outcome: warehouse.Denied})
	}
	return calls
}

// attack is what somebody does with who's key from elsewhere.
func attack(who entity.Ref) (calls []call) {
	at := scopeStart.Add(14 * time.Hour)
	do := func(api string, outcome warehouse.Outcome, rules ...string) {
		at = at.Add(20 * time.Second)
		calls = append(calls, call{at: at, who: who, address: strange, api: api, agent: boto, outcome: outcome, rules: rules})
	}
	do("iam.amazonaws.com:ListUsers", warehouse.Success, "discovery-users")
	do("iam.amazonaws.com:ListRoles", warehouse.Denied, "discovery-users")
	do("s3.amazonaws.com:ListBuckets", warehouse.Success, "discovery-buckets")
	for range 20 {
		do("secretsmanager.amazonaws.com:GetSecretValue", warehouse.Success, "secrets")
	}
	do("iam.amazonaws.com:CreateUser", warehouse.Denied, "create-user")
	do("iam.amazonaws.com:CreateUser", warehouse.Denied, "create-user")
	do("iam.amazonaws.com:AttachUserPolicy", warehouse.Denied, "attach-admin")
	do("cloudtrail.amazonaws.com:StopLogging", warehouse.Success, "stop-trail")
	return calls
}
