package api

import (
	"fmt"
	"strings"
)

// malformedCases are the families malformedRequests/: a body that does not
// fit the model at all.
func malformedCases() []conformance {
	var all []conformance
	f := func(id, target, template string, values ...string) {
		for _, v := range values {
			all = append(all, conformance{id: id, target: target, body: strings.ReplaceAll(template, "$value", v),
				status: 400, kind: invalid, message: "Invalid request body", code: "INVALID_REQUEST_BODY"})
		}
	}
	f("RestJsonInvalidJsonBody", listPath, "$value", "{[", `{ "MaxResults": 10 }abc`, `abc{ "MaxResults": 10 }`,
		"{ \"MaxResults\": 10 // ten\n}", `{ "MaxResults": 10 /* ten */ }`, "{\"MaxResults\" :\x0c10}", `{'MaxResults': 10}`, `{"MaxResults": 10,}`)
	f("RestJsonTechnicallyValidJsonBody", listPath, "$value", `[{ "MaxResults": 10}]`, "10", "null")
	f("RestJsonBodyIntegerUnderflowOverflow", listPath, `{"MaxResults":$value}`, "-9223372000000000000", "9223372000000000000", "123000000000000000000000")
	f("RestJsonBodyIntegerMalformedValueRejected", listPath, `{"MaxResults":$value}`,
		`"123"`, "true", "1.001", "2ABC", "0x42", "Infinity", `"Infinity"`, "-Infinity", `"-Infinity"`, "NaN", `"NaN"`)

	boolean := graphBody + `,"AutoEnable":$value}`
	words := []string{"True", "TRUE", "y", "Y", "yes", "Yes", "YES", "1", "on", "On", "ON", "False", "FALSE", "n", "N", "no", "No", "NO", "0", "off", "Off", "OFF"}
	for _, w := range append([]string{"true", "false"}, words...) {
		f("RestJsonBodyBooleanStringCoercion", autoPath, boolean, `"`+w+`"`)
	}
	f("RestJsonBodyBooleanBadLiteral", autoPath, boolean, words...)

	f("RestJsonBodyMalformedListNullItem", getPath, graphBody+`,"AccountIds":["111122223333",null]}`, "")
	f("RestJsonBodyMalformedListUnclosed", getPath, graphBody+`,"AccountIds":["111122223333" }`, "")
	f("list of structures with null", "/graph/members", graphBody+`,"Accounts":[null]}`, "")
	f("RestJsonBodyMalformedMapNullKey", "/graph", `{"Tags":{null:"abc"}}`, "")
	f("RestJsonBodyMalformedMapNullValue", "/graph", `{"Tags":{"abc":null}}`, "")

	timestamp := graphBody + `,"EntityArn":"arn:x","ScopeStartTime":$value,"ScopeEndTime":"2026-01-01T00:00:00Z"}`
	f("RestJsonBodyTimestampDateTimeRejectsHttpDate", startPath, timestamp, `"Tue, 29 Apr 2014 18:30:38 GMT"`)
	f("RestJsonBodyTimestampDateTimeRejectsEpochSeconds", startPath, timestamp, "1515531081.1234", "1515531081", "1515531081123")
	f("RestJsonBodyTimestampDateTimeRejectsUTCOffsets", startPath, timestamp, `"1996-12-19T16:39:57-08:00"`)
	for _, v := range []string{
		"1996-12-19T16:39:57+00", "1996-12-19T16:39:57+00Z", "1996-12-19T16:39:57", "1996-12-19T163957", "19961219T163957Z",
		"19961219T163957", "19961219T16:39:57Z", "19961219T16:39:57", "1996-12-19T16:39Z", "1996-12-19T16:39", "1996-12-19T1639",
		"1996-12-19T16Z", "1996-12-19T16", "1996-12-19 16:39:57Z", "2011-12-03T10:15:30+01:00[Europe/Paris]",
	} {
		f("RestJsonBodyTimestampDateTimeRejectsDifferent8601Formats", startPath, timestamp, `"`+v+`"`)
	}
	return all
}

// validationCases are the families validation/, with Detective's messages.
func validationCases() []conformance {
	var all []conformance
	f := func(id, target, body, message string) {
		all = append(all, conformance{id: id, target: target, body: body, status: 400, kind: invalid, message: message})
	}
	const (
		members    = "/graph/members"
		create     = "CreateMembersRequest."
		atLeast    = " must have length greater than or equal to %d. Found %d."
		atMost     = " must have length less than or equal to %d. Found %d."
		pattern    = " must satisfy regular expression pattern: "
		addressed  = `^.+@(?:(?:(?!-)[A-Za-z0-9-]{1,62})?[A-Za-z0-9]{1}\.)+[A-Za-z]{2,63}$`
		tagPattern = `^(?!aws:)[a-zA-Z+-=._:/]+$`
	)
	length := func(at, form string, limit, found int) string { return at + fmt.Sprintf(form, limit, found) }
	account := func(id, address string) string {
		return graphBody + `,"Accounts":[{"AccountId":"` + id + `","EmailAddress":"` + address + `"}]}`
	}
	ids := func(list ...string) string { return graphBody + `,"AccountIds":["` + strings.Join(list, `","`) + `"]}` }
	tags := func(n int) string {
		entries := make([]string, n)
		for i := range entries {
			entries[i] = fmt.Sprintf(`"k%d":""`, i)
		}
		return `{"Tags":{` + strings.Join(entries, ",") + `}}`
	}

	for _, v := range []string{"ABC", "XYZ", "active"} {
		f("RestJsonMalformedEnumString", "/investigations/updateInvestigationState", investigationBody+`,"State":"`+v+`"}`,
			"UpdateInvestigationStateRequest.State must satisfy enum value set: [ACTIVE, ARCHIVED].")
		f("RestJsonMalformedEnumList", "/graph/datasources/update", graphBody+`,"DatasourcePackages":["EKS_AUDIT","`+v+`"]}`,
			"UpdateDatasourcePackagesRequest.DatasourcePackages[1] must satisfy enum value set: [DETECTIVE_CORE, EKS_AUDIT, ASFF_SECURITYHUB_FINDING].")
	}

	f("list of enumerations with null", "/graph/datasources/update", graphBody+`,"DatasourcePackages":[null]}`,
		"UpdateDatasourcePackagesRequest.DatasourcePackages[0] must satisfy enum value set: [DETECTIVE_CORE, EKS_AUDIT, ASFF_SECURITYHUB_FINDING].")

	const getMembers, token = "GetMembersRequest.AccountIds", "ListGraphsRequest.NextToken"
	f("RestJsonMalformedLengthString", listPath, `{"NextToken":""}`, length(token, atLeast, 1, 0))
	f("RestJsonMalformedLengthString", listPath, `{"NextToken":"`+strings.Repeat("a", 1025)+`"}`, length(token, atMost, 1024, 1025))
	f("RestJsonMalformedLengthString", members, account("👍", "a@b.co"), length(create+"Accounts[0].AccountId", atLeast, 12, 1))
	f("RestJsonMalformedLengthMinString", members, account("111122223333", ""), length(create+"Accounts[0].EmailAddress", atLeast, 1, 0))
	f("RestJsonMalformedLengthMaxString", members, account("111122223333", strings.Repeat("a", 60)+"@b.co"), length(create+"Accounts[0].EmailAddress", atMost, 64, 65))
	f("RestJsonMalformedLengthList", getPath, graphBody+`,"AccountIds":[]}`, length(getMembers, atLeast, 1, 0))
	f("RestJsonMalformedLengthList", getPath, ids(strings.Split(strings.Repeat("111122223333,", 51)[:51*13-1], ",")...), length(getMembers, atMost, 50, 51))
	f("RestJsonMalformedLengthListValue", getPath, ids("1", "111122223333"), length(getMembers+"[0]", atLeast, 12, 1))
	f("RestJsonMalformedLengthListValue", getPath, ids("111122223333", "1111222233334"), length(getMembers+"[1]", atMost, 12, 13))
	f("RestJsonMalformedLengthMap", tagsPath, tags(0), length("TagResourceRequest.Tags", atLeast, 1, 0))
	f("RestJsonMalformedLengthMap", tagsPath, tags(51), length("TagResourceRequest.Tags", atMost, 50, 51))
	f("RestJsonMalformedLengthMapKey", tagsPath, `{"Tags":{"":"v"}}`, length("TagResourceRequest.Tags key", atLeast, 1, 0))
	f("RestJsonMalformedLengthMapKey", tagsPath, `{"Tags":{"`+strings.Repeat("k", 129)+`":"v"}}`, length("TagResourceRequest.Tags key", atMost, 128, 129))
	f("RestJsonMalformedLengthMapValue", tagsPath, `{"Tags":{"k":"`+strings.Repeat("v", 257)+`"}}`, length("TagResourceRequest.Tags[k]", atMost, 256, 257))

	f("RestJsonMalformedPatternString", "/investigations/getInvestigation", graphBody+`,"InvestigationId":"00000000000000000004x"}`,
		`GetInvestigationRequest.InvestigationId`+pattern+`^[0-9]+$`)
	f("RestJsonMalformedPatternList", getPath, ids("111122223333", "11112222333x"), getMembers+"[1]"+pattern+"^[0-9]+$")
	f("RestJsonMalformedPatternMapKey", tagsPath, `{"Tags":{"a b":""}}`, "TagResourceRequest.Tags key"+pattern+tagPattern)
	f("RestJsonMalformedPatternMapKey", tagsPath, `{"Tags":{"aws:b":""}}`, "TagResourceRequest.Tags key"+pattern+tagPattern)
	// Go's regular expressions take linear time; backtracking ones would not end.
	f("RestJsonMalformedPatternReDOSString", members, account("111122223333", "@"+strings.Repeat("a", 62)+"!"), create+"Accounts[0].EmailAddress"+pattern+addressed)

	const limit = "ListGraphsRequest.MaxResults must have value "
	for _, v := range []int{0, -1} {
		f("RestJsonMalformedRangeInteger", listPath, fmt.Sprintf(`{"MaxResults":%d}`, v), limit+fmt.Sprintf("greater than or equal to 1. Found %d.", v))
	}
	f("RestJsonMalformedRangeInteger", listPath, `{"MaxResults":201}`, limit+"less than or equal to 200. Found 201.")
	f("RestJsonMalformedRangeMinInteger", listPath, `{"MaxResults":-2147483648}`, limit+"greater than or equal to 1. Found -2147483648.")
	f("RestJsonMalformedRangeMaxInteger", listPath, `{"MaxResults":2147483647}`, limit+"less than or equal to 200. Found 2147483647.")

	for id, body := range map[string]string{"RestJsonMalformedRequiredBodyUnset": "{  }", "RestJsonMalformedRequiredBodyExplicitNull": `{"GraphArn":null}`} {
		all = append(all, conformance{id: id, target: "/graph/removal", body: body, status: 400, kind: invalid, message: "Invalid request body", code: "INVALID_REQUEST_BODY"})
	}
	f("RestJsonMalformedPatternSensitiveString", members, account("111122223333", "ABC"), create+"Accounts[0].EmailAddress"+pattern+addressed)
	f("message, sensitive", members, graphBody+`,"Accounts":[{"AccountId":"111122223333"}],"Message":"`+strings.Repeat("é", 1001)+`"}`, length(create+"Message", atMost, 1000, 1001))
	return all
}
