package detective

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// world is the model that the service is compared with: plain maps, nothing
// asynchronous, nothing stored.
type world struct {
	graphs map[string]*modelGraph // by account
	doomed int                    // graphs whose data are still to be removed
}

type modelGraph struct {
	arn            string
	tags           map[string]string
	investigations map[string]*modelInvestigation
	members        map[string]bool
}

type modelInvestigation struct{ status, severity, state, entity string }

// code is the error code of an answer: "" for none, "internal" for an error
// that was not written for the caller.
func code(err error) Code {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return "internal"
}

// access is the code that an operation by an account on the graph with the
// ARN is refused with, and the graph.
func (w *world) access(account, arn string) (*modelGraph, Code) {
	for owner, g := range w.graphs {
		switch {
		case g.arn != arn:
		case owner == account:
			return g, ""
		case g.members[account]:
			return nil, AccessDenied
		}
	}
	return nil, ResourceNotFound
}

// TestModel drives random operations of three accounts, with restarts in
// between, and compares each answer and the whole state with the model.
func TestModel(t *testing.T) {
	t.Parallel()
	accounts := []string{"111122223333", "444455556666", "777788889999"}
	// Each run begins with a copy of one empty store: making its tables
	// takes longer than everything else.
	seed := t.TempDir()
	must(t, newLab(t, seed).store.Close())
	empty, err := os.ReadFile(filepath.Join(seed, "control.db"))
	must(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(seed, "")
		must(rt, err)
		must(rt, os.WriteFile(filepath.Join(dir, "control.db"), empty, 0o600))
		l := newLab(rt, dir)
		defer func() { _ = l.store.Close() }()
		w := &world{graphs: map[string]*modelGraph{}}
		arns := []string{"arn:aws:detective:eu-west-1:111122223333:graph:00000000000000000000000000000000"}
		ids := []string{"000000000000000000000"}
		ctx := t.Context()
		who := rapid.SampledFrom(accounts)
		key := rapid.SampledFrom([]string{"a", "b", "c"})
		arn := func(rt *rapid.T) string { return rapid.SampledFrom(arns).Draw(rt, "graph") }
		id := func(rt *rapid.T) string { return rapid.SampledFrom(ids).Draw(rt, "investigation") }
		same := func(what string, err error, want Code) {
			if got := code(err); got != want {
				rt.Fatalf("%s: %q (%v); the model says %q", what, got, err, want)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(rt *rapid.T) {
				a := who.Draw(rt, "account")
				tags := rapid.MapOfN(key, rapid.Just("created"), 0, 2).Draw(rt, "tags")
				got, err := l.CreateGraph(ctx, caller(a), tags)
				g := w.graphs[a]
				switch {
				case g == nil:
					same("CreateGraph", err, "")
					w.graphs[a] = &modelGraph{arn: got, tags: maps.Clone(tags), investigations: map[string]*modelInvestigation{}, members: map[string]bool{}}
					if slices.Contains(arns, got) {
						rt.Fatalf("CreateGraph gives out %s a second time", got)
					}
					arns = append(arns, got)
				default:
					if same("CreateGraph", err, ""); got != g.arn {
						rt.Fatalf("CreateGraph = %s; the model says %s", got, g.arn)
					}
				}
			},
			"delete": func(rt *rapid.T) {
				a, arn := who.Draw(rt, "account"), arn(rt)
				g, refused := w.access(a, arn)
				same("DeleteGraph", l.DeleteGraph(ctx, caller(a), arn), refused)
				if g != nil {
					delete(w.graphs, a)
					w.doomed++
				}
			},
			"enroll": func(rt *rapid.T) {
				a, m := who.Draw(rt, "account"), who.Draw(rt, "member")
				if g := w.graphs[a]; g != nil {
					_, _, err := l.EnrollMembers(ctx, g.arn, []string{m})
					same("EnrollMembers", err, "")
					g.members[m] = true
				}
			},
			"tag": func(rt *rapid.T) {
				a, arn, k := who.Draw(rt, "account"), arn(rt), key.Draw(rt, "key")
				v := rapid.StringN(0, 3, -1).Draw(rt, "value")
				g, refused := w.access(a, arn)
				same("TagResource", l.TagResource(ctx, caller(a), arn, map[string]string{k: v}), refused)
				if g != nil {
					g.tags[k] = v
				}
			},
			"untag": func(rt *rapid.T) {
				a, arn, k := who.Draw(rt, "account"), arn(rt), key.Draw(rt, "key")
				g, refused := w.access(a, arn)
				same("UntagResource", l.UntagResource(ctx, caller(a), arn, []string{k}), refused)
				if g != nil {
					delete(g.tags, k)
				}
			},
			"start": func(rt *rapid.T) {
				a, arn := who.Draw(rt, "account"), arn(rt)
				entity := rapid.SampledFrom([]string{mallory, ci, "arn:aws:iam::111122223333:user/unseen", "bucket"}).Draw(rt, "entity")
				g, want := w.access(a, arn)
				if g != nil {
					want = map[string]Code{mallory: "", ci: "", "bucket": Validation}[entity]
					if entity != mallory && entity != ci && entity != "bucket" {
						want = ResourceNotFound
					}
				}
				id, err := l.StartInvestigation(ctx, caller(a), arn, entity, l.clock.now().Add(-time.Hour), l.clock.now())
				same("StartInvestigation", err, want)
				if err == nil {
					if last := ids[len(ids)-1]; id <= last {
						rt.Fatalf("investigation id %s after %s", id, last)
					}
					ids = append(ids, id)
					g.investigations[id] = &modelInvestigation{status: "RUNNING", state: "ACTIVE", entity: entity}
				}
			},
			"archive": func(rt *rapid.T) {
				a, arn, id := who.Draw(rt, "account"), arn(rt), id(rt)
				state := rapid.SampledFrom([]string{"ACTIVE", "ARCHIVED"}).Draw(rt, "state")
				g, want := w.access(a, arn)
				if g != nil && g.investigations[id] == nil {
					want = ResourceNotFound
				}
				same("UpdateInvestigationState", l.UpdateInvestigationState(ctx, caller(a), arn, id, state), want)
				if want == "" {
					g.investigations[id].state = state
				}
			},
			"work": func(rt *rapid.T) {
				severity := rapid.SampledFrom([]string{"INFORMATIONAL", "HIGH", "CRITICAL", ""}).Draw(rt, "severity")
				l.investigator.report = reportOf(rt, severity)
				l.clock.add(time.Hour) // past all that the clock went back by
				if severity == "" {    // a report that cannot be stored: FAILED
					_ = l.drain(ctx)
				} else {
					must(rt, l.drain(ctx))
				}
				w.work(severity)
			},
			"time passes": func(rt *rapid.T) {
				l.clock.add(time.Duration(rapid.IntRange(-2000, 90_000).Draw(rt, "ms")) * time.Millisecond)
			},
			"restart": func(rt *rapid.T) {
				at, data := l.clock.now(), l.warehouse
				must(rt, l.store.Close())
				l = newLab(rt, dir)
				l.clock.add(at.Sub(begin))
				l.warehouse.graphs = data.graphs
			},
			"": func(rt *rapid.T) { w.check(ctx, rt, l, who.Draw(rt, "checked")) },
		})
		for _, a := range accounts {
			w.check(ctx, rt, l, a)
		}
	})
}

// work ends all that was begun.
func (w *world) work(severity string) {
	for _, g := range w.graphs {
		for _, i := range g.investigations {
			if i.status == "RUNNING" {
				if i.status, i.severity = "SUCCESSFUL", severity; severity == "" {
					i.status = "FAILED"
				}
			}
		}
	}
	w.doomed = 0
}

// check compares all that an account can read with the model.
func (w *world) check(ctx context.Context, rt *rapid.T, l *lab, account string) {
	if want := len(w.graphs) + w.doomed; !l.warehouse.holds(want) {
		rt.Fatalf("the warehouse holds %d graphs; the model %d", len(l.warehouse.graphs), want)
	}
	c, g := caller(account), w.graphs[account]
	list, next, err := l.ListGraphs(ctx, c, Page{})
	if err != nil || next != "" {
		rt.Fatalf("ListGraphs: %q, %v", next, err)
	}
	if g == nil {
		if len(list) != 0 {
			rt.Fatalf("ListGraphs of %s = %v; the model has none", account, list)
		}
		return
	}
	if len(list) != 1 || list[0].ARN != g.arn {
		rt.Fatalf("ListGraphs of %s = %v; the model has %s", account, list, g.arn)
	}
	tags, err := l.ListTagsForResource(ctx, c, g.arn)
	if diff := cmp.Diff(g.tags, tags); err != nil || diff != "" {
		rt.Fatalf("tags: %v (-model +service)\n%s", err, diff)
	}
	all, _, err := l.ListInvestigations(ctx, c, g.arn, InvestigationFilter{}, InvestigationSort{}, Page{Limit: 100})
	must(rt, err)
	got, want := map[string]string{}, map[string]string{}
	for _, i := range all {
		got[i.ID] = fmt.Sprint(modelInvestigation{i.Status, i.Severity, i.State, i.EntityARN})
	}
	for id, i := range g.investigations {
		want[id] = fmt.Sprint(*i)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("investigations of %s (-model +service):\n%s", account, diff)
	}
}
