package ocsf

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

func TestRejections(t *testing.T) {
	f := func(name, in string, want decode.Reason, foreign bool) {
		t.Helper()
		var rec Record
		err := parse(t, new(Parser), []byte(in), &rec)
		r, ok := errors.AsType[*decode.Rejection](err)
		if !ok || r.Reason != want || r.Foreign != foreign || r.Records != 1 || r.Detail == "" {
			t.Errorf("%s: %v; want %s", name, err, want)
		}
	}
	f("no event", `{"eventName":"x"}`, ReasonNotOCSF, true)
	f("no object", `[1]`, ReasonNotOCSF, true)
	f("null", `null`, ReasonNotOCSF, true)
	f("a class that is none", `{"class_uid":"x"}`, ReasonNotOCSF, true)
	f("DNS", `{"class_uid":4003,"class_name":"DNS Activity"}`, ReasonClass, false)
	f("processes", `{"class_uid":1007}`, ReasonClass, false)
	f("somebody else's API", `{"class_uid":6003,"metadata":{"product":{"name":"Cloud Audit"}},"api":{"operation":"x","service":{"name":"storage.googleapis.com"}},"time":1}`, ReasonProduct, false)
	f("somebody else's sign-ins", `{"class_uid":3002,"metadata":{"product":{"name":"Okta"}},"time":1}`, ReasonProduct, false)
	f("somebody else's connections", `{"class_uid":4001,"metadata":{"product":{"name":"Zeek"}},"src_endpoint":{"ip":"192.0.2.1"},"dst_endpoint":{"ip":"192.0.2.2"},"time":1}`, ReasonProduct, false)
	const trail = `{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},`
	f("no time", trail+`"api":{"operation":"x","service":{"name":"s3.amazonaws.com"}}}`, decode.ReasonNoEventTime, false)
	f("no operation", trail+`"api":{"service":{"name":"s3.amazonaws.com"}},"time":1772444400000}`, decode.ReasonNoEventName, false)
	f("no service", trail+`"api":{"operation":"x"},"time":1772444400000}`, decode.ReasonNoEventSource, false)
	f("nothing", trail+`"time":1772444400000}`, ReasonIncomplete, false)
	f("a list in hiding", trail+`"api":{"operation":"x","service":{"name":"s3.amazonaws.com"}},"time":1,"unmapped":{"Records":[{"eventName":"y"}]}}`, ReasonIncomplete, false)
	f("too deep to be put together", trail+`"time":1772444400000,"unmapped":{"a.b.c.d.e.f":`+strings.Repeat("[", 61)+strings.Repeat("]", 61)+`}}`, ReasonIncomplete, false)
	f("a flow without time", `{"class_uid":4001,"metadata":{"product":{"name":"Amazon VPC"}},"src_endpoint":{"ip":"192.0.2.1","interface_uid":"eni-1"},"status_code":"OK"}`, "no-flow-time", false)
	f("a flow from nowhere", `{"class_uid":4001,"metadata":{"product":{"name":"Amazon VPC"}},"src_endpoint":{"ip":"localhost"},"dst_endpoint":{"ip":"192.0.2.1"},"time":1772444400000}`, "malformed-flow", false)
	f("an audit event of nobody", `{"class_uid":6003,"metadata":{"product":{"name":"Amazon EKS"}},"message":"Panic"}`, "no-audit-time", false)
	f("a finding without id", `{"class_uid":2004,"finding_info":{"title":"x"},"time":1772444400000,"cloud":{"account":{"uid":"123456789012"}}}`, "no-finding-id", false)
	f("a finding without time", `{"class_uid":2001,"finding":{"uid":"x"},"cloud":{"account_uid":"123456789012"}}`, "no-finding-time", false)
	many := strings.Repeat(`"n":1,`, maxUnmapped)
	f("too much unmapped", trail+`"unmapped":{`+many+`"n":1}}`, decode.ReasonTooLarge, false)
	f("too many elements", trail+`"unmapped":{`+strings.Repeat(`"n[]":"`+strings.Repeat(",", maxList)+`",`, 1+maxElements/maxList)+`"n":1}}`, decode.ReasonTooLarge, false)
}

// What is not there yet is asked for, and what is no JSON is not taken.
func TestScannerErrors(t *testing.T) {
	in := `{"class_uid":2004,"finding_info":{"uid":"x","modified_time":1772444400000}}`
	for n := range len(in) {
		var s jsonscan.Scanner
		s.Reset([]byte(in[:n]), 0)
		var rec Record
		if err := new(Parser).Parse(&s, &rec); !errors.Is(err, jsonscan.ErrEnd) {
			t.Fatalf("%q: %v", in[:n], err)
		}
	}
	var s jsonscan.Scanner
	s.Reset([]byte(`{"class_uid":}`), 0)
	var syntax *jsonscan.SyntaxError
	if err := new(Parser).Parse(&s, new(Record)); !errors.As(err, &syntax) {
		t.Error(err)
	}
}

// The unmapped object comes flattened, as a tree, and as a text.
func TestUnmapped(t *testing.T) {
	const head = `{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},"api":{"operation":"x","service":{"name":"s3.amazonaws.com"}},"time":1772444400000,"unmapped":`
	f := func(unmapped, parameters, answer, category string) {
		t.Helper()
		var rec Record
		if err := parse(t, new(Parser), []byte(head+unmapped+`}`), &rec); err != nil {
			t.Errorf("%s: %v", unmapped, err)
			return
		}
		ct := rec.CloudTrail
		if string(ct.RequestParameters) != parameters || string(ct.ResponseElements) != answer || ct.EventCategory != category {
			t.Errorf("%s: %s, %s, %q", unmapped, ct.RequestParameters, ct.ResponseElements, ct.EventCategory)
		}
	}
	f(`{"eventCategory":"Data","requestParameters.a":"1","requestParameters.b.c":"","requestParameters.b.d":"x.y","responseElements":"null"}`, `{"a":"1","b":{"d":"x.y"}}`, `"null"`, "Data")
	f(`{"eventCategory":"Data","requestParameters":{"a":1,"b":["<"]},"responseElements":null}`, `{"a":1,"b":["<"]}`, "", "Data")
	f(`"{\"eventCategory\":\"Data\",\"requestParameters\":\"{\\\"a\\\":[]}\"}"`, `{"a":[]}`, "", "Data")
	f(`"no JSON"`, "", "", "")
	f(`[1]`, "", "", "")
	f(`{"requestParameters.a[]":"1, 2,3","requestParameters.b[].c":"x,y","requestParameters.b[].d":"z"}`, `{"a":["1","2","3"],"b":[{"c":"x","d":"z"},{"c":"y"}]}`, "", "")
	f(`{"requestParameters.a[].b[].c":"1","responseElements.a[].b[].c":"1,2"}`, `{"a":[{"b":[{"c":"1"}]}]}`, "", "")
	f(`{"requestParameters.a":"1","requestParameters.a.b":"2","responseElements.x":"1","responseElements":{"y":2}}`, `{"a":{"b":"2"}}`, `{"y":2}`, "")
	f(`{"requestParameters`+strings.Repeat(".a", maxPath)+`":"1"}`, "", "", "")
}

// A list of names is the same in whatever order they come.
func TestLooks(t *testing.T) {
	f := func(names string, want bool) {
		t.Helper()
		has := map[string]bool{}
		for _, n := range strings.Fields(names) {
			has[n] = true
		}
		if got := Looks(has); got != want {
			t.Errorf("%s: %v", names, got)
		}
	}
	f("class_uid metadata time", true)
	f("class_uid activity_id", true)
	f("class_uid", false)
	f("metadata kind apiVersion", false)
	f("eventName eventSource", false)
}

func TestRefOfPath(t *testing.T) {
	f := func(path string, want ref) {
		t.Helper()
		if diff := cmp.Diff(want, refOfPath(path), cmp.AllowUnexported(ref{})); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	f("/api/v1/nodes", ref{resource: "nodes"})
	f("/api/v1/namespaces/shop/pods/web/exec?command=ls", ref{namespace: "shop", resource: "pods", name: "web", subresource: "exec"})
	f("/api/v1/namespaces/shop", ref{resource: "namespaces", name: "shop"})
	f("/api/v1/namespaces/shop/finalize", ref{resource: "namespaces", name: "shop", subresource: "finalize"})
	f("/apis/apps/v1/namespaces/shop/deployments", ref{group: "apps", namespace: "shop", resource: "deployments"})
	f("/apis/rbac.authorization.k8s.io/v1/clusterroles/x/", ref{group: "rbac.authorization.k8s.io", resource: "clusterroles", name: "x"})
	f("/api/v1/watch/pods", ref{resource: "pods"})
	f("/healthz", ref{})
	f("/api/v1", ref{})
	f("/apis/apps/v1/", ref{})
	f("", ref{})
}

// outcome is all that a parser says of an event.
func outcome(p *Parser, in []byte) (string, int, error) {
	var s jsonscan.Scanner
	var rec Record
	s.Reset(in, 0)
	err := p.Parse(&s, &rec)
	if err != nil {
		return err.Error(), s.Pos(), err
	}
	switch rec.Kind {
	case decode.KindCloudTrail:
		rec.CloudTrail.Resources = slices.Clone(rec.CloudTrail.Resources)
		return fmt.Sprintf("%+v %s", rec.CloudTrail, rec.CloudTrail.Raw), s.Pos(), nil
	case decode.KindVPCFlow:
		rec.Flow.Format = nil
		return fmt.Sprintf("%+v", rec.Flow), s.Pos(), nil
	case decode.KindEKSAudit:
		return fmt.Sprintf("%+v", rec.Audit), s.Pos(), nil
	}
	return fmt.Sprintf("%+v", rec.Finding), s.Pos(), nil
}

// FuzzParse: whatever the input, nothing panics, the answer is the same for a
// parser that has read others before, and the scanner is behind the value
// unless that is no JSON.
func FuzzParse(f *testing.F) {
	for _, in := range pairEvents(f) {
		f.Add(in)
	}
	f.Add([]byte(`{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"}},"unmapped":{"a[].b[]":"1,2","a":"x","a.b.c":{}}}`))
	used := new(Parser)
	f.Fuzz(func(t *testing.T, in []byte) {
		in = append(in, '\n')
		got, at, err := outcome(new(Parser), in)
		again, at2, _ := outcome(used, in)
		if got != again || at != at2 {
			t.Fatalf("%q: %s at %d, then %s at %d", in, got, at, again, at2)
		}
		var s jsonscan.Scanner
		s.Reset(in, 0)
		_, valid := s.Skip()
		if _, rejected := errors.AsType[*decode.Rejection](err); valid != (err == nil || rejected) || valid && s.Pos() != at {
			t.Fatalf("%q: %v at %d; the value ends at %d", in, err, at, s.Pos())
		}
	})
}

// pairEvents are the events of testdata/pairs, by their files' names in order.
func pairEvents(t testing.TB) [][]byte {
	t.Helper()
	files := pairFiles(t)
	var all [][]byte
	for _, name := range slices.Sorted(maps.Keys(files)) {
		all = append(all, []byte(strings.Split(files[name], "\n---\n")[2]))
	}
	return all
}
