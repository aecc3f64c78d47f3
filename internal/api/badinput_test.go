package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// unfitBodies are bodies that fit no input of the model, or are no JSON.
var unfitBodies = map[string]string{
	"null": "null", "text": `"text"`, "number": "1", "list": "[]", "list with an object": "[{}]",
	"not ended": `{"GraphArn":`, "ended early": `{"GraphArn"}`, "two documents": "{}{}", "rest": "{}x", "comment": "{} // x",
	"single quotes": `{'a':1}`, "comma": `{"a":1,}`, "no quotes": "{a:1}", "byte order mark": "\xef\xbb\xbf{}", "UTF-16": "{\x00}\x00",
	"invalid UTF-8": "{\"a\":\"\xff\"}", "half a pair": `{"a":"\ud800"}`, "control character": "{\"a\":\"\x01\"}", "zero byte": "{}\x00",
	"duplicate": `{"a":1,"a":2}`, "duplicate, escaped": `{"a":1,"\u0061":2}`, "duplicate deep inside": `{"a":[{"b":{"c":1,"c":1}}]}`,
	"deep lists": `{"a":` + strings.Repeat("[", 100_000), "deep objects": strings.Repeat(`{"a":`, 100_000),
	"deep and closed": `{"a":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}",
	"NaN":             `{"a":NaN}`, "leading zero": `{"a":01}`, "only space": " \n",
}

// TestUnfitBodies sends each of them, signed, to every operation that takes a
// body: one answer, and no call of the backend.
func TestUnfitBodies(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	sent := 0
	for _, r := range routes() {
		if !r.hasBody {
			continue
		}
		target, valid := f.validRequest(t, r.operation)
		bodies := maps.Clone(unfitBodies)
		bodies["member twice"] = strings.TrimSuffix(valid, "}") + "," + strings.TrimPrefix(valid, "{")
		for name, body := range bodies {
			sent++
			backend := &fake{}
			h, log := newTestAPI(backend, false)
			got := send(t, h, signed(t, r.method, target, body))
			var e errorBody
			if err := json.Unmarshal([]byte(got.body), &e); err != nil || got.status != 400 || got.kind != invalid ||
				e.Message != "Invalid request body" || e.ErrorCode != ErrorCodeInvalidRequestBody || e.ErrorCodeReason == "" {
				t.Errorf("%s, %s: got %+v, want 400 Invalid request body", r.operation, name, got)
			}
			if len(backend.calls) > 0 || log.Len() > 0 {
				t.Errorf("%s, %s: called the backend %q or wrote a log %q", r.operation, name, backend.calls, log)
			}
		}
	}
	t.Logf("%d requests", sent)
}

// TestLargeBodies: more than 1 MiB is refused by every operation, whatever it
// takes.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	ten := `{"X":"` + strings.Repeat("x", 10<<20) + `"}`
	for _, r := range routes() {
		backend := &fake{}
		h, _ := newTestAPI(backend, false)
		target, _ := f.validRequest(t, r.operation)
		got := send(t, h, signed(t, r.method, target, ten))
		if got.status != 413 || got.kind != "RequestTooLargeException" || len(backend.calls) > 0 {
			t.Errorf("%s: got %+v after %q, want 413", r.operation, got, backend.calls)
		}
	}
}

// TestOtherMethodsAndPaths: each of the model's paths with any other method,
// and near each of them, is not found.
func TestOtherMethodsAndPaths(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	backend := &fake{}
	h, _ := newTestAPI(backend, false)
	taken := make(map[string]bool)
	for _, r := range routes() {
		taken[r.method+" "+r.path] = true
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "X"}
	refused := func(method, target string) {
		t.Helper()
		got := send(t, h, signed(t, method, target, ""))
		if got.status != 404 || got.kind != "UnknownOperationException" || got.id == "" || !strings.Contains(got.body, `"Message"`) {
			t.Errorf("%s %s: got %+v, want 404 UnknownOperationException", method, clip(target), got)
		}
	}
	for _, r := range routes() {
		target, _ := f.validRequest(t, r.operation)
		for _, method := range methods {
			if !taken[method+" "+r.path] {
				refused(method, target)
			}
		}
		path, _, _ := strings.Cut(target, "?")
		for _, near := range []string{path + "/", "/" + path, path + "/x", path + "//", "/." + path, "/x/.." + path, strings.ToUpper(path) + "X", path + "%2F..%2Fx/y"} {
			refused(r.method, near)
		}
	}
	if len(backend.calls) > 0 {
		t.Errorf("called the backend %q", backend.calls)
	}
}

// TestTampered changes one thing at a time in a signed request of every
// operation: the signature does not hold any more.
func TestTampered(t *testing.T) {
	t.Parallel()
	f := readFacts(t)
	tampered := 0
	for _, r := range routes() {
		target, body := f.validRequest(t, r.operation)
		fresh := func() *http.Request {
			return signed(t, r.method, target, body, func(q *http.Request) { q.Header.Set("X-Amz-Meta", "m") })
		}
		changes := map[string]func(q *http.Request) *http.Request{
			"body": func(q *http.Request) *http.Request { return rebuilt(q, q.Method, target, body+" ") },
			"query": func(q *http.Request) *http.Request {
				return rebuilt(q, q.Method, target+map[bool]string{true: "&", false: "?"}[strings.Contains(target, "?")]+"x", body)
			},
			"host": func(q *http.Request) *http.Request { q.Host = "example.org"; return q },
			"payload hash that is unsigned": func(q *http.Request) *http.Request {
				q.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
				return q
			},
			"signature": func(q *http.Request) *http.Request {
				value := q.Header.Get("Authorization")
				q.Header.Set("Authorization", value[:len(value)-64]+strings.Repeat("0", 64))
				return q
			},
			"key":             authorization("Credential="+testKey, "Credential=AKIANOBODY"),
			"date":            authorization("/20260304/", "/20260303/"),
			"Region":          authorization("/us-east-1/", "/eu-central-1/"),
			"service":         authorization("/detective/", "/sts/"),
			"terminator":      authorization("/aws4_request", "/aws4"),
			"one header less": authorization(";x-amz-meta", ""),
			"algorithm":       authorization("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
			"no signature":    func(q *http.Request) *http.Request { q.Header.Del("Authorization"); return q },
		}
		for _, other := range routes() { // the same request sent somewhere else
			if other.operation != r.operation && other.method+other.path != r.method+r.path {
				changes["sent to "+other.operation] = func(q *http.Request) *http.Request {
					there, _ := f.validRequest(t, other.operation)
					return rebuilt(q, other.method, there, body)
				}
			}
		}
		for _, name := range signedHeaders(fresh()) {
			switch name {
			case "host":
			case "content-length":
				changes["changed "+name] = func(q *http.Request) *http.Request { q.ContentLength++; return q }
			default:
				changes["changed "+name] = func(q *http.Request) *http.Request { q.Header.Set(name, q.Header.Get(name)+"1"); return q }
				changes["removed "+name] = func(q *http.Request) *http.Request { q.Header.Del(name); return q }
				changes["doubled "+name] = func(q *http.Request) *http.Request { q.Header.Add(name, q.Header.Get(name)); return q }
			}
		}
		for what, change := range changes {
			tampered++
			backend := &fake{}
			h, log := newTestAPI(backend, false)
			got := send(t, h, change(fresh()))
			if got.status != 403 || !slices.Contains([]string{"InvalidSignatureException", "IncompleteSignatureException", "MissingAuthenticationTokenException", "UnrecognizedClientException"}, got.kind) {
				t.Errorf("%s, %s: got %+v, want 403", r.operation, what, got)
			}
			if len(backend.calls) > 0 || log.Len() > 0 {
				t.Errorf("%s, %s: called the backend %q or wrote a log %q", r.operation, what, backend.calls, log)
			}
		}
		h, _ := newTestAPI(&fake{}, false)
		if got := send(t, h, fresh()); got.status >= 300 {
			t.Errorf("%s: not tampered: got %+v", r.operation, got)
		}
	}
	t.Logf("%d tampered requests", tampered)
}

// authorization replaces a part of the Authorization header.
func authorization(old, by string) func(*http.Request) *http.Request {
	return func(q *http.Request) *http.Request {
		q.Header.Set("Authorization", strings.Replace(q.Header.Get("Authorization"), old, by, 1))
		return q
	}
}

// rebuilt has the headers of a request and another request line and body.
func rebuilt(q *http.Request, method, target, body string) *http.Request {
	r := newRequest(method, target, body)
	r.Header = q.Header
	return r
}

// signedHeaders are the names in a request's SignedHeaders.
func signedHeaders(q *http.Request) []string {
	_, rest, _ := strings.Cut(q.Header.Get("Authorization"), "SignedHeaders=")
	list, _, _ := strings.Cut(rest, ",")
	return strings.Split(list, ";")
}
