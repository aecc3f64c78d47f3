package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
)

func TestPushRefuses(t *testing.T) {
	t.Parallel()
	p := newPushing(t, func(d *pushDesk) { d.limits.body = 1 << 16 })
	f := func(name string, status int, code, message string, a pushed) {
		t.Helper()
		if a.Status != status || a.Code != code || !strings.Contains(a.Message, message) || a.Header.Get("x-amzn-ErrorType") != code {
			t.Errorf("%s: %d %s, want %d %s %q", name, a.Status, a.Body, status, code, message)
		}
	}
	method := func(m string) func(*http.Request) { return func(r *http.Request) { r.Method = m } }
	kinds := "there are auto, cloudtrail, vpcflow, guardduty, eksaudit, asff."
	f("unknown kind", 404, "ResourceNotFoundException", `There is no kind of logs "syslog"; `+kinds, p.push("syslog", "x"))
	f("no kind", 404, "ResourceNotFoundException", kinds, p.push("", "x"))
	f("below a kind", 404, "ResourceNotFoundException", kinds, p.push("auto/x", "x"))
	f("a kind of our own", 404, "ResourceNotFoundException", kinds, p.push("cloudtrail-digest", "x"))
	for _, m := range []string{http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		a := p.push("auto", "", method(m))
		f(m, 405, "MethodNotAllowedException", "by POST", a)
		if a.Header.Get("Allow") != http.MethodPost {
			t.Errorf("%s: Allow: %q", m, a.Header.Get("Allow"))
		}
	}
	f("no body", 400, "ValidationException", "no body", p.push("auto", ""))
	f("another coding", 415, "UnsupportedMediaTypeException", "gzip or zstd", p.push("auto", "x", func(r *http.Request) { r.Header.Set("Content-Encoding", "br") }))
	f("unknown Region", 400, "ValidationException", "us-east-1, eu-west-1", p.push("auto?region=mars-1", "x"))
	f("no graph there", 404, "ResourceNotFoundException", "Account 111122223333 administers no behavior graph in eu-west-1.", p.push("auto?region=eu-west-1", "x"))
	f("too long", 413, "RequestTooLargeException", "65536 bytes", p.push("auto", strings.Repeat(" ", 1<<16+1)))
	f("too long, in chunks", 413, "RequestTooLargeException", "65536 bytes", p.push("auto", strings.Repeat(" ", 1<<16+1), func(r *http.Request) { r.ContentLength = -1 }))

	// Nothing in it is any good: the first reason is told, with the account.
	for _, x := range []struct{ name, kind, body, message string }{
		{"no log", "auto", "hello", "Nothing was stored: "},
		{"broken gzip", "auto", gzipped(t, trail("a"))[:40], "Nothing was stored: "},
		{"another kind", "vpcflow", trail("a"), "Nothing was stored: "},
		{"no member", "auto", trailRecord("a", "999999999999"), "Nothing was stored: not-a-member: account 999999999999"},
	} {
		a := p.push(x.kind, x.body)
		f(x.name, 400, "ValidationException", x.message, a)
		if a.Rejected == 0 || a.Seen != a.Rejected || len(a.Reasons) == 0 || !strings.HasPrefix(a.Object, "push:") {
			t.Errorf("%s: %s", x.name, a.Body)
		}
	}
	if got := p.stored(); got.Stored != 0 || got.Seen != got.Rejected {
		t.Errorf("%+v", got)
	}
}

// As long as a body may be is not too long, also when it comes in chunks.
func TestPushLongest(t *testing.T) {
	t.Parallel()
	p := newPushing(t, func(d *pushDesk) { d.limits.body = 1 << 16 })
	for i, change := range []func(*http.Request){func(*http.Request) {}, func(r *http.Request) { r.ContentLength = -1 }} {
		body := trail(fmt.Sprint(i))
		if a := p.push("auto", body+strings.Repeat(" ", 1<<16-len(body)), change); a.Status != http.StatusOK || a.Stored != 1 {
			t.Errorf("%d: %d %s", i, a.Status, a.Body)
		}
	}
}

// When there is no room for more, senders are told to come back.
func TestPushNoRoom(t *testing.T) {
	t.Parallel()
	const room = 14_000 // for two bodies and the half of a third
	p := newPushing(t, func(d *pushDesk) { d.limits.room = room; d.room = newRoom(room) })
	writer := p.house.writer(p.graph)
	writer <- struct{}{}
	answers := make(chan pushed, 2)
	for i := range cap(answers) {
		p.begin(trail(fmt.Sprint(i))+strings.Repeat(" ", 5000), answers)
	}
	p.queued(2)
	a := p.push("auto", trail("late")+strings.Repeat(" ", 5000))
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") != "5" || !strings.Contains(a.Message, "room") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	<-writer
	for range cap(answers) {
		if a := <-answers; a.Status != http.StatusOK {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if a := p.push("auto", trail("late")); a.Status != http.StatusOK {
		t.Errorf("with room again: %d %s", a.Status, a.Body)
	}
}

// A sender is not let wait for ever for another writer, and what it gave up
// is not stored behind its back.
func TestPushWaitsTooLong(t *testing.T) {
	t.Parallel()
	p := newPushing(t, func(d *pushDesk) { d.limits.answer = 300 * time.Millisecond; d.limits.gather = time.Hour })
	a := p.push("auto", trail("a"))
	if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Message, "in time") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if n := p.waiting(); n != 0 {
		t.Errorf("%d bodies wait", n)
	}
}

// A sender who stops in the middle is told and dropped; its bytes are given
// back.
func TestPushStalls(t *testing.T) {
	t.Parallel()
	f := func(name string, change func(*pushDesk)) {
		t.Helper()
		p := newPushing(t, change)
		conn := p.stalled(basic(p.key.AccessKeyID, p.key.SecretAccessKey))
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusRequestTimeout || err != nil || !strings.Contains(string(body), `"code":"RequestTimeoutException"`) {
			t.Errorf("%s: %s %s, %v", name, resp.Status, body, err)
		}
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%s: the connection stays open", name)
		}
	}
	f("stalls", func(d *pushDesk) { d.limits.stall = 50 * time.Millisecond })
	f("takes too long", func(d *pushDesk) { d.limits.arrival = 50 * time.Millisecond })
}

// stalled sends the half of a body and returns the connection.
func (p *pushing) stalled(form func(*http.Request)) net.Conn {
	p.t.Helper()
	r := p.request("auto", strings.Repeat("x", 20_000))
	form(r)
	var d net.Dialer
	conn, err := d.DialContext(p.t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST %sauto HTTP/1.1\r\nHost: %s\r\nContent-Length: 20000\r\n", pushPath, r.Host)
	if err := r.Header.Write(conn); err != nil {
		p.t.Fatal(err)
	}
	fmt.Fprintf(conn, "\r\n%s", strings.Repeat("x", 10_000))
	return conn
}

// A sender whose body is still on its way is told of the server's end as well.
func TestPushStalledAtEnd(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	conn := p.stalled(basic(p.key.AccessKeyID, p.key.SecretAccessKey))
	p.until("nothing came", func() bool { return p.desk.room.Free() < p.desk.limits.room })
	p.end()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "The server ends") {
		t.Errorf("%s %s, %v", resp.Status, body, err)
	}
}

// Who knows the id of a key only may fill the room of those who sign, and
// takes none from others.
func TestPushClaimsRoom(t *testing.T) {
	t.Parallel()
	p := newPushing(t, func(d *pushDesk) { d.limits.claims = 20_000; d.claims = newRoom(20_000) })
	sign := signedFor(t, "detective", defaultRegion, time.Now())
	conn := p.stalled(sign(p.key.AccessKeyID, "a wrong secret"))
	p.until("nothing came", func() bool { return p.desk.claims.Free() < 5000 })
	signed := sign(p.key.AccessKeyID, p.key.SecretAccessKey)
	body := trail("a") + strings.Repeat(" ", 5000)
	if a := p.push("auto", body, signed); a.Status != http.StatusServiceUnavailable {
		t.Errorf("signed: %d %s", a.Status, a.Body)
	}
	if a := p.push("auto", body); a.Status != http.StatusOK || a.Stored != 1 {
		t.Errorf("with the secret: %d %s", a.Status, a.Body)
	}
	conn.Close()
	p.until("the room is not given back", func() bool { return p.desk.claims.Free() == p.desk.limits.claims })
	if a := p.push("auto", body, signed); a.Status != http.StatusOK || a.Duplicate != 1 {
		t.Errorf("signed, with room: %d %s", a.Status, a.Body)
	}
}

// Who may not push is told before the body is there.
func TestPushRefusedEarly(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	key, err := p.house.identity.CreateKey(t.Context(), pushAccountID, identity.KeyOptions{UserName: "reader",
		Policies: []control.KeyPolicy{{Name: "AmazonDetectiveInvestigatorAccess"}}})
	if err != nil {
		t.Fatal(err)
	}
	conn := p.stalled(basic(key.AccessKeyID, key.SecretAccessKey))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || resp.Header.Get("x-amzn-ErrorType") != "AccessDeniedException" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
}

// Deadlines are for requests as they come and answers as they go, not for the
// time in between.
func TestPushOutlivesDeadlines(t *testing.T) {
	t.Parallel()
	const short = 150 * time.Millisecond
	p := newPushing(t, func(d *pushDesk) { d.limits.stall = short })
	server := httptest.NewUnstartedServer(p.desk)
	server.Config.ReadTimeout, server.Config.WriteTimeout = short, short
	server.Start()
	defer server.Close()
	p.url = server.URL
	writer := p.house.writer(p.graph)
	writer <- struct{}{}
	answers := make(chan pushed, 1)
	p.begin(trail("a"), answers)
	p.queued(1)
	late, cancel := context.WithTimeout(t.Context(), 3*short)
	defer cancel()
	<-late.Done()
	<-writer
	if a := <-answers; a.Status != http.StatusOK || a.Stored != 1 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
