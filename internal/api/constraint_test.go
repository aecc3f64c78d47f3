package api

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// pathOf fills the label of a route.
func pathOf(uri string) string {
	if prefix, _, ok := strings.Cut(uri, "{"); ok {
		return prefix + url.PathEscape(testARN)
	}
	return uri
}

// validRequest is the target and the body of a request of the operation in
// which every member is set and right.
func (f *facts) validRequest(t testing.TB, operation string) (target, body string) {
	t.Helper()
	o := f.Operations[operation]
	target = pathOf(o.HTTP.RequestURI)
	if o.Input == nil {
		return target, ""
	}
	hasBody := false
	for _, r := range f.Shapes[o.Input.Shape].Members {
		switch r.Location {
		case "":
			hasBody = true
		case "querystring":
			target += "?tagKeys=key&tagKeys=" + url.QueryEscape("a+b:/=.")
		}
	}
	if !hasBody {
		return target, ""
	}
	return target, toJSON(t, f.valid(o.Input.Shape))
}

func toJSON(t testing.TB, value any) string {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// TestConstraints breaks every constraint of the model, one at a time, for
// every operation, in signed requests: the answer is the modeled error and
// the backend is not called.
func TestConstraints(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	cases := 0
	for _, name := range slices.Sorted(maps.Keys(f.Operations)) {
		o := f.Operations[name]
		if o.Input == nil {
			continue
		}
		target, valid := f.validRequest(t, name)
		if valid == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for _, b := range f.breaches(o.Input.Shape) {
				cases++
				backend := &fake{}
				h, log := newTestAPI(backend, false)
				body := toJSON(t, b.value)
				got := send(t, h, signed(t, o.HTTP.Method, target, body))
				want := o.Input.Shape + b.where + " " + b.text
				var e errorBody
				if err := json.Unmarshal([]byte(got.body), &e); err != nil || got.status != 400 || got.kind != "ValidationException" {
					t.Errorf("%s\ngot %+v, want 400 ValidationException", clip(body), got)
					continue
				}
				switch {
				case b.body && (e.Message != "Invalid request body" || e.ErrorCode != ErrorCodeInvalidRequestBody || b.text != "" && e.ErrorCodeReason != want):
					t.Errorf("%s\ngot %+v, want Invalid request body, %q", clip(body), e, want)
				case !b.body && (e.Message != want || e.ErrorCode == ErrorCodeInvalidRequestBody):
					t.Errorf("%s\ngot  %+v\nwant %s", clip(body), e, want)
				case !b.body && (e.ErrorCode == ErrorCodeInvalidGraphArn) != strings.Contains(b.text, ":graph:"):
					t.Errorf("%s\ngot ErrorCode %q for %s", clip(body), e.ErrorCode, e.Message)
				}
				if len(backend.calls) > 0 || log.Len() > 0 {
					t.Errorf("%s\ncalled the backend %q or wrote a log %q", clip(body), backend.calls, log)
				}
			}
		})
	}
	t.Logf("%d broken requests", cases)
	if cases < 500 {
		t.Errorf("only %d broken requests were made", cases)
	}
}

// TestPathAndQueryConstraints breaks those that travel outside of the body.
func TestPathAndQueryConstraints(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("tagKeys=k&", 51)
	const pattern = "must satisfy regular expression pattern: "
	for _, c := range []struct{ method, target, want, code string }{
		{"GET", "/tags/nope", "ListTagsForResourceRequest.ResourceArn " + pattern, "INVALID_GRAPH_ARN"},
		{"POST", "/tags/nope", "TagResourceRequest.ResourceArn " + pattern, "INVALID_GRAPH_ARN"},
		{"DELETE", "/tags/%FF?tagKeys=k", "UntagResourceRequest.ResourceArn " + pattern, "INVALID_GRAPH_ARN"},
		{"DELETE", tagsPath, "UntagResourceRequest.TagKeys is required.", ""},
		{"DELETE", tagsPath + "?tagkeys=a", "UntagResourceRequest.TagKeys is required.", ""},
		{"DELETE", tagsPath + "?tagKeys=", "UntagResourceRequest.TagKeys[0] must have length greater than or equal to 1. Found 0.", ""},
		{"DELETE", tagsPath + "?" + many, "UntagResourceRequest.TagKeys must have length less than or equal to 50. Found 51.", ""},
		{"DELETE", tagsPath + "?tagKeys=a&tagKeys=aws:b", "UntagResourceRequest.TagKeys[1] " + pattern, ""},
		{"DELETE", tagsPath + "?tagKeys=" + strings.Repeat("k", 129), "UntagResourceRequest.TagKeys[0] must have length less than or equal to 128. Found 129.", ""},
		{"DELETE", tagsPath + "?tagKeys=%zz", "Invalid request body", "INVALID_REQUEST_BODY"},
	} {
		backend := &fake{}
		body := ""
		if c.method == "POST" {
			body = `{"Tags":{"k":"v"}}`
		}
		unreadable := strings.Contains(c.target, "%zz") // no signature can be made for it
		h, _ := newTestAPI(backend, unreadable)
		r := newRequest(c.method, c.target, body)
		if !unreadable {
			r = signed(t, c.method, c.target, body)
		}
		got := send(t, h, r)
		var e errorBody
		if err := json.Unmarshal([]byte(got.body), &e); err != nil || got.status != 400 || got.kind != "ValidationException" ||
			!strings.HasPrefix(e.Message, c.want) || string(e.ErrorCode) != c.code {
			t.Errorf("%s %s: got %+v, want 400 %s", c.method, clip(c.target), got, c.want)
		}
		if len(backend.calls) > 0 {
			t.Errorf("%s %s: called the backend %q", c.method, clip(c.target), backend.calls)
		}
	}
}

// TestSensitiveValuesAreNotEchoed: no value that a client sent comes back in
// an error, sensitive or not.
func TestSensitiveValuesAreNotEchoed(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t"
	for name, body := range map[string]string{
		"address, pattern": `{"GraphArn":"` + testARN + `","Accounts":[{"AccountId":"111122223333","EmailAddress":"` + secret + `"}]}`,
		"address, length":  `{"GraphArn":"` + testARN + `","Accounts":[{"AccountId":"111122223333","EmailAddress":"` + strings.Repeat(secret, 20) + `"}]}`,
		"address, type":    `{"GraphArn":"` + testARN + `","Accounts":[{"AccountId":"111122223333","EmailAddress":["` + secret + `"]}]}`,
		"message, length":  `{"GraphArn":"` + testARN + `","Accounts":[{"AccountId":"111122223333"}],"Message":"` + strings.Repeat(secret, 200) + `"}`,
		"account":          `{"GraphArn":"` + testARN + `","Accounts":[{"AccountId":"` + secret + `"}]}`,
		"graph":            `{"GraphArn":"` + secret + `","Accounts":[{"AccountId":"111122223333"}]}`,
		"not JSON":         `{"GraphArn":"` + secret + `",`,
		"duplicate":        `{"` + secret + `":1,"` + secret + `":2}`,
	} {
		h, log := newTestAPI(&fake{}, true)
		got := send(t, h, newRequest("POST", "/graph/members", body))
		if got.status != 400 || strings.Contains(got.body, secret) || strings.Contains(log.String(), secret) {
			t.Errorf("%s: got %+v, log %q; want a 400 without the value", name, got, log)
		}
	}
}

// clip shortens what a failure shows.
func clip(s string) string {
	if len(s) > 400 {
		return s[:400] + "…"
	}
	return s
}
