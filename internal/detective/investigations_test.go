package detective

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

func TestInvestigation(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	from, to := begin.Add(-48*time.Hour), begin
	id, err := l.StartInvestigation(ctx, admin, arn, ci, from.In(time.FixedZone("", 7200)), to)
	must(t, err)
	if l.woken != 1 {
		t.Errorf("the runner was woken %d times; want once", l.woken)
	}
	want := Investigation{
		GraphARN: arn, ID: id, EntityARN: ci, EntityType: "IAM_ROLE", Created: begin.Truncate(time.Millisecond),
		ScopeStart: from.Truncate(time.Microsecond), ScopeEnd: to.Truncate(time.Microsecond),
		Status: "RUNNING", State: "ACTIVE",
	}
	expect := func() {
		t.Helper()
		got, err := l.GetInvestigation(ctx, admin, arn, id)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("GetInvestigation: %v (-want +got)\n%s", err, diff)
		}
	}
	expect()
	must(t, l.UpdateInvestigationState(ctx, admin, arn, id, "ARCHIVED")) // also while it runs
	must(t, l.drain(ctx))
	want.Status, want.Severity, want.State, want.Result = "SUCCESSFUL", "HIGH", "ARCHIVED", l.investigator.report.JSON
	expect()
	asked := []string{ci + " 2026-05-02T12:00:00.123456Z 2026-05-04T12:00:00.123456Z"}
	if diff := cmp.Diff(asked, l.investigator.asked); diff != "" {
		t.Errorf("the investigator was asked (-want +got):\n%s", diff)
	}
	must(t, l.UpdateInvestigationState(ctx, admin, arn, id, "ACTIVE"))
	want.State = "ACTIVE"
	expect()

	const unknown = "000000000000000000000"
	_, err = l.GetInvestigation(ctx, admin, arn, unknown)
	wantCode(t, "unknown investigation", err, ResourceNotFound)
	_, _, err = l.ListIndicators(ctx, admin, arn, unknown, "", Page{})
	wantCode(t, "indicators of an unknown investigation", err, ResourceNotFound)
	wantCode(t, "state of an unknown investigation", l.UpdateInvestigationState(ctx, admin, arn, unknown, "ACTIVE"), ResourceNotFound)
	wantCode(t, "unknown state", l.UpdateInvestigationState(ctx, admin, arn, id, "DELETED"), Validation)
	_, err = l.GetInvestigation(ctx, second, l.graph(t, second), id)
	wantCode(t, "investigation of another graph", err, ResourceNotFound)
}

func TestStartInvestigationRefusals(t *testing.T) {
	t.Parallel()
	l := open(t)
	arn := l.graph(t, admin)
	f := func(what, entity string, from, to time.Time, code Code, text string) {
		t.Helper()
		_, err := l.StartInvestigation(t.Context(), admin, arn, entity, from, to)
		if e := wantCode(t, what, err, code); !strings.Contains(e.Message, text) {
			t.Errorf("%s: message %q; want %q in it", what, e.Message, text)
		}
	}
	ago := begin.Add(-24 * time.Hour)
	const stranger = "arn:aws:iam::111122223333:user/never-seen"
	f("entity never seen", stranger, ago, begin, ResourceNotFound, stranger)
	f("no principal", "arn:aws:s3:::bucket", ago, begin, Validation, "arn:aws:s3:::bucket")
	f("scope the wrong way", mallory, begin, ago, Validation, "before")
	f("scope in the future", mallory, begin, begin.Add(48*time.Hour), Validation, "future")
	if left, err := l.store.Jobs(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("refused investigations left jobs %+v, %v", left, err)
	}
	if _, err := l.StartInvestigation(t.Context(), admin, arn, "arn:aws:iam::111122223333:root", ago, begin); err != nil {
		t.Errorf("root: %v", err)
	}
}

// The graph is deleted between the check of the entity and the start.
func TestStartInvestigationAgainstDeletion(t *testing.T) {
	t.Parallel()
	l := open(t)
	arn := l.graph(t, admin)
	l.investigator.knows = func() { must(t, l.DeleteGraph(t.Context(), admin, arn)) }
	_, err := l.StartInvestigation(t.Context(), admin, arn, mallory, begin.Add(-time.Hour), begin)
	wantCode(t, "StartInvestigation", err, ResourceNotFound)
	list, err := l.store.Investigations(t.Context(), control.InvestigationQuery{GraphARN: arn})
	if err != nil || len(list) != 0 {
		t.Errorf("investigations of the deleted graph: %+v, %v", list, err)
	}
}

func TestInvestigationFails(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		set   func(*investigator)
		tries int
		cause string
	}{
		"error":           {func(i *investigator) { i.err = errors.New("disk full") }, 3, "disk full"},
		"panic":           {func(i *investigator) { i.during = func() { panic("index out of range") } }, 0, "index out of range"},
		"no severity":     {func(i *investigator) { i.report.Severity = "AWFUL" }, 1, "AWFUL"},
		"no JSON":         {func(i *investigator) { i.report.JSON = []byte("{") }, 1, "read report"},
		"lost indicators": {func(i *investigator) { i.report.Indicators = append(i.report.Indicators, ttp(1)) }, 1, "1"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			ctx := t.Context()
			arn := l.graph(t, admin)
			c.set(l.investigator)
			id := l.start(t, arn, mallory)
			for range 5 {
				_ = l.drain(ctx) // the error of each attempt; the outcome counts
				l.clock.add(time.Minute)
			}
			if len(l.investigator.asked) != c.tries {
				t.Errorf("tried %d times; want %d", len(l.investigator.asked), c.tries)
			}
			got, err := l.GetInvestigation(ctx, admin, arn, id)
			must(t, err)
			if got.Status != "FAILED" || got.Severity != "" || got.Result != nil || !strings.Contains(got.FailureCause, c.cause) {
				t.Errorf("investigation = %+v; want it FAILED with the cause %q", got, c.cause)
			}
			list, next, err := l.ListIndicators(ctx, admin, arn, id, "", Page{})
			if err != nil || list == nil || len(list) != 0 || next != "" {
				t.Errorf("ListIndicators of a failed one = %v, %q, %v; want an empty list", list, next, err)
			}
			if left, err := l.store.Jobs(ctx); err != nil || len(left) != 0 {
				t.Errorf("jobs left: %+v, %v", left, err)
			}
		})
	}
}

// The graph is deleted while an investigation runs, whose outcome is dropped.
func TestInvestigationOfADeletedGraph(t *testing.T) {
	t.Parallel()
	for what, outcome := range map[string]error{"success": nil, "failure": errors.New("no such table")} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			arn := l.graph(t, admin)
			l.start(t, arn, mallory)
			l.investigator.err = outcome
			l.investigator.during = func() { must(t, l.DeleteGraph(t.Context(), admin, arn)) }
			must(t, l.drain(t.Context()))
			if left, err := l.store.Jobs(t.Context()); err != nil || len(left) != 0 {
				t.Errorf("jobs left: %+v, %v", left, err)
			}
			if _, err := l.store.Graph(t.Context(), arn); !errors.Is(err, control.ErrNotFound) {
				t.Errorf("the graph is still there: %v", err)
			}
		})
	}
}

func TestListInvestigations(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	severities := []string{"MEDIUM", "CRITICAL", "LOW", "INFORMATIONAL", "HIGH", "CRITICAL"}
	var ids []string
	for _, severity := range severities {
		l.clock.add(time.Second)
		l.investigator.report = reportOf(t, severity)
		ids = append(ids, l.start(t, arn, mallory))
		must(t, l.drain(ctx))
	}
	l.clock.add(time.Second)
	ids = append(ids, l.start(t, arn, ci)) // still running
	must(t, l.UpdateInvestigationState(ctx, admin, arn, ids[0], "ARCHIVED"))

	f := func(what string, filter InvestigationFilter, sort InvestigationSort, want ...int) {
		t.Helper()
		for _, limit := range []int{0, 1, 2, 7, 100} {
			var got []int
			p := Page{Limit: limit}
			for {
				page, next, err := l.ListInvestigations(ctx, admin, arn, filter, sort, p)
				must(t, err)
				if limit > 0 && len(page) > limit || page == nil {
					t.Fatalf("%s: a page of %d entries (nil: %v); want at most %d", what, len(page), page == nil, limit)
				}
				for _, i := range page {
					got = append(got, slices.Index(ids, i.ID))
					if i.Result != nil {
						t.Errorf("%s: the list has results", what)
					}
				}
				if p.Token = next; next == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, pages of %d: %v; want %v", what, limit, got, want)
			}
		}
	}
	none := InvestigationFilter{}
	oldest := InvestigationSort{Field: "CREATED_TIME"}
	f("default: newest first", none, InvestigationSort{}, 6, 5, 4, 3, 2, 1, 0)
	f("oldest first", none, oldest, 0, 1, 2, 3, 4, 5, 6)
	f("newest first", none, InvestigationSort{Field: "CREATED_TIME", Descending: true}, 6, 5, 4, 3, 2, 1, 0)
	f("severest first", none, InvestigationSort{Field: "SEVERITY", Descending: true}, 5, 1, 4, 0, 2, 3, 6)
	f("mildest first", none, InvestigationSort{Field: "SEVERITY"}, 6, 3, 2, 0, 4, 1, 5)
	f("status", none, InvestigationSort{Field: "STATUS"}, 6, 0, 1, 2, 3, 4, 5)
	f("severity filter", InvestigationFilter{Severity: "CRITICAL"}, oldest, 1, 5)
	f("status filter", InvestigationFilter{Status: "RUNNING"}, oldest, 6)
	f("state filter", InvestigationFilter{State: "ARCHIVED"}, oldest, 0)
	f("entity filter", InvestigationFilter{EntityARN: ci}, oldest, 6)
	f("nothing", InvestigationFilter{Severity: "made up"}, oldest)
	third, err := l.GetInvestigation(ctx, admin, arn, ids[2])
	must(t, err)
	f("at one time", InvestigationFilter{CreatedFrom: third.Created, CreatedTo: third.Created}, oldest, 2)
	f("from", InvestigationFilter{CreatedFrom: third.Created}, oldest, 2, 3, 4, 5, 6)
	f("two filters", InvestigationFilter{CreatedFrom: third.Created, Severity: "CRITICAL"}, oldest, 5)

	_, _, err = l.ListInvestigations(ctx, admin, arn, none, InvestigationSort{Field: "NAME"}, Page{})
	wantCode(t, "unknown sort field", err, Validation)
	_, _, err = l.ListInvestigations(ctx, admin, arn, none, oldest, Page{Limit: 101})
	wantCode(t, "MaxResults 101", err, Validation)
	_, _, err = l.ListInvestigations(ctx, admin, arn, InvestigationFilter{CreatedFrom: begin, CreatedTo: begin.Add(-1)}, oldest, Page{})
	wantCode(t, "times the wrong way", err, Validation)
}

// Investigation tokens are bound to all arguments and expire.
func TestInvestigationTokens(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	for range 3 {
		l.start(t, arn, mallory)
	}
	list := func(c Caller, arn string, f InvestigationFilter, s InvestigationSort, p Page) (string, error) {
		_, next, err := l.ListInvestigations(ctx, c, arn, f, s, p)
		return next, err
	}
	token, err := list(admin, arn, InvestigationFilter{}, InvestigationSort{}, Page{Limit: 1})
	if err != nil || token == "" {
		t.Fatalf("first page: token %q, %v", token, err)
	}
	if len(token) > 2048 { // AiPaginationToken's limit
		t.Errorf("the token has %d characters", len(token))
	}
	if _, err := list(admin, arn, InvestigationFilter{}, InvestigationSort{}, Page{Limit: 1, Token: token}); err != nil {
		t.Errorf("second page: %v", err)
	}
	other := l.graph(t, second)
	refuse := func(what string, c Caller, arn string, f InvestigationFilter, s InvestigationSort, p Page) {
		t.Helper()
		_, err := list(c, arn, f, s, p)
		wantCode(t, what, err, Validation)
	}
	same := Page{Limit: 1, Token: token}
	refuse("another filter", admin, arn, InvestigationFilter{State: "ACTIVE"}, InvestigationSort{}, same)
	refuse("another time", admin, arn, InvestigationFilter{CreatedFrom: begin}, InvestigationSort{}, same)
	refuse("another order", admin, arn, InvestigationFilter{}, InvestigationSort{Field: "STATUS"}, same)
	refuse("another graph", second, other, InvestigationFilter{}, InvestigationSort{}, same)
	refuse("another page size", admin, arn, InvestigationFilter{}, InvestigationSort{}, Page{Limit: 2, Token: token})
	refuse("made up", admin, arn, InvestigationFilter{}, InvestigationSort{}, Page{Limit: 1, Token: "abc"})
	_, _, err = l.ListIndicators(ctx, admin, arn, "x", "", same)
	wantCode(t, "another operation, unknown investigation", err, ResourceNotFound)
	l.clock.add(24 * time.Hour)
	refuse("after 24 hours", admin, arn, InvestigationFilter{}, InvestigationSort{}, same)
}

// Entries that come and go between pages shift nothing.
func TestPagesAreStable(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	var want []string
	for range 6 {
		want = append(want, l.start(t, arn, mallory))
	}
	slices.Reverse(want)
	var got []string
	p := Page{Limit: 2}
	for {
		page, next, err := l.ListInvestigations(ctx, admin, arn, InvestigationFilter{}, InvestigationSort{}, p)
		must(t, err)
		for _, i := range page {
			got = append(got, i.ID)
		}
		if p.Token = next; next == "" {
			break
		}
		l.start(t, arn, ci) // newer: it belongs in front of what was read
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}
