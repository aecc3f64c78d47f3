package detective

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/jobs"
)

// An investigation and a deletion are enqueued, the process stops in the
// middle of them, and the next one ends both.
func TestRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := newLab(t, dir)
	arn, doomed := l.graph(t, admin), l.graph(t, second)
	id := l.start(t, arn, mallory)
	begun := make(chan struct{})
	ctx, kill := context.WithCancel(t.Context())
	l.investigator.err = context.Canceled
	l.investigator.during = func() {
		close(begun)
		<-ctx.Done() // an investigation that takes long
	}
	runner := jobs.New(l.store, l.Handlers(), jobs.Options{Workers: 1, Now: l.clock.now})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := runner.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	<-begun
	must(t, l.DeleteGraph(t.Context(), second, doomed))
	kill()
	wg.Wait()
	must(t, l.store.Close())

	again := newLab(t, dir)
	defer func() { _ = again.store.Close() }()
	again.warehouse.graphs = l.warehouse.graphs
	if got, err := again.GetInvestigation(t.Context(), admin, arn, id); err != nil || got.Status != "RUNNING" {
		t.Fatalf("after the restart: %+v, %v; want it RUNNING", got, err)
	}
	must(t, again.drain(t.Context()))
	got, err := again.GetInvestigation(t.Context(), admin, arn, id)
	if err != nil || got.Status != "SUCCESSFUL" {
		t.Errorf("after its job ran again: %+v, %v; want it SUCCESSFUL", got, err)
	}
	if !again.warehouse.holds(1) {
		t.Errorf("the warehouse holds %v; want the graph that was not deleted", again.warehouse.graphs)
	}
}

// The process dies after the result was stored and before the job was
// finished: the job runs again and changes nothing.
func TestJobsMayRepeat(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	id := l.start(t, arn, mallory)
	all, err := l.store.Jobs(ctx)
	if err != nil || len(all) != 1 {
		t.Fatalf("jobs: %+v, %v; want one", all, err)
	}
	must(t, l.runInvestigation(ctx, all[0]))
	l.investigator.report = reportOf(t, "LOW")
	must(t, l.runInvestigation(ctx, all[0]))
	must(t, l.failInvestigation(ctx, all[0], errors.New("late")))
	got, err := l.GetInvestigation(ctx, admin, arn, id)
	if err != nil || got.Severity != "HIGH" || got.Status != "SUCCESSFUL" {
		t.Errorf("after repeated jobs: %+v, %v; want the first outcome", got, err)
	}
	all[0].Payload = []byte("{")
	if err := l.runInvestigation(ctx, all[0]); err == nil {
		t.Error("a broken payload is taken")
	}

	must(t, l.DeleteGraph(ctx, admin, arn))
	all, err = l.store.Jobs(ctx)
	must(t, err)
	last := all[len(all)-1]
	must(t, l.runGraphDeletion(ctx, last))
	must(t, l.runGraphDeletion(ctx, last))
}

// Many callers at once, with the runner at work.
func TestConcurrentCallers(t *testing.T) {
	t.Parallel()
	l := newLab(t, t.TempDir())
	defer func() { _ = l.store.Close() }()
	l.clock.t = time.Now()
	bell := jobs.NewBell()
	l.wake = bell.Ring
	l.now = time.Now
	runner := jobs.New(l.store, l.Handlers(), jobs.Options{Bell: bell, Exclusive: true})
	var running sync.WaitGroup
	running.Go(func() {
		if err := runner.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
	var callers sync.WaitGroup
	var mu sync.Mutex
	arns, ids := map[string]bool{}, map[string]bool{}
	for range 6 {
		callers.Go(func() {
			for range 5 {
				arn, err := l.CreateGraph(t.Context(), admin, nil)
				if err != nil {
					t.Error(err)
					return
				}
				id, err := l.StartInvestigation(t.Context(), admin, arn, mallory, time.Now().Add(-time.Hour), time.Now())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				arns[arn], ids[id] = true, true
				mu.Unlock()
				if err := l.UpdateInvestigationState(t.Context(), admin, arn, id, "ARCHIVED"); err != nil {
					t.Error(err)
				}
				if _, _, err := l.ListInvestigations(t.Context(), admin, arn, InvestigationFilter{}, InvestigationSort{}, Page{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	must(t, runner.Close())
	running.Wait()
	must(t, jobs.New(l.store, l.Handlers(), jobs.Options{Exclusive: true}).Drain(t.Context()))
	if len(arns) != 1 || len(ids) != 30 {
		t.Fatalf("%d graphs and %d investigations; want 1 and 30", len(arns), len(ids))
	}
	for arn := range arns {
		for id := range ids {
			i, err := l.GetInvestigation(t.Context(), admin, arn, id)
			if err != nil || i.Status != "SUCCESSFUL" || i.State != "ARCHIVED" {
				t.Errorf("investigation %s: %+v, %v; want it SUCCESSFUL and ARCHIVED", id, i, err)
			}
		}
	}
}
