package clients

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// rawAnswer is an answer as it came.
type rawAnswer struct {
	status int
	header http.Header
	body   string
}

// raw sends a request as it stands, signed for an account: path and query go
// out as they are, and headers is "Name: value" lines.
func (c *cast) raw(t *testing.T, w *wire, id, service, region, method, path, headers, body string) rawAnswer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, c.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		r.Header.Set(name, value)
	}
	sum := sha256.Sum256([]byte(body))
	credentials := ok(c.credentials(id).Retrieve(t.Context()))(t)
	// As every service but S3: the path is escaped once more for the signature.
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hex.EncodeToString(sum[:]), service, region, time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: w}).Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return rawAnswer{resp.StatusCode, resp.Header, string(answer)}
}

const asJSON = "Content-Type: application/json"

// TestRawRequests sends what no SDK sends, and reads what they hide. Together
// with wire.check it is the list of things that clients index without asking.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	c := newCast(t, "")
	w := newWire(t)
	graph := "none yet"
	f := func(id, method, path, headers, body string, status int, want string) {
		t.Helper()
		got := c.raw(t, w, id, "detective", usEast1, method, strings.ReplaceAll(path, "$GRAPH", graph), headers, strings.ReplaceAll(body, "$GRAPH", graph))
		if text := strings.ReplaceAll(got.body, graph, "$GRAPH"); got.status != status || text != want {
			t.Errorf("%s %s %s by %s: got %d %s\nwant %d %s", method, path, body, id, got.status, text, status, want)
		}
	}
	// Lists are there when they are empty, and NextToken never is.
	f(security, "POST", "/graphs/list", asJSON, `{}`, 200, `{"GraphList":[]}`)
	f(security, "POST", "/graphs/list", "", ``, 200, `{"GraphList":[]}`)
	f(security, "POST", "/graphs/list", "Content-Type: application/json; charset=utf-8", ` { "MaxResults" : 1 , "New" : [ ] } `, 200, `{"GraphList":[]}`)
	f(security, "POST", "/invitations/list", asJSON, `{}`, 200, `{"Invitations":[]}`)
	f(management, "POST", "/orgs/adminAccountslist", asJSON, `{}`, 200, `{"Administrators":[]}`)

	created := c.raw(t, w, security, "detective", usEast1, "POST", "/graph", asJSON, `{}`)
	graph = decode[struct{ GraphArn string }](t, []byte(created.body)).GraphArn
	if !graphARN.MatchString(graph) || created.body != `{"GraphArn":"`+graph+`"}` {
		t.Fatalf("CreateGraph: %s", created.body)
	}
	f(security, "POST", "/graph/members/list", asJSON, `{"GraphArn":"$GRAPH"}`, 200, `{"MemberDetails":[]}`)
	f(security, "POST", "/graph/members/get", asJSON, `{"GraphArn":"$GRAPH","AccountIds":["999999999999"]}`, 200,
		`{"MemberDetails":[],"UnprocessedAccounts":[{"AccountId":"999999999999","Reason":"Account is not a member"}]}`)
	f(security, "POST", "/graph/members/removal", asJSON, `{"GraphArn":"$GRAPH","AccountIds":["999999999999"]}`, 200,
		`{"AccountIds":[],"UnprocessedAccounts":[{"AccountId":"999999999999","Reason":"Account is not a member"}]}`)
	f(security, "POST", "/investigations/listInvestigations", asJSON, `{"GraphArn":"$GRAPH"}`, 200, `{"InvestigationDetails":[]}`)

	// Percent-encoded or not, the ARN is the same; so are tag keys.
	f(security, "GET", "/tags/"+url.PathEscape(strings.ReplaceAll(graph, ":", "%3A")), "", "", 400,
		`{"Message":"ListTagsForResourceRequest.ResourceArn must satisfy regular expression pattern: ^arn:aws[-\\w]{0,10}?:detective:[-\\w]{2,20}?:\\d{12}?:graph:[abcdef\\d]{32}?$","ErrorCode":"INVALID_GRAPH_ARN"}`)
	encoded := strings.ReplaceAll(graph, ":", "%3A")
	f(security, "GET", "/tags/$GRAPH", "", "", 200, `{"Tags":{}}`)
	f(security, "POST", "/tags/"+encoded, asJSON, `{"Tags":{"a":"1","b":"2","c+d":""}}`, 204, ``)
	f(security, "GET", "/tags/"+encoded, "", "", 200, `{"Tags":{"a":"1","b":"2","c+d":""}}`)
	f(security, "DELETE", "/tags/"+encoded+"?tagKeys=a&tagKeys=c%2Bd", "", "", 204, ``)
	f(security, "GET", "/tags/"+strings.ToLower(encoded), "", "", 200, `{"Tags":{"b":"2"}}`)
	f(security, "DELETE", "/tags/"+encoded, "", "", 400, `{"Message":"UntagResourceRequest.TagKeys is required."}`)

	// An account of the organization needs no address, others do.
	f(management, "POST", "/orgs/enableAdminAccount", asJSON, `{"AccountId":"`+security+`"}`, 200, ``)
	made := c.raw(t, w, security, "detective", usEast1, "POST", "/graph/members", asJSON, `{"GraphArn":"`+graph+`","Accounts":[{"AccountId":"`+dev+`"}]}`)
	if !strings.HasSuffix(made.body, `,"UnprocessedAccounts":[]}`) || !strings.Contains(made.body, `"Status":"ENABLED"`) {
		t.Errorf("an account of the organization: %d %s", made.status, made.body)
	}
	const noBody = `{"Message":"Invalid request body","ErrorCode":"INVALID_REQUEST_BODY","ErrorCodeReason":`
	f(security, "POST", "/graph/members", asJSON, `{"GraphArn":"$GRAPH","Accounts":[{"AccountId":"`+outsider+`"}]}`, 400,
		noBody+`"CreateMembersRequest.Accounts[0].EmailAddress is required."}`)
	f(outsider, "PUT", "/invitation", asJSON, `{"masterAccount":"`+security+`"}`, 400, noBody+`"AcceptInvitationRequest.GraphArn is required."}`)

	// No body, no Content-Type.
	f(outsider, "POST", "/orgs/disableAdminAccount", "", "", 400,
		`{"Message":"The request failed because the account is not a member of an organization."}`)
	f(management, "POST", "/orgs/disableAdminAccount", "", "", 200, ``)
	f(security, "POST", "/graph/removal", asJSON, `{"GraphArn":"$GRAPH"}`, 404, `{"Message":"The behavior graph $GRAPH does not exist."}`)

	// Not the API's: yet an error that clients can read.
	for _, at := range []string{"GET /graph", "POST /graphs/list/", "POST /nothing", "PUT /tags/" + encoded} {
		method, path, _ := strings.Cut(at, " ")
		got := c.raw(t, w, security, "detective", usEast1, method, path, "", "")
		if got.status != 404 || got.header.Get("x-amzn-ErrorType") == "" || !strings.Contains(got.body, `"Message"`) || !requestID.MatchString(got.header.Get("x-amzn-RequestId")) {
			t.Errorf("%s: %d %v %s", at, got.status, got.header, got.body)
		}
	}
}
