package eksaudit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

func TestSubject(t *testing.T) {
	t.Parallel()
	f := func(username, wantKind, wantName string) {
		t.Helper()
		if kind, name := Subject(&User{Username: username}); kind != wantKind || name != wantName {
			t.Errorf("%q: %s %q; want %s %q", username, kind, name, wantKind, wantName)
		}
	}
	f("system:serviceaccount:kube-system:coredns", "ServiceAccount", "kube-system/coredns")
	f("system:node:ip-192-168-3-178.us-west-2.compute.internal", "Node", "ip-192-168-3-178.us-west-2.compute.internal")
	for _, name := range []string{"system:anonymous", "kubernetes-admin", "eks:addon-manager", "system:kube-controller-manager",
		"arn:aws:sts::111122223333:assumed-role/ops/alice", "", "system:node:", "system:serviceaccount:", "system:serviceaccount:a",
		"system:serviceaccount:a:", "system:serviceaccount::b", "system:serviceaccount:a:b:c", "system:nodes"} {
		f(name, "User", name)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	f := func(want string, r Record) {
		t.Helper()
		if got := r.API(); got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
	f("k8s:list:secrets", Record{Verb: "list", RequestURI: "/api/v1/secrets?limit=500", Object: Object{Resource: "secrets"}})
	f("k8s:create:pods/exec", Record{Verb: "create", Object: Object{Resource: "pods", Subresource: "exec"}})
	f("k8s:get:/healthz", Record{Verb: "get", RequestURI: "/healthz?timeout=32s"})
	f("k8s:get:/", Record{Verb: "get", RequestURI: "/?x=/y?"})
	f("k8s:unknown:/version", Record{RequestURI: "/version"})
	f("k8s:unknown:pods", Record{RequestURI: "/api/v1/pods", Object: Object{Resource: "pods"}})
	f("k8s:get:unknown", Record{Verb: "get"})
}

// The caller of an event is whom CloudTrail would name.
func TestIdentity(t *testing.T) {
	t.Parallel()
	const account = "111122223333"
	const sts, iam = "arn:aws:sts::" + account + ":", "arn:aws:iam::" + account + ":"
	f := func(name string, u User, cloudTrail entity.Identity) {
		t.Helper()
		r := Record{User: u}
		got, ok := r.Identity()
		if !ok {
			t.Errorf("%s: nobody", name)
			return
		}
		want := entity.ResolveCaller(&cloudTrail, account)
		if diff := cmp.Diff(want, entity.ResolveCaller(&got, account)); diff != "" {
			t.Errorf("%s: %+v\nCloudTrail says otherwise (-):\n%s", name, got, diff)
		}
	}
	role := entity.Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLE1:alice@example.com", ARN: sts + "assumed-role/ops/alice@example.com",
		AccountID: account, AccessKeyID: "ASIAEXAMPLE1",
		Issuer: entity.Issuer{Type: "Role", PrincipalID: "AROAEXAMPLE1", ARN: iam + "role/ops", AccountID: account, UserName: "ops"}}
	full := User{Username: "ops-admin", UID: "aws-iam-authenticator:" + account + ":AROAEXAMPLE1",
		ARN: role.ARN, CanonicalARN: iam + "role/ops", AccessKeyID: "ASIAEXAMPLE1", SessionName: "alice@example.com", PrincipalID: "AROAEXAMPLE1"}
	f("role", full, role)

	older := full
	older.PrincipalID = ""
	f("role, principal id in the uid only", older, role)
	older.UID = "heptio-authenticator-aws:" + account + ":AROAEXAMPLE1"
	f("role, uid by the older name", older, role)
	older.SessionName = ""
	f("role, session name in the ARN only", older, role)
	withSession := full
	withSession.PrincipalID = "AROAEXAMPLE1:alice@example.com"
	f("role, principal id with the session", withSession, role)
	noARN := full
	noARN.ARN = ""
	sessionless := role
	sessionless.ARN = ""
	f("role, canonical ARN only", noARN, sessionless)
	withPath := noARN
	withPath.ARN, withPath.CanonicalARN = iam+"role/team/ops", iam+"role/ops"
	pathRole := sessionless
	pathRole.Issuer.ARN = iam + "role/team/ops"
	f("role, IAM ARN with its path", withPath, pathRole)

	f("role by username", User{Username: role.ARN}, entity.Identity{Type: "AssumedRole", ARN: role.ARN, AccountID: account})
	f("role by username and access key", User{Username: role.ARN, AccessKeyID: "ASIAEXAMPLE1"},
		entity.Identity{Type: "AssumedRole", ARN: role.ARN, AccountID: account, AccessKeyID: "ASIAEXAMPLE1"})
	f("role by ids only", User{Username: "ops", PrincipalID: "AROAEXAMPLE1", SessionName: "alice@example.com", AccessKeyID: "ASIAEXAMPLE1"},
		entity.Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLE1:alice@example.com", AccountID: account, AccessKeyID: "ASIAEXAMPLE1"})
	node := User{Username: "system:node:ip-10-0-0-1.ec2.internal", ARN: sts + "assumed-role/nodes/i-0abc", CanonicalARN: iam + "role/nodes",
		AccessKeyID: "ASIAEXAMPLE2", SessionName: "i-0abc", PrincipalID: "AROAEXAMPLE2"}
	f("node", node, entity.Identity{Type: "AssumedRole", PrincipalID: "AROAEXAMPLE2:i-0abc", ARN: node.ARN, AccountID: account, AccessKeyID: "ASIAEXAMPLE2",
		Issuer: entity.Issuer{ARN: iam + "role/nodes", UserName: "nodes", PrincipalID: "AROAEXAMPLE2", AccountID: account}})

	user := entity.Identity{Type: "IAMUser", PrincipalID: "AIDAEXAMPLE1", ARN: iam + "user/team/bob", AccountID: account, AccessKeyID: "AKIAEXAMPLE1", UserName: "bob"}
	f("user", User{Username: "bob", ARN: user.ARN, CanonicalARN: user.ARN, AccessKeyID: "AKIAEXAMPLE1", PrincipalID: "AIDAEXAMPLE1"}, user)
	f("user, canonical ARN only", User{Username: "bob", CanonicalARN: user.ARN, AccessKeyID: "AKIAEXAMPLE1", PrincipalID: "AIDAEXAMPLE1"}, user)
	f("user by username", User{Username: user.ARN}, entity.Identity{Type: "IAMUser", ARN: user.ARN, AccountID: account, UserName: "bob"})
	f("user by access key", User{Username: "bob", AccessKeyID: "AKIAEXAMPLE1"}, entity.Identity{Type: "IAMUser", AccountID: account, AccessKeyID: "AKIAEXAMPLE1"})
	f("root", User{Username: "admin", ARN: iam + "root", AccessKeyID: "ASIAEXAMPLE3", PrincipalID: account},
		entity.Identity{Type: "Root", PrincipalID: account, ARN: iam + "root", AccountID: account, AccessKeyID: "ASIAEXAMPLE3"})
	f("federated user", User{Username: "x", ARN: sts + "federated-user/carol", AccessKeyID: "ASIAEXAMPLE4", PrincipalID: account, SessionName: "carol"},
		entity.Identity{Type: "FederatedUser", PrincipalID: account + ":carol", ARN: sts + "federated-user/carol", AccountID: account, AccessKeyID: "ASIAEXAMPLE4"})
	china := "arn:aws-cn:iam::" + account + ":user/li"
	f("another partition", User{Username: china}, entity.Identity{Type: "IAMUser", ARN: china, AccountID: account, UserName: "li"})

	for _, u := range []User{{}, {Username: "system:anonymous"}, {Username: "kubernetes-admin", UID: "1234"}, {Username: "arn:aws:s3:::bucket"},
		{Username: "arn:aws:iam::account:user/x"}, {Username: iam + "group/x"}, {Username: sts + "assumed-role"}, {Username: "x", SessionName: "s"}} {
		r := Record{User: u, Impersonated: full}
		if id, ok := r.Identity(); ok || id != (entity.Identity{}) {
			t.Errorf("%+v: %v, %+v", u, ok, id)
		}
	}
}
