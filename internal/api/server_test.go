package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/gumshoe-detective/gumshoe/internal/api/sigv4"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func TestUnknownRoutesAndMethods(t *testing.T) {
	t.Parallel()
	h, _ := newTestAPI(&fake{}, true)
	for _, c := range []struct{ method, target string }{
		{"POST", "/nope"}, {"POST", "/graph/"}, {"POST", "//graph"}, {"POST", "/graph/."}, {"POST", "/%67raph"},
		{"GET", "/"}, {"GET", "/graph"}, {"PUT", "/graph"}, {"POST", "/invitation"}, {"PATCH", tagsPath},
		{"GET", "/tags/"}, {"GET", "/tags"}, {"GET", "/tags/a/b"}, {"GET", tagsPath + "/"}, {"OPTIONS", "*"},
	} {
		r := newRequest(c.method, c.target, "")
		r.Header.Del("Authorization") // asked before anything else
		got := send(t, h, r)
		if got.status != 404 || got.kind != "UnknownOperationException" || !strings.HasPrefix(got.body, `{"Message":"`) {
			t.Errorf("%s %s: got %+v, want 404 UnknownOperationException", c.method, c.target, got)
		}
	}
}

// TestErrors shows what the client is told of each kind of error and what is
// logged.
func TestErrors(t *testing.T) {
	t.Parallel()
	f := func(err error, wantStatus int, wantKind, wantBody string, logged bool) {
		t.Helper()
		h, log := newTestAPI(&fake{err: err}, true)
		got := send(t, h, newRequest("POST", "/graphs/list", "{}"))
		want := answer{status: wantStatus, kind: wantKind, body: wantBody, contentType: "application/json", id: got.id}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("%v: (-want +got)\n%s", err, diff)
		}
		if _, err := uuid.Parse(got.id); err != nil {
			t.Errorf("request id %q: %v", got.id, err)
		}
		if lines := strings.Count(log.String(), "\n"); lines > 1 || (lines == 1) != logged {
			t.Errorf("%v: log %q, want a line: %t", err, log, logged)
		}
		if logged && !strings.Contains(log.String(), got.id) {
			t.Errorf("%v: log %q lacks the request id", err, log)
		}
	}
	for code, status := range map[detective.Code]int{
		detective.AccessDenied: 403, detective.Conflict: 409, detective.InternalServer: 500, detective.ResourceNotFound: 404,
		detective.ServiceQuotaExceeded: 402, detective.TooManyRequests: 429, detective.Validation: 400, "OddException": 500,
	} {
		f(&detective.Error{Code: code, Message: "why <&> not"}, status, string(code), `{"Message":"why <&> not"}`, false)
	}
	f(fmt.Errorf("wrapped: %w", &detective.Error{Code: detective.Validation, Message: "m", Reason: "INVALID_GRAPH_ARN"}),
		400, "ValidationException", `{"Message":"m","ErrorCode":"INVALID_GRAPH_ARN"}`, false)
	f(&detective.Error{Code: detective.Validation, Message: "\xff"}, 400, "ValidationException", `{"Message":"An error occurred."}`, false)
	f(errors.New("dial tcp 10.0.0.1: secret"), 500, "InternalServerException", `{"Message":"An internal error occurred."}`, true)
}

// TestErrorTypeIsBare: clients cut a type at its first colon and behind its
// last number sign, which ours have not.
func TestErrorTypeIsBare(t *testing.T) {
	t.Parallel()
	kinds := []string{
		sigv4.MissingToken, sigv4.Incomplete, sigv4.InvalidSignature, unknownKey,
		unknownOperation().kind, bodyTooLarge().kind, bodyTooSlow().kind, unsupportedMediaType("").kind, notAcceptable().kind, invalidBody("").kind, internalFault().kind,
	}
	for _, r := range routes() {
		for _, code := range r.errors {
			kinds = append(kinds, string(code))
		}
	}
	for _, kind := range kinds {
		if !regexp.MustCompile(`^[A-Z][A-Za-z]+Exception$`).MatchString(kind) {
			t.Errorf("error type %q", kind)
		}
	}
}

func TestPanicsAreAnswered(t *testing.T) {
	t.Parallel()
	h, log := newTestAPI(&fake{panic: "secret"}, true)
	got := send(t, h, newRequest("POST", "/graph", "{}"))
	if got.status != 500 || got.kind != "InternalServerException" || strings.Contains(got.body, "secret") {
		t.Errorf("got %+v, want a plain 500", got)
	}
	if strings.Count(log.String(), "api panic") != 1 || !strings.Contains(log.String(), got.id) || !strings.Contains(log.String(), "secret") {
		t.Errorf("log %q, want one line with the request id and the cause", log)
	}

	h, _ = newTestAPI(&fake{panic: http.ErrAbortHandler}, true)
	defer func() {
		if p, _ := recover().(error); !errors.Is(p, http.ErrAbortHandler) {
			t.Errorf("recovered %v, want http.ErrAbortHandler to go on", p)
		}
	}()
	send(t, h, newRequest("POST", "/graph", "{}"))
}

// TestGoneClientsAreNotLogged: an error that only says that nobody waits any
// more is no fault of ours.
func TestGoneClientsAreNotLogged(t *testing.T) {
	t.Parallel()
	h, log := newTestAPI(&fake{err: context.Canceled}, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	send(t, h, newRequest("POST", "/graph", "{}").WithContext(ctx))
	if log.Len() > 0 {
		t.Errorf("log %q, want none", log)
	}
}

func TestBodySize(t *testing.T) {
	t.Parallel()
	backend := &fake{}
	h, _ := newTestAPI(backend, true)
	fits := `{"X":"` + strings.Repeat("x", maxBody-8) + `"}`
	for _, c := range []struct {
		body string
		want int
	}{{fits, 200}, {fits + " ", 413}, {strings.Repeat(" ", 10<<20), 413}} {
		for _, length := range []int64{int64(len(c.body)), -1} { // with Content-Length and without
			r := newRequest("POST", "/graphs/list", c.body)
			r.ContentLength = length
			got := send(t, h, r)
			if got.status != c.want || c.want == 413 && got.kind != "RequestTooLargeException" {
				t.Errorf("%d bytes: got %d %s %s, want %d", len(c.body), got.status, got.kind, clip(got.body), c.want)
			}
		}
	}
	if len(backend.calls) != 2 {
		t.Errorf("backend called %d times, want 2", len(backend.calls))
	}
}

// TestTruncatedBody: fewer bytes than Content-Length says.
func TestTruncatedBody(t *testing.T) {
	t.Parallel()
	h, _ := newTestAPI(&fake{}, true)
	r := newRequest("POST", "/graphs/list", "{}")
	r.Body = brokenBody{}
	if got := send(t, h, r); got.status != 400 || got.kind != "ValidationException" {
		t.Errorf("got %+v, want 400", got)
	}
}

type brokenBody struct{}

func (brokenBody) Read([]byte) (int, error) { return 0, errors.New("unexpected EOF") }
func (brokenBody) Close() error             { return nil }

func TestDevMode(t *testing.T) {
	t.Parallel()
	authorization := func(key, region, service string) string {
		return "AWS4-HMAC-SHA256 Credential=" + key + "/20260304/" + region + "/" + service +
			"/aws4_request, SignedHeaders=host, Signature=" + strings.Repeat("0", 64)
	}
	f := func(name, authorization string, wantStatus int, want string) {
		t.Helper()
		backend := &fake{}
		h, _ := newTestAPI(backend, true)
		r := newRequest("POST", "/graph", "{}")
		r.Header.Set("Authorization", authorization)
		r.Header.Set("X-Amz-Security-Token", "any")
		if authorization == "" {
			r.Header.Del("Authorization")
		}
		got := send(t, h, r)
		seen := got.kind
		if len(backend.calls) > 0 {
			seen = backend.calls[0]
		}
		if got.status != wantStatus || seen != want {
			t.Errorf("%s: got %d %s, want %d %s", name, got.status, seen, wantStatus, want)
		}
	}
	f("account", authorization("111122223333", "us-east-1", "detective"), 200, "CreateGraph 111122223333 us-east-1 map[]")
	f("other Region", authorization("111122223333", "eu-central-1", "detective"), 200, "CreateGraph 111122223333 eu-central-1 map[]")
	f("known key", authorization(testKey, "us-east-1", "detective"), 200, "CreateGraph 123456789012 us-east-1 map[]")
	f("unknown key", authorization("AKIANOBODY", "us-east-1", "detective"), 403, "UnrecognizedClientException")
	f("11 digits", authorization("11112222333", "us-east-1", "detective"), 403, "UnrecognizedClientException")
	f("Region not served", authorization("111122223333", "us-west-2", "detective"), 403, "InvalidSignatureException")
	f("other service", authorization("111122223333", "us-east-1", "iam"), 403, "InvalidSignatureException")
	f("no header", "", 403, "MissingAuthenticationTokenException")
	f("other scheme", "Basic YTpi", 403, "IncompleteSignatureException")
}

// TestNoRegions: a server that was given no Region serves none.
func TestNoRegions(t *testing.T) {
	t.Parallel()
	h := New(Options{Detective: &fake{}, Keys: fakeKeys{}, Dev: true, Now: func() time.Time { return testNow }})
	if got := send(t, h, newRequest("POST", "/graph", "{}")); got.status != 403 || got.kind != "InvalidSignatureException" {
		t.Errorf("got %+v, want 403", got)
	}
}

// TestKeyErrors: what a lookup says is not told to the client.
func TestKeyErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key  string
		keys fakeKeys
	}{
		{testKey, fakeKeys{err: errors.New("database is locked")}},
		{"AKIAWITHOUTSECRET", fakeKeys{}}, // or anybody could sign
	} {
		h := New(Options{Detective: &fake{}, Keys: c.keys, Regions: []string{"us-east-1"}, Now: func() time.Time { return testNow }})
		r := newRequest("POST", "/graph", "{}")
		r.Header.Set("Authorization", strings.Replace(devAuthorization, testAccount, c.key, 1))
		got := send(t, h, r)
		if got.status != 500 || got.body != `{"Message":"An internal error occurred."}` {
			t.Errorf("%s: got %+v, want a plain 500", c.key, got)
		}
	}
}

// TestAnswersAreJSON: whatever the request, an error has a type, a document
// with Message and a request id.
func TestAnswersAreJSON(t *testing.T) {
	t.Parallel()
	h, _ := newTestAPI(&fake{}, false)
	for _, r := range []*http.Request{
		newRequest("POST", "/graph", "{}"),
		newRequest("POST", "/graph", "{"),
		newRequest("GET", "/nope", ""),
		httptest.NewRequest("POST", "/graphs/list", strings.NewReader("x")),
	} {
		got := send(t, h, r)
		var document struct{ Message *string }
		if err := json.Unmarshal([]byte(got.body), &document); err != nil || document.Message == nil || got.kind == "" || got.id == "" {
			t.Errorf("%s %s: got %+v, %v", r.Method, r.URL, got, err)
		}
	}
}
