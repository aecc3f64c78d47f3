package api

import (
	"strings"
	"testing"
)

// The cases here follow the restJson1 protocol tests of Smithy, by their ids,
// on operations of Detective that have the same shapes. Where Smithy says
// SerializationException, Detective says ValidationException.

type conformance struct {
	id, method, target, body string
	headers                  map[string]string // "" removes one
	status                   int
	kind                     string // error type, empty on success
	answer                   string // body on success
}

func (c conformance) run(t *testing.T) {
	t.Helper()
	h, _ := newTestAPI(&fake{}, true)
	r := newRequest(c.method, c.target, c.body)
	for name, value := range c.headers {
		if r.Header.Del(name); value != "" {
			r.Header.Set(name, value)
		}
	}
	got := send(t, h, r)
	if got.status != c.status || got.kind != c.kind || c.kind == "" && got.body != c.answer {
		t.Errorf("%s: %s %s %s %v:\ngot  %d %q %s\nwant %d %q %s", c.id, c.method, c.target, clip(c.body), c.headers,
			got.status, got.kind, clip(got.body), c.status, c.kind, c.answer)
	}
}

const (
	invalid  = "ValidationException"
	noGraphs = `{"GraphList":[]}`
	started  = `{"InvestigationId":"` + testID + `"}`
)

func TestConformanceMedia(t *testing.T) {
	t.Parallel()
	const list = "/graphs/list"
	const disable = "/orgs/disableAdminAccount" // has neither input nor output
	const notYet = "InternalServerException"    // the request was let through
	for _, c := range []conformance{
		{id: "RestJsonMustSupportParametersInContentType", headers: map[string]string{"Content-Type": "application/json; charset=utf-8"}, target: list, body: "{}", status: 200, answer: noGraphs},
		{id: "RestJsonWithBodyExpectsApplicationJsonContentType", headers: map[string]string{"Content-Type": "application/hal+json"}, target: list, body: "{}", status: 415, kind: "UnsupportedMediaTypeException"},
		{id: "no Content-Type", headers: map[string]string{"Content-Type": ""}, target: list, body: "{}", status: 415, kind: "UnsupportedMediaTypeException"},
		{id: "broken Content-Type", headers: map[string]string{"Content-Type": "application/json;;"}, target: list, body: "{}", status: 415, kind: "UnsupportedMediaTypeException"},
		{id: "RestJsonEmptyInputAndEmptyOutput", target: list, status: 200, answer: noGraphs},
		{id: "RestJsonEmptyInputAndEmptyOutputWithJson", headers: map[string]string{"Content-Type": "application/json"}, target: list, body: "{}", status: 200, answer: noGraphs},
		{id: "empty body of another type", headers: map[string]string{"Content-Type": "text/plain"}, target: list, status: 415, kind: "UnsupportedMediaTypeException"},

		{id: "RestJsonNoInputAndNoOutput", target: disable, status: 500, kind: notYet},
		{id: "RestJsonNoInputAllowsAccept", headers: map[string]string{"Accept": "application/json"}, target: disable, status: 500, kind: notYet},
		{id: "RestJsonUnitInputAllowsAccept", headers: map[string]string{"Accept": "text/html"}, target: disable, status: 500, kind: notYet},
		{id: "RestJsonWithoutBodyExpectsEmptyContentType", headers: map[string]string{"Content-Type": "application/json"}, target: disable, body: "{}", status: 415, kind: "UnsupportedMediaTypeException"},
		{id: "body on GET", method: "GET", target: tagsPath, body: "{}", status: 415, kind: "UnsupportedMediaTypeException"},

		{id: "RestJsonWithBodyExpectsApplicationJsonAccept", headers: map[string]string{"Accept": "application/hal+json"}, target: list, body: "{}", status: 406, kind: "NotAcceptableException"},
		{id: "Accept of curl", headers: map[string]string{"Accept": "*/*"}, target: list, body: "{}", status: 200, answer: noGraphs},
		{id: "Accept of browsers", headers: map[string]string{"Accept": "text/html, application/*;q=0.9"}, target: list, body: "{}", status: 200, answer: noGraphs},
		{id: "Accept without output", headers: map[string]string{"Accept": "text/html"}, method: "POST", target: tagsPath, body: `{"Tags":{"a":"b"}}`, status: 204},

		{id: "RestJsonHttpResponseCodeDefaultsToModeledCode", target: "/graph", body: "{}", status: 200, answer: `{"GraphArn":"` + testARN + `"}`},
		{id: "RestJsonHttpRequestLabelEscaping", method: "GET", target: "/tags/" + strings.ReplaceAll(testARN, ":", "%3a"), status: 200, answer: `{"Tags":{}}`},
		{id: "RestJsonQueryStringEscaping", method: "DELETE", target: tagsPath + "?tagKeys=a%2Fb%3a%3D%2B", status: 204},
		{id: "RestJsonOmitsEmptyListQueryValues", method: "DELETE", target: tagsPath, status: 400, kind: invalid},
	} {
		if c.method == "" {
			c.method = "POST"
		}
		c.run(t)
	}
}

func TestConformanceMalformedBody(t *testing.T) {
	t.Parallel()
	f := func(id, target, template string, values ...string) {
		t.Helper()
		for _, v := range values {
			body := strings.ReplaceAll(template, "$value", v)
			conformance{id: id, method: "POST", target: target, body: body, status: 400, kind: invalid}.run(t)
		}
	}
	const list = "/graphs/list"
	f("RestJsonInvalidJsonBody", list, "$value", "{[", `{ "MaxResults": 10 }abc`, `abc{ "MaxResults": 10 }`,
		"{ \"MaxResults\": 10 // ten\n}", `{ "MaxResults": 10 /* ten */ }`, "{\"MaxResults\" :\x0c10}", `{'MaxResults': 10}`, `{"MaxResults": 10,}`)
	f("RestJsonTechnicallyValidJsonBody", list, "$value", `[{ "MaxResults": 10}]`, "10", "null")
	f("RestJsonBodyIntegerUnderflowOverflow", list, `{"MaxResults":$value}`, "-9223372000000000000", "9223372000000000000", "123000000000000000000000")
	f("RestJsonBodyIntegerMalformedValueRejected", list, `{"MaxResults":$value}`,
		`"123"`, "true", "1.001", "2ABC", "0x42", "Infinity", `"Infinity"`, "-Infinity", `"-Infinity"`, "NaN", `"NaN"`)

	boolean := `{"GraphArn":"` + testARN + `","AutoEnable":$value}`
	words := []string{"True", "TRUE", "y", "Y", "yes", "Yes", "YES", "1", "on", "On", "ON", "False", "FALSE", "n", "N", "no", "No", "NO", "0", "off", "Off", "OFF"}
	for _, w := range append(words, "true", "false") {
		f("RestJsonBodyBooleanStringCoercion", "/orgs/updateOrganizationConfiguration", boolean, `"`+w+`"`)
	}
	f("RestJsonBodyBooleanBadLiteral", "/orgs/updateOrganizationConfiguration", boolean, words...)

	f("RestJsonBodyMalformedListNullItem", "/graph/members/get", `{"GraphArn":"`+testARN+`","AccountIds":["111122223333",null]}`, "")
	f("RestJsonBodyMalformedListUnclosed", "/graph/members/get", `{"GraphArn":"`+testARN+`","AccountIds":["111122223333" }`, "")
	f("list of structures with null", "/graph/members", `{"GraphArn":"`+testARN+`","Accounts":[null]}`, "")
	f("list of enums with null", "/graph/datasources/update", `{"GraphArn":"`+testARN+`","DatasourcePackages":[null]}`, "")
	f("RestJsonBodyMalformedMapNullKey", "/graph", `{"Tags":{null:"abc"}}`, "")
	f("RestJsonBodyMalformedMapNullValue", "/graph", `{"Tags":{"abc":null}}`, "")

	timestamp := `{"GraphArn":"` + testARN + `","EntityArn":"arn:x","ScopeStartTime":$value,"ScopeEndTime":"2026-01-01T00:00:00Z"}`
	const start = "/investigations/startInvestigation"
	f("RestJsonBodyTimestampDateTimeRejectsHttpDate", start, timestamp, `"Tue, 29 Apr 2014 18:30:38 GMT"`)
	f("RestJsonBodyTimestampDateTimeRejectsEpochSeconds", start, timestamp, "1515531081.1234", "1515531081")
	f("RestJsonBodyTimestampDateTimeRejectsUTCOffsets", start, timestamp, `"1996-12-19T16:39:57-08:00"`)
	for _, v := range []string{
		"1996-12-19T16:39:57+00", "1996-12-19T16:39:57+00Z", "1996-12-19T16:39:57", "1996-12-19T163957", "19961219T163957Z",
		"19961219T163957", "19961219T16:39:57Z", "19961219T16:39:57", "1996-12-19T16:39Z", "1996-12-19T16:39", "1996-12-19T1639",
		"1996-12-19T16Z", "1996-12-19T16", "1996-12-19 16:39:57Z", "2011-12-03T10:15:30+01:00[Europe/Paris]",
	} {
		f("RestJsonBodyTimestampDateTimeRejectsDifferent8601Formats", start, timestamp, `"`+v+`"`)
	}
	for _, v := range []string{"2000-01-02T20:34:56.123Z", "2000-01-02T20:34:56.123456Z", "2000-01-02T20:34:56Z"} {
		conformance{id: "RestJsonDateTimeWithFractionalSeconds", method: "POST", target: start,
			body: strings.ReplaceAll(timestamp, "$value", `"`+v+`"`), status: 200, answer: started}.run(t)
	}
}
