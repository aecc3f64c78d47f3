package eksaudit

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// parse reads the first value of in. reason is that of a rejection.
func parse(t testing.TB, p *Parser, in string, rec *Record) (reason decode.Reason) {
	t.Helper()
	var s jsonscan.Scanner
	s.Reset([]byte(in), 0)
	err := p.Parse(&s, rec)
	var r *decode.Rejection
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &r) || s.Err() != nil:
		t.Fatalf("%.300s: %v, scanner's error %v", in, err, s.Err())
	case r.Foreign != (r.Reason == ReasonNotAudit) || r.Detail == "":
		t.Errorf("%.300s: rejection %+v", in, r)
	}
	return r.Reason
}

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

// minimal has what an event must have, and room for more members.
func minimal(more string) string {
	return `{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestReceivedTimestamp":"2024-05-06T12:00:00.000000Z","verb":"get"` + more + `}`
}

// written is a request that wrote an object.
func written(verb, ref, more string) string {
	return `{"kind":"Event","apiVersion":"audit.k8s.io/v1","requestReceivedTimestamp":"2024-05-06T12:00:00Z","requestObject":` + more +
		`,"objectRef":` + ref + `,"verb":"` + verb + `"}`
}

// quirks are events that real logs hold, and a few that they may, with what
// they change in the minimal record.
var quirks = []struct {
	name, in string
	want     func(*Record)
}{
	{"nothing else", minimal(``), func(*Record) {}},
	{"nothing but an id, a time and a URI", `{"auditID":"a","stageTimestamp":"2024-05-06T12:00:00Z","requestURI":"/version"}`,
		func(r *Record) { *r = Record{AuditID: "a", Time: noon, StageTime: noon, RequestURI: "/version"} }},
	{"user, stage, level and auditID null", minimal(`,"user":null,"stage":null,"level":null,"auditID":null`), func(*Record) {}},
	{"kind and apiVersion lost", `{"timestamp":"2024-05-06T12:00:00Z","verb":"get","objectRef":{"resource":"pods"}}`,
		func(r *Record) { r.Object.Resource = "pods" }},
	{"apiVersion lost", `{"kind":"Event","timestamp":"2024-05-06T12:00:00Z","verb":"get"}`, func(*Record) {}},

	// Times.
	{"v1beta1", `{"apiVersion":"audit.k8s.io/v1beta1","metadata":{"creationTimestamp":"2020-01-01T00:00:00Z"},"timestamp":"2024-05-06T12:00:00Z","verb":"get"}`, func(*Record) {}},
	{"v1beta1 with both times", minimal(`,"timestamp":"2020-01-01T00:00:00Z","stageTimestamp":"2024-05-06T12:00:01Z"`),
		func(r *Record) { r.StageTime = noon.Add(time.Second) }},
	{"only metadata", `{"apiVersion":"audit.k8s.io/v1alpha1","metadata":{"creationTimestamp":"2024-05-06T12:00:00Z"},"stageTimestamp":"2024-05-06T12:00:01Z","verb":"get"}`,
		func(r *Record) { r.StageTime = noon.Add(time.Second) }},
	{"metadata null", `{"apiVersion":"audit.k8s.io/v1","metadata":null,"stageTimestamp":"2024-05-06T12:00:00Z","verb":"get"}`,
		func(r *Record) { r.StageTime = noon }},
	{"a time that is none", `{"apiVersion":"audit.k8s.io/v1","requestReceivedTimestamp":"soon","timestamp":"0001-01-01T00:00:00Z","stageTimestamp":"2024-05-06T12:00:00Z","verb":"get"}`,
		func(r *Record) { r.StageTime = noon }},
	{"microseconds", minimal(`,"requestReceivedTimestamp":"2024-05-06T12:00:00.000123Z"`), func(r *Record) { r.Time = noon.Add(123 * time.Microsecond) }},
	{"time with a space and nine digits", minimal(`,"requestReceivedTimestamp":"2024-05-06 12:00:00.595141000"`), func(r *Record) { r.Time = noon.Add(595141 * time.Microsecond) }},
	{"time with two digits", minimal(`,"requestReceivedTimestamp":"2024-05-06 12:00:00.38"`), func(r *Record) { r.Time = noon.Add(380 * time.Millisecond) }},
	{"time with a zone", minimal(`,"requestReceivedTimestamp":"2024-05-06T14:00:00+02:00"`), func(*Record) {}},

	// Source addresses: none, one, two.
	{"no sourceIPs", minimal(`,"sourceIPs":[]`), func(*Record) {}},
	{"sourceIPs null", minimal(`,"sourceIPs":null`), func(*Record) {}},
	{"one source address", minimal(`,"sourceIPs":["203.0.113.7"]`), func(r *Record) { r.SourceIPs = []string{"203.0.113.7"} }},
	{"two source addresses", minimal(`,"sourceIPs":["203.0.113.7",null,"","10.0.0.1"]`), func(r *Record) { r.SourceIPs = []string{"203.0.113.7", "10.0.0.1"} }},
	{"a source address without list", minimal(`,"sourceIPs":"::1"`), func(r *Record) { r.SourceIPs = []string{"::1"} }},

	// user.extra.
	{"extra as arrays", minimal(`,"user":{"username":"admin","uid":"aws-iam-authenticator:111122223333:AROAEXAMPLE1","groups":["system:masters","system:authenticated"],"extra":{"accessKeyId":["ASIAEXAMPLE1"],"arn":["arn:aws:sts::111122223333:assumed-role/ops/alice"],"canonicalArn":["arn:aws:iam::111122223333:role/ops"],"principalId":["AROAEXAMPLE1"],"sessionName":["alice"]}}`),
		func(r *Record) {
			r.User = User{Username: "admin", UID: "aws-iam-authenticator:111122223333:AROAEXAMPLE1", Groups: []string{"system:masters", "system:authenticated"},
				AccessKeyID: "ASIAEXAMPLE1", ARN: "arn:aws:sts::111122223333:assumed-role/ops/alice",
				CanonicalARN: "arn:aws:iam::111122223333:role/ops", PrincipalID: "AROAEXAMPLE1", SessionName: "alice"}
		}},
	{"extra as strings", minimal(`,"user":{"extra":{"accessKeyId":"AKIAEXAMPLE1","arn":"arn:aws:iam::111122223333:user/bob","sessionName":""}}`),
		func(r *Record) { r.User = User{AccessKeyID: "AKIAEXAMPLE1", ARN: "arn:aws:iam::111122223333:user/bob"} }},
	{"extra in other cases", minimal(`,"user":{"extra":{"AccessKeyID":["AKIAEXAMPLE1"],"ARN":["a"],"canonicalARN":["c"],"session_name":["s"],"PrincipalId":["p"]}}`),
		func(r *Record) {
			r.User = User{AccessKeyID: "AKIAEXAMPLE1", ARN: "a", CanonicalARN: "c", SessionName: "s", PrincipalID: "p"}
		}},
	{"principal id under its domain", minimal(`,"user":{"extra":{"sigs.k8s.io/aws-iam-authenticator/principalId":["AROAEXAMPLE1"]}}`),
		func(r *Record) { r.User.PrincipalID = "AROAEXAMPLE1" }},
	{"pod of a service account", minimal(`,"user":{"username":"system:serviceaccount:shop:web","extra":{"authentication.kubernetes.io/pod-name":["web-0"],"authentication.kubernetes.io/node-name":["ip-10-0-0-1.ec2.internal"],"authentication.kubernetes.io/pod-uid":["u"]}}`),
		func(r *Record) {
			r.User = User{Username: "system:serviceaccount:shop:web", PodName: "web-0", NodeName: "ip-10-0-0-1.ec2.internal"}
		}},
	{"re-keyed extra", minimal(`,"user":{"extra":{"authentication_kubernetes_io_slash_pod-name":["web-0"],"authentication_kubernetes_io_slash_node_name":["n"],"sigs_k8s_io_slash_aws-iam-authenticator_slash_principalId":["AROAEXAMPLE1"]}}`),
		func(r *Record) { r.User = User{PodName: "web-0", NodeName: "n", PrincipalID: "AROAEXAMPLE1"} }},
	{"keys of others", minimal(`,"user":{"extra":{"example.com/arn":["a"],"scopes":["x"],"pod-name":["y"],"":["z"]}}`), func(*Record) {}},
	{"extra with empty lists", minimal(`,"user":{"extra":{"arn":[],"accessKeyId":[null,"AKIAEXAMPLE1","AKIAEXAMPLE2"],"sessionName":[{}]}}`),
		func(r *Record) { r.User.AccessKeyID = "AKIAEXAMPLE1" }},
	{"extra null", minimal(`,"user":{"username":"u","extra":null}`), func(r *Record) { r.User.Username = "u" }},
	{"user a string", minimal(`,"user":"alice"`), func(*Record) {}},
	{"a later user wins", minimal(`,"user":{"username":"a","uid":"1","groups":["g"],"extra":{"arn":["x"]}},"user":{"username":"b"}`), func(r *Record) { r.User.Username = "b" }},
	{"impersonation", minimal(`,"user":{"username":"admin"},"impersonatedUser":{"username":"system:serviceaccount:kube-system:default","groups":["system:masters"],"extra":{"arn":["x"]}}`),
		func(r *Record) {
			r.User.Username = "admin"
			r.Impersonated = User{Username: "system:serviceaccount:kube-system:default", Groups: []string{"system:masters"}, ARN: "x"}
		}},

	// What it was about and what came of it.
	{"exec", minimal(`,"objectRef":{"resource":"pods","namespace":"shop","name":"web-0","apiVersion":"v1","subresource":"exec","uid":"u"},"responseStatus":{"metadata":{},"code":101}`),
		func(r *Record) {
			r.Object = Object{Resource: "pods", Subresource: "exec", Namespace: "shop", Name: "web-0", APIVersion: "v1", UID: "u"}
			r.Status.Code = 101
		}},
	{"forbidden", minimal(`,"responseStatus":{"metadata":{},"status":"Failure","message":"no","reason":"Forbidden","code":403},"annotations":{"authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""}`),
		func(r *Record) {
			r.Status, r.Decision = Status{Code: 403, Status: "Failure", Reason: "Forbidden"}, "forbid"
		}},
	{"allowed", minimal(`,"annotations":{"authorization_k8s_io_slash_decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"cluster-admin\""}`),
		func(r *Record) { r.Decision, r.Reason = "allow", `RBAC: allowed by ClusterRoleBinding "cluster-admin"` }},
	{"code as a string", minimal(`,"responseStatus":{"code":"404"}`), func(r *Record) { r.Status.Code = 404 }},
	{"codes that are none", minimal(`,"responseStatus":{"code":2e2}`), func(*Record) {}},
	{"negative code", minimal(`,"responseStatus":{"code":-12}`), func(*Record) {}},
	{"parts of another kind", minimal(`,"objectRef":[],"responseStatus":"ok","annotations":7,"metadata":[],"userAgent":{},"stageTimestamp":[]`), func(*Record) {}},

	// Objects.
	{"pod read, not written", minimal(`,"objectRef":{"resource":"pods"},"responseObject":{"kind":"Pod","spec":{"containers":[{"image":"nginx"}]}}`),
		func(r *Record) { r.Object.Resource = "pods" }},
	{"pod", written("create", `{"resource":"pods","namespace":"shop"}`, `{"kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"nodeName":"n","serviceAccountName":"web","hostNetwork":true,"hostPID":true,"hostIPC":true,"initContainers":[{"image":"busybox"}],"containers":[{"image":"nginx:1.27","securityContext":{"privileged":false}},{"image":"busybox"}],"ephemeralContainers":[{"image":"debug","securityContext":{"privileged":true}}],"volumes":[{"name":"a","hostPath":{"path":"/","type":""}},{"name":"b","hostPath":{"path":"/var/run/docker.sock"}},{"name":"c","emptyDir":{}}]}}`),
		func(r *Record) {
			r.Verb, r.Object = "create", Object{Resource: "pods", Namespace: "shop"}
			r.Pod = Pod{Name: "web", Namespace: "shop", ServiceAccount: "web", Node: "n", Images: []string{"busybox", "nginx:1.27", "debug"},
				HostPaths: []string{"/", "/var/run/docker.sock"}, HostNetwork: true, HostPID: true, HostIPC: true, Privileged: true}
		}},
	{"generated name", written("create", `{"resource":"pods","namespace":"shop"}`, `{"metadata":{"generateName":"web-"},"spec":{"containers":[{"image":"nginx"}]}},"responseObject":{"metadata":{"name":"web-x7k2p","namespace":"shop"},"spec":{"nodeName":"n","serviceAccountName":"default","containers":[{"image":"nginx"},{"image":"sidecar","securityContext":{"privileged":true}}]}}`),
		func(r *Record) {
			r.Verb, r.Object = "create", Object{Resource: "pods", Namespace: "shop"}
			r.Pod = Pod{Name: "web-x7k2p", Namespace: "shop", ServiceAccount: "default", Node: "n", Images: []string{"nginx"}}
		}},
	{"refused, the answer is a Status", written("create", `{"resource":"pods","namespace":"shop"}`, `{"metadata":{"generateName":"web-"},"spec":{"serviceAccount":"old","containers":[{"image":"nginx"}]}},"responseObject":{"kind":"Status","metadata":{},"status":"Failure"}`),
		func(r *Record) {
			r.Verb, r.Object = "create", Object{Resource: "pods", Namespace: "shop"}
			r.Pod = Pod{Namespace: "shop", ServiceAccount: "old", Images: []string{"nginx"}}
		}},
	{"deployment", written("update", `{"resource":"deployments","apiGroup":"apps","name":"web"}`, `{"spec":{"containers":[{"image":"not here"}],"template":{"metadata":{"name":"nor here"},"spec":{"hostNetwork":"true","containers":[{"image":"nginx"}]}}}}`),
		func(r *Record) {
			r.Verb, r.Object = "update", Object{Resource: "deployments", APIGroup: "apps", Name: "web"}
			r.Pod = Pod{Template: true, Name: "web", HostNetwork: true, Images: []string{"nginx"}}
		}},
	{"cronjob", written("patch", `{"resource":"cronjobs","apiGroup":"batch","namespace":"n"}`, `{"metadata":{"name":"miner"},"spec":{"jobTemplate":{"spec":{"template":{"spec":{"containers":[{"image":"xmrig"}]}}}}}}`),
		func(r *Record) {
			r.Verb, r.Object = "patch", Object{Resource: "cronjobs", APIGroup: "batch", Namespace: "n"}
			r.Pod = Pod{Template: true, Name: "miner", Namespace: "n", Images: []string{"xmrig"}}
		}},
	{"JSON patch with an answer", written("patch", `{"resource":"daemonsets","name":"agent"}`, `[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"x"}],"responseObject":{"metadata":{"name":"agent"},"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}`),
		func(r *Record) {
			r.Verb, r.Object = "patch", Object{Resource: "daemonsets", Name: "agent"}
			r.Pod = Pod{Template: true, Name: "agent", Images: []string{"x"}}
		}},
	{"JSON patch without an answer", written("patch", `{"resource":"daemonsets","name":"agent"}`, `[{"op":"remove","path":"/spec"}]`),
		func(r *Record) { r.Verb, r.Object = "patch", Object{Resource: "daemonsets", Name: "agent"} }},
	{"ephemeral container", written("patch", `{"resource":"pods","subresource":"ephemeralcontainers","name":"web-0","namespace":"shop"}`, `{"spec":{"ephemeralContainers":[{"image":"debug"}]}}`),
		func(r *Record) {
			r.Verb, r.Object = "patch", Object{Resource: "pods", Subresource: "ephemeralcontainers", Name: "web-0", Namespace: "shop"}
			r.Pod = Pod{Name: "web-0", Namespace: "shop", Images: []string{"debug"}}
		}},
	{"scheduler's binding", written("create", `{"resource":"pods","subresource":"binding","name":"web-0","namespace":"shop"}`, `{"kind":"Binding","metadata":{"name":"web-0"},"target":{"kind":"Node","name":"ip-10-0-0-1.ec2.internal"}}`),
		func(r *Record) {
			r.Verb, r.Object = "create", Object{Resource: "pods", Subresource: "binding", Name: "web-0", Namespace: "shop"}
			r.Pod = Pod{Name: "web-0", Namespace: "shop", Node: "ip-10-0-0-1.ec2.internal"}
		}},
	{"status of a pod", written("patch", `{"resource":"pods","subresource":"status","name":"web-0"}`, `{"metadata":{"name":"web-0"},"spec":{"containers":[{"image":"nginx"}]}}`),
		func(r *Record) {
			r.Verb, r.Object = "patch", Object{Resource: "pods", Subresource: "status", Name: "web-0"}
		}},
	{"a custom resource called jobs", written("create", `{"resource":"jobs","apiGroup":"batch.example.com"}`, `{"metadata":{"name":"x"},"spec":{"template":{"spec":{"containers":[{"image":"nginx"}]}}}}`),
		func(r *Record) { r.Verb, r.Object = "create", Object{Resource: "jobs", APIGroup: "batch.example.com"} }},
	{"pod with parts of another kind", written("create", `{"resource":"pods"}`, `{"metadata":null,"spec":{"containers":{"image":"x"},"volumes":[null,{"hostPath":"/"},{"hostPath":{"path":null}}],"initContainers":[7,{"image":null,"securityContext":[]}],"hostPID":1}}`),
		func(r *Record) { r.Verb, r.Object.Resource = "create", "pods" }},
	{"object null", written("create", `{"resource":"pods","name":"x"}`, `null`), func(r *Record) { r.Verb, r.Object = "create", Object{Resource: "pods", Name: "x"} }},
	{"a second spec hides nothing", written("create", `{"resource":"pods"}`, `{"spec":{"hostPID":true,"containers":[{"image":"a","securityContext":{"privileged":true,"privileged":false}}]},"spec":{"hostPID":false,"containers":[{"image":"b"}]}}`),
		func(r *Record) {
			r.Verb, r.Object.Resource = "create", "pods"
			r.Pod = Pod{HostPID: true, Privileged: true, Images: []string{"a", "b"}}
		}},
	{"cluster role binding", written("create", `{"resource":"clusterrolebindings","apiGroup":"rbac.authorization.k8s.io"}`, `{"metadata":{"name":"x"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"system:anonymous"},{"kind":"ServiceAccount","namespace":"shop","name":"web"},{"kind":"Group","name":"system:authenticated"},{},null]}`),
		func(r *Record) {
			r.Verb, r.Object = "create", Object{Resource: "clusterrolebindings", APIGroup: "rbac.authorization.k8s.io"}
			r.Binding = Binding{RoleKind: "ClusterRole", Role: "cluster-admin", Subjects: []string{"User//system:anonymous", "ServiceAccount/shop/web", "Group//system:authenticated"}}
		}},
	{"role binding patched", written("patch", `{"resource":"rolebindings","name":"b","namespace":"shop"}`, `{"subjects":[{"kind":"User","name":"eve"}]},"responseObject":{"roleRef":{"kind":"Role","name":"reader"},"subjects":[{"kind":"User","name":"eve"},{"kind":"User","name":"bob"}]}`),
		func(r *Record) {
			r.Verb, r.Object = "patch", Object{Resource: "rolebindings", Name: "b", Namespace: "shop"}
			r.Binding = Binding{RoleKind: "Role", Role: "reader", Subjects: []string{"User//eve"}}
		}},
	{"role binding deleted", written("delete", `{"resource":"rolebindings","name":"b"}`, `{"roleRef":{"name":"reader"}}`),
		func(r *Record) { r.Verb, r.Object = "delete", Object{Resource: "rolebindings", Name: "b"} }},
}

func TestQuirks(t *testing.T) {
	t.Parallel()
	var p Parser
	var got Record // one for all: nothing may stay in it
	for _, q := range quirks {
		want := Record{Time: noon, Verb: "get"}
		q.want(&want)
		if reason := parse(t, &p, q.in, &got); reason != "" {
			t.Errorf("%s: rejected, %s", q.name, reason)
		} else if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s:\n%s", q.name, diff)
		}
	}
}

func TestRejections(t *testing.T) {
	t.Parallel()
	var p Parser
	f := func(in string, want decode.Reason) {
		t.Helper()
		var rec Record
		if got := parse(t, &p, in, &rec); got != want {
			t.Errorf("%s: %q; want %q", in, got, want)
		}
	}
	f(`{"kind":0}`, ReasonNotAudit)
	f(`{}`, ReasonNotAudit)
	f(`[] `, ReasonNotAudit)
	f(`"text" `, ReasonNotAudit)
	f(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"},"spec":{}}`, ReasonNotAudit)
	f(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"Forbidden","code":403}`, ReasonNotAudit)
	f(`{"kind":"Event","apiVersion":"v1","metadata":{"creationTimestamp":"2024-05-06T12:00:00Z"},"involvedObject":{"kind":"Pod"},"reason":"Pulled"}`, ReasonNotAudit)
	f(`{"kind":"Event","apiVersion":"events.k8s.io/v1","metadata":{"creationTimestamp":"2024-05-06T12:00:00Z"},"verb":"get"}`, ReasonNotAudit)
	f(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[]}`, ReasonNotAudit)
	f(`{"kind":"Policy","apiVersion":"audit.k8s.io/v1","rules":[]}`, ReasonNotAudit)
	f(`{"eventVersion":"1.08","eventTime":"2024-05-06T12:00:00Z","eventName":"GetObject","eventSource":"s3.amazonaws.com"}`, ReasonNotAudit)
	f(`{"timestamp":"2024-05-06T12:00:00Z","requestURI":"/","message":"of a web server"}`, ReasonNotAudit)
	f(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get"}`, ReasonNoTime)
	f(`{"auditID":"x"}`, ReasonNoTime)
	f(`{"auditID":"x","verb":"get","requestReceivedTimestamp":null,"stageTimestamp":"yesterday"}`, ReasonNoTime)
	f(`{"auditID":"x","stageTimestamp":"2024-05-06T12:00:00Z"}`, ReasonNoVerb)
	f(`{"kind":"Event","apiVersion":"audit.k8s.io/v1","timestamp":"2024-05-06T12:00:00Z","verb":null,"requestURI":""}`, ReasonNoVerb)
}

// A proper prefix of an event needs more input, whatever was read of it
// before; then the event is read as if it had come at once.
func TestMoreInput(t *testing.T) {
	t.Parallel()
	var p Parser
	var s jsonscan.Scanner
	var want, got Record
	for _, q := range quirks {
		for n := range len(q.in) {
			s.Reset([]byte(q.in[:n]), 0)
			if err := p.Parse(&s, &got); err != jsonscan.ErrEnd {
				t.Fatalf("%s, %d bytes of it: %v; want ErrEnd", q.name, n, err)
			}
		}
		parse(t, new(Parser), q.in, &want)
		if parse(t, &p, q.in, &got); !reflect.DeepEqual(normal(want), normal(got)) {
			t.Errorf("%s: otherwise when read again:\n%s", q.name, cmp.Diff(want, got))
		}
	}
	s.Reset([]byte(`{"auditID":"x",}`), 0)
	var syntax *jsonscan.SyntaxError
	if err := p.Parse(&s, &got); err != s.Err() || !errors.As(err, &syntax) {
		t.Errorf("broken JSON: %v", err)
	}
}

// normal is rec with empty slices nil.
func normal(rec Record) Record {
	for _, l := range []*[]string{&rec.SourceIPs, &rec.User.Groups, &rec.Impersonated.Groups, &rec.Pod.Images, &rec.Pod.HostPaths, &rec.Binding.Subjects} {
		if len(*l) == 0 {
			*l = nil
		}
	}
	return rec
}

// A hostile event does not fan out, and the address that the server saw
// stays.
func TestLongLists(t *testing.T) {
	t.Parallel()
	var ips, images []string
	for i := range 2000 {
		ips = append(ips, `"10.0.`+string(rune('a'+i%26))+`"`)
		images = append(images, `{"image":"i`+strings.Repeat("x", i)+`"}`)
	}
	in := `{"sourceIPs":[` + strings.Join(ips, ",") + `,"203.0.113.7"],` +
		written("create", `{"resource":"pods"}`, `{"spec":{"containers":[`+strings.Join(images, ",")+`]}}`)[1:]
	var rec Record
	if reason := parse(t, new(Parser), in, &rec); reason != "" {
		t.Fatal(reason)
	}
	if n := len(rec.SourceIPs); n != maxList || rec.SourceIPs[0] != "10.0.a" || rec.SourceIPs[n-1] != "203.0.113.7" {
		t.Errorf("%d source addresses, the last %s", n, rec.SourceIPs[n-1])
	}
	if n := len(rec.Pod.Images); n != maxList || len(rec.Pod.Images[n-1]) != 2000 {
		t.Errorf("%d images", n)
	}
}

func TestLooks(t *testing.T) {
	t.Parallel()
	f := func(in string, want bool) {
		t.Helper()
		if got := Looks(namesOf(t, []byte(in))); got != want {
			t.Errorf("%.100s: %v; want %v", in, got, want)
		}
	}
	for _, q := range quirks {
		f(q.in, true)
	}
	f(`{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":{},"status":{}}`, false)
	f(`{"kind":"Event","apiVersion":"v1","metadata":{},"involvedObject":{},"reason":"Pulled","message":"","source":{},"type":"Normal"}`, false)
	f(`{"eventVersion":"1.08","userIdentity":{},"eventTime":"","eventSource":"","eventName":"","requestID":"","eventID":""}`, false)
	f(`{"schemaVersion":"2.0","accountId":"","region":"","id":"","type":"","resource":{},"service":{}}`, false)
	f(`{"messageType":"DATA_MESSAGE","logGroup":"","logEvents":[]}`, false)
	f(`{"requestURI":"/","timestamp":""}`, false)
	f(`{}`, false)
}

func namesOf(t testing.TB, raw []byte) map[string]bool {
	t.Helper()
	var o map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&o); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	names := map[string]bool{}
	for name := range o {
		names[name] = true
	}
	return names
}
