package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// refusing does not open one object while refuse says so.
type refusing struct {
	source.Source
	uri    string
	refuse bool
	opened int // how often it was tried
}

func (r *refusing) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	if o.URI == r.uri {
		if r.opened++; r.refuse {
			return nil, errors.New("AccessDenied")
		}
	}
	return r.Source.Open(ctx, o)
}

// graphOf makes a house with a graph of the account, whose log goes to lines.
func graphOf(t *testing.T, account string, cfg config, lines logLines) (*house, control.Graph) {
	t.Helper()
	cfg.Regions = []string{defaultRegion}
	h, err := openHouse(shortDir(t), cfg, slog.New(slog.NewTextHandler(lines, nil)))
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
	return h, g
}

// An object that cannot be read is reported once and tried again with growing
// pauses, also by the next server, and is read once it can be.
func TestCollectUnreadable(t *testing.T) {
	t.Parallel()
	m, logs := simulated(t)
	account := m.Accounts[0].ID
	files := accountLogs(t, logs, account)[:2]
	lines := make(logLines, 100)
	h, g := graphOf(t, account, config{}, lines)
	src := &refusing{Source: source.NewFiles(files...), uri: files[0], refuse: true}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	collector := func() *collector {
		return &collector{house: h, graph: g, source: src, config: sourceConfig{S3: "s3://logs/"},
			backlog: backlog{remember: true}, now: func() time.Time { return now }}
	}
	c := collector()
	round := func(what string, wait time.Duration, found, opened, readings int) {
		t.Helper()
		now = now.Add(wait)
		src.opened = 0
		n, err := c.round(t.Context(), t.Context())
		if err != nil || n != found || src.opened != opened {
			t.Errorf("%s: %d objects, %d attempts, %v; want %d and %d", what, n, src.opened, err, found, opened)
		}
		store, err := h.store(t.Context(), g)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := store.Objects(t.Context(), []string{src.uri})
		if err != nil || int(rows[src.uri].Readings) != readings {
			t.Errorf("%s: %d readings in the ledger, %v; want %d", what, rows[src.uri].Readings, err, readings)
		}
	}
	round("first", 0, 2, 1, 1)
	lines.with(t, "objects cannot be read", "objects=1", "first="+files[0], "AccessDenied")
	round("at once", 0, 0, 0, 1)
	round("before the first pause ends", firstAttempt-1, 0, 0, 1)
	round("after it", 1, 0, 1, 1)
	round("before the second ends", 2*firstAttempt-1, 0, 0, 1)
	for range 10 {
		round("after the longest", lastAttempt, 0, 1, 1)
	}
	round("before it", lastAttempt-1, 0, 0, 1)
	c = collector()
	round("another server", 0, 0, 1, 1)
	round("another server again", 0, 0, 0, 1)
	src.refuse = false
	round("before the pause ends", firstAttempt-1, 0, 0, 1)
	round("once it can be read", 1, 1, 2, 2) // the attempt and the reading
	round("then", lastAttempt, 0, 0, 2)
	close(lines)
	for line := range lines {
		if strings.Contains(line, "cannot be read") {
			t.Errorf("it is said again: %s", line)
		}
	}
	store, err := h.store(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Status(t.Context())
	if err != nil || st.Objects != 2 || st.Totals.Rejected != 0 && st.Reasons[reasonUnreadable] != 0 {
		t.Errorf("in the end: %+v, %v", st, err)
	}
}

// Many objects that cannot be read do not hold up the others: a round tries a
// number of them only.
func TestProbesAreBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	broken := errors.New("AccessDenied")
	var found []source.Object
	c := &collector{source: source.NewFiles(), now: func() time.Time { return now }}
	for i := range maxProbes + 10 {
		o := source.Object{URI: "/none/" + strings.Repeat("x", i), Err: broken}
		c.backlog.failedBefore(o)
		found = append(found, o)
	}
	found = append(found, source.Object{URI: "/new"})
	left, err := c.openable(t.Context(), found)
	if err != nil || len(left) != 1 || left[0].URI != "/new" {
		t.Errorf("%v, %v; want the new one", left, err)
	}
	due := 0
	for _, a := range c.backlog.failed {
		if !now.Before(a.after) {
			due++
		}
	}
	if due != 10 {
		t.Errorf("%d are still due; want 10", due)
	}
}

// An object in an archive is reported once and read once it was restored. A
// message that names it comes back, a test is deleted, and what is no
// notification is left with one line in the log.
func TestCollectUnreadableOnMoto(t *testing.T) {
	mock := startMoto(t)
	m, logs := simulated(t)
	account := m.Accounts[0].ID
	files := accountLogs(t, logs, account)
	mock.bucket(t, "logs")
	mock.put(t, "logs", "cold", files[0])
	if _, err := mock.objects.CopyObject(t.Context(), &awss3.CopyObjectInput{Bucket: aws.String("logs"), Key: aws.String("cold"),
		CopySource: aws.String("logs/cold"), StorageClass: types.StorageClassGlacier}); err != nil {
		t.Fatal(err)
	}
	mock.put(t, "logs", "warm", files[1])
	out, err := mock.messages.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String("logs")})
	if err != nil {
		t.Fatal(err)
	}
	queue := *out.QueueUrl
	for _, body := range []string{"hello", `{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-02T03:04:05.000Z","Bucket":"logs"}`} {
		if _, err := mock.messages.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &queue, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	mock.notify(t, queue, "logs", "cold")
	mock.notify(t, queue, "logs", "warm")
	s := collect(t, shortDir(t), account, config{AWS: awsConfig{Endpoint: mock.url, PathStyle: true}, Sources: []sourceConfig{{Queue: queue, Account: account}}})
	s.lines.with(t, "leave a message", "no notification of Amazon S3")
	s.lines.with(t, "objects cannot be read", "objects=1", "first=s3://logs/cold", "restore the object first")
	// Those of the archived object and of nobody: the others are deleted soon.
	for mock.messagesLeft(t, queue) != "0+2" {
		if t.Context().Err() != nil {
			t.Fatal("the messages that are done with were not deleted")
		}
	}
	if e := s.status(t); e.Objects != 2 || e.Reasons[reasonUnreadable] != 1 || e.Totals.Stored == 0 {
		t.Errorf("%d objects, %+v, %v", e.Objects, e.Totals, e.Reasons)
	}
	s.end(t)

	lines := make(logLines, 100)
	h, g := graphOf(t, account, config{AWS: awsConfig{Endpoint: mock.url, PathStyle: true}}, lines)
	c, err := h.newCollector(t.Context(), sourceConfig{S3: "s3://logs/", Account: account})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c.now = func() time.Time { return now }
	round := func(what string, want int) {
		t.Helper()
		if n, err := c.round(t.Context(), t.Context()); err != nil || n != want {
			t.Errorf("%s: %d objects, %v; want %d", what, n, err, want)
		}
		now = now.Add(2 * lastAttempt)
	}
	round("first", 2)
	lines.with(t, "objects cannot be read", "objects=1", "first=s3://logs/cold")
	round("archived still", 0)
	mock.put(t, "logs", "cold", files[0])
	round("readable", 1)
	round("read", 0)
	store, err := h.store(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := store.Objects(t.Context(), []string{"s3://logs/cold"})
	if k := rows["s3://logs/cold"]; err != nil || k.Stored == 0 || k.Rejected != 0 || k.Readings != 2 {
		t.Errorf("%+v, %v; want it stored by the second reading", k, err)
	}
}
