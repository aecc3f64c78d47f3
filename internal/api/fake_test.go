package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

const (
	testAccount = "123456789012"
	testARN     = "arn:aws:detective:us-east-1:123456789012:graph:027c7c4610ea4aacaf0b883093cab899"
	testID      = "000000000000000000042"
	testKey     = "AKIAGUMSHOETESTVECTO"
	testSecret  = "made/up+secret=for0tests/only123456789ab"
)

var testNow = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// fake is a Backend that writes down its calls and answers what it is told.
type fake struct {
	calls []string
	err   error
	panic any

	graphs         []detective.Graph
	investigations []detective.Investigation
	indicators     []indicators.Indicator
	tags           map[string]string
	members        []detective.Member
	removed        []string
	left           []detective.Unprocessed
	packages       []detective.PackageState
	histories      []detective.AccountPackages
	leftGraphs     []detective.UnprocessedGraph
	admins         []control.OrganizationAdmin
	autoEnable     bool
	next           string
}

func (f *fake) call(form string, args ...any) {
	f.calls = append(f.calls, fmt.Sprintf(form, args...))
	if f.panic != nil {
		panic(f.panic)
	}
}

// fakeKeys knows testKey.
type fakeKeys struct{ err error }

func (k fakeKeys) LookupKey(_ context.Context, id string) (string, detective.Caller, error) {
	switch {
	case k.err != nil:
		return "", detective.Caller{}, k.err
	case id == "AKIAWITHOUTSECRET":
		return "", detective.Caller{AccountID: testAccount}, nil
	case id != testKey:
		return "", detective.Caller{}, fmt.Errorf("key %s: %w", id, ErrUnknownKey)
	}
	return testSecret, detective.Caller{AccountID: testAccount, ARN: "arn:aws:iam::123456789012:user/dev"}, nil
}

// newTestAPI returns a handler over the backend and the text of its log.
func newTestAPI(b Backend, dev bool) (http.Handler, *bytes.Buffer) {
	var log bytes.Buffer
	return New(Options{
		Detective: b, Keys: fakeKeys{}, Regions: []string{"us-east-1", "eu-central-1"}, Dev: dev,
		Now: func() time.Time { return testNow },
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	}), &log
}

// devAuthorization is accepted in development mode, as account testAccount.
var devAuthorization = "AWS4-HMAC-SHA256 Credential=" + testAccount + "/20260304/us-east-1/detective/aws4_request, " +
	"SignedHeaders=host;x-amz-date, Signature=" + strings.Repeat("0", 64)

// newRequest is a request of the development mode. A body that is not empty
// is application/json.
func newRequest(method, target, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", devAuthorization)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// answer is what a test looks at.
type answer struct {
	status          int
	kind, body      string
	contentType, id string
}

func send(t testing.TB, h http.Handler, r *http.Request) answer {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{
		status: w.Code, kind: w.Header().Get("x-amzn-ErrorType"), body: string(body),
		contentType: w.Header().Get("Content-Type"), id: w.Header().Get("x-amzn-RequestId"),
	}
}
