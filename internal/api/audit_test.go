package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// auditedAPI is a handler that records the calls it was asked to audit.
func auditedAPI(b Backend, keys KeyLookup, rate Rate) (http.Handler, *[]Call) {
	var calls []Call
	return New(Options{
		Detective: b, Keys: keys, Regions: []string{"us-east-1"}, Rate: rate,
		Now: func() time.Time { return testNow }, Audit: func(c Call) { calls = append(calls, c) },
	}), &calls
}

// TestAudit: each operation is recorded once, whatever becomes of it.
func TestAudit(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	known := detective.Caller{AccountID: testAccount, ARN: "arn:aws:iam::123456789012:user/dev", AccessKeyID: testKey, Region: "us-east-1", SourceIP: "192.0.2.1", UserAgent: "sdk/1"}
	stranger := detective.Caller{SourceIP: "192.0.2.1", UserAgent: "sdk/1"}
	naming := func(key string) detective.Caller { // a key that is not proven
		c := stranger
		c.AccessKeyID, c.Region = key, "us-east-1"
		return c
	}
	agent := func(r *http.Request) { r.Header.Set("User-Agent", "sdk/1") }
	for _, r := range routes() {
		target, body := f.validRequest(t, r.operation)
		broken := `{"Accounts":[{"EmailAddress":"s3cr3t`
		check := func(name string, backend *fake, keys fakeKeys, rate Rate, request func() *http.Request, caller detective.Caller, recorded bool, code, message string) {
			t.Helper()
			h, calls := auditedAPI(backend, keys, rate)
			got := send(t, h, request())
			if len(*calls) != 1 {
				t.Errorf("%s, %s: recorded %d times, want once", r.operation, name, len(*calls))
				return
			}
			c := (*calls)[0]
			if !strings.HasPrefix(c.ErrorMessage, message) || (message == "") != (c.ErrorMessage == "") {
				t.Errorf("%s, %s: message %q, want %q", r.operation, name, c.ErrorMessage, message)
			}
			if !recorded && c.Parameters != nil || recorded && (c.Parameters == nil) != (body == "" && !strings.HasPrefix(target, "/tags/")) {
				t.Errorf("%s, %s: parameters %q, want some: %t", r.operation, name, c.Parameters, recorded)
			}
			c.Parameters, c.ErrorMessage = nil, ""
			want := Call{
				Time: testNow, RequestID: got.id, Service: "detective", Operation: r.operation, Known: caller.AccountID != "", Caller: caller, Region: caller.Region, ErrorCode: code,
				ReadOnly: strings.HasPrefix(r.operation, "Get") || strings.HasPrefix(r.operation, "List") || strings.HasPrefix(r.operation, "Describe") || strings.HasPrefix(r.operation, "Batch"),
			}
			if diff := cmp.Diff(want, c); diff != "" {
				t.Errorf("%s, %s: (-want +got)\n%s", r.operation, name, diff)
			}
			if code != got.kind {
				t.Errorf("%s, %s: recorded %q, answered %q", r.operation, name, code, got.kind)
			}
		}
		good := func() *http.Request { return signed(t, r.method, target, body, agent) }
		with := func(change func(*http.Request)) func() *http.Request {
			return func() *http.Request { q := good(); change(q); return q }
		}
		check("success", &fake{}, fakeKeys{}, Rate{}, good, known, true, "", "")
		check("error", &fake{err: &detective.Error{Code: detective.ResourceNotFound, Message: "gone"}}, fakeKeys{}, Rate{}, good, known, true, "ResourceNotFoundException", "gone")
		check("internal error", &fake{err: errors.New("disk s3cr3t")}, fakeKeys{}, Rate{}, good, known, true, "InternalServerException", "An internal error occurred.")
		check("panic", &fake{panic: "s3cr3t"}, fakeKeys{}, Rate{}, good, known, true, "InternalServerException", "An internal error occurred.")
		check("unknown key", &fake{}, fakeKeys{}, Rate{}, with(func(q *http.Request) {
			q.Header.Set("Authorization", strings.Replace(q.Header.Get("Authorization"), testKey, "AKIANOBODY", 1))
		}), naming("AKIANOBODY"), false, "UnrecognizedClientException", "The security token included in the request is invalid.")
		check("bad signature", &fake{}, fakeKeys{}, Rate{}, with(func(q *http.Request) { q.Header.Set("X-Amz-Date", "20260304T050608Z") }),
			naming(testKey), false, "InvalidSignatureException", "The request signature we calculated")
		check("no signature", &fake{}, fakeKeys{}, Rate{}, with(func(q *http.Request) { q.Header.Del("Authorization") }),
			stranger, false, "MissingAuthenticationTokenException", "Missing Authentication Token")
		check("keys unreadable", &fake{}, fakeKeys{err: errors.New("locked")}, Rate{}, good, naming(testKey), false, "InternalServerException", "An internal error occurred.")
		check("too large", &fake{}, fakeKeys{}, Rate{}, func() *http.Request { return signed(t, r.method, target, strings.Repeat(" ", maxBody+1), agent) },
			stranger, false, "RequestTooLargeException", "The request body must not be larger than 1 MiB.")
		if r.hasBody {
			labeled := strings.HasPrefix(target, "/tags/")
			check("broken body", &fake{}, fakeKeys{}, Rate{}, func() *http.Request { return signed(t, r.method, target, broken, agent) },
				known, labeled, "ValidationException", "Invalid request body")
		}
	}
}

// TestAuditThrottled: calls that are refused for their number are recorded.
func TestAuditThrottled(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	for _, r := range routes() {
		if !slices.Contains(throttled, r.operation) {
			continue
		}
		h, calls := auditedAPI(&fake{}, fakeKeys{}, Rate{Burst: 1})
		target, body := f.validRequest(t, r.operation)
		for range 2 {
			send(t, h, signed(t, r.method, target, body))
		}
		if len(*calls) != 2 || (*calls)[0].ErrorCode != "" || (*calls)[1].ErrorCode != "TooManyRequestsException" || (*calls)[1].Caller.AccountID != testAccount {
			t.Errorf("%s: recorded %+v, want a success and a TooManyRequestsException", r.operation, *calls)
		}
	}
}

// TestAuditParameters shows what is written down of requests.
func TestAuditParameters(t *testing.T) {
	t.Parallel()
	const hide = `"HIDDEN_DUE_TO_SECURITY_REASONS"`
	members := graphBody + `,"Accounts":[{"AccountId":"111122223333","EmailAddress":$}],"Message":$}`
	label := `{"resourceArn":"` + testARN + `"`
	for _, c := range []struct{ name, method, target, body, want string }{
		{"masked", "POST", "/graph/members", strings.ReplaceAll(members, "$", `"s3cr3t@example.com"`), strings.ReplaceAll(members, "$", hide)},
		{"masked, refused", "POST", "/graph/members", strings.ReplaceAll(members, "$", `["s3cr3t@example.com"]`), strings.ReplaceAll(members, "$", hide)},
		{"broken", "POST", "/graph/members", `{"Message":"s3cr3t",`, ""},
		{"two documents", "POST", "/graph/members", `{}{"Message":"s3cr3t"}`, ""},
		{"no body", "POST", "/graphs/list", ``, ""},
		{"unknown members", "POST", "/graphs/list", `{"Old":["a"]}`, `{"Old":["a"]}`},
		{"query is no parameter", "POST", "/graphs/list?Message=s3cr3t&tagKeys=a", `{}`, `{}`},
		{"label", "GET", tagsPath, "", label + `}`},
		{"label and query", "GET", tagsPath + "?resourceArn=s3cr3t&body=s3cr3t&Message=s3cr3t", "", label + `}`},
		{"tag keys", "DELETE", tagsPath + "?tagKeys=a%3A&tagKeys=b&x=s3cr3t", "", label + `,"tagKeys":["a:","b"]}`},
		{"tags", "POST", tagsPath, `{"Tags":{"k":"v"}}`, `{"Tags":{"k":"v"},"resourceArn":"` + testARN + `"}`},
		{"tags, broken", "POST", tagsPath, `{"Message":"s3cr3t`, label + `}`},
		{"label that is no text", "GET", "/tags/%ff", "", ""},
	} {
		h, calls := auditedAPI(&fake{}, fakeKeys{}, Rate{})
		send(t, h, signed(t, c.method, c.target, c.body))
		if len(*calls) != 1 || string((*calls)[0].Parameters) != c.want {
			t.Errorf("%s: recorded %+v, want the parameters %s", c.name, *calls, c.want)
			continue
		}
		if call := (*calls)[0]; strings.Contains(string(call.Parameters)+call.ErrorMessage, "s3cr3t") {
			t.Errorf("%s: %s %s tells a secret", c.name, call.Parameters, call.ErrorMessage)
		}
	}
}

// TestAuditSTS: GetCallerIdentity is recorded, too: it is what somebody tries
// who has found a key.
func TestAuditSTS(t *testing.T) {
	t.Parallel()
	h, calls := auditedAPI(&fake{}, fakeKeys{}, Rate{})
	send(t, h, signed(t, "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15")) // signed for Detective
	if len(*calls) != 1 || (*calls)[0].Service != "sts" || (*calls)[0].Operation != "GetCallerIdentity" || (*calls)[0].Known ||
		(*calls)[0].ErrorCode != "InvalidSignatureException" || (*calls)[0].Caller.AccessKeyID != testKey {
		t.Errorf("recorded %+v", *calls)
	}
}

// TestAuditIsBounded: what the model does not have cannot fill the log.
func TestAuditIsBounded(t *testing.T) {
	t.Parallel()
	h, calls := auditedAPI(&fake{}, fakeKeys{}, Rate{})
	long := `{"More":"` + strings.Repeat("x", 100<<10) + `"}`
	send(t, h, signed(t, "POST", "/graphs/list", long))
	send(t, h, signed(t, "POST", "/graph", long))
	for i, limit := range []string{"8192", "65536"} {
		if got := string((*calls)[i].Parameters); got != `{"omitted":true,"originalSize":102411,"reason":"larger than `+limit+` bytes"}` {
			t.Errorf("parameters %.200s", got)
		}
	}
}

// TestUnknownRoutesAreNotRecorded: they are no calls of an operation.
func TestUnknownRoutesAreNotRecorded(t *testing.T) {
	t.Parallel()
	h, calls := auditedAPI(&fake{}, fakeKeys{}, Rate{})
	for _, target := range []string{"/nope", "/graph/", "/tags/"} {
		send(t, h, signed(t, "POST", target, "{}"))
	}
	if len(*calls) > 0 {
		t.Errorf("recorded %+v", *calls)
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.1:1234": "192.0.2.1", "[2001:db8::1]:1": "2001:db8::1", "@": "@", "": "",
	} {
		if got := clientAddress(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("clientAddress(%q) = %q, want %q", remote, got, want)
		}
	}
}
