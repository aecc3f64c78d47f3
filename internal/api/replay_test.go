package api

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestClock: a signature holds for 15 minutes around its date, and within
// them any number of times, as in AWS: nothing is kept of those seen.
func TestClock(t *testing.T) {
	t.Parallel()
	backend, now := &fake{}, testNow
	h := New(Options{Detective: backend, Keys: fakeKeys{}, Regions: []string{"us-east-1"}, Now: func() time.Time { return now }})
	for _, c := range []struct {
		offset  time.Duration
		status  int
		message string
	}{
		{0, 200, ""}, {0, 200, ""}, // replayed
		{15 * time.Minute, 200, ""}, {-15 * time.Minute, 200, ""},
		{15*time.Minute + time.Second, 403, "Signature expired: 20260304T050607Z is now earlier than 20260304T050608Z (20260304T052108Z - 15 min.)"},
		{-15*time.Minute - time.Second, 403, "Signature not yet current: 20260304T050607Z is still later than 20260304T050606Z (20260304T045106Z + 15 min.)"},
		{24 * time.Hour, 403, "Signature expired: "}, {-24 * time.Hour, 403, "Signature not yet current: "},
		{10 * 365 * 24 * time.Hour, 403, "Signature expired: "},
	} {
		now = testNow.Add(c.offset)
		before := len(backend.calls)
		got := send(t, h, signed(t, "POST", "/graph", "{}"))
		if got.status != c.status || !strings.Contains(got.body, c.message) || c.status == 403 && got.kind != "InvalidSignatureException" {
			t.Errorf("clock off by %v: got %+v, want %d %s", c.offset, got, c.status, c.message)
		}
		if (len(backend.calls) > before) != (c.status == 200) {
			t.Errorf("clock off by %v: called the backend: %t", c.offset, len(backend.calls) > before)
		}
	}
}

// TestForeignSchemes: signatures in other places or forms are none.
func TestForeignSchemes(t *testing.T) {
	t.Parallel()
	presigned := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + testKey + "%2F20260304%2Fus-east-1%2Fdetective%2Faws4_request" +
		"&X-Amz-Date=20260304T050607Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=" + strings.Repeat("0", 64)
	chunked := func(q *http.Request) { q.Header.Set("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") }
	for _, c := range []struct {
		name    string
		request *http.Request
		kind    string
	}{
		{"presigned", unsignedRequest("POST", "/graph?"+presigned, "{}"), "MissingAuthenticationTokenException"},
		{"presigned too", signed(t, "POST", "/graph?"+presigned, "{}"), ""}, // the query is signed like any other
		{"signature of version 2", unsignedRequest("POST", "/graph?AWSAccessKeyId="+testKey+"&SignatureVersion=2&Signature=x", "{}"), "MissingAuthenticationTokenException"},
		{"bearer token", withAuthorization("Bearer " + testSecret), "IncompleteSignatureException"},
		{"asymmetric", withAuthorization(strings.Replace(devAuthorization, "HMAC-SHA256", "ECDSA-P256-SHA256", 1)), "IncompleteSignatureException"},
		{"signed chunks", signed(t, "POST", "/graph", "{}", chunked), "InvalidSignatureException"},
		{"query that cannot be read", withTarget("/graph?a=%zz"), "InvalidSignatureException"},
	} {
		backend := &fake{}
		h, _ := newTestAPI(backend, false)
		got := send(t, h, c.request)
		if got.kind != c.kind || (got.status == 403) != (c.kind != "") || len(backend.calls) > 0 == (c.kind != "") {
			t.Errorf("%s: got %+v after %q, want %q", c.name, got, backend.calls, c.kind)
		}
	}
}

func unsignedRequest(method, target, body string) *http.Request {
	r := newRequest(method, target, body)
	r.Header.Del("Authorization")
	return r
}

func withAuthorization(value string) *http.Request {
	r := newRequest("POST", "/graph", "{}")
	r.Header.Set("Authorization", value)
	return r
}

// withTarget is a request whose signature is for another target.
func withTarget(target string) *http.Request {
	r := newRequest("POST", target, "{}")
	r.Header.Set("X-Amz-Date", testNow.Format("20060102T150405Z"))
	r.Header.Set("Authorization", strings.Replace(devAuthorization, testAccount, testKey, 1))
	return r
}
