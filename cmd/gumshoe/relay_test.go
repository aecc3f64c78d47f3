package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

// serving is a server over a data folder in this process.
type serving struct {
	dir   string
	house *house
	stop  context.CancelFunc
	ended chan error
}

func serveFolder(t *testing.T, orderTime time.Duration) *serving {
	t.Helper()
	// Not t.TempDir, whose paths are too long for a socket.
	dir, err := os.MkdirTemp("", "gs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	h, err := openHouse(dir, config{Regions: []string{defaultRegion}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &serving{dir: dir, house: h, stop: stop, ended: make(chan error, 1)}
	ready := make(chan struct{})
	go func() {
		s.ended <- errors.Join(h.serve(ctx, &invocation{stdout: io.Discard, stderr: io.Discard},
			serverOptions{listen: "127.0.0.1:0", orderTime: orderTime}, func(string) error { close(ready); return nil }), h.close())
	}()
	t.Cleanup(func() {
		stop()
		if err := <-s.ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-s.ended:
		t.Fatalf("the server ended with %v", err)
	}
	return s
}

// gumshoe runs a command line as another process would.
func (s *serving) gumshoe(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(ctx, &invocation{args: append(args, "--data", s.dir), stdout: &out, stderr: &errs})
	return code, out.String(), errs.String()
}

// Several commands at once get their own answers, and no record is stored
// twice.
func TestRelaySeveralAtOnce(t *testing.T) {
	t.Parallel()
	m, logs := simulated(t)
	s := serveFolder(t, time.Hour)
	var g errgroup.Group
	var mu sync.Mutex
	var stored int64
	for i := range 6 {
		g.Go(func() error {
			id := "00000000000" + string(rune('1'+i))
			if code, out, errs := s.gumshoe(t.Context(), "account", "create", id, "-o", "json"); code != 0 || !strings.Contains(out, id) || errs != "" {
				t.Errorf("account %s: %d, %q, %q", id, code, out, errs)
			}
			code, out, errs := s.gumshoe(t.Context(), "ingest", "--account", "999999999999", "--enroll", "-o", "json", filepath.Join(logs, simulate.LogFolder))
			var r ingestReport
			if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil {
				t.Errorf("ingest: %d, %v, %q", code, err, errs)
			}
			mu.Lock()
			defer mu.Unlock()
			if stored += r.Totals.Stored; r.Totals.Seen != int64(m.Events+m.Duplicates) {
				t.Errorf("seen %d records, want %d", r.Totals.Seen, m.Events+m.Duplicates)
			}
			return nil
		})
	}
	_ = g.Wait()
	if stored != int64(m.Events) {
		t.Errorf("stored %d events together, want %d", stored, m.Events)
	}
	if _, out, _ := s.gumshoe(t.Context(), "account", "list"); strings.Count(out, "\n") != 7 {
		t.Errorf("accounts:\n%s", out)
	}
}

// notifying is an output that tells when it has got some text.
type notifying struct {
	mu   sync.Mutex
	b    bytes.Buffer
	text string
	got  chan struct{}
}

func (n *notifying) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	before := strings.Contains(n.b.String(), n.text)
	n.b.Write(b)
	if !before && strings.Contains(n.b.String(), n.text) {
		close(n.got)
	}
	return len(b), nil
}

// blocked runs an ingest that the server has begun and cannot go on with, for
// the graph is written already, and returns what it prints and, once it ends,
// its exit code.
func (s *serving) blocked(ctx context.Context, t *testing.T) (stderr *notifying, code chan int) {
	t.Helper()
	g, err := s.house.makeGraph(t.Context(), "999999999999")
	if err != nil {
		t.Fatal(err)
	}
	s.house.writer(g) <- struct{}{}
	_, logs := simulated(t)
	stderr = &notifying{text: "another ingest writes this graph", got: make(chan struct{})}
	code = make(chan int, 1)
	go func() {
		code <- run(ctx, &invocation{stdout: io.Discard, stderr: stderr,
			args: []string{"ingest", "--data", s.dir, "--account", "999999999999", "--enroll", logs}})
	}()
	<-stderr.got
	return stderr, code
}

const interrupted = "gumshoe: interrupted; what was stored before stays\n"

// Ctrl-C ends the command in the server too, or the server would wait for it
// when it stops. The others go on.
func TestRelayInterrupted(t *testing.T) {
	t.Parallel()
	s := serveFolder(t, time.Hour)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	stderr, code := s.blocked(ctx, t)
	interrupt()
	if got := <-code; got != exitFailed || !strings.HasSuffix(stderr.b.String(), interrupted) {
		t.Errorf("exit code %d, %q", got, stderr.b.String())
	}
	code2, out, errs := s.gumshoe(t.Context(), "graph", "status", "-o", "json")
	if code2 != exitDone || !strings.Contains(out, `"objects": 0,`) {
		t.Errorf("status afterwards: %d\n%s%s", code2, out, errs)
	}
}

// A server that is told to stop breaks off the commands that take too long,
// and says so to those who wait for them.
func TestRelayServerStops(t *testing.T) {
	t.Parallel()
	s := serveFolder(t, time.Nanosecond)
	stderr, code := s.blocked(t.Context(), t)
	s.stop()
	if got := <-code; got != exitFailed || !strings.HasSuffix(stderr.b.String(), interrupted) {
		t.Errorf("exit code %d, %q", got, stderr.b.String())
	}
}

// Nobody listens: the folder is opened by the command itself. Whoever listens
// is not always a gumshoe of this version.
func TestRelayToOthers(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "gs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	inv := &invocation{stdout: io.Discard, stderr: io.Discard}
	if _, ok, err := inv.relay(t.Context(), dir); ok || err != nil {
		t.Errorf("without a socket: %t, %v", ok, err)
	}
	answer := func(h http.HandlerFunc) (int, error) {
		t.Helper()
		l, err := net.Listen("unix", filepath.Join(dir, adminSocket))
		if err != nil {
			t.Fatal(err)
		}
		server := &http.Server{Handler: h}
		done := make(chan struct{})
		go func() { defer close(done); _ = server.Serve(l) }()
		defer func() { server.Close(); <-done }()
		code, ok, err := inv.relay(t.Context(), dir)
		if !ok {
			t.Error("the server was not found")
		}
		return code, err
	}
	f := func(want string, h http.HandlerFunc) {
		t.Helper()
		if _, err := answer(h); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	f("answers 404 Not Found: 404 page not found", http.NotFound)
	f("broke off: unexpected EOF", func(http.ResponseWriter, *http.Request) {})
	f("broke off: ", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"Stdout":"AAAA"} no`) })
	f("broke off: unexpected EOF", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"Stdout":"AAAA"}`) })
	if code, err := answer(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"Exit":2}`) }); code != 2 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	f("answers 400 Bad Request: bad order", func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(strings.NewReader("no order"))
		(&desk{}).ServeHTTP(w, r)
	})
}

// A command that is interrupted before it begins does nothing.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	_, logs := simulated(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{
		{"ingest", "--data", filepath.Join(t.TempDir(), "d"), logs},
		{"investigate", "--logs", logs, "arn:aws:iam::111122223333:user/x"},
		{"simulate", "--out", filepath.Join(t.TempDir(), "s"), "--days", "2"},
	} {
		var out, errs bytes.Buffer
		code := run(ctx, &invocation{args: args, stdout: &out, stderr: &errs})
		if code != exitFailed || out.Len() > 0 || errs.String() != interrupted {
			t.Errorf("%s: exit code %d, %q, %q", args[0], code, out.String(), errs.String())
		}
	}
}
