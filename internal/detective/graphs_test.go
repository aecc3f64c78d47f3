package detective

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

func TestCreateGraph(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	empty, next, err := l.ListGraphs(ctx, admin, Page{})
	if err != nil || empty == nil || len(empty) != 0 || next != "" {
		t.Errorf("ListGraphs before the first = %v, %q, %v; want an empty list that is not nil", empty, next, err)
	}
	arn, err := l.CreateGraph(ctx, admin, map[string]string{"a": "1"})
	must(t, err)
	if _, account, _, err := control.ParseGraphARN(arn); err != nil || account != admin.AccountID || !strings.Contains(arn, region) {
		t.Errorf("CreateGraph = %q (%v)", arn, err)
	}
	again, err := l.CreateGraph(ctx, admin, map[string]string{"b": "2"})
	if err != nil || again != arn {
		t.Errorf("second CreateGraph = %q, %v; want %q", again, err, arn)
	}
	tags, err := l.ListTagsForResource(ctx, admin, arn)
	if diff := cmp.Diff(map[string]string{"a": "1"}, tags); err != nil || diff != "" {
		t.Errorf("tags after a second CreateGraph (%v):\n%s", err, diff)
	}
	list, next, err := l.ListGraphs(ctx, admin, Page{Limit: 1})
	want := []Graph{{ARN: arn, Created: begin.Truncate(time.Millisecond)}}
	if diff := cmp.Diff(want, list); err != nil || next != "" || diff != "" {
		t.Errorf("ListGraphs: %q, %v\n%s", next, err, diff)
	}
	// Another Region and another account have graphs of their own.
	elsewhere := admin
	elsewhere.Region = "us-east-1"
	for _, c := range []Caller{elsewhere, second} {
		if other := l.graph(t, c); other == arn {
			t.Errorf("the graph of %+v is the first one's", c)
		}
	}
	if !l.warehouse.holds(3) {
		t.Errorf("the warehouse holds %v; want three graphs", l.warehouse.graphs)
	}
	g, err := l.GraphOf(ctx, admin.AccountID, region)
	must(t, err)
	s1, err := l.EntitySecret(g)
	must(t, err)
	if s1 == [16]byte{} {
		t.Error("the entity secret is all zeros")
	}
	g.ARN += "x"
	if _, err := l.EntitySecret(g); err == nil {
		t.Error("the entity secret opens for another graph")
	}
	_, err = l.CreateGraph(ctx, Caller{AccountID: "1", Region: region}, nil)
	wantCode(t, "bad account", err, Validation)
}

func TestCreateGraphIsCompletedLater(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.warehouse.fail = errors.New("disk full")
	if _, err := l.CreateGraph(t.Context(), admin, nil); !errors.Is(err, l.warehouse.fail) {
		t.Fatalf("CreateGraph without a warehouse: %v", err)
	}
	l.warehouse.fail = nil
	l.graph(t, admin)
	if !l.warehouse.holds(1) {
		t.Error("the second call did not make the data")
	}
}

func TestDeleteGraph(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	arn := l.graph(t, admin)
	id := l.start(t, arn, mallory)
	woken := l.woken
	must(t, l.DeleteGraph(ctx, admin, arn))
	if l.woken != woken+1 {
		t.Error("DeleteGraph did not wake the runner")
	}
	gone := func(when string) {
		t.Helper()
		list, _, err := l.ListGraphs(ctx, admin, Page{})
		if err != nil || len(list) != 0 {
			t.Errorf("%s: ListGraphs = %v, %v; want none", when, list, err)
		}
		_, err = l.GraphOf(ctx, admin.AccountID, region)
		if !errors.Is(err, control.ErrNotFound) {
			t.Errorf("%s: GraphOf: %v; want ErrNotFound", when, err)
		}
		wantCode(t, when+": DeleteGraph", l.DeleteGraph(ctx, admin, arn), ResourceNotFound)
		_, err = l.GetInvestigation(ctx, admin, arn, id)
		wantCode(t, when+": GetInvestigation", err, ResourceNotFound)
		_, _, err = l.EnrollMembers(ctx, arn, []string{second.AccountID})
		if !errors.Is(err, control.ErrNotFound) {
			t.Errorf("%s: EnrollMembers: %v; want ErrNotFound", when, err)
		}
	}
	gone("while it is being deleted")
	l.warehouse.fail = errors.New("disk on fire")
	if err := l.drain(ctx); !errors.Is(err, l.warehouse.fail) {
		t.Errorf("drain with a failing warehouse: %v", err)
	}
	l.warehouse.fail = nil
	l.clock.add(time.Minute)
	must(t, l.drain(ctx))
	gone("afterwards")
	if !l.warehouse.holds(0) {
		t.Error("the data are still there")
	}
	if len(l.investigator.asked) != 0 {
		t.Errorf("an investigation of a deleted graph ran: %v", l.investigator.asked)
	}
	left, err := l.store.Jobs(ctx)
	if err != nil || len(left) != 0 {
		t.Errorf("jobs left: %+v, %v", left, err)
	}
	if again := l.graph(t, admin); again == arn {
		t.Error("a new graph has the ARN of the deleted one")
	}
}

// A graph is replaced at once, and its data are removed all the same.
func TestCreateGraphAfterDeletion(t *testing.T) {
	t.Parallel()
	l := open(t)
	ctx := t.Context()
	first := l.graph(t, admin)
	l.start(t, first, mallory)
	must(t, l.DeleteGraph(ctx, admin, first))
	second := l.graph(t, admin)
	if second == first {
		t.Fatal("a new graph has the ARN of the deleted one")
	}
	must(t, l.drain(ctx))
	list, _, err := l.ListGraphs(ctx, admin, Page{})
	if err != nil || len(list) != 1 || list[0].ARN != second || !l.warehouse.holds(1) {
		t.Errorf("ListGraphs = %v, %v; want %s", list, err, second)
	}
	if _, err := l.store.Graph(ctx, first); !errors.Is(err, control.ErrNotFound) {
		t.Errorf("the deleted graph: %v", err)
	}
}

// A graph is deleted, all of it, between its row and its data being made.
func TestCreateGraphAgainstDeletion(t *testing.T) {
	t.Parallel()
	for _, drained := range []bool{false, true} {
		l := open(t)
		l.warehouse.before = func(g control.Graph) {
			l.warehouse.before = nil
			must(t, l.DeleteGraph(t.Context(), admin, g.ARN))
			if drained {
				must(t, l.drain(t.Context()))
			}
		}
		arn, err := l.CreateGraph(t.Context(), admin, nil)
		must(t, err) // it was created, and then deleted
		wantCode(t, "DeleteGraph again", l.DeleteGraph(t.Context(), admin, arn), ResourceNotFound)
		if !l.warehouse.holds(0) {
			t.Errorf("deletion job ran before: %v; data of the deleted graph are left", drained)
		}
	}
}

func TestListGraphsTokens(t *testing.T) {
	t.Parallel()
	l := open(t)
	arn := l.graph(t, admin)
	bound := []string{"ListGraphs", admin.AccountID, region}
	for place, want := range map[string]int{"": 1, arn: 0} {
		token := l.tokens.seal(place, bound)
		for _, limit := range []int{0, 1, 200} { // any page size goes on
			list, next, err := l.ListGraphs(t.Context(), admin, Page{Token: token, Limit: limit})
			if err != nil || len(list) != want || next != "" {
				t.Errorf("behind %q: ListGraphs = %v, %q, %v; want %d", place, list, next, err, want)
			}
		}
		_, _, err := l.ListGraphs(t.Context(), second, Page{Token: token})
		wantCode(t, "another account's token", err, Validation)
	}
	_, _, err := l.ListGraphs(t.Context(), admin, Page{Limit: 201})
	wantCode(t, "MaxResults 201", err, Validation)
	_, _, err = l.ListGraphs(t.Context(), admin, Page{Limit: -1})
	wantCode(t, "MaxResults -1", err, Validation)
}
