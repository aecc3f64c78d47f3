package api

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// tagsPath is the path of the tag operations as SDKs send it.
var tagsPath = "/tags/" + strings.ReplaceAll(testARN, ":", "%3A")

// TestOperations shows for each operation that works what the backend is
// asked and what goes over the wire, byte by byte.
func TestOperations(t *testing.T) {
	t.Parallel()
	created := time.Date(2021, 8, 18, 16, 35, 56, 284_999_999, time.UTC)
	done := detective.Investigation{
		GraphARN: testARN, ID: testID, EntityARN: "arn:aws:iam::123456789012:user/dev", EntityType: "IAM_USER",
		Created: created, ScopeStart: created.Add(-24 * time.Hour), ScopeEnd: created.Truncate(time.Hour),
		Status: "SUCCESSFUL", Severity: "HIGH", State: "ACTIVE", Result: []byte(`{"secret":1}`), FailureCause: "secret",
	}
	running := done
	running.Status, running.Severity = "RUNNING", ""
	evidence := indicators.Evidence{RuleID: "secret", Note: "secret"}

	f := func(name string, b *fake, method, target, body, wantCall string, wantStatus int, wantBody string) {
		t.Helper()
		h, _ := newTestAPI(b, true)
		got := send(t, h, newRequest(method, target, body))
		want := answer{status: wantStatus, body: wantBody, id: got.id}
		if wantBody != "" {
			want.contentType = "application/json"
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(answer{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		if diff := cmp.Diff([]string{wantCall}, b.calls); diff != "" {
			t.Errorf("%s: calls (-want +got)\n%s", name, diff)
		}
	}
	graph := `{"GraphArn":"` + testARN + `"`
	investigation := graph + `,"InvestigationId":"` + testID + `"`

	f("CreateGraph", &fake{}, "POST", "/graph", `{}`,
		"CreateGraph 123456789012 us-east-1 map[]", 200, graph+`}`)
	f("CreateGraph with tags", &fake{}, "POST", "/graph", `{"Tags":{"env":"","a":"b"},"Unknown":[{}]}`,
		"CreateGraph 123456789012 us-east-1 map[a:b env:]", 200, graph+`}`)
	f("CreateGraph without body", &fake{}, "POST", "/graph", ``,
		"CreateGraph 123456789012 us-east-1 map[]", 200, graph+`}`)

	f("ListGraphs, none", &fake{}, "POST", "/graphs/list", `{}`,
		"ListGraphs {Token: Limit:0}", 200, `{"GraphList":[]}`)
	f("ListGraphs", &fake{graphs: []detective.Graph{{ARN: testARN, Created: created}}, next: "n"}, "POST", "/graphs/list", `{"MaxResults":200,"NextToken":"t"}`,
		"ListGraphs {Token:t Limit:200}", 200, `{"GraphList":[{"Arn":"`+testARN+`","CreatedTime":"2021-08-18T16:35:56.284Z"}],"NextToken":"n"}`)
	f("ListGraphs with null", &fake{}, "POST", "/graphs/list", `{"MaxResults":null,"NextToken":null}`,
		"ListGraphs {Token: Limit:0}", 200, `{"GraphList":[]}`)

	f("DeleteGraph", &fake{}, "POST", "/graph/removal", graph+`}`, "DeleteGraph "+testARN, 200, "")

	f("StartInvestigation", &fake{}, "POST", "/investigations/startInvestigation",
		graph+`,"EntityArn":"arn:aws:iam::123456789012:user/dev","ScopeStartTime":"2021-08-17T00:00:00Z","ScopeEndTime":"2021-08-18T16:35:56.284123456Z"}`,
		"StartInvestigation "+testARN+" arn:aws:iam::123456789012:user/dev 2021-08-17T00:00:00Z 2021-08-18T16:35:56.284123456Z", 200,
		`{"InvestigationId":"`+testID+`"}`)

	f("GetInvestigation", &fake{investigations: []detective.Investigation{done}}, "POST", "/investigations/getInvestigation", investigation+`}`,
		"GetInvestigation "+testARN+" "+testID, 200,
		`{"CreatedTime":"2021-08-18T16:35:56.284Z","EntityArn":"arn:aws:iam::123456789012:user/dev","EntityType":"IAM_USER",`+
			`"GraphArn":"`+testARN+`","InvestigationId":"`+testID+`","ScopeEndTime":"2021-08-18T16:00:00.000Z",`+
			`"ScopeStartTime":"2021-08-17T16:35:56.284Z","Severity":"HIGH","State":"ACTIVE","Status":"SUCCESSFUL"}`)

	f("ListInvestigations, none", &fake{}, "POST", "/investigations/listInvestigations", graph+`}`,
		"ListInvestigations "+testARN+" {Severity: Status: State: EntityARN: CreatedFrom:0001-01-01 00:00:00 +0000 UTC CreatedTo:0001-01-01 00:00:00 +0000 UTC} {Field: Descending:false} {Token: Limit:0}",
		200, `{"InvestigationDetails":[]}`)
	f("ListInvestigations", &fake{investigations: []detective.Investigation{running}, next: "more"}, "POST", "/investigations/listInvestigations",
		graph+`,"MaxResults":1,"NextToken":"t","SortCriteria":{"Field":"SEVERITY","SortOrder":"ASC"},"FilterCriteria":{"Severity":{"Value":"HIGH"},`+
			`"Status":{"Value":"RUNNING"},"State":{"Value":"ACTIVE"},"EntityArn":{"Value":"arn:x"},"CreatedTime":{"StartInclusive":"2021-01-01T00:00:00Z","EndInclusive":"2021-01-02T00:00:00.5Z"}}}`,
		"ListInvestigations "+testARN+" {Severity:HIGH Status:RUNNING State:ACTIVE EntityARN:arn:x CreatedFrom:2021-01-01 00:00:00 +0000 UTC CreatedTo:2021-01-02 00:00:00.5 +0000 UTC} {Field:SEVERITY Descending:false} {Token:t Limit:1}",
		200, `{"InvestigationDetails":[{"CreatedTime":"2021-08-18T16:35:56.284Z","EntityArn":"arn:aws:iam::123456789012:user/dev",`+
			`"EntityType":"IAM_USER","InvestigationId":"`+testID+`","State":"ACTIVE","Status":"RUNNING"}],"NextToken":"more"}`)

	f("ListIndicators, none", &fake{}, "POST", "/investigations/listIndicators", investigation+`}`,
		"ListIndicators "+testARN+" "+testID+` "" {Token: Limit:0}`, 200, graph+`,"Indicators":[],`+investigation[len(graph)+1:]+`}`)
	f("ListIndicators", &fake{indicators: []indicators.Indicator{
		{IndicatorType: indicators.TTPObserved, Evidence: evidence, Points: 9, IndicatorDetail: indicators.Detail{TTPsObservedDetail: &indicators.TTPsObserved{
			Tactic: "Persistence", Technique: "Account Manipulation", Procedure: "Created an access key", IpAddress: "198.51.100.7", APIName: "CreateAccessKey", APISuccessCount: 2,
		}}},
		{IndicatorType: indicators.NewUserAgent, IndicatorDetail: indicators.Detail{NewUserAgentDetail: &indicators.NewUserAgentObs{UserAgent: "<curl>"}}},
	}}, "POST", "/investigations/listIndicators", investigation+`,"IndicatorType":"TTP_OBSERVED","MaxResults":100}`,
		"ListIndicators "+testARN+" "+testID+` "TTP_OBSERVED" {Token: Limit:100}`, 200,
		graph+`,"Indicators":[{"IndicatorDetail":{"TTPsObservedDetail":{"APIFailureCount":0,"APIName":"CreateAccessKey","APISuccessCount":2,"IpAddress":"198.51.100.7",`+
			`"Procedure":"Created an access key","Tactic":"Persistence","Technique":"Account Manipulation"}},"IndicatorType":"TTP_OBSERVED"},`+
			`{"IndicatorDetail":{"NewUserAgentDetail":{"IsNewForEntireAccount":false,"UserAgent":"<curl>"}},"IndicatorType":"NEW_USER_AGENT"}],"InvestigationId":"`+testID+`"}`)

	f("UpdateInvestigationState", &fake{}, "POST", "/investigations/updateInvestigationState", investigation+`,"State":"ARCHIVED"}`,
		"UpdateInvestigationState "+testARN+" "+testID+" ARCHIVED", 200, "")

	f("ListTagsForResource, none", &fake{}, "GET", tagsPath, "", "ListTagsForResource "+testARN, 200, `{"Tags":{}}`)
	f("ListTagsForResource", &fake{tags: map[string]string{"b": "", "a": "ä"}}, "GET", tagsPath, "", "ListTagsForResource "+testARN, 200, `{"Tags":{"a":"ä","b":""}}`)
	f("ListTagsForResource, plain colons", &fake{}, "GET", "/tags/"+testARN, "", "ListTagsForResource "+testARN, 200, `{"Tags":{}}`)
	f("TagResource", &fake{}, "POST", tagsPath, `{"Tags":{"k":"v w"}}`, "TagResource "+testARN+" map[k:v w]", 204, "")
	f("UntagResource", &fake{}, "DELETE", tagsPath+"?tagKeys=a%2Bb&tagKeys=c%3A&other=1", "", "UntagResource "+testARN+` ["a+b" "c:"]`, 204, "")
}

// TestSortDefaults: a missing part of the sort criteria has a default.
func TestSortDefaults(t *testing.T) {
	t.Parallel()
	asc, severity := SortOrderAsc, FieldSeverity
	for _, c := range []struct {
		in   *SortCriteria
		want detective.InvestigationSort
	}{
		{nil, detective.InvestigationSort{}},
		{&SortCriteria{}, detective.InvestigationSort{Field: "CREATED_TIME", Descending: true}},
		{&SortCriteria{SortOrder: &asc}, detective.InvestigationSort{Field: "CREATED_TIME"}},
		{&SortCriteria{Field: &severity}, detective.InvestigationSort{Field: "SEVERITY", Descending: true}},
	} {
		if diff := cmp.Diff(c.want, investigationSort(c.in)); diff != "" {
			t.Errorf("%+v: (-want +got)\n%s", c.in, diff)
		}
	}
}
