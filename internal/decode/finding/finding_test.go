package finding

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

const account = "111122223333"

func TestLabel(t *testing.T) {
	for severity, want := range map[float64]string{0: Informational, 0.1: Low, 1: Low, 3.9: Low, 4: Medium, 6.9: Medium, 7: High, 8.9: High, 9: Critical, 10: Critical} {
		if got := Label(severity); got != want {
			t.Errorf("%v: %s; want %s", severity, got, want)
		}
	}
	for _, label := range []string{Informational, Low, Medium, High, Critical} {
		if _, severity, ok := ParseLabel(label); !ok || Label(severity) != label {
			t.Errorf("%s is %v, which is %s", label, severity, Label(severity))
		}
	}
	if _, _, ok := ParseLabel("SEVERE"); ok {
		t.Error("SEVERE is a label")
	}
}

func TestKey(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 40, 0, 456e6, time.UTC)
	f := Finding{ARN: "a", Updated: at}
	same := Finding{ARN: "a", Updated: at.In(time.FixedZone("", 3600)), ViaSecurityHub: true}
	later := Finding{ARN: "a", Updated: at.Add(time.Millisecond)}
	if f.Key() != same.Key() || f.Key() == later.Key() {
		t.Errorf("%s, %s, %s", f.Key(), same.Key(), later.Key())
	}
}

func TestRemoteRole(t *testing.T) {
	for _, c := range []struct {
		d              Direction
		resource, want Role
	}{
		{Inbound, Actor, Actor}, {Inbound, Target, Actor}, {Inbound, Involved, Actor},
		{Outbound, Actor, Target}, {Outbound, Target, Target}, {Outbound, Involved, Target},
		{UnknownDirection, Actor, Target}, {UnknownDirection, Target, Actor}, {UnknownDirection, Involved, Involved},
	} {
		if got := c.d.RemoteRole(c.resource); got != c.want {
			t.Errorf("%v, resource %v: %v; want %v", c.d, c.resource, got, c.want)
		}
	}
}

func TestRefOfARN(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::111122223333:user/dev/erin":                     "AwsUser arn:aws:iam::111122223333:user/dev/erin erin",
		"arn:aws:iam::111122223333:role/team/web":                     "AwsRole arn:aws:iam::111122223333:role/team/web web",
		"arn:aws:iam::111122223333:root":                              "AwsUser arn:aws:iam::111122223333:root root",
		"arn:aws:sts::111122223333:assumed-role/web/bob":              "AwsRole arn:aws:iam::111122223333:role/web web",
		"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_A_1/b": "",
		"arn:aws:ec2:eu-west-1:111122223333:instance/i-1":             "Ec2Instance i-1 i-1",
		"arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-1":  "NetworkInterface eni-1 eni-1",
		"arn:aws:s3:::b":                                                "S3Bucket b b",
		"arn:aws:s3:::b/key/of/object":                                  "S3Bucket b b",
		"arn:aws:s3:eu-west-1:111122223333:accesspoint":                 "",
		"arn:aws:eks:eu-west-1:111122223333:cluster/c":                  "ContainerCluster arn:aws:eks:eu-west-1:111122223333:cluster/c c",
		"arn:aws:eks:eu-west-1:111122223333:nodegroup/c/n/1":            "",
		"arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f": "Finding arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f f",
		"arn:aws:guardduty:eu-west-1:111122223333:detector/d":           "",
		"arn:aws:iam::111122223333:policy/p":                            "",
		"arn:aws:iam::111122223333:user/":                               "",
		"arn:aws:iam::x:root":                                           "",
		"i-1":                                                           "",
		"":                                                              "",
	} {
		r := RefOfARN(arn)
		got := ""
		if !r.IsZero() {
			got = r.Type.String() + " " + r.Key + " " + r.Label
		}
		if got != want {
			t.Errorf("%s: %q; want %q", arn, got, want)
		}
	}
}

// Who used credentials is who CloudTrail says used them.
func TestCredentialsAreCloudTrails(t *testing.T) {
	for name, c := range map[string]struct {
		finding    Credentials
		cloudtrail entity.Identity
	}{
		"user": {Credentials{AccessKeyID: "AKIA1", PrincipalID: "AIDA1", UserName: "alice", UserType: "IAMUser"},
			entity.Identity{Type: "IAMUser", AccessKeyID: "AKIA1", PrincipalID: "AIDA1", UserName: "alice", ARN: "arn:aws:iam::111122223333:user/alice"}},
		"user known by the unique id": {Credentials{AccessKeyID: "AKIA1", PrincipalID: "AIDA1", UserName: "alice"},
			entity.Identity{Type: "IAMUser", AccessKeyID: "AKIA1", PrincipalID: "AIDA1", UserName: "alice", ARN: "arn:aws:iam::111122223333:user/alice"}},
		"root": {Credentials{AccessKeyID: "ASIA1", PrincipalID: account, UserName: "Root", UserType: "Root"},
			entity.Identity{Type: "Root", AccessKeyID: "ASIA1", PrincipalID: account, ARN: "arn:aws:iam::111122223333:root"}},
		"federated user": {Credentials{AccessKeyID: "ASIA1", PrincipalID: account + ":carol", UserName: "carol", UserType: "FederatedUser"},
			entity.Identity{Type: "FederatedUser", AccessKeyID: "ASIA1", PrincipalID: account + ":carol"}},
		"session of a role without a path": {Credentials{AccessKeyID: "ASIA1", PrincipalID: "AROA1:bob", UserName: "web", UserType: "AssumedRole"},
			entity.Identity{Type: "AssumedRole", AccessKeyID: "ASIA1", PrincipalID: "AROA1:bob", Issuer: entity.Issuer{Type: "Role", PrincipalID: "AROA1", ARN: "arn:aws:iam::111122223333:role/web", AccountID: account, UserName: "web"}}},
		"session of a role with a path": {Credentials{AccessKeyID: "ASIA1", PrincipalID: "AROA1:bob", UserType: "AssumedRole", Issuer: entity.Issuer{ARN: "arn:aws:iam::111122223333:role/a/b/web"}},
			entity.Identity{Type: "AssumedRole", AccessKeyID: "ASIA1", PrincipalID: "AROA1:bob", Issuer: entity.Issuer{Type: "Role", PrincipalID: "AROA1", ARN: "arn:aws:iam::111122223333:role/a/b/web", AccountID: account, UserName: "web"}}},
	} {
		c.finding.Account, c.cloudtrail.AccountID = account, account
		if diff := cmp.Diff(entity.ResolveCaller(&c.cloudtrail, account), c.finding.caller()); diff != "" {
			t.Errorf("%s (-CloudTrail +finding):\n%s", name, diff)
		}
	}
}

// A role whose ARN was told is not guessed again for its other sessions.
func TestKnownRole(t *testing.T) {
	var f Finding
	var b Builder
	b.Reset(&f)
	b.Credentials(Credentials{PrincipalID: "AROA1:a", UserType: "AssumedRole", Account: account, Issuer: entity.Issuer{ARN: "arn:aws:iam::111122223333:role/x/web"}}, Actor)
	who := b.Credentials(Credentials{PrincipalID: "AROA1:b", UserName: "web", UserType: "AssumedRole", Account: account}, Target)
	if who.Principal.Key != "arn:aws:iam::111122223333:role/x/web" || len(f.Resources) != 3 {
		t.Errorf("%+v, %+v", who, f.Resources)
	}
}

func TestBuilderMerges(t *testing.T) {
	var f Finding
	var b Builder
	b.Reset(&f)
	b.Resource(InstanceRef("i-1", ""), Involved)
	b.Resource(InstanceRef("i-1", account), Actor)
	b.Resource(InstanceRef("i-1", "1"), Target)
	b.Resource(InstanceRef("", account), Actor)
	b.Remote("198.51.100.1", Inbound, false, Target)
	b.Remote("198.51.100.1", UnknownDirection, false, Target)
	b.Remote("AWS Internal", Inbound, false, Target)
	b.Link(InstanceRef("i-1", account), InterfaceRef("", account), HasInterface)
	b.Call("s3.amazonaws.com", "")
	b.ClusterCall("", "pods", "", "")
	b.Domain("")
	want := []Resource{{InstanceRef("i-1", account), Actor},
		{entity.Ref{Type: entity.IPAddress, Key: "198.51.100.1", Label: "198.51.100.1"}, Actor}}
	if diff := cmp.Diff(want, f.Resources); diff != "" {
		t.Error(diff)
	}
	if len(f.Remotes) != 1 || f.Remotes[0].Direction != Inbound || f.Links != nil || f.Calls != nil || f.Domains != nil {
		t.Errorf("%+v", f)
	}
}

func TestSubjectRef(t *testing.T) {
	c := ClusterRef("arn:aws:eks:eu-west-1:111122223333:cluster/c")
	for username, want := range map[string]string{
		"system:serviceaccount:ns:name": "/ServiceAccount/ns/name",
		"system:serviceaccount:broken":  "/User/system:serviceaccount:broken",
		"system:node:n1":                "/Node/n1",
		"system:anonymous":              "/User/system:anonymous",
		"kubernetes-admin":              "/User/kubernetes-admin",
	} {
		if got := SubjectRef(c, username).Key; got != c.Key+want {
			t.Errorf("%s: %s", username, got)
		}
	}
	if got := SubjectRef(entity.Ref{}, "a"); !got.IsZero() {
		t.Errorf("without a cluster: %+v", got)
	}
}
