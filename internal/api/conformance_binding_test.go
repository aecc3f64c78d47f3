package api

import (
	"net/url"
	"strings"
)

// everyReserved has each character that must be escaped in a path or a query.
const everyReserved = " %:/?#[]@!$&'()*+,;=😹"

const everyReservedEscaped = "%20%25%3A%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D%F0%9F%98%B9"

// bindingCases are the families http-labels and http-query.
func bindingCases() []conformance {
	const pattern = `^arn:aws[-\w]{0,10}?:detective:[-\w]{2,20}?:\d{12}?:graph:[abcdef\d]{32}?$`
	return []conformance{
		// The value is read whole and then does not match the pattern.
		{id: "RestJsonHttpRequestLabelEscaping", method: "GET", target: "/tags/" + everyReservedEscaped, status: 400, kind: invalid,
			parameters: `{"resourceArn":"` + everyReserved + `"}`, message: "ListTagsForResourceRequest.ResourceArn must satisfy regular expression pattern: " + pattern, code: "INVALID_GRAPH_ARN"},
		{id: "RestJsonHttpRequestLabelEscaping", method: "GET", target: "/tags/" + strings.ReplaceAll(testARN, ":", "%3a"), status: 200, answer: `{"Tags":{}}`,
			call: "ListTagsForResource " + testARN},
		{id: "label, everything escaped", method: "GET", target: "/tags/" + escapeAll(testARN), status: 200, answer: `{"Tags":{}}`, call: "ListTagsForResource " + testARN},
		{id: "label, escaped twice", method: "GET", target: "/tags/" + url.PathEscape(url.PathEscape(testARN+"/")), status: 400, kind: invalid},

		{id: "RestJsonQueryStringEscaping", method: "DELETE", target: tagsPath + "?tagKeys=" + everyReservedEscaped, status: 400, kind: invalid,
			parameters: `{"resourceArn":"` + testARN + `","tagKeys":["` + everyReserved + `"]}`,
			message:    "UntagResourceRequest.TagKeys[0] must satisfy regular expression pattern: ^(?!aws:)[a-zA-Z+-=._:/]+$"},
		{id: "RestJsonQueryStringEscaping", method: "DELETE", target: tagsPath + "?tagKeys=a%2Fb%3a%3D%2B", status: 204, call: "UntagResource " + testARN + ` ["a/b:=+"]`},
		{id: "RestJsonAllQueryStringTypes", method: "DELETE", target: tagsPath + "?tagKeys=a&tagKeys=b&tagKeys=c", status: 204, call: "UntagResource " + testARN + ` ["a" "b" "c"]`},
		{id: "RestJsonOmitsEmptyListQueryValues", method: "DELETE", target: tagsPath, status: 400, kind: invalid, message: "UntagResourceRequest.TagKeys is required."},
		{id: "RestJsonSerializesEmptyQueryValue", method: "DELETE", target: tagsPath + "?tagKeys=", status: 400, kind: invalid,
			message: "UntagResourceRequest.TagKeys[0] must have length greater than or equal to 1. Found 0."},
		{id: "RestJsonServersAcceptStaticQueryParamAsEmptyString", method: "DELETE", target: tagsPath + "?tagKeys", status: 400, kind: invalid,
			message: "UntagResourceRequest.TagKeys[0] must have length greater than or equal to 1. Found 0."},
		{id: "RestJsonMalformedLengthQueryStringNoValue", method: "DELETE", target: tagsPath + "?tagKeys&tagKeys=a", status: 400, kind: invalid,
			message: "UntagResourceRequest.TagKeys[0] must have length greater than or equal to 1. Found 0."},
		{id: "query that no member has", method: "DELETE", target: tagsPath + "?tagKeys=a&resourceArn=b&body=c", status: 204,
			parameters: `{"resourceArn":"` + testARN + `","tagKeys":["a"]}`},
	}
}

func escapeAll(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteString("%" + strings.ToUpper(string("0123456789abcdef"[s[i]>>4])+string("0123456789abcdef"[s[i]&15])))
	}
	return b.String()
}

// mediaCases are the families empty-input-output, content-type,
// http-content-type, http-accept, malformed-content-type and malformed-accept.
func mediaCases() []conformance {
	const (
		unsupported = "UnsupportedMediaTypeException"
		notWanted   = "NotAcceptableException"
	)
	contentType := func(value string) map[string]string { return map[string]string{"Content-Type": value} }
	accept := func(value string) map[string]string { return map[string]string{"Accept": value} }
	return []conformance{
		{id: "RestJsonNoInputAndNoOutput", target: disablePath, status: 200},
		{id: "RestJsonNoInputAllowsAccept", headers: accept("application/json"), target: disablePath, status: 200},
		{id: "RestJsonUnitInputAndOutput", target: disablePath, status: 200},
		{id: "RestJsonUnitInputAllowsAccept", headers: accept("application/json"), target: disablePath, status: 200},
		{id: "RestJsonUnitInputAndOutputNoOutput", target: disablePath, status: 200},
		{id: "RestJsonEmptyInputAndEmptyOutput", target: listPath, status: 200, answer: noGraphs},
		{id: "RestJsonEmptyInputAndEmptyOutputWithJson", headers: contentType("application/json"), target: listPath, body: "{}", status: 200, answer: noGraphs},
		{id: "empty body of another type", headers: contentType("text/plain"), target: listPath, status: 415, kind: unsupported},

		{id: "RestJsonMustSupportParametersInContentType", headers: contentType("application/json; charset=utf-8"), target: listPath, body: "{}", status: 200, answer: noGraphs},
		{id: "Content-Type in capitals", headers: contentType("Application/JSON"), target: listPath, body: "{}", status: 200, answer: noGraphs},
		{id: "RestJsonTestBodyStructure", target: "/investigations/listInvestigations", body: graphBody + `,"FilterCriteria":{"State":{"Value":"ACTIVE"}}}`, status: 200, answer: `{"InvestigationDetails":[]}`},
		{id: "RestJsonHttpWithEmptyBody", target: listPath, body: "{}", status: 200, answer: noGraphs},
		{id: "RestJsonHttpGetWithNoModeledBody", method: "GET", target: tagsPath, status: 200, answer: `{"Tags":{}}`},
		{id: "RestJsonHttpPostWithNoInput", target: disablePath, status: 200},

		{id: "RestJsonWithBodyExpectsApplicationJsonContentType", headers: contentType("application/hal+json"), target: listPath, body: "{}", status: 415, kind: unsupported},
		{id: "RestJsonWithBodyExpectsApplicationJsonContentTypeNoHeaders", headers: contentType(""), target: listPath, body: "{}", status: 415, kind: unsupported},
		{id: "broken Content-Type", headers: contentType("application/json;;"), target: listPath, body: "{}", status: 415, kind: unsupported},
		{id: "RestJsonWithoutBodyExpectsEmptyContentType", target: disablePath, body: "{}", status: 415, kind: unsupported},
		{id: "RestJsonWithoutBodyEmptyInputExpectsEmptyContentType", method: "GET", target: tagsPath, body: "{}", status: 415, kind: unsupported},
		{id: "RestJsonWithoutBodyEmptyInputExpectsEmptyContentType", method: "DELETE", target: tagsPath + "?tagKeys=a", body: "{}", status: 415, kind: unsupported},

		{id: "RestJsonWithBodyExpectsApplicationJsonAccept", headers: accept("application/hal+json"), target: listPath, body: "{}", status: 406, kind: notWanted},
		{id: "AcceptHeaderStarRequestTest", headers: accept("application/*"), method: "GET", target: tagsPath, status: 200, answer: `{"Tags":{}}`},
		{id: "AcceptHeaderStarStarRequestTest", headers: accept("*/*"), method: "GET", target: tagsPath, status: 200, answer: `{"Tags":{}}`},
		{id: "Accept of browsers", headers: accept("text/html, application/*;q=0.9"), target: listPath, body: "{}", status: 200, answer: noGraphs},
		{id: "Accept without output", headers: accept("text/html"), target: tagsPath, body: `{"Tags":{"a":"b"}}`, status: 204},
		{id: "empty Accept", headers: accept(","), target: listPath, body: "{}", status: 406, kind: notWanted},
	}
}
