package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/gumshoe-detective/gumshoe/internal/api"
	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const (
	pushAccountID = "111122223333"
	pushRegion    = "eu-west-1" // the second of the test's Regions
)

// pushing is a desk on a real house behind a real HTTP server, which has the
// deadlines of serve.
type pushing struct {
	t     testing.TB
	house *house
	desk  *pushDesk
	url   string
	end   context.CancelFunc
	key   identity.Credentials // of the account of graph, without policies
	graph control.Graph

	mu    sync.Mutex
	calls []api.Call // that were written down
	log   bytes.Buffer
}

// newPushing begins a server; change may change the desk before.
func newPushing(t testing.TB, change ...func(*pushDesk)) *pushing {
	t.Helper()
	p := &pushing{t: t}
	regions := []string{defaultRegion, pushRegion}
	h, err := openHouse(filepath.Join(t.TempDir(), "data"), config{Regions: regions}, slog.New(slog.NewTextHandler(p, nil)))
	if err != nil {
		t.Fatal(err)
	}
	end, cancel := context.WithCancel(context.Background())
	p.house, p.end, p.desk = h, cancel, h.newPushDesk(end, false)
	p.desk.audit = func(c api.Call) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.calls = append(p.calls, c)
	}
	for _, f := range change {
		f(p.desk)
	}
	server := httptest.NewUnstartedServer(p.desk)
	server.Config.ReadTimeout, server.Config.WriteTimeout = time.Minute, 90*time.Second
	server.Start()
	p.url = server.URL
	t.Cleanup(func() {
		cancel()
		server.Close()
		p.desk.wait()
		if free, claims := p.desk.room.Free(), p.desk.claims.Free(); free != p.desk.limits.room || claims != p.desk.limits.claims {
			t.Errorf("at the end %d bytes of the room and %d of the claims' are free, of %d and %d", free, claims, p.desk.limits.room, p.desk.limits.claims)
		}
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	if p.key, err = h.identity.CreateAccount(t.Context(), pushAccountID, "", ""); err != nil {
		t.Fatal(err)
	}
	if p.graph, err = h.makeGraph(t.Context(), pushAccountID); err != nil {
		t.Fatal(err)
	}
	return p
}

// Write keeps the server's log.
func (p *pushing) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *pushing) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// pushed is the answer to a push.
type pushed struct {
	Status int `json:"-"`
	Header http.Header
	Body   string `json:"-"`

	Message, Code    string
	Object           string
	warehouse.Totals // seen, stored, duplicate, rejected
	Reasons          map[string]int64

	RequestID    string
	Timestamp    int64
	ErrorMessage *string
}

// push posts body with the test's key, unless change changes that.
func (p *pushing) push(kind, body string, change ...func(*http.Request)) pushed {
	p.t.Helper()
	r := p.request(kind, body)
	r.SetBasicAuth(p.key.AccessKeyID, p.key.SecretAccessKey)
	for _, f := range change {
		f(r)
	}
	a, err := send(r)
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

func (p *pushing) request(kind, body string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.url+pushPath+kind, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

func send(r *http.Request) (a pushed, err error) {
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return a, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return a, err
	}
	a.Status, a.Header, a.Body = resp.StatusCode, resp.Header, string(body)
	if len(body) > 0 && resp.Header.Get("Content-Type") == "application/json" {
		err = json.Unmarshal(body, &a)
	}
	if resp.Header.Get("x-amzn-RequestId") == "" {
		err = errors.Join(err, errors.New("the answer has no request id"))
	}
	return a, err
}

// stored is what the graph's ledger says, read as any other client would.
func (p *pushing) stored() warehouse.Totals {
	p.t.Helper()
	store, err := p.house.store(p.t.Context(), p.graph)
	if err != nil {
		p.t.Fatal(err)
	}
	status, err := store.Status(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return status.Totals
}

// waiting is how many bodies wait to be committed.
func (p *pushing) waiting() (bodies int) {
	p.desk.mu.Lock()
	defer p.desk.mu.Unlock()
	for _, q := range p.desk.queues {
		n, _ := q.inbox.Waiting()
		bodies += n
	}
	return bodies
}

// queued waits until so many bodies wait; the caller holds the graph's writer.
func (p *pushing) queued(n int) {
	p.t.Helper()
	p.until(fmt.Sprintf("%d bodies never waited", n), func() bool { return p.waiting() == n })
}

// until waits until ok.
func (p *pushing) until(what string, ok func() bool) {
	p.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-p.t.Context().Done():
			p.t.Fatal(what)
		}
	}
}

// trail is a CloudTrail log of events with these ids.
func trail(ids ...string) string {
	var records []string
	for _, id := range ids {
		records = append(records, trailRecord(id, pushAccountID))
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func trailRecord(id, account string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::%[2]s:user/alice","accountId":"%[2]s","userName":"alice"},`+
		`"eventTime":"2024-03-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.7","userAgent":"aws-cli",`+
		`"requestParameters":null,"responseElements":null,"eventID":"%[1]s","eventType":"AwsApiCall","recipientAccountId":"%[2]s"}`, id, account)
}

const flowLog = `version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
2 111122223333 eni-0a1b2c3d4e5f60718 10.0.0.5 198.51.100.9 49152 443 6 10 840 1709287200 1709287260 ACCEPT OK
2 111122223333 eni-0a1b2c3d4e5f60718 198.51.100.9 10.0.0.5 443 49152 6 8 5200 1709287200 1709287260 ACCEPT OK
`

const finding = `{"schemaVersion":"2.0","accountId":"111122223333","region":"us-east-1","partition":"aws","id":"96b1c2d3e4f5061728394a5b6c7d8e9f",` +
	`"arn":"arn:aws:guardduty:us-east-1:111122223333:detector/12abc34d567e8fa901bc2d34e56789f0/finding/96b1c2d3e4f5061728394a5b6c7d8e9f",` +
	`"type":"Recon:IAMUser/MaliciousIPCaller","resource":{"resourceType":"AccessKey","accessKeyDetails":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","principalId":"AIDAEXAMPLE","userType":"IAMUser","userName":"alice"}},` +
	`"service":{"serviceName":"guardduty","count":1,"archived":false,"eventFirstSeen":"2024-03-01T10:00:00.000Z","eventLastSeen":"2024-03-01T10:00:00.000Z"},` +
	`"severity":5,"createdAt":"2024-03-01T10:05:00.000Z","updatedAt":"2024-03-01T10:05:00.000Z","title":"t","description":"d"}`

func gzipped(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
