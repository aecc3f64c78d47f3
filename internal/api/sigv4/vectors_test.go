package sigv4

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// recording is what the scripts in testdata write: requests as a foreign
// client signed them.
type recording struct {
	Signer  string
	Now     time.Time
	Secret  string
	Vectors []vector
}

type vector struct {
	Name, Method, Target, Host string
	Headers                    map[string]string
	Body                       string
}

func recordings(t testing.TB) []recording {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != 2 {
		t.Fatalf("recordings: %v, %v; want two", files, err)
	}
	var all []recording
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var r recording
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		all = append(all, r)
	}
	return all
}

// request sends the vector through the parser of net/http's server.
func (v vector) request(t testing.TB) (*http.Request, []byte) {
	t.Helper()
	var wire bytes.Buffer
	wire.WriteString(v.Method + " " + v.Target + " HTTP/1.1\r\nHost: " + v.Host + "\r\n")
	length := false
	for name, value := range v.Headers {
		wire.WriteString(name + ": " + value + "\r\n")
		length = length || strings.EqualFold(name, "content-length")
	}
	if !length {
		wire.WriteString("Content-Length: " + strconv.Itoa(len(v.Body)) + "\r\n")
	}
	wire.WriteString("\r\n" + v.Body)
	r, err := http.ReadRequest(bufio.NewReader(&wire))
	if err != nil {
		t.Fatalf("%s: %v", v.Name, err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("%s: read body: %v", v.Name, err)
	}
	return r, body
}

func TestRecordedRequestsVerify(t *testing.T) {
	t.Parallel()
	for _, rec := range recordings(t) {
		for _, v := range rec.Vectors {
			t.Run(rec.Signer+"/"+v.Name, func(t *testing.T) {
				r, body := v.request(t)
				a, err := Authorize(r.Header)
				if err != nil {
					t.Fatalf("Authorize: %v", err)
				}
				if err := Verify(r, body, a, rec.Secret, rec.Now); err != nil {
					t.Errorf("Verify: %v", err)
				}
			})
		}
	}
}

// TestTamperedRequestsAreRefused changes one thing at a time in every
// recorded request, everything that a signature covers.
func TestTamperedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	refused := 0
	for _, rec := range recordings(t) {
		for _, v := range rec.Vectors {
			tampered := map[string]func(r *http.Request, body *[]byte){
				"method":        func(r *http.Request, _ *[]byte) { r.Method += "X" },
				"path":          func(r *http.Request, _ *[]byte) { r.URL.Path += "x"; r.URL.RawPath = "" },
				"query":         func(r *http.Request, _ *[]byte) { r.URL.RawQuery += "&x=" },
				"body":          func(_ *http.Request, body *[]byte) { *body = append(*body, ' ') },
				"host":          func(r *http.Request, _ *[]byte) { r.Host += "1" },
				"later date":    func(r *http.Request, _ *[]byte) { r.Header.Set("X-Amz-Date", "20260304T050608Z") },
				"payload hash":  func(r *http.Request, _ *[]byte) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") },
				"second header": func(r *http.Request, _ *[]byte) { r.Header.Add("X-Amz-Date", "20260304T050607Z") },
			}
			r, _ := v.request(t)
			a, err := Authorize(r.Header)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range a.SignedHeaders {
				if name == "host" {
					continue
				}
				tampered["changed "+name] = func(r *http.Request, _ *[]byte) { r.Header.Set(name, r.Header.Get(name)+"1") }
				tampered["removed "+name] = func(r *http.Request, _ *[]byte) { r.Header.Del(name); r.ContentLength = -1 }
			}
			if len(r.URL.Query()["tagKeys"]) > 1 {
				tampered["dropped query"] = func(r *http.Request, _ *[]byte) { r.URL.RawQuery = "tagKeys=a" }
			}
			for what, change := range tampered {
				r, body := v.request(t)
				change(r, &body)
				err := Verify(r, body, a, rec.Secret, rec.Now)
				var refusal *Error
				if !errors.As(err, &refusal) {
					t.Errorf("%s %s: %s tampered: got %v, want a refusal", rec.Signer, v.Name, what, err)
				}
				refused++
			}
			r, body := v.request(t)
			for i, other := range []Authorization{
				withSignature(a, strings.Repeat("0", 64)),
				withCredential(a, func(c *Credential) { c.Region = "us-east-1" }),
				withCredential(a, func(c *Credential) { c.Service = "iam" }),
				withCredential(a, func(c *Credential) { c.Date = "20260305" }),
			} {
				if err := Verify(r, body, other, rec.Secret, rec.Now); err == nil {
					t.Errorf("%s %s: authorization %d tampered: accepted", rec.Signer, v.Name, i)
				}
			}
			if err := Verify(r, body, a, rec.Secret+"x", rec.Now); err == nil {
				t.Errorf("%s %s: accepted with another secret", rec.Signer, v.Name)
			}
		}
	}
	t.Logf("%d tampered requests", refused)
}

func withSignature(a Authorization, s string) Authorization {
	a.Signature = s
	return a
}

func withCredential(a Authorization, change func(*Credential)) Authorization {
	change(&a.Credential)
	return a
}

// TestQueryOrderDoesNotMatter: the canonical query is sorted, so a proxy may
// reorder and re-encode it.
func TestQueryOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, rec := range recordings(t) {
		i := slices.IndexFunc(rec.Vectors, func(v vector) bool { return v.Method == "DELETE" })
		r, body := rec.Vectors[i].request(t)
		a, err := Authorize(r.Header)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(r.URL.RawQuery, "&")
		slices.Reverse(parts)
		r.URL.RawQuery = strings.ReplaceAll(strings.Join(parts, "&"), "%20", "+")
		if err := Verify(r, body, a, rec.Secret, rec.Now); err != nil {
			t.Errorf("%s: query %s: %v", rec.Signer, r.URL.RawQuery, err)
		}
	}
}
