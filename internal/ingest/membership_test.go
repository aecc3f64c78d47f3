package ingest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestMembership(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const noAccount = `"recipientAccountId":null,"userIdentity":{"type":"AWSService","invokedBy":"x.amazonaws.com"}`
	write(t, dir, map[string][]byte{
		"own":     delivery(calls(t, 0, 3)...),
		"mixed":   delivery(append(calls(t, 10, 2), calls(t, 20, 4, foreign)...)...),
		"foreign": delivery(calls(t, 30, 12, foreign)...),
		"nobody":  delivery(call(t, 50, noAccount), call(t, 51, `"recipientAccountId":null`)), // the second names its caller's
	})
	g := newGraph(t, false)
	us := members{1, map[string]bool{"111122223333": true}}
	s, objects := g.summaries(dir, Options{Membership: us})
	if s.Totals != totals(23, 6, 0, 17) {
		t.Errorf("%+v", s.Totals)
	}
	reasons := map[string]map[string]int64{}
	for name, o := range objects {
		reasons[name] = o.Reasons
	}
	want := map[string]map[string]int64{"own": {}, "mixed": {"not-a-member": 4}, "foreign": {"not-a-member": 12}, "nobody": {"no-account": 1}}
	if diff := gocmp.Diff(want, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(warehouse.Rejection{Record: 2, Offset: -1, Reason: "not-a-member", Detail: "account 999988887777"}, objects["mixed"].Samples[0]); diff != "" {
		t.Errorf("the first refused record (-want +got):\n%s", diff)
	}
	if n := len(objects["foreign"].Samples); n != warehouse.MaxRejectionSamples {
		t.Errorf("%d samples; want %d", n, warehouse.MaxRejectionSamples)
	}
	if d := objects["nobody"].Samples[0].Detail; d != "event 00000000-0000-4000-8000-000000000050" {
		t.Errorf("a record without an account is named %q", d)
	}

	// Nothing has changed: nothing is read.
	if s, _ := g.summaries(dir, Options{Membership: us}); s.Totals != totals(23, 0, 6, 17) {
		t.Errorf("again: %+v", s.Totals)
	}
	// The account joins: just the objects with refused records are read.
	us.accounts["999988887777"], us.version = true, 2
	s, objects = g.summaries(dir, Options{Membership: us})
	if s.Totals != totals(23, 16, 6, 1) {
		t.Errorf("after joining: %+v", s.Totals)
	}
	unchanged := map[string]bool{}
	for name, o := range objects {
		unchanged[name] = o.Unchanged
	}
	if diff := gocmp.Diff(map[string]bool{"own": true, "mixed": false, "foreign": false, "nobody": false}, unchanged); diff != "" {
		t.Errorf("which objects were not read again (-want +got):\n%s", diff)
	}
	fates := map[string]warehouse.Totals{"own": totals(3, 3, 0, 0), "mixed": totals(6, 6, 0, 0), "foreign": totals(12, 12, 0, 0), "nobody": totals(2, 1, 0, 1)}
	if diff := gocmp.Diff(fates, g.fates()); diff != "" {
		t.Errorf("ledger (-want +got):\n%s", diff)
	}
	// A version more changes nothing for objects without refused records.
	us.version = 3
	s, objects = g.summaries(dir, Options{Membership: us})
	if s.Totals != totals(23, 0, 22, 1) || !objects["mixed"].Unchanged {
		t.Errorf("once more: %+v", s.Totals)
	}
	// Whoever takes everybody's records takes those that name no account.
	us.accounts[""], us.version = true, -1
	if s, _ := g.summaries(dir, Options{Membership: us}); s.Totals != totals(23, 1, 22, 0) {
		t.Errorf("everybody's: %+v", s.Totals)
	}
}

// A reading that was broken off while an account was no member does not hide
// its records when it goes on after the account has joined.
func TestJoiningWhileAReadingIsBroken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"log": delivery(append(calls(t, 0, 20, foreign), calls(t, 20, 100)...)...)})
	us := members{1, map[string]bool{"111122223333": true}}
	g := newGraph(t, false)
	_, err := Run(t.Context(), source.NewFiles(dir), Options{Store: &failing{graph: g, at: 2}, Places: world, Membership: us, Now: after2026, limits: tiny()})
	if !errors.Is(err, errStorage) || g.totals().Rejected != 20 {
		t.Fatalf("%v, ledger %+v", err, g.totals())
	}
	us.accounts["999988887777"], us.version = true, 2
	g.summaries(dir, Options{Membership: us, limits: tiny()})
	if ids := g.eventIDs(); len(ids) != 120 {
		t.Errorf("%d of 120 events stored", len(ids))
	}
	if fate := g.fates()["log"]; fate != totals(120, 120, 0, 0) {
		t.Errorf("ledger %+v", fate)
	}
}

// enrolling makes members of the accounts that it sees, as ingest --enroll
// does; its version is none that a plain membership has.
type enrolling struct {
	mu       sync.Mutex
	enrolled map[string]int
}

func (e *enrolling) Accepts(_ context.Context, account string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.enrolled[account]++
	return true, nil
}

func (*enrolling) Version() int64 { return -2 }

func TestEnrolling(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"own": delivery(calls(t, 0, 3)...), "foreign": delivery(calls(t, 30, 12, foreign)...)})
	g := newGraph(t, false)
	us := members{1, map[string]bool{"111122223333": true}}
	g.summaries(dir, Options{Membership: us})
	e := &enrolling{enrolled: map[string]int{}}
	s, objects := g.summaries(dir, Options{Membership: e, Workers: 1})
	if s.Totals != totals(15, 12, 3, 0) || !objects["own"].Unchanged || objects["foreign"].Unchanged {
		t.Errorf("%+v, %+v", s.Totals, objects)
	}
	if diff := gocmp.Diff(map[string]int{"999988887777": 1}, e.enrolled); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	// Back to a plain membership, in which the account now is.
	us.accounts["999988887777"], us.version = true, 2
	if s, objects := g.summaries(dir, Options{Membership: us}); s.Totals != totals(15, 0, 15, 0) || !objects["foreign"].Unchanged {
		t.Errorf("afterwards: %+v", s.Totals)
	}
}

type brokenMembership struct{ everybody }

func (brokenMembership) Accepts(context.Context, string) (bool, error) {
	return false, errors.New("directory is down")
}

func TestMembershipFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string][]byte{"own": delivery(calls(t, 0, 3)...)})
	g := newGraph(t, false)
	_, err := g.run(t.Context(), source.NewFiles(dir), Options{Membership: brokenMembership{}})
	if err == nil || !strings.Contains(err.Error(), "account 111122223333: directory is down") || len(g.batches) > 0 {
		t.Errorf("%v, %d batches", err, len(g.batches))
	}
}
