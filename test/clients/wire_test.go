package clients

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// route is an operation's place on the wire, by the API model.
type route struct {
	operation, method, path string
	status                  int
	members                 []string // of the answer, always there; nil for an empty body
	errors                  string   // besides AccessDenied and InternalServer: N, V, C, Q, T
}

// The letters of route.errors. Lower case ones are not in the model; they are
// our choice where the model has no answer: a bad tag (CreateGraph), an
// unknown graph (the configuration of organizations).
var errorNames = map[rune]string{
	'N': "ResourceNotFoundException", 'V': "ValidationException", 'C': "ConflictException",
	'Q': "ServiceQuotaExceededException", 'T': "TooManyRequestsException",
}

var errorStatus = map[string]int{
	"AccessDeniedException": 403, "ConflictException": 409, "InternalServerException": 500, "ResourceNotFoundException": 404,
	"ServiceQuotaExceededException": 402, "TooManyRequestsException": 429, "ValidationException": 400,
}

var routes = []route{
	{"CreateGraph", "POST", "/graph", 200, []string{"GraphArn"}, "CQv"},
	{"DeleteGraph", "POST", "/graph/removal", 200, nil, "NV"},
	{"ListGraphs", "POST", "/graphs/list", 200, []string{"GraphList"}, "V"},
	{"CreateMembers", "POST", "/graph/members", 200, []string{"Members", "UnprocessedAccounts"}, "NVQ"},
	{"DeleteMembers", "POST", "/graph/members/removal", 200, []string{"AccountIds", "UnprocessedAccounts"}, "CNV"},
	{"GetMembers", "POST", "/graph/members/get", 200, []string{"MemberDetails", "UnprocessedAccounts"}, "NV"},
	{"ListMembers", "POST", "/graph/members/list", 200, []string{"MemberDetails"}, "NV"},
	{"StartMonitoringMember", "POST", "/graph/member/monitoringstate", 200, nil, "CNQV"},
	{"AcceptInvitation", "PUT", "/invitation", 200, nil, "CNV"},
	{"RejectInvitation", "POST", "/invitation/removal", 200, nil, "CNV"},
	{"DisassociateMembership", "POST", "/membership/removal", 200, nil, "CNV"},
	{"ListInvitations", "POST", "/invitations/list", 200, []string{"Invitations"}, "V"},
	{"ListDatasourcePackages", "POST", "/graph/datasources/list", 200, []string{"DatasourcePackages"}, "NV"},
	{"UpdateDatasourcePackages", "POST", "/graph/datasources/update", 200, nil, "NQV"},
	{"BatchGetGraphMemberDatasources", "POST", "/graph/datasources/get", 200, []string{"MemberDatasources", "UnprocessedAccounts"}, "NV"},
	{"BatchGetMembershipDatasources", "POST", "/membership/datasources/get", 200, []string{"MembershipDatasources", "UnprocessedGraphs"}, "NV"},
	{"EnableOrganizationAdminAccount", "POST", "/orgs/enableAdminAccount", 200, nil, "VT"},
	{"DisableOrganizationAdminAccount", "POST", "/orgs/disableAdminAccount", 200, nil, "VT"},
	{"ListOrganizationAdminAccounts", "POST", "/orgs/adminAccountslist", 200, []string{"Administrators"}, "VT"},
	{"DescribeOrganizationConfiguration", "POST", "/orgs/describeOrganizationConfiguration", 200, []string{"AutoEnable"}, "VTn"},
	{"UpdateOrganizationConfiguration", "POST", "/orgs/updateOrganizationConfiguration", 200, nil, "VTn"},
	{"StartInvestigation", "POST", "/investigations/startInvestigation", 200, []string{"InvestigationId"}, "VNT"},
	{"GetInvestigation", "POST", "/investigations/getInvestigation", 200, []string{
		"GraphArn", "InvestigationId", "EntityArn", "EntityType", "CreatedTime", "ScopeStartTime", "ScopeEndTime", "Status", "State"}, "VNT"},
	{"ListInvestigations", "POST", "/investigations/listInvestigations", 200, []string{"InvestigationDetails"}, "VNT"},
	{"ListIndicators", "POST", "/investigations/listIndicators", 200, []string{"GraphArn", "InvestigationId", "Indicators"}, "VNT"},
	{"UpdateInvestigationState", "POST", "/investigations/updateInvestigationState", 200, nil, "VNT"},
	{"ListTagsForResource", "GET", "/tags/", 200, []string{"Tags"}, "VN"},
	{"TagResource", "POST", "/tags/", 204, nil, "VN"},
	{"UntagResource", "DELETE", "/tags/", 204, nil, "VN"},
}

// routeOf returns the route of a request, nil when it has none.
func routeOf(r *http.Request) *route {
	i := slices.IndexFunc(routes, func(x route) bool {
		path := r.URL.EscapedPath()
		return x.method == r.Method && (x.path == path || strings.HasSuffix(x.path, "/") && strings.HasPrefix(path, x.path))
	})
	if i < 0 {
		return nil
	}
	return &routes[i]
}

// exchange is a request with its answer.
type exchange struct {
	operation, method, path, query, contentType, body string
	key, region                                       string // of the signature
	status                                            int
	header                                            http.Header
	answer                                            []byte
}

// wire is the transport of the clients in these tests. Every answer that
// passes must follow the rules that hold for all of them.
type wire struct {
	t       *testing.T
	mu      sync.Mutex
	done    map[string]int // how often an operation succeeded
	watched func(exchange) // told of every exchange; may be nil
}

func newWire(t *testing.T) *wire { return &wire{t: t, done: map[string]int{}} }

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	x := exchange{
		method: r.Method, path: r.URL.EscapedPath(), query: r.URL.RawQuery, contentType: r.Header.Get("Content-Type"),
		body: string(body), status: resp.StatusCode, header: resp.Header, answer: answer,
	}
	if scope := strings.Split(r.Header.Get("Authorization"), "/"); len(scope) > 3 {
		x.key, x.region = scope[0][strings.LastIndex(scope[0], "=")+1:], scope[2]
	}
	if found := routeOf(r); found != nil {
		x.operation = found.operation
		for _, problem := range found.check(resp.StatusCode, resp.Header, answer) {
			w.t.Errorf("%s: %s\n%s %s\n%s", found.operation, problem, resp.Status, fmt.Sprint(resp.Header), answer)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if x.operation != "" && x.status < 300 {
		w.done[x.operation]++
	}
	if w.watched != nil {
		w.watched(x)
	}
	return resp, nil
}

// missing are the operations that have not succeeded.
func (w *wire) missing() (names []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range routes {
		if w.done[r.operation] == 0 {
			names = append(names, r.operation)
		}
	}
	return names
}

var requestID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// check says what is wrong with an answer of the operation.
func (r *route) check(status int, h http.Header, body []byte) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !requestID.MatchString(h.Get("x-amzn-RequestId")) {
		wrong("x-amzn-RequestId is %q", h.Get("x-amzn-RequestId"))
	}
	failed := status >= 400
	if !failed && status != r.status {
		wrong("status %d, want %d", status, r.status)
	}
	if kind := h.Get("x-amzn-ErrorType"); failed != (kind != "") {
		wrong("x-amzn-ErrorType is %q", kind)
	} else if failed && (errorStatus[kind] != status || !r.models(kind)) {
		wrong("%s with status %d is not in the model", kind, status)
	}
	// The shape of TagResource and UntagResource is empty: {} is as good as
	// nothing, which 204 demands.
	if !failed && r.members == nil {
		if len(body) > 0 {
			wrong("the body must be empty")
		}
		return problems
	}
	if media, _, err := mime.ParseMediaType(h.Get("Content-Type")); err != nil || media != "application/json" {
		wrong("Content-Type is %q", h.Get("Content-Type"))
	}
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil {
		return append(problems, "the body is no JSON object: "+err.Error())
	}
	want := r.members
	if failed {
		want = []string{"Message"}
	}
	for _, m := range want {
		if answer[m] == nil || answer[m] == "" {
			wrong("%s is missing", m)
		}
	}
	return append(problems, checkValues("", answer)...)
}

// models reports whether the operation can fail with the error.
func (r *route) models(kind string) bool {
	if kind == "AccessDeniedException" || kind == "InternalServerException" {
		return true
	}
	return strings.ContainsFunc(strings.ToUpper(r.errors), func(letter rune) bool { return errorNames[letter] == kind })
}

var isoTime = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$`)

// checkValues looks for what no answer may hold at any depth.
func checkValues(path string, v any) (problems []string) {
	switch v := v.(type) {
	case nil:
		return []string{path + " is null"}
	case []any:
		for i, e := range v {
			problems = append(problems, checkValues(fmt.Sprintf("%s[%d]", path, i), e)...)
		}
	case map[string]any:
		for k, e := range v {
			at := path + "." + k
			s, isString := e.(string)
			switch {
			case k == "Tags":
				continue // its keys are the client's
			case (strings.HasSuffix(k, "Time") || k == "Timestamp") && !isoTime.MatchString(s):
				problems = append(problems, fmt.Sprintf("%s is no ISO 8601 time: %v", at, e))
			case k == "NextToken" && (!isString || len(s) < 1 || len(s) > 1024):
				problems = append(problems, fmt.Sprintf("%s is %v", at, e))
			}
			problems = append(problems, checkValues(at, e)...)
		}
	}
	return problems
}

// TestWireChecks breaks each rule in turn.
func TestWireChecks(t *testing.T) {
	t.Parallel()
	const id = "0b0c1f4e-0000-4000-8000-000000000001"
	f := func(operation string, status int, headers, body, want string) {
		t.Helper()
		h := http.Header{"X-Amzn-Requestid": {id}}
		for line := range strings.Lines(headers) {
			k, v, _ := strings.Cut(strings.TrimSpace(line), ": ")
			h.Set(k, v)
		}
		i := slices.IndexFunc(routes, func(r route) bool { return r.operation == operation })
		if got := strings.Join(routes[i].check(status, h, []byte(body)), "; "); got != want {
			t.Errorf("%s %d %q %s: found %q, want %q", operation, status, headers, body, got, want)
		}
	}
	const json = "Content-Type: application/json"
	f("ListGraphs", 200, json, `{"GraphList":[]}`, "")
	f("ListGraphs", 200, json+"\nx-amzn-RequestId: 7", `{"GraphList":[]}`, `x-amzn-RequestId is "7"`)
	f("ListGraphs", 201, json, `{"GraphList":[]}`, "status 201, want 200")
	f("ListGraphs", 200, "", `{"GraphList":[]}`, `Content-Type is ""`)
	f("ListGraphs", 200, json, `{}`, "GraphList is missing")
	f("ListGraphs", 200, json, `{"GraphList":[{"CreatedTime":1579826107000}]}`, ".GraphList[0].CreatedTime is no ISO 8601 time: 1.579826107e+12")
	f("ListGraphs", 200, json, `{"GraphList":[],"NextToken":""}`, ".NextToken is ")
	f("ListGraphs", 200, json, `{"GraphList":[],"More":null}`, ".More is null")
	f("ListTagsForResource", 200, json, `{"Tags":{"Time":"now"}}`, "")
	f("TagResource", 204, "", ``, "")
	f("TagResource", 200, "", ``, "status 200, want 204")
	f("DeleteGraph", 200, "", `{}`, "the body must be empty")
	f("DeleteGraph", 404, json+"\nx-amzn-ErrorType: ResourceNotFoundException", `{"Message":"gone"}`, "")
	f("DeleteGraph", 404, json, `{"Message":"gone"}`, `x-amzn-ErrorType is ""`)
	f("DeleteGraph", 404, json+"\nx-amzn-ErrorType: ResourceNotFoundException", `{"message":"gone"}`, "Message is missing")
	f("DeleteGraph", 409, json+"\nx-amzn-ErrorType: ConflictException", `{"Message":"no"}`, "ConflictException with status 409 is not in the model")
	f("DeleteGraph", 400, json+"\nx-amzn-ErrorType: ResourceNotFoundException", `{"Message":"no"}`, "ResourceNotFoundException with status 400 is not in the model")
}
