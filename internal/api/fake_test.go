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
	next           string
}

func (f *fake) call(form string, args ...any) {
	f.calls = append(f.calls, fmt.Sprintf(form, args...))
	if f.panic != nil {
		panic(f.panic)
	}
}

func (f *fake) CreateGraph(_ context.Context, c detective.Caller, tags map[string]string) (string, error) {
	f.call("CreateGraph %s %s %v", c.AccountID, c.Region, tags)
	return testARN, f.err
}

func (f *fake) ListGraphs(_ context.Context, _ detective.Caller, p detective.Page) ([]detective.Graph, string, error) {
	f.call("ListGraphs %+v", p)
	return f.graphs, f.next, f.err
}

func (f *fake) DeleteGraph(_ context.Context, _ detective.Caller, arn string) error {
	f.call("DeleteGraph %s", arn)
	return f.err
}

func (f *fake) StartInvestigation(_ context.Context, _ detective.Caller, arn, entity string, from, to time.Time) (string, error) {
	f.call("StartInvestigation %s %s %s %s", arn, entity, from.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano))
	return testID, f.err
}

func (f *fake) GetInvestigation(_ context.Context, _ detective.Caller, arn, id string) (detective.Investigation, error) {
	f.call("GetInvestigation %s %s", arn, id)
	if f.err != nil || len(f.investigations) == 0 {
		return detective.Investigation{}, f.err
	}
	return f.investigations[0], nil
}

func (f *fake) ListInvestigations(_ context.Context, _ detective.Caller, arn string, fi detective.InvestigationFilter, s detective.InvestigationSort, p detective.Page) ([]detective.Investigation, string, error) {
	f.call("ListInvestigations %s %+v %+v %+v", arn, fi, s, p)
	return f.investigations, f.next, f.err
}

func (f *fake) ListIndicators(_ context.Context, _ detective.Caller, arn, id, kind string, p detective.Page) ([]indicators.Indicator, string, error) {
	f.call("ListIndicators %s %s %q %+v", arn, id, kind, p)
	return f.indicators, f.next, f.err
}

func (f *fake) UpdateInvestigationState(_ context.Context, _ detective.Caller, arn, id, state string) error {
	f.call("UpdateInvestigationState %s %s %s", arn, id, state)
	return f.err
}

func (f *fake) ListTagsForResource(_ context.Context, _ detective.Caller, arn string) (map[string]string, error) {
	f.call("ListTagsForResource %s", arn)
	return f.tags, f.err
}

func (f *fake) TagResource(_ context.Context, _ detective.Caller, arn string, tags map[string]string) error {
	f.call("TagResource %s %v", arn, tags)
	return f.err
}

func (f *fake) UntagResource(_ context.Context, _ detective.Caller, arn string, keys []string) error {
	f.call("UntagResource %s %q", arn, keys)
	return f.err
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
