package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	const action = "Action=GetCallerIdentity&Version=2011-06-15"
	authorization := func(key, region, service string) string {
		return "AWS4-HMAC-SHA256 Credential=" + key + "/20260304/" + region + "/" + service +
			"/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64)
	}
	f := func(name, body, authorization string, change func(*http.Request), wantStatus int, want string) {
		t.Helper()
		h, _ := newTestAPI(&fake{}, true)
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		r.Header.Set("Authorization", authorization)
		change(r)
		got := send(t, h, r)
		if got.status != wantStatus || got.contentType != "text/xml" {
			t.Errorf("%s: got %+v, want %d text/xml", name, got, wantStatus)
		}
		if diff := cmp.Diff(strings.ReplaceAll(want, "$id", got.id), got.body); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
	keep := func(*http.Request) {}
	identity := func(arn, user, account string) string {
		return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>` + arn +
			`</Arn><UserId>` + user + `</UserId><Account>` + account + `</Account></GetCallerIdentityResult>` +
			`<ResponseMetadata><RequestId>$id</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
	}
	failure := func(kind, code, message string) string {
		return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>` + kind + `</Type><Code>` + code +
			`</Code><Message>` + message + `</Message></Error><RequestId>$id</RequestId></ErrorResponse>`
	}
	f("root", action, authorization(testAccount, "us-east-1", "sts"), keep, 200, identity("arn:aws:iam::123456789012:root", testAccount, testAccount))
	f("any Region", action, authorization(testAccount, "sa-east-1", "sts"), keep, 200, identity("arn:aws:iam::123456789012:root", testAccount, testAccount))
	f("user", action, authorization(testKey, "us-east-1", "sts"), keep, 200, identity("arn:aws:iam::123456789012:user/dev", testKey, testAccount))
	f("unknown key", action, authorization("AKIANOBODY", "us-east-1", "sts"), keep, 403,
		failure("Sender", "InvalidClientTokenId", "The security token included in the request is invalid."))
	f("signed for Detective", action, authorization(testAccount, "us-east-1", "detective"), keep, 403,
		failure("Sender", "SignatureDoesNotMatch", "Credential should be scoped to correct service: &#39;sts&#39;."))
	f("not signed", action, "", func(r *http.Request) { r.Header.Del("Authorization") }, 403,
		failure("Sender", "MissingAuthenticationToken", "Missing Authentication Token"))
	f("other action", "Action=AssumeRole&Version=2011-06-15", authorization(testAccount, "us-east-1", "sts"), keep, 400,
		failure("Sender", "InvalidAction", "Of STS this service has GetCallerIdentity only."))
	f("bad form", "Action=%zz", authorization(testAccount, "us-east-1", "sts"), keep, 400,
		failure("Sender", "MalformedQueryString", "The request body is not a well-formed form."))
	f("no form", "{}", authorization(testAccount, "us-east-1", "sts"), func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, 415,
		failure("Sender", "UnsupportedMediaType", "The Content-Type of the request must be application/x-www-form-urlencoded."))
	f("too large", strings.Repeat("x", maxBody+1), authorization(testAccount, "us-east-1", "sts"), keep, 413,
		failure("Sender", "RequestTooLarge", "The request body must not be larger than 1 MiB."))

	h := New(Options{Detective: &fake{}, Keys: fakeKeys{err: errors.New("database is locked")}, Regions: []string{"us-east-1"}, Now: func() time.Time { return testNow }})
	r := httptest.NewRequest("POST", "/", strings.NewReader(action))
	r.Header.Set("Authorization", authorization(testKey, "us-east-1", "sts"))
	got := send(t, h, r)
	if want := strings.ReplaceAll(failure("Receiver", "InternalFailure", "An internal error occurred."), "$id", got.id); got.status != 500 || got.body != want {
		t.Errorf("internal error: got %+v, want %s", got, want)
	}
}
