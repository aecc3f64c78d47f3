package api

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// exchangeBytes sends text over a connection to the handler and returns the
// answer; a text that ends too early is waited for until the read timeout.
func exchangeBytes(t *testing.T, h http.Handler, text string, readTimeout time.Duration, hangUp bool) answer {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	// Equal, so that the time to write an answer is over when a body is late.
	server.Config.ReadTimeout, server.Config.WriteTimeout = readTimeout, readTimeout
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The server may answer and close before it has read everything, so the
	// error of the write says nothing.
	_, _ = io.WriteString(conn, text)
	if hangUp {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	method, _, _ := strings.Cut(text, " ")
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s: %v", clip(text), err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %v", clip(text), err)
	}
	return answer{
		status: response.StatusCode, kind: response.Header.Get("x-amzn-ErrorType"), body: string(body),
		contentType: response.Header.Get("Content-Type"), id: response.Header.Get("x-amzn-RequestId"),
	}
}

// head is the head of a request as it goes over the wire, with more headers
// at its end.
func head(r *http.Request, more ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.RequestURI, r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			b.WriteString(name + ": " + v + "\r\n")
		}
	}
	for _, line := range more {
		b.WriteString(line + "\r\n")
	}
	return b.String() + "\r\n"
}

// TestBodiesOnTheWire sends bodies that are not what their headers say.
func TestBodiesOnTheWire(t *testing.T) {
	t.Parallel()
	const (
		long  = time.Minute
		short = 50 * time.Millisecond // no test waits longer than that for a body
		big   = 10 << 20
	)
	for _, c := range []struct {
		name, body, headers, sent string
		timeout                   time.Duration
		hangUp                    bool
		status                    int
		kind                      string
	}{
		{"plain", `{"MaxResults":1}`, "Content-Length: 16", `{"MaxResults":1}`, long, false, 200, ""},
		// The length is signed where the client knows it, so chunks need a
		// signature without one.
		{"chunks", "", "Transfer-Encoding: chunked", "0\r\n\r\n", long, false, 200, ""},
		{"chunks, other body", "", "Transfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n", long, false, 403, "InvalidSignatureException"},
		{"chunks, too short", "", "Transfer-Encoding: chunked", "5\r\n{}\r\n0\r\n\r\n", long, true, 400, "ValidationException"},
		{"chunks, too long", "", "Transfer-Encoding: chunked", "1\r\n{}\r\n0\r\n\r\n", long, false, 400, "ValidationException"},
		{"chunks, no number", "", "Transfer-Encoding: chunked", "x\r\n{}\r\n0\r\n\r\n", long, false, 400, "ValidationException"},
		{"chunks without end", "", "Transfer-Encoding: chunked", "2\r\n{}\r\n", long, true, 400, "ValidationException"},
		{"chunks, too large", "", "Transfer-Encoding: chunked", "a00000\r\n" + strings.Repeat(" ", big) + "\r\n0\r\n\r\n", long, false, 413, "RequestTooLargeException"},
		{"too large", "", "Content-Length: 10485760", strings.Repeat(" ", big), long, false, 413, "RequestTooLargeException"},
		{"hung up", `{"MaxResults":1}`, "Content-Length: 16", `{"Max`, long, true, 400, "ValidationException"},
		{"stalled", `{"MaxResults":1}`, "Content-Length: 16", `{"Max`, short, false, 408, "RequestTimeoutException"},
		{"stalled before the first byte", `{"MaxResults":1}`, "Content-Length: 16", "", short, false, 408, "RequestTimeoutException"},
		{"stalled chunk", "", "Transfer-Encoding: chunked", "5\r\n{}", short, false, 408, "RequestTimeoutException"},
	} {
		backend := &fake{}
		h, _ := newTestAPI(backend, false)
		r := signed(t, "POST", "/graphs/list", c.body)
		got := exchangeBytes(t, h, head(r, c.headers)+c.sent, c.timeout, c.hangUp)
		if got.status != c.status || got.kind != c.kind || got.id == "" {
			t.Errorf("%s: got %+v, want %d %s", c.name, got, c.status, c.kind)
		}
		if c.status == 408 || c.status == 400 {
			var e errorBody
			if err := json.Unmarshal([]byte(got.body), &e); err != nil || !strings.Contains(e.Message+e.ErrorCodeReason, "body") {
				t.Errorf("%s: %s does not say what happened", c.name, got.body)
			}
		}
		if (len(backend.calls) > 0) != (c.status == 200) {
			t.Errorf("%s: called the backend %q", c.name, backend.calls)
		}
	}
}

// TestHeadersOnTheWire: no header gets into a request or an answer that was
// not sent as one.
func TestHeadersOnTheWire(t *testing.T) {
	t.Parallel()
	backend := &fake{}
	h, _ := newTestAPI(backend, false)
	r := signed(t, "POST", "/graphs/list", "{}")
	authorization := "Authorization: " + r.Header.Get("Authorization")
	for _, c := range []struct {
		name, text string
		status     int
		kind       string // empty if net/http answers by itself
	}{
		{"as signed", head(r, "Content-Length: 2") + "{}", 200, ""},
		{"another header", head(r, "Content-Length: 2", "X-Other: 1") + "{}", 200, ""},
		{"two Authorization headers", head(r, "Content-Length: 2", authorization) + "{}", 403, "IncompleteSignatureException"},
		{"two dates", head(r, "Content-Length: 2", "X-Amz-Date: "+r.Header.Get("X-Amz-Date")) + "{}", 403, "IncompleteSignatureException"},
		{"two types", head(r, "Content-Length: 2", "Content-Type: application/json") + "{}", 403, "InvalidSignatureException"},
		{"session token not signed", head(r, "Content-Length: 2", "X-Amz-Security-Token: t") + "{}", 403, "UnrecognizedClientException"},
		{"two lengths", head(r, "Content-Length: 2", "Content-Length: 3") + "{}", 400, ""},
		{"length and chunks", head(r, "Content-Length: 2", "Transfer-Encoding: chunked") + "2\r\n{}\r\n0\r\n\r\n", 403, "InvalidSignatureException"},
		{"two hosts", head(r, "Content-Length: 2", "Host: example.com") + "{}", 400, ""},
		{"line break in a header", head(r, "Content-Length: 2", "X-Other: a\rAuthorization: b") + "{}", 400, ""},
		{"header without a name", head(r, "Content-Length: 2", ": b") + "{}", 400, ""},
		{"line break in the path", head(signed(t, "GET", "/tags/a%0d%0aX-Evil:%201", "")), 400, "ValidationException"},
		{"line break in the query", head(signed(t, "DELETE", tagsPath+"?tagKeys=a%0d%0aX-Evil:%201", "")), 400, "ValidationException"},
		{"HEAD", head(signed(t, "HEAD", tagsPath, "")), 404, "UnknownOperationException"},
		{"OPTIONS", head(signed(t, "OPTIONS", tagsPath, "")), 404, "UnknownOperationException"},
		{"TRACE", head(signed(t, "TRACE", "/graph", "")), 404, "UnknownOperationException"},
		{"HTTP/1.0", strings.Replace(head(r, "Content-Length: 2"), "HTTP/1.1", "HTTP/1.0", 1) + "{}", 200, ""},
	} {
		got := exchangeBytes(t, h, c.text, time.Minute, false)
		if got.status != c.status || got.kind != c.kind || strings.Contains(got.body, "X-Evil") {
			t.Errorf("%s: got %+v, want %d %s", c.name, got, c.status, c.kind)
		}
	}
	if len(backend.calls) != 3 {
		t.Errorf("called the backend %q, want the 3 calls that were right", backend.calls)
	}
}
