package controltest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// investigation returns the n-th investigation, as it begins, in a graph.
func investigation(graphNumber, n int) control.Investigation {
	return control.Investigation{
		GraphARN: graph(graphNumber).ARN, ID: fmt.Sprintf("%021d", n),
		EntityARN: "arn:aws:iam::111122223333:user/mallory", EntityType: "IAM_USER",
		Created:    start.Add(time.Duration(n) * time.Millisecond),
		ScopeStart: start.Add(-time.Hour), ScopeEnd: start,
		Status: control.InvestigationRunning, State: control.InvestigationActive,
	}
}

// enter creates graph 1 and the investigations.
func enter(t *testing.T, s control.Store, all ...control.Investigation) {
	t.Helper()
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateGraph(ctx, graph(1)); err != nil {
			return err
		}
		for _, i := range all {
			if err := tx.CreateInvestigation(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func investigations(t *testing.T, s control.Store) {
	create := func(ctx context.Context, tx control.Tx) error {
		return tx.CreateInvestigation(ctx, investigation(1, 1))
	}
	wantError(t, "investigation of an unknown graph", try(t, s, create), control.ErrNotFound)
	same(t, "LastInvestigationID of an empty store", "")(s.LastInvestigationID(t.Context()))

	enter(t, s, investigation(1, 1))
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateGraph(ctx, graph(2)); err != nil {
			return err
		}
		return tx.CreateInvestigation(ctx, investigation(2, 2))
	})
	same(t, "LastInvestigationID", investigation(2, 2).ID)(s.LastInvestigationID(t.Context()))
	wantError(t, "second investigation of one id", try(t, s, create), control.ErrExists)
	same(t, "Investigation", investigation(1, 1))(s.Investigation(t.Context(), graph(1).ARN, investigation(1, 1).ID))
	_, err := s.Investigation(t.Context(), graph(1).ARN, investigation(2, 2).ID)
	wantError(t, "investigation of another graph", err, control.ErrNotFound)

	setState := func(g, n int) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error {
			return tx.SetInvestigationState(ctx, graph(g).ARN, investigation(g, n).ID, control.InvestigationArchived)
		})
	}
	if err := setState(1, 1); err != nil {
		t.Errorf("SetInvestigationState: %v", err)
	}
	want := investigation(1, 1)
	want.State = control.InvestigationArchived
	same(t, "archived investigation", want)(s.Investigation(t.Context(), want.GraphARN, want.ID))
	wantError(t, "SetInvestigationState in another graph", setState(1, 2), control.ErrNotFound)
}

func investigationsFinishOnce(t *testing.T, s control.Store) {
	i := investigation(1, 1)
	enter(t, s, i)
	finish := func(o control.Outcome) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error {
			return tx.FinishInvestigation(ctx, i.GraphARN, i.ID, o)
		})
	}
	ok := control.Outcome{Status: control.InvestigationSuccessful, Severity: "HIGH", Result: []byte(`{"Indicators":[]}`)}
	if err := finish(ok); err != nil {
		t.Fatalf("FinishInvestigation: %v", err)
	}
	err := finish(control.Outcome{Status: control.InvestigationFailed, FailureCause: "late"})
	wantError(t, "second end", err, control.ErrNotFound)
	want := i
	want.Status, want.Severity, want.Result = ok.Status, ok.Severity, ok.Result
	same(t, "finished investigation", want)(s.Investigation(t.Context(), i.GraphARN, i.ID))
	want.Result = nil
	same(t, "list without results", []control.Investigation{want})(
		s.Investigations(t.Context(), control.InvestigationQuery{GraphARN: i.GraphARN}))
}

// varied makes n investigations of all severities, statuses and states, some
// created at the same time.
func varied(n int) []control.Investigation {
	severities := []string{"HIGH", "INFORMATIONAL", "CRITICAL", "LOW", "MEDIUM"}
	var all []control.Investigation
	for k := range n {
		i := investigation(1, k+1)
		i.Created = start.Add(time.Duration(k/3) * time.Millisecond)
		switch k % 4 {
		case 0, 1:
			i.Status, i.Severity = control.InvestigationSuccessful, severities[k%len(severities)]
		case 2:
			i.Status, i.FailureCause = control.InvestigationFailed, "disk full"
		}
		if k%3 == 0 {
			i.State = control.InvestigationArchived
		}
		if k%5 == 0 {
			i.EntityARN = "arn:aws:iam::111122223333:role/ci"
		}
		all = append(all, i)
	}
	return all
}

func investigationLists(t *testing.T, s control.Store) {
	all := varied(24)
	enter(t, s, all...)
	f := func(what string, q control.InvestigationQuery, keep func(control.Investigation) bool) {
		t.Helper()
		var want []control.Investigation
		for _, i := range all {
			if keep(i) {
				want = append(want, i)
			}
		}
		if len(want) == 0 || len(want) == len(all) && what != "everything" {
			t.Fatalf("BUG: case %q selects %d of %d", what, len(want), len(all))
		}
		q.GraphARN = graph(1).ARN
		same(t, what, want)(s.Investigations(t.Context(), q))
	}
	from, to := start.Add(2*time.Millisecond), start.Add(4*time.Millisecond)
	role := all[0].EntityARN
	f("everything", control.InvestigationQuery{}, func(control.Investigation) bool { return true })
	f("severity", control.InvestigationQuery{Severity: "HIGH"},
		func(i control.Investigation) bool { return i.Severity == "HIGH" })
	f("status", control.InvestigationQuery{Status: "FAILED"},
		func(i control.Investigation) bool { return i.Status == "FAILED" })
	f("state", control.InvestigationQuery{State: "ARCHIVED"},
		func(i control.Investigation) bool { return i.State == "ARCHIVED" })
	f("entity", control.InvestigationQuery{EntityARN: role},
		func(i control.Investigation) bool { return i.EntityARN == role })
	f("from", control.InvestigationQuery{CreatedFrom: from},
		func(i control.Investigation) bool { return !i.Created.Before(from) })
	f("to", control.InvestigationQuery{CreatedTo: to},
		func(i control.Investigation) bool { return !i.Created.After(to) })
	f("between, and a state", control.InvestigationQuery{CreatedFrom: from, CreatedTo: to, State: "ACTIVE"},
		func(i control.Investigation) bool {
			return !i.Created.Before(from) && !i.Created.After(to) && i.State == "ACTIVE"
		})
	same(t, "another graph", []control.Investigation(nil))(
		s.Investigations(t.Context(), control.InvestigationQuery{GraphARN: graph(2).ARN}))
}

func investigationPages(t *testing.T, s control.Store) {
	all := varied(24)
	enter(t, s, all...)
	for _, by := range []control.InvestigationSort{control.ByCreated, control.BySeverity, control.ByStatus} {
		for _, descending := range []bool{false, true} {
			q := control.InvestigationQuery{GraphARN: graph(1).ARN, Sort: by, Descending: descending}
			want := slices.Clone(all)
			slices.SortFunc(want, func(a, b control.Investigation) int { return compare(q, a, b) })
			for _, limit := range []int{1, 5, 24, 25} {
				q.Limit, q.After = limit, nil
				var got []control.Investigation
				for {
					page, err := s.Investigations(t.Context(), q)
					if err != nil {
						t.Fatal(err)
					}
					if len(page) > limit {
						t.Fatalf("a page of %d entries; want at most %d", len(page), limit)
					}
					got = append(got, page...)
					if len(page) < limit {
						break
					}
					c := q.Cursor(page[len(page)-1])
					q.After = &c
				}
				same(t, fmt.Sprintf("sort %d, descending %v, pages of %d", by, descending, limit), want)(got, nil)
			}
		}
	}
}

// compare is the order of q, said independently of any engine.
func compare(q control.InvestigationQuery, a, b control.Investigation) int {
	x, y := q.Cursor(a), q.Cursor(b)
	n := int(x.Key - y.Key)
	if n == 0 && x.ID != y.ID {
		n = 1
		if x.ID < y.ID {
			n = -1
		}
	}
	if q.Descending {
		return -n
	}
	return n
}
