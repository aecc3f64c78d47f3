package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
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
		"AccessKey AKIANEW", "IamName 111122223333:user/mallory holds AccessKey AKIANEW", alice+" created AccessKey AKIANEW")
	f(iam+`"eventName":"CreateUser","errorCode":"EntityAlreadyExistsException","responseElements":null`, "")
	f(iam+`"eventName":"CreateUser","responseElements":{"user":"odd"}`, "")
	f(iam+`"eventName":"ListUsers","responseElements":{"user":{"arn":"arn:aws:iam::111122223333:user/mallory"}}`, "")
	f(`"eventSource":"ec2.amazonaws.com","eventName":"CreateUser","responseElements":{"user":{"arn":"arn:aws:iam::111122223333:user/mallory"}}`, "")
}

// Who is behind a session that another call opened, or nobody's call did.
func TestSessionLinks(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(name, members string, links ...string) {
		t.Helper()
		if diff := cmp.Diff(links, resolveText(t, r, record(t, members)).Links); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	session := func(role, id, name, more string) string {
		return `"userIdentity":{"type":"AssumedRole","principalId":"` + id + `:` + name + `","accountId":"111122223333","arn":"arn:aws:sts::111122223333:assumed-role/x/` + name + `",
			"sessionContext":{` + more + `"sessionIssuer":{"type":"Role","principalId":"` + id + `","arn":"arn:aws:iam::111122223333:role/` + role + `","accountId":"111122223333","userName":"` + entity.ShortName("arn:aws:iam::1:role/"+role) + `"}}}`
	}
	const (
		node     = "AwsRole arn:aws:iam::111122223333:role/node"
		onNode   = "AwsRoleSession AROANODE:i-0ab1234567890abcd"
		instance = "Ec2Instance i-0ab1234567890abcd"
		sso      = "AwsRole arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
		jane     = "AwsRoleSession AROASSO:jane@example.com"
	)
	f("an instance", session("node", "AROANODE", "i-0ab1234567890abcd", `"ec2RoleDelivery":"2.0",`),
		onNode+" session of "+node, instance+" acts as "+onNode, instance+" has role "+node)
	f("not the id of an instance", session("node", "AROANODE", "i-0ab1234567890abcz", ""),
		"AwsRoleSession AROANODE:i-0ab1234567890abcz session of "+node)
	f("a person of Identity Center", session("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef", "AROASSO", "jane@example.com", ""),
		jane+" session of "+sso, "FederatedUser identity-center::jane@example.com acts as "+jane)
	f("a federated user", `"userIdentity":{"type":"FederatedUser","principalId":"111122223333:kiosk","accountId":"111122223333","arn":"arn:aws:sts::111122223333:federated-user/kiosk",
		"sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDAALICE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"}}}`,
		alice+" opened FederatedUser 111122223333:kiosk")
	f("a federated user of root", `"userIdentity":{"type":"FederatedUser","principalId":"111122223333:kiosk","accountId":"111122223333","arn":"arn:aws:sts::111122223333:federated-user/kiosk",
		"sessionContext":{"sessionIssuer":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"}}}`,
		"AwsUser arn:aws:iam::111122223333:root opened FederatedUser 111122223333:kiosk")
	f("a federation token", `"eventSource":"sts.amazonaws.com","eventName":"GetFederationToken","responseElements":{"credentials":{"accessKeyId":"ASIATOKEN"},
		"federatedUser":{"federatedUserId":"111122223333:kiosk","arn":"arn:aws:sts::111122223333:federated-user/kiosk"}}`,
		alice+" opened FederatedUser 111122223333:kiosk", "FederatedUser 111122223333:kiosk holds AccessKey ASIATOKEN")
	f("the root of a member account", `"eventSource":"sts.amazonaws.com","eventName":"AssumeRoot","requestParameters":{"targetPrincipal":"444455556666"},"responseElements":{"credentials":{"accessKeyId":"ASIAROOT"}}`,
		alice+" assumed AwsUser arn:aws:iam::444455556666:root", alice+" holds AccessKey ASIAROOT")
	f("the root of a member account by ARN", `"eventSource":"sts.amazonaws.com","eventName":"AssumeRoot","requestParameters":{"targetPrincipal":"arn:aws:iam::444455556666:root"},"responseElements":null`,
		alice+" assumed AwsUser arn:aws:iam::444455556666:root")

	const switchRole = `"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","eventType":"AwsConsoleSignIn","responseElements":{"SwitchRole":"Success"},`
	f("a switch of roles", switchRole+`"additionalEventData":{"SwitchFrom":"arn:aws:iam::444455556666:user/bob"},`+aSession,
		ciRun+" session of "+deploy, "AwsUser arn:aws:iam::444455556666:user/bob assumed "+deploy, "AwsUser arn:aws:iam::444455556666:user/bob opened "+ciRun)
	f("a switch of root", switchRole+`"additionalEventData":{"SwitchFrom":"arn:aws:iam::444455556666:root"},`+aSession,
		ciRun+" session of "+deploy, "AwsUser arn:aws:iam::444455556666:root assumed "+deploy, "AwsUser arn:aws:iam::444455556666:root opened "+ciRun)
	f("a switch from a session", switchRole+`"additionalEventData":{"SwitchFrom":"arn:aws:sts::444455556666:assumed-role/ops/bob"},`+aSession,
		ciRun+" session of "+deploy, "AwsRole arn:aws:iam::444455556666:role/ops assumed "+deploy, "AwsRole arn:aws:iam::444455556666:role/ops opened "+ciRun)
	f("a switch from nobody", switchRole+`"additionalEventData":{"SwitchFrom":"x"},`+aSession, ciRun+" session of "+deploy)
	f("a switch that failed", `"eventSource":"signin.amazonaws.com","eventName":"SwitchRole","responseElements":{"SwitchRole":"Failure"},"additionalEventData":{"SwitchFrom":"arn:aws:iam::444455556666:user/bob"},`+aSession,
		ciRun+" session of "+deploy)

	const machine = "FederatedUser arn:aws:rolesanywhere:us-east-1:111122223333:subject/4c1c"
	f("a machine with a certificate", `"eventSource":"rolesanywhere.amazonaws.com","eventName":"CreateSession","requestParameters":{"roleArn":"arn:aws:iam::111122223333:role/build"},
		"responseElements":{"subjectArn":"arn:aws:rolesanywhere:us-east-1:111122223333:subject/4c1c","credentialSet":[{"roleArn":"arn:aws:iam::111122223333:role/build",
		"assumedRoleUser":{"assumedRoleId":"AROABUILD:0badcafe","arn":"arn:aws:sts::111122223333:assumed-role/build/0badcafe"},"credentials":{"accessKeyId":"ASIABUILD"}}]}`,
		machine+" assumed AwsRole arn:aws:iam::111122223333:role/build", machine+" opened AwsRoleSession AROABUILD:0badcafe", "AwsRoleSession AROABUILD:0badcafe holds AccessKey ASIABUILD")
}

// A role of another account: each trail tells its side, and the shared event
// joins them.
func TestSharedEvents(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	const shared = assumeRole + `,"sharedEventID":"0a1b"`
	f := func(name, members string, links ...string) {
		t.Helper()
		if diff := cmp.Diff(links, resolveText(t, r, record(t, members)).Links); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	f("the caller's trail", shared, alice+" assumed "+admin, alice+" opened "+opening, opening+" holds AccessKey ASIANEW", alice+" called SharedEvent 0a1b")
	f("the caller's trail, without the session", shared+`,"responseElements":null`, alice+" assumed "+admin, alice+" called SharedEvent 0a1b")
	f("the role's trail, of a user", shared+`,"recipientAccountId":"444455556666","userIdentity":{"type":"AWSAccount","principalId":"AIDAALICE","accountId":"111122223333"}`,
		"AwsAccount 111122223333 assumed "+admin, "AwsAccount 111122223333 opened "+opening, opening+" holds AccessKey ASIANEW", "SharedEvent 0a1b opened session "+opening)
	f("the role's trail, of a session", shared+`,"recipientAccountId":"444455556666","userIdentity":{"type":"AWSAccount","principalId":"AROADEPLOY:ci-1","accountId":"111122223333"}`,
		"AwsAccount 111122223333 assumed "+admin, ciRun+" opened "+opening, opening+" holds AccessKey ASIANEW", "SharedEvent 0a1b opened session "+opening)
	// A service's roles have shared events that nobody shares.
	f("a service", shared+","+aService, "AwsService ecs-tasks.amazonaws.com assumed "+admin, "AwsService ecs-tasks.amazonaws.com opened "+opening, opening+" holds AccessKey ASIANEW")
	f("one account", strings.ReplaceAll(shared, "444455556666", "111122223333"), alice+" assumed AwsRole arn:aws:iam::111122223333:role/ops/admin", alice+" opened "+opening, opening+" holds AccessKey ASIANEW")
}

func TestResourceLinks(t *testing.T) {
	t.Parallel()
	r := newTestResolver()
	f := func(members, target string, links ...string) {
		t.Helper()
		got := resolveText(t, r, record(t, members))
		if diff := cmp.Diff(links, got.Links); diff != "" || got.Target != target {
			t.Errorf("%s: target %q, want %q; links (-want +got):\n%s", members, got.Target, target, diff)
		}
	}
	const (
		iam     = `"eventSource":"iam.amazonaws.com",`
		mallory = "IamName 111122223333:user/mallory"
		ops     = "IamName 111122223333:role/ops"
	)
	f(iam+`"eventName":"AttachUserPolicy","requestParameters":{"userName":"mallory","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}`, mallory, alice+" attached to "+mallory)
	f(iam+`"eventName":"UpdateAssumeRolePolicy","requestParameters":{"roleName":"ops","policyDocument":"{}"}`, ops, alice+" attached to "+ops)
	f(iam+`"eventName":"CreateLoginProfile","requestParameters":{"userName":"mallory"}`, mallory, alice+" attached to "+mallory)
	f(iam+`"eventName":"AttachRolePolicy","requestParameters":{"roleName":"ops"},"errorCode":"AccessDenied"`, ops) // tried
	f(iam+`"eventName":"GetUser","requestParameters":{"userName":"mallory"}`, mallory)
	f(iam+`"eventName":"GetUser","requestParameters":null`, "")
	f(iam+`"eventName":"AddRoleToInstanceProfile","requestParameters":{"roleName":"ops","instanceProfileName":"web"}`, ops, "IamName 111122223333:instance-profile/web has role "+ops)

	const web = "IamName 111122223333:instance-profile/web"
	f(`"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","iamInstanceProfile":{"arn":"arn:aws:iam::111122223333:instance-profile/web"}}]}}`,
		"Ec2Instance i-1", alice+" created Ec2Instance i-1", "Ec2Instance i-1 has role "+web)
	f(`"eventSource":"ec2.amazonaws.com","eventName":"AssociateIamInstanceProfile","responseElements":{"iamInstanceProfileAssociation":{"instanceId":"i-1","iamInstanceProfile":{"arn":"arn:aws:iam::111122223333:instance-profile/web"}}}`,
		"", "Ec2Instance i-1 has role "+web)
	f(`"eventSource":"ec2.amazonaws.com","eventName":"AssociateIamInstanceProfile","responseElements":{"AssociateIamInstanceProfileResponse":{"iamInstanceProfileAssociation":{"instanceId":"i-1","iamInstanceProfile":{"arn":"arn:aws:iam::111122223333:instance-profile/web"}}}}`,
		"", "Ec2Instance i-1 has role "+web)

	f(`"eventSource":"s3.amazonaws.com","eventName":"CreateBucket","requestParameters":{"bucketName":"loot"}`, "S3Bucket loot", alice+" created S3Bucket loot")
	f(`"eventSource":"eks.amazonaws.com","eventName":"CreateCluster","responseElements":{"cluster":{"arn":"arn:aws:eks:us-east-1:111122223333:cluster/c"}}`,
		"ContainerCluster arn:aws:eks:us-east-1:111122223333:cluster/c", alice+" created ContainerCluster arn:aws:eks:us-east-1:111122223333:cluster/c")

	const role = "AwsRole arn:aws:iam::111122223333:role/run"
	passes := func(source, name, parameters string) string {
		return `"eventSource":"` + source + `.amazonaws.com","eventName":"` + name + `","readOnly":false,"requestParameters":` + parameters
	}
	f(passes("lambda", "CreateFunction20150331", `{"functionName":"f","role":"arn:aws:iam::111122223333:role/run"}`), role, alice+" passed "+role)
	f(passes("ecs", "RegisterTaskDefinition", `{"family":"f","taskRoleArn":"arn:aws:iam::111122223333:role/run","executionRoleArn":"arn:aws:iam::111122223333:role/x"}`),
		role, alice+" passed "+role, alice+" passed AwsRole arn:aws:iam::111122223333:role/x")
	f(passes("codebuild", "CreateProject", `{"serviceRole":"arn:aws:iam::111122223333:role/run","environment":{"privilegedMode":true}}`), role, alice+" passed "+role)
	f(passes("cloudformation", "CreateStack", `{"stackName":"s","roleARN":"arn:aws:iam::111122223333:role/run"}`), role, alice+" passed "+role)
	f(passes("glue", "CreateJob", `{"command":{"role":["arn:aws:iam::111122223333:role/run"]}}`), role, alice+" passed "+role)
	f(passes("lambda", "CreateFunction20150331", `{"role":"arn:aws:iam::111122223333:role/run"},"errorCode":"AccessDenied"`), "")
	f(strings.Replace(passes("lambda", "GetFunction", `{"role":"arn:aws:iam::111122223333:role/run"}`), "false", "true", 1), "")
	f(passes("kms", "PutKeyPolicy", `{"policy":"{\"Principal\":{\"role\":\"arn:aws:iam::111122223333:role/run\"}}"}`), "")
	f(passes("tagging", "TagResources", `{"resource":"arn:aws:iam::111122223333:role/run"}`), "")
	f(passes("lambda", "CreateFunction20150331", `{"role":"arn:aws:iam::111122223333:user/run :role/"}`), "")
}

// A request that names any number of roles makes a bounded number of links.
func TestPassedRolesAreBounded(t *testing.T) {
	t.Parallel()
	roles := strings.Repeat(`"arn:aws:iam::111122223333:role/run",`, 100)
	got := resolveText(t, newTestResolver(), record(t, `"eventSource":"x.amazonaws.com","eventName":"Run","requestParameters":{"role":[`+strings.TrimSuffix(roles, ",")+`]}`))
	if len(got.Links) != maxPassed {
		t.Errorf("%d links, want %d", len(got.Links), maxPassed)
	}
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
