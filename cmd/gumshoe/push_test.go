package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source/push"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// What was pushed can be read once the answer is there, whatever it is packed
// in, and a body that comes again is a duplicate.
func TestPush(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer encoder.Close()
	var all warehouse.Totals
	f := func(name, kind, body string, want warehouse.Totals, reasons map[string]int64, change ...func(*http.Request)) {
		t.Helper()
		a := p.push(kind, body, change...)
		if reasons == nil {
			reasons = map[string]int64{}
		}
		if a.Status != http.StatusOK || a.Totals != want || !strings.HasPrefix(a.Object, "push:"+kind+"/") || cmp.Diff(reasons, a.Reasons) != "" {
			t.Errorf("%s: %d %s, want %+v, %v", name, a.Status, a.Body, want, reasons)
		}
		all.Add(want)
		if got := p.stored(); got.Stored != all.Stored {
			t.Errorf("%s: %d records are stored, want %d", name, got.Stored, all.Stored)
		}
	}
	two := warehouse.Totals{Seen: 2, Stored: 2}
	again := warehouse.Totals{Seen: 2, Duplicate: 2}
	f("plain", "cloudtrail", trail("1a", "1b"), two, nil)
	f("the same body", "cloudtrail", trail("1a", "1b"), again, nil)
	f("the same events, packed", "cloudtrail", gzipped(t, trail("1a", "1b")), again, nil)
	f("gzip", "cloudtrail", gzipped(t, trail("2a", "2b")), two, nil)
	f("gzip, and says so", "auto", gzipped(t, trail("3a", "3b")), two, nil, func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") })
	f("zstd", "auto", string(encoder.EncodeAll([]byte(trail("4a", "4b")), nil)), two, nil)
	f("in chunks", "auto", trail("5a", "5b"), two, nil, func(r *http.Request) { r.ContentLength = -1 })
	f("flow log", "vpcflow", flowLog, two, nil)
	f("of several kinds", "auto", strings.Join([]string{trailRecord("6a", pushAccountID), finding, trailRecord("6b", "999999999999"), `{"no":"log"}`}, "\n"),
		warehouse.Totals{Seen: 4, Stored: 2, Rejected: 2}, map[string]int64{"not-a-member": 1, "unrecognized": 1})
	f("no records", "auto", `{"Records":[]}`, warehouse.Totals{}, nil)
	usage, err := p.house.control.Usage(t.Context(), p.graph.ARN, []string{pushAccountID})
	if err != nil || len(usage) == 0 {
		t.Errorf("usage %v, %v", usage, err)
	}
}

// Every file of simulated logs, pushed by several senders at once, is stored
// as if it had been read from its folder.
func TestPushAllKinds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 5, Days: 1, Events: 400, EventsPerFile: 40,
		Flows: 400, AuditEvents: 100, Findings: true, Digests: true})
	if err != nil {
		t.Fatal(err)
	}
	p := newPushing(t)
	// The accounts of the logs become members; all packages are on.
	for _, a := range m.Accounts {
		if _, refused, err := p.house.detective.EnrollMembers(t.Context(), p.graph.ARN, []string{a.ID}); err != nil || len(refused) > 0 {
			t.Fatalf("enroll %s: %v %v", a.ID, refused, err)
		}
	}
	files := make(chan string, 1000)
	err = filepath.WalkDir(filepath.Join(dir, simulate.LogFolder), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files <- path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	close(files)
	if len(files) < 20 {
		t.Fatalf("only %d files", len(files))
	}
	var mu sync.Mutex
	var sum warehouse.Totals
	var senders sync.WaitGroup
	for range 6 {
		senders.Go(func() {
			for path := range files {
				b, err := os.ReadFile(path)
				if err != nil {
					t.Error(err)
					return
				}
				a := p.push("auto", string(b))
				if a.Seen != a.Stored+a.Duplicate+a.Rejected || a.Status != http.StatusOK && a.Reasons["package-stopped"] != a.Seen {
					t.Errorf("%s: %d %s", path, a.Status, a.Body)
				}
				mu.Lock()
				sum.Add(a.Totals)
				mu.Unlock()
			}
		})
	}
	senders.Wait()
	if got := p.stored(); got != sum || sum.Stored < int64(m.Events) {
		t.Errorf("the ledger has %+v, the senders were told %+v of %d events", got, sum, m.Events)
	}
}

// What comes while the graph is written by another goes into one batch, and
// everybody is told of the own records.
func TestPushGroupCommit(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	writer := p.house.writer(p.graph)
	writer <- struct{}{}
	const senders = 20
	var all sync.WaitGroup
	for i := range senders {
		all.Go(func() {
			var ids []string
			for k := range i + 1 {
				ids = append(ids, fmt.Sprintf("%d-%d", i, k))
			}
			want := warehouse.Totals{Seen: int64(i + 1), Stored: int64(i + 1)}
			if a := p.push("cloudtrail", trail(ids...)); a.Status != http.StatusOK || a.Totals != want {
				t.Errorf("sender %d: %d %s", i, a.Status, a.Body)
			}
		})
	}
	p.queued(senders)
	<-writer
	all.Wait()
	if log := p.logged(); strings.Count(log, `msg="read logs"`) != 1 || !strings.Contains(log, "objects=20") {
		t.Errorf("not one batch of %d:\n%s", senders, log)
	}
}

// A run that fails is told to everybody whose records are not stored, and to
// nobody else; sent again they are.
func TestPushStoreFails(t *testing.T) {
	t.Parallel()
	var p *pushing
	broken, failing := errors.New("no space left on device"), true
	p = newPushing(t, func(d *pushDesk) {
		read := d.ingest
		d.ingest = func(ctx context.Context, g control.Graph, kind decode.Kind, src *push.Batch[ingest.ObjectSummary]) error {
			if !failing {
				return read(ctx, g, kind, src)
			}
			failing = false
			for o, err := range src.Objects(ctx) {
				if err != nil {
					return err
				}
				src.Answer(o.URI, ingest.ObjectSummary{URI: o.URI, Totals: warehouse.Totals{Seen: 1, Stored: 1}})
				break // the first alone was committed
			}
			return broken
		}
	})
	writer := p.house.writer(p.graph)
	writer <- struct{}{}
	answers := make(chan pushed, 3)
	for _, id := range []string{"a", "b", "c"} {
		go func() { answers <- p.push("auto", trail(id)) }()
	}
	p.queued(3)
	<-writer
	got := map[int]int{}
	for range 3 {
		a := <-answers
		got[a.Status]++
		if a.Status == http.StatusServiceUnavailable && (a.Header.Get("Retry-After") == "" || a.Code != "ServiceUnavailableException" || strings.Contains(a.Body, "space")) {
			t.Errorf("%v %s", a.Header, a.Body)
		}
	}
	if diff := cmp.Diff(map[int]int{200: 1, 503: 2}, got); diff != "" {
		t.Errorf("(-want)\n%s", diff)
	}
	if strings.Count(p.logged(), broken.Error()) != 1 {
		t.Errorf("log:\n%s", p.logged())
	}
	if a := p.push("auto", trail("a", "b", "c")); a.Stored != 3 {
		t.Errorf("afterwards: %d %s", a.Status, a.Body)
	}
}

// begin pushes in the background and waits until the request is sent.
func (p *pushing) begin(body string, answers chan<- pushed) {
	sent := make(chan struct{})
	r := p.request("auto", body)
	r.SetBasicAuth(p.key.AccessKeyID, p.key.SecretAccessKey)
	r = r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }}))
	go func() {
		a, err := send(r)
		if err != nil {
			p.t.Errorf("no answer: %v", err)
		}
		answers <- a
	}()
	<-sent
}

// At the server's end everybody who waits gets an answer, and so does who
// comes later.
func TestPushServerEnds(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	p.house.writer(p.graph) <- struct{}{} // for ever
	answers := make(chan pushed, 5)
	for i := range cap(answers) {
		p.begin(trail(fmt.Sprint(i)), answers)
	}
	p.end()
	for range cap(answers) {
		if a := <-answers; a.Status != http.StatusServiceUnavailable || a.Message != "The server ends; push again later." {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	p.desk.wait()
	if a := p.push("auto", trail("late")); a.Status != http.StatusServiceUnavailable {
		t.Errorf("after the end: %d %s", a.Status, a.Body)
	}
	if got := p.stored(); got.Seen != 0 {
		t.Errorf("%+v", got)
	}
}

// What is being committed at the end of all requests is committed; the end of
// the server comes later.
func TestPushFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	writer := p.house.writer(p.graph)
	writer <- struct{}{}
	answers := make(chan pushed, 4)
	for i := range cap(answers) {
		p.begin(trail(fmt.Sprint(i)), answers)
	}
	p.queued(cap(answers))
	<-writer
	for range cap(answers) {
		if a := <-answers; a.Status != http.StatusOK || a.Stored != 1 {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	p.end()
	p.desk.wait()
	if usage, err := p.house.control.Usage(t.Context(), p.graph.ARN, []string{pushAccountID}); err != nil || len(usage) == 0 {
		t.Errorf("usage at the end: %v, %v", usage, err)
	}
}

// A graph that is deleted while its pushes wait takes nothing.
func TestPushGraphDeleted(t *testing.T) {
	t.Parallel()
	p := newPushing(t)
	writer := p.house.writer(p.graph)
	writer <- struct{}{}
	answers := make(chan pushed, 1)
	p.begin(trail("a"), answers)
	p.queued(1)
	if err := p.house.detective.DeleteGraph(t.Context(), p.house.ownerOf(pushAccountID), p.graph.ARN); err != nil {
		t.Fatal(err)
	}
	<-writer
	if a := <-answers; a.Status != http.StatusNotFound || a.Message != "The behavior graph was deleted." {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
