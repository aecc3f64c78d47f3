package ingest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	alice   = "AwsUser arn:aws:iam::111122223333:user/alice"
	deploy  = "AwsRole arn:aws:iam::111122223333:role/team/deploy"
	admin   = "AwsRole arn:aws:iam::444455556666:role/ops/admin"
	ciRun   = "AwsRoleSession AROADEPLOY:ci-1"
	opening = "AwsRoleSession AROAADMIN:on-call"

	assumeRole = `"eventSource":"sts.amazonaws.com","eventName":"AssumeRole",
		"requestParameters":{"roleArn":"arn:aws:iam::444455556666:role/ops/admin","roleSessionName":"on-call"},
		"responseElements":{"credentials":{"accessKeyId":"ASIANEW","sessionToken":"x"},"assumedRoleUser":{"assumedRoleId":"AROAADMIN:on-call","arn":"arn:aws:sts::444455556666:assumed-role/admin/on-call"}}`
)

func TestLinks(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(members, target string, links ...string) {
		t.Helper()
		got := resolveText(t, r, record(t, members))
		if diff := cmp.Diff(links, got.Links); diff != "" {
			t.Errorf("links of %s (-want +got):\n%s", members, diff)
		}
		if got.Target != target {
			t.Errorf("target of %s: %q; want %q", members, got.Target, target)
		}
	}
	f(``, "")
	f(aSession, "", ciRun+" session of "+deploy)
	f(aSession+`,"errorCode":"AccessDenied"`, "", ciRun+" session of "+deploy)

	f(assumeRole, admin, alice+" assumed "+admin, alice+" opened "+opening, opening+" holds AccessKey ASIANEW")
	// A chain: the session opens the next one, its role assumes the next role.
	f(assumeRole+`,`+aSession, admin, ciRun+" session of "+deploy, deploy+" assumed "+admin, ciRun+" opened "+opening, opening+" holds AccessKey ASIANEW")
	f(assumeRole+`,`+aService, admin, "AwsService ecs-tasks.amazonaws.com assumed "+admin, "AwsService ecs-tasks.amazonaws.com opened "+opening, opening+" holds AccessKey ASIANEW")
	// Refused, or nothing said of the session.
	f(assumeRole+`,"errorCode":"AccessDenied","responseElements":null`, "")
	f(assumeRole+`,"errorCode":"ThrottlingException"`, "")
	f(assumeRole+`,"responseElements":null`, admin, alice+" assumed "+admin)
	f(assumeRole+`,"requestParameters":null`, "", alice+" opened "+opening, opening+" holds AccessKey ASIANEW")
	f(assumeRole+`,"responseElements":{"assumedRoleUser":{"assumedRoleId":"AROAADMIN:on-call"}}`, admin, alice+" assumed "+admin, alice+" opened "+opening)
	f(assumeRole+`,"requestParameters":"gone","responseElements":[1]`, "")
	f(assumeRole+`,"eventName":"AssumeRoleWithWebIdentity","userIdentity":{"type":"WebIdentityUser","principalId":"token.example:sts:repo","userName":"repo"}`, admin,
		"FederatedUser token.example:sts:repo assumed "+admin, "FederatedUser token.example:sts:repo opened "+opening, opening+" holds AccessKey ASIANEW")
	f(assumeRole+`,"eventName":"AssumeRoleWithSAML"`, admin, alice+" assumed "+admin, alice+" opened "+opening, opening+" holds AccessKey ASIANEW")

	const token = `"eventSource":"sts.amazonaws.com","responseElements":{"credentials":{"accessKeyId":"ASIATOKEN"}},`
	f(token+`"eventName":"GetSessionToken"`, "", alice+" holds AccessKey ASIATOKEN")
	f(token+`"eventName":"GetFederationToken"`, "", alice+" holds AccessKey ASIATOKEN")
	f(token+`"eventName":"GetFederationToken",`+aSession, "", ciRun+" session of "+deploy, ciRun+" holds AccessKey ASIATOKEN")
	f(token+`"eventName":"GetSessionToken","responseElements":null`, "")

	const iam = `"eventSource":"iam.amazonaws.com",`
	f(iam+`"eventName":"CreateUser","responseElements":{"user":{"arn":"arn:aws:iam::111122223333:user/mallory","userName":"mallory","userId":"AIDAMALLORY"}}`,
		"AwsUser arn:aws:iam::111122223333:user/mallory", alice+" created AwsUser arn:aws:iam::111122223333:user/mallory")
	f(iam+`"eventName":"CreateRole","responseElements":{"role":{"arn":"arn:aws:iam::111122223333:role/back","roleName":"back","roleId":"AROABACK"}},`+aSession,
		"AwsRole arn:aws:iam::111122223333:role/back", ciRun+" session of "+deploy, deploy+" created AwsRole arn:aws:iam::111122223333:role/back")
	f(iam+`"eventName":"CreateAccessKey","responseElements":{"accessKey":{"accessKeyId":"AKIANEW","userName":"mallory"}}`,
		"AccessKey AKIANEW", alice+" created AccessKey AKIANEW")
	f(iam+`"eventName":"CreateUser","errorCode":"EntityAlreadyExistsException","responseElements":null`, "")
	f(iam+`"eventName":"CreateUser","responseElements":{"user":"odd"}`, "")
	f(iam+`"eventName":"ListUsers","responseElements":{"user":{"arn":"arn:aws:iam::111122223333:user/mallory"}}`, "")
	f(`"eventSource":"ec2.amazonaws.com","eventName":"CreateUser","responseElements":{"user":{"arn":"arn:aws:iam::111122223333:user/mallory"}}`, "")
}

// What a record tells of others is what they tell of themselves when they
// call: a store keeps what it hears first.
func TestOthersAreDescribedAsCallers(t *testing.T) {
	t.Parallel()
	f := func(members, itself string) {
		t.Helper()
		others, own := resolveText(t, newTestResolver(), record(t, members)).described(), resolveText(t, newTestResolver(), record(t, itself)).described()
		both := 0
		for name, want := range own {
			if got, ok := others[name]; ok {
				both++
				if got != want {
					t.Errorf("%s: %q when it is named, %q when it calls", name, got, want)
				}
			}
		}
		if both < 8 { // account, address, place, agent and so on are always there
			t.Errorf("only %d entities in common: %v and %v", both, others, own)
		}
	}
	f(assumeRole, `"userIdentity":{"type":"AssumedRole","principalId":"AROAADMIN:on-call","accountId":"444455556666","accessKeyId":"ASIANEW","arn":"arn:aws:sts::444455556666:assumed-role/admin/on-call",
		"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAADMIN","arn":"arn:aws:iam::444455556666:role/ops/admin","accountId":"444455556666","userName":"admin"}}}`)
	f(`"eventSource":"sts.amazonaws.com","eventName":"GetSessionToken","responseElements":{"credentials":{"accessKeyId":"AKIAALICE"}},`+aSession, ``)
	f(`"eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","responseElements":{"accessKey":{"accessKeyId":"AKIAALICE"}},`+aSession, ``)
	f(`"eventSource":"iam.amazonaws.com","eventName":"CreateUser","responseElements":{"user":{"arn":"arn:aws:iam::111122223333:user/alice","userName":"alice","userId":"AIDAALICE"}},`+aSession, ``)
	f(`"eventSource":"iam.amazonaws.com","eventName":"CreateRole","responseElements":{"role":{"arn":"arn:aws:iam::111122223333:role/team/deploy","roleName":"deploy","roleId":"AROADEPLOY"}}`, aSession)
}
