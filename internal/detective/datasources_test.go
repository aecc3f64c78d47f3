package detective

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	core = control.DetectiveCore
	eks  = control.EKSAudit
	asff = control.SecurityHubFindings
)

// started returns the packages that are taken, by name.
func started(p control.Packages) (all []control.Package) {
	for _, name := range []control.Package{asff, core, eks} {
		if p.State(name) == control.IngestStarted {
			all = append(all, name)
		}
	}
	return all
}

// A set with DETECTIVE_CORE is all that is wanted; one without only starts.
func TestUpdateDatasourcePackages(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	version := func() int64 {
		t.Helper()
		m, err := l.store.Membership(ctx, arn)
		must(t, err)
		return m.Version
	}
	for _, c := range []struct {
		wanted  []control.Package
		started []control.Package
		changes bool
	}{
		{[]control.Package{core, eks, asff}, []control.Package{asff, core, eks}, false}, // as at first
		{[]control.Package{core, eks}, []control.Package{core, eks}, true},
		{[]control.Package{eks}, []control.Package{core, eks}, false},
		{[]control.Package{core}, []control.Package{core}, true},
		{[]control.Package{core}, []control.Package{core}, false},
		{[]control.Package{asff}, []control.Package{asff, core}, true},
		{[]control.Package{eks, core, eks}, []control.Package{core, eks}, true}, // one starts, one stops
		{[]control.Package{asff, eks}, []control.Package{asff, core, eks}, true},
	} {
		l.clock.add(time.Minute)
		before := version()
		must(t, l.UpdateDatasourcePackages(ctx, admin, arn, c.wanted))
		g, err := l.GraphOf(ctx, admin.AccountID, region)
		must(t, err)
		if diff := cmp.Diff(c.started, started(g.Packages)); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", c.wanted, diff)
		}
		if after := version(); (after > before) != c.changes {
			t.Errorf("%v: the membership version went from %d to %d; the packages changed: %v", c.wanted, before, after, c.changes)
		}
	}
}

// Histories of the graph and of members, in each place that shows them.
func TestPackageHistories(t *testing.T) {
	t.Parallel()
	const x, y = "000000000001", "000000000002"
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	at := []time.Time{begin.Truncate(time.Millisecond)}
	pass := func() {
		l.clock.add(time.Minute)
		at = append(at, l.clock.now().Truncate(time.Millisecond))
	}
	pass() // 1: invited
	l.invite(t, arn, x, y)
	l.run(t)
	pass() // 2: accepted and enabled
	must(t, l.AcceptInvitation(ctx, caller(x), arn))
	l.run(t)
	pass() // 3: EKS stops
	must(t, l.UpdateDatasourcePackages(ctx, admin, arn, []control.Package{core, asff}))
	pass() // 4: the second member while it is stopped
	must(t, l.AcceptInvitation(ctx, caller(y), arn))
	l.run(t)
	pass() // 5: EKS starts again
	must(t, l.UpdateDatasourcePackages(ctx, admin, arn, []control.Package{eks}))

	history := func(state control.IngestState, changed map[control.IngestState]int) control.PackageHistory {
		h := control.PackageHistory{State: state, Changed: map[control.IngestState]time.Time{}}
		for s, n := range changed {
			h.Changed[s] = at[n]
		}
		return h
	}
	const started, stopped, disabled = control.IngestStarted, control.IngestStopped, control.IngestDisabled
	type when = map[control.IngestState]int
	want := map[string]histories{
		admin.AccountID: {core: history(started, when{started: 0}), asff: history(started, when{started: 0}), eks: history(started, when{started: 5, stopped: 3})},
		x: {core: history(started, when{disabled: 1, started: 2}), asff: history(started, when{disabled: 1, started: 2}),
			eks: history(started, when{disabled: 1, started: 5, stopped: 3})},
		y: {core: history(started, when{disabled: 1, started: 4}), asff: history(started, when{disabled: 1, started: 4}), eks: history(started, when{disabled: 1, started: 5})},
	}
	got, left, err := l.BatchGetGraphMemberDatasources(ctx, admin, arn, []string{y, admin.AccountID, "000000000009", x, y})
	if err != nil || len(left) != 1 || left[0].AccountID != "000000000009" || left[0].Reason == "" {
		t.Errorf("unprocessed: %v, %v; want the stranger", left, err)
	}
	if len(got) != 3 {
		t.Errorf("BatchGetGraphMemberDatasources has %d entries; want 3", len(got))
	}
	if diff := cmp.Diff(want, byAccount(got)); diff != "" {
		t.Errorf("BatchGetGraphMemberDatasources (-want +got):\n%s", diff)
	}

	other := l.graph(t, second)
	l.put(t, control.Member{GraphARN: other, AccountID: x, Status: control.MemberVerificationFailed, InvitationType: control.ByInvitation})
	mine, strange, err := l.BatchGetMembershipDatasources(ctx, caller(x), []string{other, arn, arn, "nope"})
	must(t, err)
	if diff := cmp.Diff(map[string]histories{x: want[x]}, byAccount(mine)); diff != "" {
		t.Errorf("BatchGetMembershipDatasources (-want +got):\n%s", diff)
	}
	if len(mine) != 1 || mine[0].GraphARN != arn {
		t.Errorf("MembershipDatasources: %v; want the one graph, once", mine)
	}
	if len(strange) != 2 || strange[0].GraphARN != other || strange[1].GraphARN != "nope" || strange[0].Reason == "" {
		t.Errorf("UnprocessedGraphs: %v; want the graph it was not invited to, and the unknown one", strange)
	}
	own, strange, err := l.BatchGetMembershipDatasources(ctx, admin, []string{arn})
	if diff := cmp.Diff(map[string]histories{admin.AccountID: want[admin.AccountID]}, byAccount(own)); err != nil || len(strange) != 0 || diff != "" {
		t.Errorf("BatchGetMembershipDatasources of one's own graph: %v, %v (-want +got)\n%s", strange, err, diff)
	}

	// The list, page by page.
	var names []control.Package
	for p := (Page{Limit: 1}); ; p.Limit++ {
		page, next, err := l.ListDatasourcePackages(ctx, admin, arn, p)
		must(t, err)
		for _, s := range page {
			names = append(names, s.Name)
			if diff := cmp.Diff(want[admin.AccountID][s.Name], s.History); diff != "" {
				t.Errorf("ListDatasourcePackages, %s (-want +got):\n%s", s.Name, diff)
			}
		}
		if p.Token = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff([]control.Package{asff, core, eks}, names); diff != "" {
		t.Errorf("ListDatasourcePackages (-want +got):\n%s", diff)
	}

	// What a member sends is STOPPED when it is no longer ENABLED.
	l.organize(t, second.AccountID, x)
	pass() // 6
	l.status(t, x, control.AccountSuspended)
	for _, p := range control.AllPackages() {
		if h := l.member(t, arn, x).Packages.History(p); h.State != stopped || !h.Changed[stopped].Equal(at[6]) {
			t.Errorf("package %s of a suspended member: %+v", p, h)
		}
	}
}
