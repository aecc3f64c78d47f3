package api

import (
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

const (
	invalid  = "ValidationException"
	noGraphs = `{"GraphList":[]}`
	started  = `{"InvestigationId":"` + testID + `"}`

	listPath    = "/graphs/list"
	disablePath = "/orgs/disableAdminAccount" // has neither input nor output
	getPath     = "/graph/members/get"
	startPath   = "/investigations/startInvestigation"
	autoPath    = "/orgs/updateOrganizationConfiguration"
)

// documentCases are the families json-structs, json-lists, json-maps,
// fractional-seconds and http-response-code.
func documentCases() []conformance {
	half := enabledMember()
	half.Percent, half.Usage, half.Packages, half.UsageUpdated = 6.5, control.MemberUsage{}, "", time.Time{}
	halfText := `{"AccountId":"444455556666","AdministratorId":"123456789012","DatasourcePackageIngestStates":{},"EmailAddress":"second@example.com",` +
		`"GraphArn":"` + testARN + `","InvitationType":"ORGANIZATION","InvitedTime":"2021-08-18T16:35:56.284Z","MasterId":"123456789012","PercentOfGraphUtilization":6.5,` +
		`"Status":"ENABLED","UpdatedTime":"2021-08-19T16:35:56.284Z","VolumeUsageByDatasourcePackage":{"ASFF_SECURITYHUB_FINDING":{"VolumeUsageInBytes":0},` +
		`"DETECTIVE_CORE":{"VolumeUsageInBytes":0},"EKS_AUDIT":{"VolumeUsageInBytes":0}},"VolumeUsageInBytes":0}`
	moment := time.Date(2014, 4, 29, 18, 30, 38, 0, time.UTC)
	running := detective.Investigation{ID: testID, EntityARN: "arn:x", EntityType: "IAM_ROLE", Created: moment, Status: "RUNNING", State: "ACTIVE"}
	state := detective.PackageState{Name: control.DetectiveCore, History: control.PackageHistory{
		State: control.IngestStarted, Changed: map[control.IngestState]time.Time{control.IngestStarted: moment}}}
	getBody := graphBody + `,"AccountIds":["111122223333","444455556666"]}`
	getCall := "GetMembers " + testARN + ` ["111122223333" "444455556666"]`
	start := graphBody + `,"EntityArn":"arn:x","ScopeStartTime":"$from","ScopeEndTime":"2026-01-01T00:00:00Z"}`
	startCall := "StartInvestigation " + testARN + " arn:x $from 2026-01-01T00:00:00Z"
	packages := `{"DatasourcePackages":{"DETECTIVE_CORE":{"DatasourcePackageIngestState":"STARTED","LastIngestStateChange":{"STARTED":{"Timestamp":"2014-04-29T18:30:38.000Z"}}}}}`

	all := []conformance{
		{id: "RestJsonSimpleScalarProperties", target: "/graph/members", status: 200, answer: `{"Members":[],"UnprocessedAccounts":[]}`,
			body: graphBody + `,"Accounts":[{"AccountId":"111122223333","EmailAddress":"a@b.co"}],"Message":"string","DisableEmailNotification":true}`,
			call: "CreateMembers " + testARN + " {Accounts:[{AccountID:111122223333 Email:a@b.co}] Message:string NoEmail:true}"},
		{id: "RestJsonSimpleScalarProperties", target: autoPath, body: graphBody + `,"AutoEnable":false}`, status: 200,
			call: "UpdateOrganizationConfiguration " + testARN + " false"},
		{id: "RestJsonSimpleScalarProperties", target: listPath, body: `{"MaxResults":3}`, status: 200, answer: noGraphs, call: "ListGraphs {Token: Limit:3}"},
		{id: "RestJsonSimpleScalarProperties", target: getPath, body: getBody, backend: &fake{members: []detective.Member{half}}, status: 200,
			answer: `{"MemberDetails":[` + halfText + `],"UnprocessedAccounts":[]}`},
		{id: "RestJsonServersDontSerializeNullStructureValues", target: listPath, body: `{"MaxResults":null,"NextToken":null}`, status: 200, answer: noGraphs, call: "ListGraphs {Token: Limit:0}"},
		{id: "RestJsonServersDontSerializeNullStructureValues", target: "/investigations/getInvestigation", body: investigationBody + "}", status: 200,
			backend: &fake{investigations: []detective.Investigation{running}},
			answer: `{"CreatedTime":"2014-04-29T18:30:38.000Z","EntityArn":"arn:x","EntityType":"IAM_ROLE","GraphArn":"` + testARN + `","InvestigationId":"` + testID +
				`","State":"ACTIVE","Status":"RUNNING"}`},
		{id: "RestJsonJsonTimestampsWithDateTimeFormat", target: startPath, body: strings.ReplaceAll(start, "$from", "2014-04-29T18:30:38Z"), status: 200, answer: started,
			call: strings.ReplaceAll(startCall, "$from", "2014-04-29T18:30:38Z")},
		{id: "RestJsonJsonTimestampsWithDateTimeFormat", target: listPath, body: "{}", backend: &fake{graphs: []detective.Graph{{ARN: testARN, Created: moment}}}, status: 200,
			answer: `{"GraphList":[{"Arn":"` + testARN + `","CreatedTime":"2014-04-29T18:30:38.000Z"}]}`},
		{id: "RestJsonJsonTimestampsWithDateTimeOnTargetFormat", target: "/graph/datasources/list", body: graphBody + "}", backend: &fake{packages: []detective.PackageState{state}}, status: 200, answer: packages},
		{id: "RestJsonJsonEnums", target: "/graph/datasources/update", body: graphBody + `,"DatasourcePackages":["DETECTIVE_CORE","ASFF_SECURITYHUB_FINDING"]}`, status: 200,
			call: "UpdateDatasourcePackages " + testARN + ` ["DETECTIVE_CORE" "ASFF_SECURITYHUB_FINDING"]`},
		{id: "RestJsonJsonEnums", target: "/graph/datasources/list", body: graphBody + "}", backend: &fake{packages: []detective.PackageState{state}}, status: 200, answer: packages},

		{id: "RestJsonLists", target: getPath, body: getBody, status: 200, answer: `{"MemberDetails":[],"UnprocessedAccounts":[]}`, call: getCall},
		{id: "RestJsonLists", target: "/graph/members/removal", body: getBody, status: 200,
			backend: &fake{removed: []string{"111122223333"}, left: []detective.Unprocessed{{AccountID: "444455556666", Reason: "r"}, {AccountID: "777788889999", Reason: "s"}}},
			answer:  `{"AccountIds":["111122223333"],"UnprocessedAccounts":[{"AccountId":"444455556666","Reason":"r"},{"AccountId":"777788889999","Reason":"s"}]}`},
		{id: "RestJsonListsEmpty", target: getPath, body: getBody, backend: &fake{members: []detective.Member{}}, status: 200, answer: `{"MemberDetails":[],"UnprocessedAccounts":[]}`},
		{id: "RestJsonListsEmpty", target: getPath, body: graphBody + `,"AccountIds":[]}`, status: 400, kind: invalid, // read as a list, which must not be empty here
			message: "GetMembersRequest.AccountIds must have length greater than or equal to 1. Found 0."},

		{id: "RestJsonJsonMaps", target: "/graph", body: `{"Tags":{"foo":"there","baz":"bye"}}`, status: 200, answer: graphBody + "}", call: "CreateGraph 123456789012 us-east-1 map[baz:bye foo:there]"},
		{id: "RestJsonJsonMaps", method: "GET", target: tagsPath, backend: &fake{tags: map[string]string{"foo": "there", "baz": "bye"}}, status: 200, answer: `{"Tags":{"baz":"bye","foo":"there"}}`},
		{id: "RestJsonJsonMaps", target: "/graph/datasources/list", body: graphBody + "}", backend: &fake{packages: []detective.PackageState{state}}, status: 200, answer: packages},
		{id: "RestJsonSerializesZeroValuesInMaps", target: "/graph", body: `{"Tags":{"x":""}}`, status: 200, answer: graphBody + "}", call: "CreateGraph 123456789012 us-east-1 map[x:]"},
		{id: "RestJsonDeserializesZeroValuesInMaps", target: getPath, body: getBody, backend: &fake{members: []detective.Member{half}}, status: 200,
			answer: `{"MemberDetails":[` + halfText + `],"UnprocessedAccounts":[]}`},

		{id: "RestJsonHttpResponseCodeDefaultsToModeledCode", target: "/graph", body: "{}", status: 200, answer: graphBody + "}"},
		{id: "RestJsonHttpResponseCodeDefaultsToModeledCode", target: tagsPath, body: `{"Tags":{"a":"b"}}`, status: 204},
		{id: "RestJsonHttpResponseCodeDefaultsToModeledCode", method: "DELETE", target: tagsPath + "?tagKeys=a", status: 204},
	}
	for from, read := range map[string]string{
		"2000-01-02T20:34:56.123Z": "2000-01-02T20:34:56.123Z", "2000-01-02T20:34:56.123000Z": "2000-01-02T20:34:56.123Z",
		"2000-01-02T20:34:56.123456789Z": "2000-01-02T20:34:56.123456789Z", "2000-01-02T20:34:56Z": "2000-01-02T20:34:56Z",
	} {
		all = append(all, conformance{id: "RestJsonDateTimeWithFractionalSeconds", target: startPath, body: strings.ReplaceAll(start, "$from", from), status: 200,
			answer: started, call: strings.ReplaceAll(startCall, "$from", read)})
	}
	return all
}

// errorCases are the family errors. Detective's errors always have Message.
func errorCases() []conformance {
	f := func(id string, err *detective.Error, status int, answer string) conformance {
		return conformance{id: id, target: listPath, body: "{}", backend: &fake{err: err}, status: status, kind: string(err.Code), answer: answer}
	}
	return []conformance{
		{id: "RestJsonGreetingWithErrors", target: listPath, body: "{}", status: 200, answer: noGraphs},
		f("RestJsonInvalidGreetingError", &detective.Error{Code: detective.Validation, Message: "Hi"}, 400, `{"Message":"Hi"}`),
		f("RestJsonComplexErrorWithNoMessage", &detective.Error{Code: detective.ServiceQuotaExceeded, Resources: []string{"bar", "é"}}, 402, `{"Message":"","Resources":["bar","é"]}`),
		f("RestJsonComplexErrorWithNoMessage", &detective.Error{Code: detective.AccessDenied, Reason: "INTERNAL_ERROR", Detail: "Top level"}, 403,
			`{"Message":"","ErrorCode":"INTERNAL_ERROR","ErrorCodeReason":"Top level"}`),
		f("RestJsonEmptyComplexErrorWithNoMessage", &detective.Error{Code: detective.AccessDenied}, 403, `{"Message":""}`),
	}
}
