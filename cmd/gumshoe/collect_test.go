package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// logLines hands out the lines of a log.
type logLines chan string

func (l logLines) Write(b []byte) (int, error) {
	l <- string(b)
	return len(b), nil
}

// with waits for a line that has all of the texts.
func (l logLines) with(t *testing.T, texts ...string) string {
	t.Helper()
	for {
		select {
		case line := <-l:
			t.Log(strings.TrimSpace(line))
			found := true
			for _, text := range texts {
				found = found && strings.Contains(line, text)
			}
			if found {
				return line
			}
		case <-t.Context().Done():
			t.Fatalf("no line with %q", texts)
		}
	}
}

// collecting is a server with sources, and its log.
type collecting struct {
	*serving
	url   string
	lines logLines
	graph control.Graph
}

// collect runs a server over dir that reads the sources into the graph of the
// account.
func collect(t *testing.T, dir, account string, cfg config) *collecting {
	t.Helper()
	cfg.Regions = []string{defaultRegion}
	if err := cfg.check(); err != nil {
		t.Fatal(err)
	}
	lines := make(logLines, 10_000)
	h, err := openHouse(dir, cfg, slog.New(slog.NewTextHandler(lines, nil)))
	if err != nil {
		t.Fatal(err)
	}
	g, err := h.makeGraph(t.Context(), account)
	if err != nil {
		t.Fatal(errors.Join(err, h.close()))
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &collecting{serving: &serving{dir: dir, house: h, stop: stop, ended: make(chan error, 1)}, lines: lines, graph: g}
	ready := make(chan string, 1)
	go func() {
		s.ended <- errors.Join(h.serve(ctx, &invocation{stdout: io.Discard, stderr: io.Discard},
			serverOptions{listen: "127.0.0.1:0"}, func(url string) error { ready <- url; return nil }), h.close())
	}()
	t.Cleanup(func() { s.end(t) })
	select {
	case s.url = <-ready:
	case err := <-s.ended:
		s.ended = nil
		t.Fatalf("the server ended with %v", err)
	}
	return s
}

// end ends the server, once.
func (s *collecting) end(t *testing.T) {
	t.Helper()
	s.stop()
	if s.ended == nil {
		return
	}
	if err := <-s.ended; err != nil {
		t.Errorf("the server ended with %v", err)
	}
	s.ended = nil
}

func shortDir(t *testing.T) string {
	t.Helper()
	// Not t.TempDir, whose paths are too long for a socket.
	dir, err := os.MkdirTemp("", "gs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (s *collecting) status(t *testing.T) (e statusEntry) {
	t.Helper()
	code, out, errs := s.gumshoe(t.Context(), "graph", "status", "-o", "json")
	if err := json.Unmarshal([]byte(out), &e); err != nil || code != exitDone {
		t.Fatalf("status: %d, %v, %s", code, err, errs)
	}
	return e
}

// accountLogs returns the log files of an account.
func accountLogs(t *testing.T, logs, account string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(logs, simulate.LogFolder, account, "CloudTrail", "us-east-1", "*", "*", "*", "*.gz"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d log files of %s: %v", len(files), account, err)
	}
	return files
}

// deliver moves a copy of a file into a folder, as one step.
func deliver(t *testing.T, file, folder string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(t.TempDir(), "part")
	if err := os.WriteFile(part, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(part, filepath.Join(folder, filepath.Base(file))); err != nil {
		t.Fatal(err)
	}
}

// A file that appears is read; what is told to Prometheus is what the ledger
// says; what was refused is read again once its account is a member; and when
// the graph is deleted the reading ends and the server does not.
func TestCollectFolder(t *testing.T) {
	t.Parallel()
	m, logs := simulated(t)
	admin, member := m.Accounts[0].ID, m.Accounts[1].ID
	folder := t.TempDir()
	s := collect(t, shortDir(t), admin, config{Sources: []sourceConfig{
		{Folder: folder, Account: admin, Include: []string{"*.json.gz", "bad*"}, Interval: minInterval}}})

	deliver(t, accountLogs(t, logs, admin)[0], folder)
	s.lines.with(t, "read logs", "objects=1", "rejected=0", "source="+folder)
	first := s.status(t)
	if first.Objects != 1 || first.Totals.Stored == 0 || first.Totals.Stored != first.Events {
		t.Errorf("after one file: %+v", first.Totals)
	}
	if err := os.WriteFile(filepath.Join(folder, "bad.txt"), []byte("{ no log"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.lines.with(t, "read logs", "objects=1", "rejected=1")
	deliver(t, accountLogs(t, logs, member)[0], folder)
	s.lines.with(t, "read logs", "objects=1", "reasons.not-a-member=")
	refused := s.status(t)
	if refused.Objects != 3 || refused.Reasons[reasonNotMember] == 0 {
		t.Errorf("after a stranger's file: %+v, %v", refused.Totals, refused.Reasons)
	}
	s.compareMetrics(t, refused)

	if _, _, err := s.house.detective.EnrollMembers(t.Context(), s.graph.ARN, []string{member}); err != nil {
		t.Fatal(err)
	}
	s.lines.with(t, "read logs", "objects=1", "rejected=0", "source="+folder)
	joined := s.status(t)
	if joined.Objects != 3 || joined.Reasons[reasonNotMember] != 0 || joined.Totals.Stored != refused.Totals.Stored+refused.Reasons[reasonNotMember] {
		t.Errorf("after it joined: %+v, %v", joined.Totals, joined.Reasons)
	}

	if err := s.house.detective.DeleteGraph(t.Context(), s.house.ownerOf(admin), s.graph.ARN); err != nil {
		t.Fatal(err)
	}
	s.lines.with(t, "nothing is read from this source any more")
	resp, err := http.Get(s.url + "/readyz")
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("the server afterwards: %v, %v", resp, err)
	} else {
		resp.Body.Close()
	}
}

// A server ends while a collector waits for its turn to write.
func TestCollectEnds(t *testing.T) {
	t.Parallel()
	m, logs := simulated(t)
	folder := t.TempDir()
	s := collect(t, shortDir(t), m.Accounts[0].ID, config{Sources: []sourceConfig{{Folder: folder, Interval: minInterval}}})
	writer := s.house.writer(s.graph)
	writer <- struct{}{}
	deliver(t, accountLogs(t, logs, m.Accounts[0].ID)[0], folder)
	for !strings.Contains(s.metrics(t), `gumshoe_ingest_queue_depth{source="`+folder+`"} 1`) {
		if t.Context().Err() != nil {
			t.Fatal("nothing was listed")
		}
	}
	s.end(t)
}

// An end stops a list short, and is no error: what was begun is finished.
func TestBatchSourceStops(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	b := &batchSource{objects: []source.Object{{URI: "a"}, {URI: "b"}, {URI: "c"}}, stop: stop}
	var got []string
	for o, err := range b.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, o.URI); o.URI == "b" {
			close(stop)
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, got); diff != "" {
		t.Errorf("objects (-want)\n%s", diff)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range b.Objects(ended) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: %v", err)
		}
	}
}

// interrupting ends a context when its first object is opened.
type interrupting struct {
	source.Source
	interrupt func()
}

func (s interrupting) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	s.interrupt()
	return s.Source.Open(ctx, o)
}

// What is in hand when the server ends is committed.
func TestCollectFinishes(t *testing.T) {
	t.Parallel()
	m, logs := simulated(t)
	account := m.Accounts[0].ID
	h, err := openHouse(shortDir(t), config{Regions: []string{defaultRegion}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	g, err := h.makeGraph(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	files := accountLogs(t, logs, account)
	c := &collector{house: h, graph: g, now: time.Now, config: sourceConfig{Folder: "/"},
		source: interrupting{source.NewFiles(files...), interrupt}}
	hard, cancel := grace(ctx, time.Hour)
	defer cancel()
	if n, err := c.round(ctx, hard); n != len(files) || !errors.Is(err, context.Canceled) {
		t.Errorf("%d objects, %v; want %d and the end", n, err, len(files))
	}
	store, err := h.store(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Status(t.Context())
	if err != nil || st.Objects != int64(len(files)) || st.Totals.Stored == 0 {
		t.Errorf("after the end: %+v, %v; want %d objects", st, err, len(files))
	}
}

func TestTurn(t *testing.T) {
	t.Parallel()
	f := func(want, n int, size int64) {
		t.Helper()
		objects := make([]source.Object, n)
		for i := range objects {
			objects[i].Size = size
		}
		if got := turn(objects); got != want {
			t.Errorf("%d objects of %d bytes: %d at a time, want %d", n, size, got, want)
		}
	}
	f(0, 0, 0)
	f(5, 5, 10)
	f(turnObjects, 2*turnObjects, 0)
	f(1, 3, turnBytes)
	f(2, 3, turnBytes/2)
}

// What cannot be read is tried again ever more rarely, what was read is not,
// unless it looks different.
func TestBacklog(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := backlog{remember: true}
	o := source.Object{URI: "s3://a/b", Size: 7, Tag: "1"}
	failed := objectFailed(o.URI)
	wants := func(want bool) {
		t.Helper()
		if got := b.wants(o, now); got != want {
			t.Errorf("at %v it is wanted: %t, want %t", now, got, want)
		}
	}
	wants(true)
	for _, wait := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		b.done(o, failed, now)
		now = now.Add(time.Duration(wait)*time.Minute - time.Second)
		wants(false)
		now = now.Add(time.Second)
		wants(true)
	}
	b.done(o, failed, now)
	o.Tag = "2"
	wants(true) // overwritten
	b.done(o, failed, now)
	o.Err = errors.New("archived")
	wants(false)
	b.fails(o, now)
	now = now.Add(24 * time.Hour)
	wants(false) // the list says that it is no use
	now = now.Add(-24 * time.Hour)
	o.Err = nil
	wants(true) // restored

	b.done(o, ingest.ObjectSummary{URI: o.URI}, now)
	wants(false)
	o.Size = 8
	wants(true)
	b.known(o)
	o.Tag = "3"
	wants(true)
	b.keep(map[string]struct{}{})
	if len(b.read)+len(b.failed) != 0 {
		t.Errorf("not forgotten: %+v", b)
	}
	b.done(o, failed, now)
	b.forget(now.Add(firstAttempt + lastAttempt + 1))
	if len(b.failed) != 0 {
		t.Errorf("not forgotten: %+v", b.failed)
	}
}

// A source that cannot be is refused before anything is read.
func TestNewCollectorsRefuse(t *testing.T) {
	t.Parallel()
	h, err := openHouse(shortDir(t), config{Regions: []string{defaultRegion}}, slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	f := func(want string, c sourceConfig) {
		t.Helper()
		h.config.Sources = []sourceConfig{c}
		if _, err := h.newCollectors(t.Context()); err == nil || !strings.Contains(err.Error(), "sources[0]: "+want) {
			t.Errorf("%+v: %v, want %s", c, err, want)
		}
	}
	folder := t.TempDir()
	f("there is no behavior graph to feed", sourceConfig{Folder: folder})
	for _, account := range []string{"111122223333", "444455556666"} {
		if _, err := h.makeGraph(t.Context(), account); err != nil {
			t.Fatal(err)
		}
	}
	f("there are 2 behavior graphs", sourceConfig{Folder: folder})
	f("account: 777777777777 has no behavior graph in us-east-1", sourceConfig{Folder: folder, Account: "777777777777"})
	f("folder: there is no ", sourceConfig{Folder: filepath.Join(folder, "none"), Account: "111122223333"})
}
