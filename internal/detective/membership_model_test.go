package detective

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// The accounts of the property test: the organization's management account,
// two with entries in our own directory, and one without.
var (
	societyAccounts = []string{"111122223333", "444455556666", "777788889999", "999900001111"}
	societyEmails   = map[string]string{
		"111122223333": "root@example.com", "444455556666": "second@example.com", "777788889999": "third@example.com",
	}
)

const elsewhere = "us-east-1"

// TestMembershipModel drives random legal and illegal operations on members,
// packages and the organization, with time passing, jobs running or not and
// restarts, and compares each answer and the whole state with the model.
func TestMembershipModel(t *testing.T) {
	t.Parallel()
	// A check takes half a second under the race detector, nearly all of it
	// for the store.
	checks, rounds := 12, 1
	if os.Getenv("GUMSHOE_FULL") != "" {
		checks, rounds = 100, 5
	}
	property := membershipProperty(t)
	for range rounds {
		done, failed := 0, false
		rapid.Check(t, func(rt *rapid.T) {
			// No more of them; but one that failed must be shrunk.
			if done++; done > checks && !failed {
				return
			}
			defer func() { failed = failed || rt.Failed() }()
			property(rt)
		})
	}
}

// FuzzMembershipModel has the fuzzer choose the operations.
func FuzzMembershipModel(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(membershipProperty(f)))
}

// drama is one run of the property test: the service and its model.
type drama struct {
	*society
	l    *lab
	dir  string
	arns []string // of all graphs that there ever were, and of one that never was

	membership map[string]control.Membership // as last seen, by graph
}

func membershipProperty(t testing.TB) func(*rapid.T) {
	seed := t.TempDir()
	l := newLab(t, seed)
	must(t, l.store.Update(t.Context(), func(tx control.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(societyEmails)) {
			if err := tx.CreateAccount(t.Context(), control.Account{ID: id, Email: societyEmails[id]}); err != nil {
				return err
			}
		}
		return nil
	}))
	must(t, l.store.Close())
	empty, err := os.ReadFile(filepath.Join(seed, "control.db"))
	must(t, err)
	return func(rt *rapid.T) {
		dir, err := os.MkdirTemp(seed, "")
		must(rt, err)
		must(rt, os.WriteFile(filepath.Join(dir, "control.db"), empty, 0o600))
		d := &drama{dir: dir, membership: map[string]control.Membership{}}
		d.society = &society{
			graphs: map[string]*societyGraph{}, admins: map[string]*societyAdmin{}, emails: societyEmails, usage: map[string]int64{},
		}
		d.arns = []string{"arn:aws:detective:eu-west-1:444455556666:graph:00000000000000000000000000000000"}
		d.open(rt, begin.Truncate(time.Millisecond))
		defer func() {
			_ = d.l.store.Close()
			_ = os.RemoveAll(dir)
		}()
		ctx := rt.Context()
		must(rt, d.l.StartUp(ctx))
		d.everyHour()
		for _, region := range []string{region, elsewhere} { // one account administers two graphs
			d.create(ctx, rt, Caller{AccountID: second.AccountID, Region: region})
		}
		d.prelude(ctx, rt)
		for range 2 {
			rt.Repeat(d.actions(ctx))
		}
		for _, a := range societyAccounts {
			d.checkAccount(ctx, rt, Caller{AccountID: a, Region: region})
			d.checkAccount(ctx, rt, Caller{AccountID: a, Region: elsewhere})
		}
		for _, arn := range d.arns {
			d.checkGraph(ctx, rt, arn)
		}
	}
}

// open opens the store, at the time given.
func (d *drama) open(rt *rapid.T, at time.Time) {
	before := d.l
	d.l = newLab(rt, d.dir, func(o *Options) { o.MaxMembers, o.MaxBytesPerDay = worldMembers, worldBytesPerDay })
	d.l.clock.add(at.Sub(begin))
	if before != nil {
		d.l.warehouse.graphs, d.l.warehouse.usage, d.l.warehouse.usageErr = before.warehouse.graphs, before.warehouse.usage, before.warehouse.usageErr
		d.l.mailer.sent = before.mailer.sent
	}
	d.now = d.l.clock.now
}

func (d *drama) same(rt *rapid.T, what string, err error, want Code) {
	rt.Helper()
	if got := code(err); got != want {
		rt.Fatalf("%s: %q (%v); the model says %q", what, got, err, want)
	}
}

func (d *drama) equal(rt *rapid.T, what string, want, got any) {
	rt.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("%s (-model +service):\n%s", what, diff)
	}
}

// Draws. Callers are biased towards those whose calls are legal.
func (d *drama) arn(rt *rapid.T) string { return rapid.SampledFrom(d.arns).Draw(rt, "graph") }

func (d *drama) account(rt *rapid.T) string {
	return rapid.SampledFrom(societyAccounts).Draw(rt, "account")
}

func (d *drama) caller(rt *rapid.T) Caller {
	return Caller{AccountID: d.account(rt), Region: rapid.SampledFrom([]string{region, region, elsewhere}).Draw(rt, "Region")}
}

// to returns a caller and a graph: mostly one in its Region, with its
// administrator account or, for members, somebody whom it knows.
func (d *drama) to(rt *rapid.T, members bool) (Caller, string) {
	arn := d.arn(rt)
	g := d.graphs[arn]
	if g == nil || rapid.IntRange(0, 5).Draw(rt, "anybody") == 0 {
		return d.caller(rt), arn
	}
	if !members {
		return Caller{AccountID: g.account, Region: g.region}, arn
	}
	who := slices.Sorted(maps.Keys(g.members))
	if len(who) == 0 {
		who = societyAccounts
	}
	return Caller{AccountID: rapid.SampledFrom(who).Draw(rt, "member"), Region: g.region}, arn
}

func (d *drama) actions(ctx context.Context) map[string]func(*rapid.T) {
	act := func(f func(context.Context, *rapid.T)) func(*rapid.T) {
		return func(rt *rapid.T) {
			d.l.clock.add(time.Millisecond) // no two calls come at one time
			f(ctx, rt)
		}
	}
	all := map[string]func(context.Context, *rapid.T){
		"graph": d.actGraph, "invite": d.actInvite, "invite more": d.actInvite, "remove": d.actRemove,
		"answer": d.actAnswer, "answer more": d.actAnswer, "monitor": d.actMonitor, "packages": d.actPackages,
		"ask": d.actAsk, "organization": d.actOrganization, "directory": d.actDirectory, "directory again": d.actDirectory,
		"usage": d.actUsage, "time": d.actTime, "work": d.actWork, "work more": d.actWork, "restart": d.actRestart,
	}
	out := map[string]func(*rapid.T){"": func(rt *rapid.T) {
		// A part of the state after each step, all of it at the end.
		if rapid.Bool().Draw(rt, "check a graph") {
			d.checkGraph(ctx, rt, d.arn(rt))
		} else {
			d.checkAccount(ctx, rt, d.caller(rt))
		}
	}}
	for name, f := range all {
		out[name] = act(f)
	}
	return out
}

func (d *drama) create(ctx context.Context, rt *rapid.T, c Caller) {
	arn, err := d.l.CreateGraph(ctx, c, nil)
	a, _ := d.org.Account(c.AccountID)
	switch g := d.of(c.AccountID, c.Region); {
	case g == nil && a.Status == control.AccountClosed:
		d.same(rt, "CreateGraph of a closed account", err, Validation)
	case g == nil:
		d.same(rt, "CreateGraph", err, "")
		d.arns = append(d.arns, arn)
		d.createGraph(c, arn)
	default:
		d.same(rt, "CreateGraph", err, "")
		d.equal(rt, "CreateGraph again", g.arn, arn)
	}
}

// prelude takes the story to where it gets interesting, in some checks: an
// organization with an administrator account, and members.
func (d *drama) prelude(ctx context.Context, rt *rapid.T) {
	if rapid.Bool().Draw(rt, "an organization") {
		for n, account := range rapid.Permutation(societyAccounts[1:]).Draw(rt, "joining")[:2] {
			d.direct(ctx, rt, []string{"found", "join"}[n], account, true)
		}
		for range 2 {
			d.enableAdmin(ctx, rt, Caller{AccountID: admin.AccountID, Region: region}, d.account(rt))
		}
	}
	if rapid.Bool().Draw(rt, "members") {
		for range 3 {
			d.actInvite(ctx, rt)
			d.l.clock.add(time.Millisecond)
		}
		d.actWork(ctx, rt)
		for range 3 {
			d.actAnswer(ctx, rt)
			d.l.clock.add(time.Millisecond)
		}
	}
}

func (d *drama) actGraph(ctx context.Context, rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "delete") > 0 {
		d.create(ctx, rt, d.caller(rt))
		return
	}
	c, arn := d.to(rt, false)
	g, refused := d.administered(c, arn)
	d.same(rt, "DeleteGraph", d.l.DeleteGraph(ctx, c, arn), refused)
	if g != nil {
		d.deleteGraph(g)
	}
}

func (d *drama) actInvite(ctx context.Context, rt *rapid.T) {
	c, arn := d.to(rt, false)
	in := CreateMembersInput{
		Message: rapid.SampledFrom([]string{"", "Join us."}).Draw(rt, "message"),
		NoEmail: rapid.Bool().Draw(rt, "no mail"),
	}
	for range rapid.IntRange(1, 3).Draw(rt, "accounts") {
		id := d.account(rt)
		email := rapid.SampledFrom([]string{
			societyEmails[id], societyEmails[id], "org-" + id + "@example.com", "ORG-" + id + "@Example.com", "wrong@example.com", "",
		}).Draw(rt, "e-mail")
		in.Accounts = append(in.Accounts, AccountDetails{id, email})
	}
	made, left, err := d.l.CreateMembers(ctx, c, arn, in)
	wantMade, wantLeft, refused := d.createMembers(c, arn, in)
	d.same(rt, "CreateMembers", err, refused)
	if refused == "" {
		d.equal(rt, "CreateMembers: Members", d.views(d.graphs[arn], wantMade), plain(made))
		for i := range left {
			if left[i].Reason != "Account is already a member" {
				left[i].Reason = "another reason"
			}
		}
		d.equal(rt, "CreateMembers: UnprocessedAccounts", wantLeft, left)
	}
}

func (d *drama) actRemove(ctx context.Context, rt *rapid.T) {
	c, arn := d.to(rt, false)
	ids := rapid.SliceOfN(rapid.SampledFrom(societyAccounts), 1, 2).Draw(rt, "accounts")
	g, refused := d.administered(c, arn)
	removed, left, err := d.l.DeleteMembers(ctx, c, arn, ids)
	d.same(rt, "DeleteMembers", err, refused)
	if g == nil {
		return
	}
	var wantRemoved, wantLeft []string
	for _, id := range distinct(ids) {
		if g.members[id] == nil {
			wantLeft = append(wantLeft, id)
			continue
		}
		wantRemoved = append(wantRemoved, id)
		delete(g.members, id)
	}
	d.equal(rt, "DeleteMembers: AccountIds", wantRemoved, removed)
	d.equal(rt, "DeleteMembers: UnprocessedAccounts", wantLeft, idsOf(left))
}

func (d *drama) actAnswer(ctx context.Context, rt *rapid.T) {
	c, arn := d.to(rt, true)
	g, m, want := d.joined(c, arn)
	answers := []string{"accept", "accept", "reject", "leave"}
	if m != nil && m.Status == control.MemberEnabled {
		answers = append(answers, "leave", "leave", "leave")
	}
	switch rapid.SampledFrom(answers).Draw(rt, "answer") {
	case "accept":
		if m != nil && m.Status != control.MemberInvited {
			want = Conflict
		}
		d.same(rt, "AcceptInvitation", d.l.AcceptInvitation(ctx, c, arn), want)
		if want == "" {
			d.accept(g, m)
		}
		return
	case "reject":
		if m != nil && m.Status != control.MemberInvited {
			want = Conflict
		}
		d.same(rt, "RejectInvitation", d.l.RejectInvitation(ctx, c, arn), want)
	default:
		if m != nil && (m.Status != control.MemberEnabled || m.InvitationType == control.ByOrganization) {
			want = Conflict
		}
		d.same(rt, "DisassociateMembership", d.l.DisassociateMembership(ctx, c, arn), want)
	}
	if want == "" {
		delete(g.members, c.AccountID)
	}
}

func (d *drama) actMonitor(ctx context.Context, rt *rapid.T) {
	c, arn := d.to(rt, false)
	id := d.account(rt)
	g, want := d.administered(c, arn)
	var m *societyMember
	if g != nil {
		switch m = g.members[id]; {
		case m == nil:
			want = ResourceNotFound
		case m.Status != control.MemberAcceptedButDisabled:
			want = Conflict
		}
	}
	d.same(rt, "StartMonitoringMember", d.l.StartMonitoringMember(ctx, c, arn, id), want)
	if g != nil {
		d.readLedger(g)
	}
	if g != nil && want == "" {
		d.admit(g, m, !d.broken)
	}
}

func (d *drama) actPackages(ctx context.Context, rt *rapid.T) {
	c, arn := d.to(rt, false)
	wanted := rapid.SliceOfNDistinct(rapid.SampledFrom(threePackages), 1, 3, rapid.ID).Draw(rt, "packages")
	g, want := d.administered(c, arn)
	if g != nil {
		want = d.updatePackages(g, wanted)
	}
	d.same(rt, "UpdateDatasourcePackages", d.l.UpdateDatasourcePackages(ctx, c, arn, wanted), want)
}

// actUsage changes what the ledger says and whether it can be read; the
// usage is worked out anew, as ingest does after each pass.
func (d *drama) actUsage(ctx context.Context, rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "breaks") == 0 {
		d.broken = !d.broken
	} else {
		d.usage[d.account(rt)] = rapid.SampledFrom([]int64{0, 1, 40, 60, 100, 101}).Draw(rt, "bytes")
	}
	d.l.warehouse.usage, d.l.warehouse.usageErr = maps.Clone(d.usage), nil
	if d.broken {
		d.l.warehouse.usageErr = os.ErrClosed
	}
	for _, g := range d.active() {
		if err := d.l.UpdateUsage(ctx, g.arn); (err != nil) != d.broken {
			rt.Fatalf("UpdateUsage of %s: %v; the ledger is broken: %v", g.arn, err, d.broken)
		}
		d.readLedger(g)
	}
}

func (d *drama) actTime(_ context.Context, rt *rapid.T) {
	d.l.clock.add(time.Duration(rapid.IntRange(1, 90*60_000).Draw(rt, "ms")) * time.Millisecond)
}

// actWork runs the jobs that are due, all or those of one kind.
func (d *drama) actWork(ctx context.Context, rt *rapid.T) {
	handlers := d.l.Handlers()
	kind := rapid.SampledFrom([]string{"", "", "", jobVerification, jobMail, jobVolumeCheck, jobHourly, jobGraphDeletion}).Draw(rt, "kind")
	var kinds []string
	if kind != "" {
		kinds = []string{kind}
		handlers = map[string]jobs.Handler{kind: handlers[kind]}
	}
	err := jobs.New(d.l.store, handlers, jobs.Options{Now: d.l.clock.now}).Drain(ctx)
	if err != nil && !d.broken {
		rt.Fatalf("jobs: %v", err)
	}
	d.work(kinds...)
}

func (d *drama) actRestart(_ context.Context, rt *rapid.T) {
	at := d.l.clock.now()
	must(rt, d.l.store.Close())
	d.open(rt, at)
}

// distinct returns the ids, each once.
func distinct(ids []string) (out []string) {
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func idsOf(all []Unprocessed) (ids []string) {
	for _, u := range all {
		ids = append(ids, u.AccountID)
	}
	return ids
}
