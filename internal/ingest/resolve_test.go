package ingest

import (
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestCallers(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(members, principal, session, key string) {
		t.Helper()
		got := resolveText(t, r, record(t, members))
		if got.Principal != principal || got.Session != session || got.AccessKey != key {
			t.Errorf("%s:\ngot  %q, %q, %q\nwant %q, %q, %q", members, got.Principal, got.Session, got.AccessKey, principal, session, key)
		}
		if service := strings.HasPrefix(principal, "AwsService "); got.Service != service {
			t.Errorf("%s: service %t", members, got.Service)
		}
	}
	f(``, "AwsUser arn:aws:iam::111122223333:user/alice", "", "AccessKey AKIAALICE")
	// The role is the issuer's, path included.
	f(aSession, "AwsRole arn:aws:iam::111122223333:role/team/deploy", "AwsRoleSession AROADEPLOY:ci-1", "AccessKey ASIADEPLOY")
	f(`"userIdentity":{"type":"AssumedRole","principalId":"AROAX:s","arn":"arn:aws:sts::111122223333:assumed-role/x/s","accountId":"111122223333"}`,
		"AwsRole arn:aws:iam::111122223333:role/x", "AwsRoleSession AROAX:s", "")
	// A user who signed in has an empty issuer.
	f(`"userIdentity":{"type":"IAMUser","principalId":"AIDABOB","arn":"arn:aws:iam::111122223333:user/bob","accountId":"111122223333","accessKeyId":"ASIABOB","userName":"bob","sessionContext":{"sessionIssuer":{},"attributes":{"mfaAuthenticated":"true"}}}`,
		"AwsUser arn:aws:iam::111122223333:user/bob", "", "AccessKey ASIABOB")
	f(`"userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"bob","accessKeyId":""}`, "AwsUser arn:aws:iam::111122223333:user/bob", "", "")
	f(`"userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}`,
		"AwsUser arn:aws:iam::111122223333:root", "", "")
	f(`"userIdentity":{"type":"Root","accountId":"111122223333"}`, "AwsUser arn:aws:iam::111122223333:root", "", "")
	f(aService, "AwsService ecs-tasks.amazonaws.com", "", "")
	f(`"userIdentity":{"accountId":"111122223333","invokedBy":"autoscaling.amazonaws.com"}`, "AwsService autoscaling.amazonaws.com", "", "")
	f(`"userIdentity":{"type":"AWSAccount","principalId":"AROAFAR:s","accountId":"444455556666"}`, "AwsAccount 444455556666", "", "")
	f(`"userIdentity":{"type":"AWSAccount","principalId":"ANONYMOUS_PRINCIPAL","accountId":"anonymous"}`, "AwsAccount ANONYMOUS_PRINCIPAL", "", "")
	f(`"userIdentity":{"type":"FederatedUser","principalId":"111122223333:carol","arn":"arn:aws:sts::111122223333:federated-user/carol","accountId":"111122223333","accessKeyId":"ASIACAROL"}`,
		"FederatedUser 111122223333:carol", "", "AccessKey ASIACAROL")
	f(`"userIdentity":{"type":"WebIdentityUser","principalId":"token.example:sts:repo","userName":"repo","identityProvider":"token.example"}`, "FederatedUser token.example:sts:repo", "", "")
	f(`"userIdentity":{"type":"Unknown"}`, "AwsAccount 111122223333", "", "")
	f(`"userIdentity":null`, "AwsAccount 111122223333", "", "")
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(text, address string, isIP bool, location, aso string) {
		t.Helper()
		got := resolveText(t, r, record(t, `"sourceIPAddress":`+text))
		if got.Address != address || got.IsIP != isIP || got.Location != location || got.ASO != aso {
			t.Errorf("%s: %q, an address: %t, in %q, of %q", text, got.Address, got.IsIP, got.Location, got.ASO)
		}
	}
	f(`"203.0.113.7"`, "IpAddress 203.0.113.7", true, "Location Amsterdam, Netherlands", "Aso Example Net")
	f(`"203.000.113.007"`, "IpAddress 203.0.113.7", true, "Location Amsterdam, Netherlands", "Aso Example Net")
	f(`"198.51.100.9"`, "IpAddress 198.51.100.9", true, "Location Sweden", "")
	f(`"198.51.100.10"`, "IpAddress 198.51.100.10", true, "", "")
	f(`"2001:DB8::1"`, "IpAddress 2001:db8::1", true, "", "")
	f(`"10.0.0.1"`, "IpAddress 10.0.0.1", true, "", "") // private addresses are nowhere
	f(`"ec2.amazonaws.com"`, "AwsService ec2.amazonaws.com", false, "", "")
	f(`"AWS Internal"`, "AwsService aws internal", false, "", "")
	f(`"225.178.339.250"`, "", false, "", "")
	f(`"<Attacker source IP>"`, "", false, "", "")
	f(`""`, "", false, "", "")
	f(`null`, "", false, "", "")
}

func TestNamesOfCalls(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(members string, want resolved) {
		t.Helper()
		got := resolveText(t, r, record(t, members))
		if got.API != want.API || got.Region != want.Region || got.Error != want.Error || got.Agent != want.Agent || got.Product != want.Product {
			t.Errorf("%s: %q in %q, error %q, agent %q, product %q", members, got.API, got.Region, got.Error, got.Agent, got.Product)
		}
	}
	f(`"eventSource":"lambda.amazonaws.com","eventName":"GetFunction20150331v2","errorCode":"ResourceNotFoundException","awsRegion":"eu-west-1","userAgent":"[Boto3/1.34.5 md/Botocore]"`,
		resolved{API: "Api lambda.amazonaws.com:GetFunction", Region: "Region eu-west-1", Error: "ErrorCode ResourceNotFoundException",
			Agent: "UserAgent Boto3/1.34.5 md/Botocore", Product: "Agent Boto3/1"})
	f(`"awsRegion":null,"userAgent":null`, resolved{API: "Api ec2.amazonaws.com:DescribeInstances"})
	f(`"userAgent":"  "`, resolved{API: "Api ec2.amazonaws.com:DescribeInstances", Region: "Region us-east-1"})
}

func TestOutcome(t *testing.T) {
	t.Parallel()
	f := func(code, message string, want warehouse.Outcome) {
		t.Helper()
		if got := outcome(&cloudtrail.Record{ErrorCode: code, ErrorMessage: message}); got != want {
			t.Errorf("%q, %q: outcome %d; want %d", code, message, got, want)
		}
	}
	f("", "", warehouse.Success)
	f("", "Failed authentication", warehouse.Failure)
	f("ThrottlingException", "", warehouse.Failure)
	f("NoSuchBucketPolicy", "x", warehouse.Failure)
	f("InvalidClientTokenId", "", warehouse.Failure)
	for _, code := range []string{"AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "UnauthorizedAccess", "NotAuthorized", "Forbidden"} {
		f(code, "", warehouse.Denied)
	}
}

// An id that is no GUID does not identify a record: its bytes do.
func TestEventIDs(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	id := func(members string) string {
		t.Helper()
		return resolveText(t, r, record(t, members)).event.EventID
	}
	const guid = "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee"
	if got := id(`"eventID":"` + guid + `"`); got != guid {
		t.Errorf("a GUID became %q", got)
	}
	long := strings.Repeat("é", 100)
	for _, c := range []struct{ id, prefix string }{
		{`"1"`, "1~"}, {`null`, "~"}, {`""`, "~"}, {`"{` + guid + `}"`, "{AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeee~"},
		{`"urn:uuid:` + guid + `"`, "urn:uuid:AAAAAAAA-bbbb-4ccc-8ddd-eee~"}, {`"` + strings.ReplaceAll(guid, "-", "") + `"`, "AAAAAAAAbbbb4ccc8dddeeeeeeeeeeee~"},
		{`"` + long + `"`, strings.Repeat("é", 18) + "~"},
	} {
		got, same, other := id(`"eventID":`+c.id), id(`"eventID":`+c.id), id(`"eventName":"X","eventID":`+c.id)
		if !strings.HasPrefix(got, c.prefix) || len(got) != len(c.prefix)+32 {
			t.Errorf("id %s: named %q; want %q and 32 digits", c.id, got, c.prefix)
		}
		if got != same || got == other {
			t.Errorf("id %s: named %q, again %q, with other content %q", c.id, got, same, other)
		}
	}
}

// The key for duplicates tells accounts apart, the print tells contents apart.
func TestKeys(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	ev := func(members string) event { t.Helper(); return resolveText(t, r, record(t, members)).event }
	a, again, account, content := ev(``), ev(``), ev(`"recipientAccountId":"999988887777"`), ev(`"eventName":"X"`)
	if a.Key != again.Key || a.Print != again.Print {
		t.Error("the same record has two keys or prints")
	}
	if a.Key == account.Key {
		t.Error("one key for two accounts")
	}
	if a.Key != content.Key || a.Print == content.Print {
		t.Error("other content must keep the key and change the print")
	}
}

func TestRulesSeeTheRecord(t *testing.T) {
	t.Parallel()
	pack, errs := rules.Parse("r.yml", []byte(`title: t
id: everything
status: test
logsource: {product: aws, service: cloudtrail}
tags: [attack.persistence, attack.t1098]
level: low
detection:
  all:
    eventSource: iam.amazonaws.com
    eventName: CreateUser
    eventType: AwsApiCall
    eventCategory: Management
    awsRegion: us-east-1
    sourceIPAddress: 203.0.113.7
    userAgent: agent
    errorCode: AccessDenied
    errorMessage: no
    readOnly: "false"
    recipientAccountId: "111122223333"
    vpcEndpointId: vpce-1
    userIdentity.type: AssumedRole
    userIdentity.arn: arn:aws:sts::111122223333:assumed-role/deploy/ci-1
    userIdentity.accountId: "111122223333"
    userIdentity.principalId: AROADEPLOY:ci-1
    userIdentity.accessKeyId: ASIADEPLOY
    userIdentity.userName: u
    userIdentity.invokedBy: i.example
    userIdentity.sessionContext.sessionIssuer.type: Role
    userIdentity.sessionContext.sessionIssuer.arn: arn:aws:iam::111122223333:role/deploy
    userIdentity.sessionContext.sessionIssuer.userName: deploy
    userIdentity.sessionContext.attributes.mfaAuthenticated: "false"
    requestParameters.userName: mallory
  condition: all
`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	compiled, errs := rules.NewPack(pack)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	r := newTestResolver()
	r.pack = compiled
	const all = `"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventType":"AwsApiCall","eventCategory":"Management","userAgent":"agent",
		"errorCode":"AccessDenied","errorMessage":"no","readOnly":false,"vpcEndpointId":"vpce-1","requestParameters":{"userName":"mallory"},
		"userIdentity":{"type":"AssumedRole","principalId":"AROADEPLOY:ci-1","accountId":"111122223333","accessKeyId":"ASIADEPLOY","userName":"u","invokedBy":"i.example",
		"arn":"arn:aws:sts::111122223333:assumed-role/deploy/ci-1","sessionContext":{"attributes":{"mfaAuthenticated":"false"},
		"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::111122223333:role/deploy","userName":"deploy"}}}`
	if got := resolveText(t, r, record(t, all)).Rules; len(got) != 1 || got[0] != "everything" {
		t.Errorf("rules %v; every field of the rule should have matched", got)
	}
	if got := resolveText(t, r, record(t, all+`,"vpcEndpointId":"vpce-2"`)).Rules; len(got) != 0 {
		t.Errorf("rules %v of another record", got)
	}
}
