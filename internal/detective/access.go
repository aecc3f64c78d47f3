package detective

import (
	"context"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// administered returns the graph for an operation that only its
// administrator account may do, read by r, if the caller's policies allow it.
//
// A graph that does not exist, is being deleted, or lies in another Region
// than the one the call was made to is not found. One of another account is
// not found either, except for its members, who know of it: they are denied.
func administered(ctx context.Context, r control.Reader, c Caller, operation, graphARN string) (control.Graph, error) {
	return administeredFor(ctx, r, c, Action{Name: operation}, graphARN)
}

// administeredFor is administered for an operation with tags.
func administeredFor(ctx context.Context, r control.Reader, c Caller, a Action, graphARN string) (control.Graph, error) {
	g, err := activeGraph(ctx, r, c, graphARN)
	if err != nil {
		return control.Graph{}, err
	}
	if g.AccountID != c.AccountID {
		if _, err := memberOf(ctx, r, c, graphARN); err != nil {
			return control.Graph{}, err
		}
		return control.Graph{}, denied(c, a.Name, graphARN)
	}
	a.Resource, a.ResourceTags = graphARN, g.Tags
	return g, allowed(c, a)
}

// joined returns a graph and the caller's place in it for an operation of
// members, read by r, if the caller's policies allow it. For everybody who
// was not invited there is no such graph.
func joined(ctx context.Context, r control.Reader, c Caller, operation, graphARN string) (control.Graph, control.Member, error) {
	g, err := activeGraph(ctx, r, c, graphARN)
	if err != nil {
		return control.Graph{}, control.Member{}, err
	}
	if g.AccountID == c.AccountID {
		return control.Graph{}, control.Member{}, errorf(Conflict, "Account %s is the administrator account of the behavior graph, not a member of it.", c.AccountID)
	}
	m, err := memberOf(ctx, r, c, graphARN)
	if err != nil {
		return control.Graph{}, control.Member{}, err
	}
	return g, m, allowed(c, Action{Name: operation, Resource: graphARN, ResourceTags: g.Tags})
}

// activeGraph returns a graph that can be used in the caller's Region.
func activeGraph(ctx context.Context, r control.Reader, c Caller, graphARN string) (control.Graph, error) {
	g, err := r.Graph(ctx, graphARN)
	if errors.Is(err, control.ErrNotFound) {
		return control.Graph{}, noSuchGraph(graphARN)
	}
	if err != nil {
		return control.Graph{}, err
	}
	if g.State != control.GraphActive || g.Region != c.Region {
		return control.Graph{}, noSuchGraph(graphARN)
	}
	return g, nil
}

// memberOf returns the caller's place in a graph. Strangers, and accounts
// that were entered but never told, are not told of the graph.
func memberOf(ctx context.Context, r control.Reader, c Caller, graphARN string) (control.Member, error) {
	m, err := r.Member(ctx, graphARN, c.AccountID)
	if errors.Is(err, control.ErrNotFound) || err == nil && !wasTold(m) {
		return control.Member{}, noSuchGraph(graphARN)
	}
	return m, err
}

// wasTold reports whether the member knows of the graph.
func wasTold(m control.Member) bool {
	switch m.Status {
	case control.MemberInvited, control.MemberEnabled, control.MemberAcceptedButDisabled:
		return true
	}
	return false
}

func noSuchGraph(graphARN string) *Error {
	return errorf(ResourceNotFound, "The behavior graph %s does not exist.", graphARN)
}
