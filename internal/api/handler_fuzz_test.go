package api

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// FuzzHandler: whatever net/http makes of a request, there is an answer
// below 500 with a request id, nothing is logged, and a refusal has a type
// and a document with a message. The backend is asked once for a success, and
// what was recorded is JSON.
func FuzzHandler(f *testing.F) {
	facts := readFacts(f)
	for i, r := range routes() {
		target, body := facts.validRequest(f, r.operation)
		header := ""
		if body != "" {
			header = "Content-Type: application/json"
		}
		f.Add(r.method, target, []byte(body), header, byte(i%3))
	}
	f.Add("POST", "/", []byte("Action=GetCallerIdentity&Version=2011-06-15"), "Content-Type: application/x-www-form-urlencoded", byte(0))
	f.Add("DELETE", tagsPath+"?tagKeys=%ff&tagKeys=;", []byte{}, "Accept: a/b", byte(1))
	f.Add("POST", "/graph/members", []byte(`{"Accounts":[{"EmailAddress":"`), "Content-Type: application/json;", byte(2))
	f.Add("OPTIONS", "*", []byte{}, "Authorization: AWS4-HMAC-SHA256 ,", byte(2))
	f.Fuzz(func(t *testing.T, method, target string, body []byte, header string, auth byte) {
		text := method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n" + header + "\r\n\r\n" + string(body)
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil || r.Host == "" || r.ContentLength != int64(len(body)) || len(r.TransferEncoding) > 0 {
			return // net/http would not hand it on, or it is another request
		}
		switch auth % 3 {
		case 0: // of the development mode
			if r.URL.Path == "/" {
				r.Header.Set("Authorization", strings.Replace(devAuthorization, "/detective/", "/sts/", 1))
			} else {
				r.Header.Set("Authorization", devAuthorization)
			}
		case 1: // with a signature that is right
			sign(t, r, string(body))
		}
		backend := &fake{}
		var log strings.Builder
		calls := 0
		h := New(Options{
			Detective: backend, Keys: fakeKeys{}, Regions: []string{"us-east-1"}, Dev: auth%3 == 0, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Now: func() time.Time { return testNow },
			Audit: func(c Call) {
				calls++
				if c.Parameters != nil && !json.Valid(c.Parameters) {
					t.Errorf("%q: recorded %q", text, c.Parameters)
				}
			},
		})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)

		id := w.Header().Get("x-amzn-RequestId")
		if _, err := uuid.Parse(id); err != nil || w.Code < 200 || w.Code >= 500 || log.Len() > 0 {
			t.Fatalf("%q: status %d, request id %q, log %q", text, w.Code, id, log.String())
		}
		if isSTS := r.Method == http.MethodPost && r.URL.Path == "/"; isSTS {
			if err := xml.Unmarshal(w.Body.Bytes(), new(struct{ XMLName xml.Name })); err != nil {
				t.Fatalf("%q: %s: %v", text, w.Body, err)
			}
			return
		}
		if (len(backend.calls) == 1) != (w.Code < 300) || len(backend.calls) > 1 {
			t.Fatalf("%q: status %d after the calls %q", text, w.Code, backend.calls)
		}
		if want := min(1, calls); calls != want || w.Code != 404 && calls != 1 {
			t.Fatalf("%q: status %d, recorded %d times", text, w.Code, calls)
		}
		if w.Code >= 300 {
			var e errorBody
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || e.Message == "" || w.Header().Get("x-amzn-ErrorType") == "" {
				t.Fatalf("%q: status %d, type %q, %s", text, w.Code, w.Header().Get("x-amzn-ErrorType"), w.Body)
			}
		}
	})
}
