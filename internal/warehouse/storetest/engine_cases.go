package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const otherGraph = "ffffffffffffffffffffffffffffffff"

func testCreate(t *testing.T, f *fixture) {
	if _, err := f.engine.Open(f.ctx, otherGraph); !errors.Is(err, warehouse.ErrNoGraph) {
		t.Errorf("Open of an unknown graph: error %v; want ErrNoGraph", err)
	}
	for _, id := range []string{"", "../../../../../../etc/cron.daily", "0123"} {
		if err := f.engine.Create(f.ctx, id, secret); err == nil {
			t.Errorf("Create(%q): no error", id)
		}
	}
	f.commit(t, full("a", at("2026-01-01T00:00:00Z")))
	wrong := secret
	wrong[3]++
	for _, state := range []string{"open", "closed"} {
		if err := f.engine.Create(f.ctx, graphID, secret); err != nil {
			t.Errorf("Create of an existing, %s graph: %v", state, err)
		}
		if err := f.engine.Create(f.ctx, graphID, wrong); err == nil {
			t.Errorf("Create of an existing, %s graph with another secret: no error", state)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	f.reopen(t)
	wantExtent(t, f, 1)
	want := entity.NewHasher(secret).ID(entity.AwsUser, "x")
	if got := f.Hasher().ID(entity.AwsUser, "x"); got != want {
		t.Errorf("the store hashes to %x; the secret to %x", got, want)
	}
}

func testOpenShared(t *testing.T, f *fixture) {
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	stores := make([]warehouse.Store, 8)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			var err error
			if stores[i], err = f.engine.Open(f.ctx, graphID); err != nil {
				t.Errorf("Open: %v", err)
			}
		})
	}
	wg.Wait()
	for i := range stores {
		if stores[i] != stores[0] {
			t.Errorf("caller %d got another store than caller 0", i)
		}
	}
	if err := f.engine.Create(f.ctx, otherGraph, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	other := must(f.engine.Open(f.ctx, otherGraph))(t)
	if err := other.Commit(f.ctx, full("a", at("2026-01-01T00:00:00Z"))); err != nil {
		t.Fatal(err)
	}
	f.openStore(t)
	wantExtent(t, f, 0)
}

// everyCall calls each method of a store once.
func everyCall(f *fixture, s warehouse.Store, each func(name string, err error)) {
	each("Commit", s.Commit(f.ctx, full("x", at("2026-01-01T00:00:00Z"))))
	_, err := s.Known(f.ctx, []warehouse.Key{{EventID: "x"}})
	each("Known", err)
	_, err = s.Objects(f.ctx, []string{"x"})
	each("Objects", err)
	for _, err := range s.Ledger(f.ctx) {
		each("Ledger", err)
	}
	_, err = s.Status(f.ctx)
	each("Status", err)
	_, err = s.Entities(f.ctx, []entity.ID{alice})
	each("Entities", err)
	_, err = s.EntityHours(f.ctx, alice, warehouse.AsPrincipal, always)
	each("EntityHours", err)
	_, err = s.Values(f.ctx, alice, warehouse.ByAPI, always)
	each("Values", err)
	_, err = s.Activity(f.ctx, alice, always)
	each("Activity", err)
	_, err = s.RuleHits(f.ctx, alice, always)
	each("RuleHits", err)
	_, err = s.Signins(f.ctx, account, 0, always)
	each("Signins", err)
	_, err = s.Links(f.ctx, []entity.ID{alice}, always)
	each("Links", err)
	_, err = s.KnownFlows(f.ctx, []warehouse.FlowRecord{flow(at("2026-01-01T00:00:00Z"), 1)})
	each("KnownFlows", err)
	_, err = s.FlowRecords(f.ctx, warehouse.FlowQuery{})
	each("FlowRecords", err)
	_, err = s.Flows(f.ctx, nic, always)
	each("Flows", err)
	_, err = s.FlowPeers(f.ctx, nic, always)
	each("FlowPeers", err)
	_, err = s.Kube(f.ctx, alice, always)
	each("Kube", err)
	_, err = s.Findings(f.ctx, warehouse.FindingQuery{})
	each("Findings", err)
	_, err = s.Coverage(f.ctx, always)
	each("Coverage", err)
	_, err = s.Digests(f.ctx, at("2020-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z"))
	each("Digests", err)
	_, err = s.Volumes(f.ctx, at("2020-01-01T00:00:00Z"))
	each("Volumes", err)
	_, err = s.Events(f.ctx, warehouse.EventQuery{})
	each("Events", err)
	_, err = s.Imported(f.ctx)
	each("Imported", err)
	_, err = s.Compact(f.ctx)
	each("Compact", err)
	each("Drop", s.Drop(f.ctx, []warehouse.Month{0}))
}

func testClose(t *testing.T, f *fixture) {
	if err := f.engine.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := f.engine.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	wantError(t, "Create", f.engine.Create(f.ctx, graphID, secret), warehouse.ErrClosed)
	_, err := f.engine.Open(f.ctx, graphID)
	wantError(t, "Open", err, warehouse.ErrClosed)
	wantError(t, "Delete", f.engine.Delete(f.ctx, graphID), warehouse.ErrClosed)
	n := 0
	everyCall(f, f.Store, func(name string, err error) {
		n++
		wantError(t, name, err, warehouse.ErrClosed)
	})
	if n != 25 {
		t.Errorf("%d calls answered; want 25", n)
	}
}

func testCloseStore(t *testing.T, f *fixture) {
	f.commit(t, full("a", at("2026-01-01T00:00:00Z")))
	for range 2 {
		if err := f.Store.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
	everyCall(f, f.Store, func(name string, err error) { wantError(t, name, err, warehouse.ErrClosed) })
	f.openStore(t)
	wantExtent(t, f, 1)
	f.commit(t, full("b", at("2026-01-01T00:00:00Z")))
	wantExtent(t, f, 2)
}

func testInUse(t *testing.T, f *fixture) {
	second := f.open(t, f.dir)
	defer func() {
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	}()
	_, err := second.Open(f.ctx, graphID)
	wantError(t, "Open by a second engine", err, warehouse.ErrInUse)
	wantError(t, "Create by a second engine", second.Create(f.ctx, graphID, secret), warehouse.ErrInUse)
	wantError(t, "Delete by a second engine", second.Delete(f.ctx, graphID), warehouse.ErrInUse)
	f.commit(t, full("a", at("2026-01-01T00:00:00Z")))
	wantExtent(t, f, 1)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Open(f.ctx, graphID); err != nil {
		t.Errorf("Open by a second engine after the first one let go: %v", err)
	}
	_, err = f.engine.Open(f.ctx, graphID)
	wantError(t, "Open by the first engine", err, warehouse.ErrInUse)
}

func testDelete(t *testing.T, f *fixture) {
	f.commit(t, full("a", at("2026-01-01T00:00:00Z")))
	if err := f.engine.Delete(f.ctx, otherGraph); err != nil {
		t.Errorf("Delete of a graph that does not exist: %v", err)
	}
	for range 2 {
		if err := f.engine.Delete(f.ctx, graphID); err != nil {
			t.Fatalf("Delete: %v", err)
		}
		_, err := f.engine.Open(f.ctx, graphID)
		wantError(t, "Open of a deleted graph", err, warehouse.ErrNoGraph)
	}
	_, err := f.Status(f.ctx)
	wantError(t, "query of a deleted graph", err, warehouse.ErrClosed)
	if err := f.engine.Create(f.ctx, graphID, entity.Secret{9}); err != nil {
		t.Fatalf("Create after Delete, with another secret: %v", err)
	}
	f.openStore(t)
	wantExtent(t, f, 0)
}

func testDeleteWhileRead(t *testing.T, f *fixture) {
	for i := range 20 {
		f.commit(t, full("b"+string(rune('a'+i)), at("2026-01-01T00:00:00Z")))
	}
	ended := make(chan error)
	started := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			if _, err := extentOf(f); err != nil {
				ended <- err
				return
			}
			if i == 0 {
				close(started)
			}
		}
	}()
	<-started
	if err := f.engine.Delete(f.ctx, graphID); err != nil {
		t.Errorf("Delete: %v", err)
	}
	wantError(t, "reader of a deleted graph", <-ended, warehouse.ErrClosed)
	if err := f.engine.Create(f.ctx, graphID, entity.Secret{9}); err != nil {
		t.Fatal(err)
	}
	f.openStore(t)
	wantExtent(t, f, 0)
}
