package detective

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/sqlite"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	region  = "eu-west-1"
	mallory = "arn:aws:iam::111122223333:user/mallory"
	ci      = "arn:aws:iam::111122223333:role/ci"
)

var (
	begin  = time.Date(2026, 5, 4, 12, 0, 0, 123456789, time.UTC)
	admin  = caller("111122223333")
	second = caller("444455556666")
)

// failer is what the helpers need of a *testing.T or a *rapid.T.
type failer interface {
	Helper()
	Fatal(args ...any)
}

func caller(account string) Caller {
	return Caller{AccountID: account, ARN: "arn:aws:iam::" + account + ":user/alice", Region: region}
}

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// plainSealer checks owners and hides nothing.
type plainSealer struct{}

func (plainSealer) Seal(owner string, plain []byte) []byte {
	return append([]byte(owner+"|"), plain...)
}

func (plainSealer) Open(owner string, sealed []byte) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte(owner+"|"))
	if !ok {
		return nil, errors.New("another owner's")
	}
	return plain, nil
}

// warehouse remembers which graphs it holds.
type warehouse struct {
	mu     sync.Mutex
	graphs map[string]bool
	fail   error
	before func(g control.Graph) // called by CreateGraph, may be nil
}

func (w *warehouse) CreateGraph(_ context.Context, g control.Graph) error {
	if w.before != nil {
		w.before(g)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail == nil {
		w.graphs[g.WarehouseID] = true
	}
	return w.fail
}

func (w *warehouse) DeleteGraph(_ context.Context, g control.Graph) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail == nil {
		delete(w.graphs, g.WarehouseID)
	}
	return w.fail
}

func (w *warehouse) holds(n int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.graphs) == n
}

// investigator knows mallory and ci and answers with a report or an error.
type investigator struct {
	mu     sync.Mutex
	report Report
	err    error
	during func() // called by Investigate, may be nil
	knows  func() // called by KnowsEntity, may be nil
	asked  []string
}

func (i *investigator) KnowsEntity(_ context.Context, _ control.Graph, arn string) (bool, error) {
	if i.knows != nil {
		i.knows()
	}
	return arn == mallory || arn == ci || arn == "arn:aws:iam::111122223333:root", nil
}

func (i *investigator) Investigate(ctx context.Context, g control.Graph, arn string, from, to time.Time) (Report, error) {
	if i.during != nil {
		i.during()
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = append(i.asked, arn+" "+isoTime(from)+" "+isoTime(to))
	return i.report, i.err
}

// reportOf makes a report with the indicators.
func reportOf(t failer, severity string, all ...indicators.Indicator) Report {
	t.Helper()
	b, err := json.Marshal(map[string]any{"Severity": severity, "Indicators": all, "More": 1})
	if err != nil {
		t.Fatal(err)
	}
	return Report{Severity: severity, Indicators: all, JSON: b}
}

// lab is a service with all that it stands on.
type lab struct {
	*Service
	clock        *clock
	store        *sqlite.Store
	warehouse    *warehouse
	investigator *investigator
	woken        int
}

// newLab returns a service on a new store in dir.
func newLab(t failer, dir string) *lab {
	t.Helper()
	store, err := sqlite.Open(filepath.Join(dir, "control.db"))
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{
		clock: &clock{t: begin}, store: store,
		warehouse:    &warehouse{graphs: map[string]bool{}},
		investigator: &investigator{report: reportOf(t, "HIGH")},
	}
	l.Service, err = New(Options{
		Store: store, Investigator: l.investigator, Warehouse: l.warehouse, Sealer: plainSealer{},
		TokenKey: bytes.Repeat([]byte("k"), 32), Now: l.clock.now, Wake: func() { l.woken++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// open returns a service that is closed with the test.
func open(t *testing.T) *lab {
	t.Helper()
	l := newLab(t, t.TempDir())
	t.Cleanup(func() { _ = l.store.Close() })
	return l
}

// drain runs all jobs that are due.
func (l *lab) drain(ctx context.Context) error {
	return jobs.New(l.store, l.Handlers(), jobs.Options{Now: l.clock.now}).Drain(ctx)
}

// graph makes the caller's graph.
func (l *lab) graph(t *testing.T, c Caller) string {
	t.Helper()
	arn, err := l.CreateGraph(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

// start starts an investigation of the last day.
func (l *lab) start(t *testing.T, arn, entity string) string {
	t.Helper()
	id, err := l.StartInvestigation(t.Context(), admin, arn, entity, l.clock.now().Add(-24*time.Hour), l.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// wantCode checks that an error was written for the caller, with a code, and
// returns it.
func wantCode(t testing.TB, what string, err error, code Code) (_ Error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("%s: error %v; want a %s", what, err, code)
		return
	}
	return *e
}

func must(t failer, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
