package orgs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// organizationsServer answers as AWS Organizations does, or not: each
// operation with the function of its name, which gets the request's
// NextToken and how often it was called before.
type organizationsServer struct {
	url string

	mu    sync.Mutex
	calls []string // operation and account or token
}

type answers map[string]func(w http.ResponseWriter, token string, before int)

func serveOrganizations(t *testing.T, a answers) *organizationsServer {
	t.Helper()
	s := &organizationsServer{}
	count := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		var in struct{ NextToken, AccountId, ServicePrincipal string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Errorf("%s: %v", operation, err)
		}
		s.mu.Lock()
		s.calls = append(s.calls, strings.Join([]string{operation, in.ServicePrincipal, in.AccountId, in.NextToken}, " "))
		before := count[operation]
		count[operation]++
		s.mu.Unlock()
		answer, ok := a[operation]
		if !ok {
			answer, ok = good[operation]
		}
		if !ok {
			t.Errorf("%s was called", operation)
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		answer(w, in.NextToken, before)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *organizationsServer) source(t *testing.T) *AWS {
	t.Helper()
	a, err := NewAWS(t.Context(), AWSOptions{Endpoint: s.url})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// body answers with a text.
func body(text string) func(http.ResponseWriter, string, int) {
	return func(w http.ResponseWriter, _ string, _ int) { fmt.Fprint(w, text) }
}

// exception answers with an error of the API.
func exception(status int, code, more string) func(http.ResponseWriter, string, int) {
	return func(w http.ResponseWriter, _ string, _ int) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"__type": %q, "Message": "because"%s}`, code, more)
	}
}

// once answers the first call in one way and the others in another.
func once(first, then func(http.ResponseWriter, string, int)) func(http.ResponseWriter, string, int) {
	return func(w http.ResponseWriter, token string, before int) {
		if before == 0 {
			first(w, token, before)
			return
		}
		then(w, token, before)
	}
}

const (
	anOrganization = `{"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "111111111111", "FeatureSet": "ALL"}}`
	theAccounts    = `{"Accounts": [
		{"Id": "222222222222", "Email": "b@example.com", "Name": "b", "State": "ACTIVE", "Status": "ACTIVE", "JoinedTimestamp": 1788264000.123},
		{"Id": "111111111111", "State": "ACTIVE"}]}`
	nobody = `{"DelegatedAdministrators": []}`
)

var good = answers{
	"DescribeOrganization":           body(anOrganization),
	"ListAccounts":                   body(theAccounts),
	"ListDelegatedAdministrators":    body(nobody),
	"EnableAWSServiceAccess":         body(""),
	"RegisterDelegatedAdministrator": body("{}"),
}

func TestAWSOrganization(t *testing.T) {
	t.Parallel()
	s := serveOrganizations(t, answers{
		"ListAccounts": func(w http.ResponseWriter, token string, _ int) {
			page := map[string]string{
				"": `{"Accounts": [{"Id": "222222222222", "Email": "b@example.com", "Name": "b", "Status": "SUSPENDED", "State": "CLOSED", "JoinedTimestamp": 1788264000.123}], "NextToken": "2"}`,
				// AWS may send empty pages that are not the last one.
				"2": `{"Accounts": [], "NextToken": "3"}`,
				"3": `{"NextToken": "4"}`,
				"4": theAccountsBut(t, "222222222222"),
			}[token]
			fmt.Fprint(w, page)
		},
		"ListDelegatedAdministrators": func(w http.ResponseWriter, token string, _ int) {
			page := map[string]string{
				"":  `{"DelegatedAdministrators": [{"Id": "111111111111"}, {"Id": "111111111111", "DelegationEnabledDate": 1788264002}], "NextToken": "2"}`,
				"2": `{"DelegatedAdministrators": [{"Id": "222222222222", "DelegationEnabledDate": 1788264001}]}`,
			}[token]
			fmt.Fprint(w, page)
		},
	})
	got, err := s.source(t).Organization(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := control.Organization{
		ID: "o-abcdefghij", Source: control.AWSOrganization, ManagementAccountID: management, DelegatedAdministrator: active,
		Accounts: []control.OrganizationAccount{
			{ID: management, Status: control.AccountActive},
			{ID: active, Email: "b@example.com", Name: "b", Status: control.AccountClosed, Joined: time.Date(2026, 9, 1, 12, 0, 0, 123e6, time.UTC)},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Organization() (-want +got):\n%s", diff)
	}
	wantCalls := []string{
		"DescribeOrganization   ", "ListAccounts   ", "ListAccounts   2", "ListAccounts   3", "ListAccounts   4",
		"ListDelegatedAdministrators detective.amazonaws.com  ", "ListDelegatedAdministrators detective.amazonaws.com  2",
	}
	if diff := cmp.Diff(wantCalls, s.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// theAccountsBut is theAccounts without one.
func theAccountsBut(t *testing.T, id string) string {
	t.Helper()
	var out struct{ Accounts []map[string]any }
	if err := json.Unmarshal([]byte(theAccounts), &out); err != nil {
		t.Fatal(err)
	}
	out.Accounts = slices.DeleteFunc(out.Accounts, func(a map[string]any) bool { return a["Id"] == id })
	b, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAWSStates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fields string
		want   control.AccountStatus // empty: an error
	}{
		"active":             {`"State": "ACTIVE"`, control.AccountActive},
		"suspended":          {`"State": "SUSPENDED"`, control.AccountSuspended},
		"pending closure":    {`"State": "PENDING_CLOSURE"`, control.AccountSuspended},
		"pending activation": {`"State": "PENDING_ACTIVATION"`, control.AccountSuspended},
		"closed":             {`"State": "CLOSED"`, control.AccountClosed},
		"State goes first":   {`"State": "CLOSED", "Status": "SUSPENDED"`, control.AccountClosed},
		"status active":      {`"Status": "ACTIVE"`, control.AccountActive},
		"status suspended":   {`"Status": "SUSPENDED"`, control.AccountSuspended},
		"status pending":     {`"Status": "PENDING_CLOSURE"`, control.AccountSuspended},
		"neither":            {`"Name": "b"`, ""},
		"unheard of":         {`"State": "FROZEN", "Status": "ACTIVE"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveOrganizations(t, answers{"ListAccounts": body(
				`{"Accounts": [{"Id": "111111111111", "State": "ACTIVE"}, {"Id": "222222222222", ` + c.fields + `}]}`)})
			o, err := s.source(t).Organization(t.Context())
			if a, _ := o.Account(active); a.Status != c.want || (err != nil) != (c.want == "") {
				t.Errorf("status = %q, %v; want %q", a.Status, err, c.want)
			}
		})
	}
}

// No broken answer may look like an organization that shrank, or like none.
func TestAWSBrokenAnswers(t *testing.T) {
	t.Parallel()
	const describe, list, admins = "DescribeOrganization", "ListAccounts", "ListDelegatedAdministrators"
	for name, c := range map[string]struct {
		operation string
		answer    func(http.ResponseWriter, string, int)
		want      string // what the error says
	}{
		"organization: garbage":          {describe, body(`<html>`), describe},
		"organization: empty":            {describe, body(``), "no Organization"},
		"organization: nothing in it":    {describe, body(`{}`), "no Organization"},
		"organization: null":             {describe, body(`{"Organization": null}`), "no Organization"},
		"organization: no fields":        {describe, body(`{"Organization": {}}`), "organization id"},
		"organization: no management":    {describe, body(`{"Organization": {"Id": "o-abcdefghij"}}`), "management account"},
		"organization: a stranger's":     {describe, body(`{"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "666666666666"}}`), "management account"},
		"organization: a wild id":        {describe, body(`{"Organization": {"Id": "o-1", "MasterAccountId": "111111111111"}}`), "organization id"},
		"organization: a number":         {describe, body(`{"Organization": {"Id": 1}}`), describe},
		"organization: denied":           {describe, exception(400, "AccessDeniedException", ""), "AccessDeniedException"},
		"accounts: garbage":              {list, body(`{"Accounts": [`), list},
		"accounts: cut off":              {list, cutOff(theAccounts), list},
		"accounts: empty":                {list, body(``), "neither Accounts nor NextToken"},
		"accounts: nothing in it":        {list, body(`{}`), "neither Accounts nor NextToken"},
		"accounts: null":                 {list, body(`{"Accounts": null}`), "neither Accounts nor NextToken"},
		"accounts: none":                 {list, body(`{"Accounts": []}`), "management account"},
		"accounts: not a list":           {list, body(`{"Accounts": {}}`), list},
		"accounts: a null":               {list, body(`{"Accounts": [null]}`), "unknown state"},
		"accounts: no id":                {list, body(`{"Accounts": [{"State": "ACTIVE"}]}`), "not 12 digits"},
		"accounts: a wild id":            {list, body(`{"Accounts": [{"Id": "12345", "State": "ACTIVE"}]}`), "not 12 digits"},
		"accounts: one twice":            {list, body(`{"Accounts": [{"Id": "111111111111", "State": "ACTIVE"}, {"Id": "111111111111", "State": "ACTIVE"}]}`), "twice"},
		"accounts: no management":        {list, body(theAccountsBut(t, management)), "management account"},
		"accounts: page two empty":       {list, once(body(paged), body(`{}`)), "neither Accounts nor NextToken"},
		"accounts: page two garbage":     {list, once(body(paged), body(`garbage`)), list},
		"accounts: page two denied":      {list, once(body(paged), exception(400, "AccessDeniedException", "")), "AccessDeniedException"},
		"accounts: page two token stale": {list, once(body(paged), exception(400, "InvalidInputException", `, "Reason": "INVALID_NEXT_TOKEN"`)), "InvalidInputException"},
		"accounts: a page again":         {list, body(paged), "names itself"},
		"accounts: no end":               {list, endless(`{"Accounts": [], "NextToken": "%d"}`), "no end after 5000 pages"},
		"admins: garbage":                {admins, body(`[]`), admins},
		"admins: empty":                  {admins, body(``), "neither DelegatedAdministrators nor NextToken"},
		"admins: nothing in it":          {admins, body(`{}`), "neither DelegatedAdministrators nor NextToken"},
		"admins: null":                   {admins, body(`{"DelegatedAdministrators": null}`), "neither DelegatedAdministrators nor NextToken"},
		"admins: no id":                  {admins, body(`{"DelegatedAdministrators": [{}]}`), "no id"},
		"admins: a stranger":             {admins, body(`{"DelegatedAdministrators": [{"Id": "666666666666"}]}`), "delegated administrator"},
		"admins: the management":         {admins, body(`{"DelegatedAdministrators": [{"Id": "111111111111"}]}`), "delegated administrator"},
		"admins: denied":                 {admins, exception(400, "AccessDeniedException", ""), "AccessDeniedException"},
		"admins: a page again":           {admins, body(`{"DelegatedAdministrators": [], "NextToken": "x"}`), "names itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveOrganizations(t, answers{c.operation: c.answer})
			o, err := s.source(t).Organization(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "ask AWS Organizations for the organization: ") {
				t.Errorf("error = %v; want one that says %q", err, c.want)
			}
			if errors.Is(err, ErrNone) || o.ID != "" || o.Accounts != nil {
				t.Errorf("Organization() = %+v, %v; want no organization and no word of there being none", o, err)
			}
		})
	}
}

const paged = `{"Accounts": [{"Id": "111111111111", "State": "ACTIVE"}], "NextToken": "x"}`

// cutOff promises a text and ends the connection within it.
func cutOff(text string) func(http.ResponseWriter, string, int) {
	return func(w http.ResponseWriter, _ string, _ int) {
		w.Header().Set("Content-Length", fmt.Sprint(len(text)))
		fmt.Fprint(w, text[:len(text)/2])
	}
}

// endless names another page each time.
func endless(format string) func(http.ResponseWriter, string, int) {
	return func(w http.ResponseWriter, _ string, before int) { fmt.Fprintf(w, format, before) }
}

func TestAWSNone(t *testing.T) {
	t.Parallel()
	none := exception(400, "AWSOrganizationsNotInUseException", "")
	// The organization may go between two calls.
	for _, operation := range []string{"DescribeOrganization", "ListAccounts", "ListDelegatedAdministrators"} {
		s := serveOrganizations(t, answers{operation: none})
		if o, err := s.source(t).Organization(t.Context()); !errors.Is(err, ErrNone) || o.ID != "" {
			t.Errorf("Organization() = %+v, %v; want an error that wraps ErrNone", o, err)
		}
	}
}

// AWS throttles; the SDK waits and asks again.
func TestAWSThrottled(t *testing.T) {
	t.Parallel()
	for name, throttle := range map[string]func(http.ResponseWriter, string, int){
		"429":                 exception(429, "TooManyRequestsException", ""),
		"as AWS says it":      exception(400, "TooManyRequestsException", `, "Type": "x"`),
		"service unavailable": exception(503, "ServiceException", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveOrganizations(t, answers{"ListAccounts": once(throttle, body(theAccounts))})
			o, err := s.source(t).Organization(t.Context())
			if diff := cmp.Diff([]string{management, active}, ids(o)); err != nil || diff != "" {
				t.Errorf("Organization() = %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestAWSRegister(t *testing.T) {
	t.Parallel()
	const enable, register = "EnableAWSServiceAccess", "RegisterDelegatedAdministrator"
	both := []string{enable + " detective.amazonaws.com  ", register + " detective.amazonaws.com 222222222222 "}
	for name, c := range map[string]struct {
		answers answers
		calls   []string
		want    error
		says    string
	}{
		"done":            {nil, both, nil, ""},
		"already":         {answers{register: exception(400, "AccountAlreadyRegisteredException", "")}, both, nil, ""},
		"not in use":      {answers{enable: exception(400, "AWSOrganizationsNotInUseException", "")}, both[:1], ErrNone, ""},
		"no more in use":  {answers{register: exception(400, "AWSOrganizationsNotInUseException", "")}, both, ErrNone, ""},
		"a stranger":      {answers{register: exception(400, "AccountNotFoundException", "")}, both, ErrNotMember, ""},
		"another one":     {answers{register: exception(400, "ConstraintViolationException", `, "Reason": "MAX_DELEGATED_ADMINISTRATORS_FOR_SERVICE_LIMIT_EXCEEDED"`)}, both, ErrRefused, "MAX_DELEGATED"},
		"access denied":   {answers{enable: exception(400, "AccessDeniedException", "")}, both[:1], nil, "AccessDeniedException"},
		"register denied": {answers{register: exception(400, "AccessDeniedException", "")}, both, nil, "AccessDeniedException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveOrganizations(t, c.answers)
			err := s.source(t).RegisterDelegatedAdministrator(t.Context(), active)
			if c.want == nil && c.says == "" {
				if err != nil {
					t.Errorf("error = %v", err)
				}
			} else if err == nil || (c.want != nil && !errors.Is(err, c.want)) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), active) {
				t.Errorf("error = %v; want one that wraps %v, names the account and says %q", err, c.want, c.says)
			}
			if diff := cmp.Diff(c.calls, s.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// A server that never answers holds nobody longer than the caller's context.
func TestAWSSilence(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	s := serveOrganizations(t, answers{"ListAccounts": func(http.ResponseWriter, string, int) {
		cancel()
		<-over
	}})
	t.Cleanup(func() { close(over) }) // before the server's own
	if _, err := s.source(t).Organization(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Organization() = %v; want an error that wraps context.Canceled", err)
	}
}

func TestAWSUnreachable(t *testing.T) {
	t.Parallel()
	a, err := NewAWS(t.Context(), AWSOptions{Endpoint: "not a URL"})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := a.Organization(t.Context()); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("Organization() = %+v, %v; want an error", o, err)
	}
}
