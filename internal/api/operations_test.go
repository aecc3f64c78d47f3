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

// operationCase is a request and what the backend answers. Its name is the
// operation, then what is special.
type operationCase struct {
	name                 string
	backend              *fake
	method, target, body string
}

const (
	graphBody         = `{"GraphArn":"` + testARN + `"`
	investigationBody = graphBody + `,"InvestigationId":"` + testID + `"`
)

// testCreated has more digits than the API shows.
var testCreated = time.Date(2021, 8, 18, 16, 35, 56, 284_999_999, time.UTC)

// operationCases are the cases of TestAnswers, in the order of the files that
// they follow.
func operationCases() []operationCase {
	all := graphCases()
	all = append(all, investigationCases()...)
	all = append(all, tagCases()...)
	all = append(all, memberCases()...)
	all = append(all, datasourceCases()...)
	return append(all, organizationCases()...)
}

func graphCases() []operationCase {
	return []operationCase{
		{"CreateGraph", &fake{}, "POST", "/graph", `{}`},
		{"CreateGraph, tags", &fake{}, "POST", "/graph", `{"Tags":{"env":"","a":"b"},"Unknown":[{}]}`},
		{"CreateGraph, no body", &fake{}, "POST", "/graph", ``},
		{"ListGraphs, none", &fake{}, "POST", "/graphs/list", `{}`},
		{"ListGraphs, one", &fake{graphs: []detective.Graph{{ARN: testARN, Created: testCreated}}}, "POST", "/graphs/list", `{}`},
		{"ListGraphs, page", &fake{graphs: []detective.Graph{{ARN: testARN, Created: testCreated}}, next: "n"}, "POST", "/graphs/list", `{"MaxResults":200,"NextToken":"t"}`},
		{"ListGraphs, null", &fake{}, "POST", "/graphs/list", `{"MaxResults":null,"NextToken":null}`},
		{"DeleteGraph", &fake{}, "POST", "/graph/removal", graphBody + `}`},
	}
}

func investigationCases() []operationCase {
	done := detective.Investigation{
		GraphARN: testARN, ID: testID, EntityARN: "arn:aws:iam::123456789012:user/dev", EntityType: "IAM_USER",
		Created: testCreated, ScopeStart: testCreated.Add(-24 * time.Hour), ScopeEnd: testCreated.Truncate(time.Hour),
		Status: "SUCCESSFUL", Severity: "HIGH", State: "ACTIVE", Result: []byte(`{"secret":1}`), FailureCause: "secret",
	}
	running := done
	running.Status, running.Severity = "RUNNING", ""
	evidence := indicators.Evidence{RuleID: "secret", Note: "secret"}
	found := []indicators.Indicator{
		{IndicatorType: indicators.TTPObserved, Evidence: evidence, Points: 9, IndicatorDetail: indicators.Detail{TTPsObservedDetail: &indicators.TTPsObserved{
			Tactic: "Persistence", Technique: "Account Manipulation", Procedure: "Created an access key", IpAddress: "198.51.100.7", APIName: "CreateAccessKey", APISuccessCount: 2,
		}}},
		{IndicatorType: indicators.NewUserAgent, IndicatorDetail: indicators.Detail{NewUserAgentDetail: &indicators.NewUserAgentObs{UserAgent: "<curl>"}}},
	}
	const filter = `,"MaxResults":1,"NextToken":"t","SortCriteria":{"Field":"SEVERITY","SortOrder":"ASC"},"FilterCriteria":{"Severity":{"Value":"HIGH"},` +
		`"Status":{"Value":"RUNNING"},"State":{"Value":"ACTIVE"},"EntityArn":{"Value":"arn:x"},"CreatedTime":{"StartInclusive":"2021-01-01T00:00:00Z","EndInclusive":"2021-01-02T00:00:00.5Z"}}}`
	return []operationCase{
		{"StartInvestigation", &fake{}, "POST", "/investigations/startInvestigation",
			graphBody + `,"EntityArn":"arn:aws:iam::123456789012:user/dev","ScopeStartTime":"2021-08-17T00:00:00Z","ScopeEndTime":"2021-08-18T16:35:56.284123456Z"}`},
		{"GetInvestigation", &fake{investigations: []detective.Investigation{done}}, "POST", "/investigations/getInvestigation", investigationBody + `}`},
		{"GetInvestigation, running", &fake{investigations: []detective.Investigation{running}}, "POST", "/investigations/getInvestigation", investigationBody + `}`},
		{"ListInvestigations, none", &fake{}, "POST", "/investigations/listInvestigations", graphBody + `}`},
		{"ListInvestigations, page", &fake{investigations: []detective.Investigation{running}, next: "more"}, "POST", "/investigations/listInvestigations", graphBody + filter},
		{"ListIndicators, none", &fake{}, "POST", "/investigations/listIndicators", investigationBody + `}`},
		{"ListIndicators, two", &fake{indicators: found}, "POST", "/investigations/listIndicators", investigationBody + `,"IndicatorType":"TTP_OBSERVED","MaxResults":100}`},
		{"UpdateInvestigationState", &fake{}, "POST", "/investigations/updateInvestigationState", investigationBody + `,"State":"ARCHIVED"}`},
	}
}

func tagCases() []operationCase {
	return []operationCase{
		{"ListTagsForResource, none", &fake{}, "GET", tagsPath, ""},
		{"ListTagsForResource, two", &fake{tags: map[string]string{"b": "", "a": "ä"}}, "GET", tagsPath, ""},
		{"ListTagsForResource, plain colons", &fake{}, "GET", "/tags/" + testARN, ""},
		{"TagResource", &fake{}, "POST", tagsPath, `{"Tags":{"k":"v w"}}`},
		{"UntagResource", &fake{}, "DELETE", tagsPath + "?tagKeys=a%2Bb&tagKeys=c%3A&other=1", ""},
	}
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
