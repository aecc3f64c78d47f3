package detective

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
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

// fakeWarehouse remembers which graphs it holds.
type fakeWarehouse struct {
	mu     sync.Mutex
	graphs map[string]bool
	fail   error
	before func(g control.Graph) // called by CreateGraph, may be nil

	usage    map[string]int64 // bytes a day by account, the same in every graph
	usageErr error
	now      func() time.Time
}

func (w *fakeWarehouse) CreateGraph(_ context.Context, g control.Graph) error {
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

func (w *fakeWarehouse) DeleteGraph(_ context.Context, g control.Graph) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail == nil {
		delete(w.graphs, g.WarehouseID)
	}
	return w.fail
}

// Usage is what the test put into usage.
func (w *fakeWarehouse) Usage(_ context.Context, g control.Graph) ([]control.Usage, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []control.Usage
	for _, account := range slices.Sorted(maps.Keys(w.usage)) {
		out = append(out, control.Usage{AccountID: account, Package: control.DetectiveCore, BytesPerDay: w.usage[account], Updated: w.now()})
	}
	return out, w.usageErr
}

func (w *fakeWarehouse) holds(n int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.graphs) == n
}

// directory is the organization as the store has it: gumshoe's own.
type directory struct{ store control.Store }

func (d directory) Organization(ctx context.Context) (control.Organization, error) {
	return d.store.Organization(ctx)
}

func (d directory) RegisterDelegatedAdministrator(context.Context, string) error { return nil }

// mailer keeps what it is given.
type mailer struct {
	mu   sync.Mutex
	sent []Invitation
	err  error
}

func (m *mailer) SendInvitation(_ context.Context, i Invitation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.sent = append(m.sent, i)
	}
	return m.err
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
	warehouse    *fakeWarehouse
	investigator *investigator
	mailer       *mailer
	woken        int
}

// newLab returns a service on a new store in dir, its options changed by
// more.
func newLab(t failer, dir string, more ...func(*Options)) *lab {
	t.Helper()
	store, err := sqlite.Open(filepath.Join(dir, "control.db"))
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{
		clock: &clock{t: begin}, store: store,
		warehouse:    &fakeWarehouse{graphs: map[string]bool{}},
		investigator: &investigator{report: reportOf(t, "HIGH")},
		mailer:       &mailer{},
	}
	l.warehouse.now = l.clock.now
	o := Options{
		Store: store, Investigator: l.investigator, Warehouse: l.warehouse, Sealer: plainSealer{},
		Organizations: directory{store}, Mailer: l.mailer,
		TokenKey: bytes.Repeat([]byte("k"), 32), Now: l.clock.now, Wake: func() { l.woken++ },
	}
	for _, change := range more {
		change(&o)
	}
	if l.Service, err = New(o); err != nil {
		t.Fatal(err)
	}
	return l
}

// open returns a service that is closed with the test.
func open(t *testing.T, more ...func(*Options)) *lab {
	t.Helper()
	l := newLab(t, t.TempDir(), more...)
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

// put enters a member as it is.
func (l *lab) put(t *testing.T, m control.Member) {
	t.Helper()
	must(t, l.store.Update(t.Context(), func(tx control.Tx) error { return tx.SetMember(t.Context(), m) }))
}

// account enters an account into our own directory.
func (l *lab) account(t *testing.T, id, email string) {
	t.Helper()
	must(t, l.store.Update(t.Context(), func(tx control.Tx) error {
		return tx.CreateAccount(t.Context(), control.Account{ID: id, Email: email})
	}))
}

// organize makes an organization of active accounts, the first of them its
// management account, or replaces the accounts of the one there is.
func (l *lab) organize(t *testing.T, accounts ...string) {
	t.Helper()
	must(t, l.ApplyOrganization(t.Context(), func(o control.Organization) (control.Organization, error) {
		o.ID, o.ManagementAccountID, o.Accounts = "o-exampleorg1", accounts[0], nil
		for _, id := range slices.Sorted(slices.Values(accounts)) {
			o.Accounts = append(o.Accounts, control.OrganizationAccount{ID: id, Email: "org-" + id + "@example.com", Status: control.AccountActive})
		}
		return o, nil
	}))
}

// status gives an account of the organization another status.
func (l *lab) status(t *testing.T, account string, status control.AccountStatus) {
	t.Helper()
	must(t, l.ApplyOrganization(t.Context(), func(o control.Organization) (control.Organization, error) {
		for i, a := range o.Accounts {
			if a.ID == account {
				o.Accounts[i].Status = status
			}
		}
		return o, nil
	}))
}

// member returns an account's entry in a graph, nil when it has none.
func (l *lab) member(t *testing.T, arn, account string) *control.Member {
	t.Helper()
	m, err := l.store.Member(t.Context(), arn, account)
	if errors.Is(err, control.ErrNotFound) {
		return nil
	}
	must(t, err)
	return &m
}

// expect checks the entry of an account in a graph: its status, reason and
// type, or "" for none.
func (l *lab) expect(t *testing.T, what, arn, account, want string) {
	t.Helper()
	var got string
	if m := l.member(t, arn, account); m != nil {
		got = strings.TrimRight(string(m.Status)+" "+string(m.DisabledReason), " ") + " " + string(m.InvitationType)
	}
	if got != want {
		t.Errorf("%s: account %s is %q; want %q", what, account, got, want)
	}
}

// allPackages are packages that are all taken, or not, since at.
func allPackages(taken bool, at time.Time) (p control.Packages) {
	for _, name := range control.AllPackages() {
		p.Set(name, taken, at)
	}
	return p
}

// run drains the jobs, which must not fail.
func (l *lab) run(t *testing.T) {
	t.Helper()
	must(t, l.drain(t.Context()))
}

// sends sets what accounts send and works the usage of a graph out anew.
func (l *lab) sends(t *testing.T, arn string, bytesPerDay map[string]int64) {
	t.Helper()
	l.warehouse.usage = bytesPerDay
	must(t, l.UpdateUsage(t.Context(), arn))
}

// invite invites accounts by the addresses that our own directory has of
// them after this call.
func (l *lab) invite(t *testing.T, arn string, accounts ...string) {
	t.Helper()
	var in CreateMembersInput
	for _, id := range accounts {
		if _, err := l.store.Account(t.Context(), id); errors.Is(err, control.ErrNotFound) {
			l.account(t, id, id+"@example.com")
		}
		in.Accounts = append(in.Accounts, AccountDetails{id, id + "@example.com"})
	}
	if _, left, err := l.CreateMembers(t.Context(), admin, arn, in); err != nil || len(left) > 0 {
		t.Fatalf("CreateMembers %v: %v, %v", accounts, left, err)
	}
}
