package detective

import (
	"context"
	"errors"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// administered returns the graph for an operation that only its
// administrator account may do, read by r.
//
// A graph that does not exist, is being deleted, or lies in another Region
// than the one the call was made to is not found. One of another account is
// not found either, except for its members, who know of it: they are denied.
func administered(ctx context.Context, r control.Reader, c Caller, operation, graphARN string) (control.Graph, error) {
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
	if g.AccountID == c.AccountID {
		return g, nil
	}
	m, err := r.Member(ctx, graphARN, c.AccountID)
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return control.Graph{}, err
	}
	switch m.Status {
	case control.MemberInvited, control.MemberEnabled, control.MemberAcceptedButDisabled:
		return control.Graph{}, denied(c, operation, graphARN)
	}
	// Strangers, and accounts that were entered but never told.
	return control.Graph{}, noSuchGraph(graphARN)
}

func noSuchGraph(graphARN string) *Error {
	return errorf(ResourceNotFound, "The behavior graph %s does not exist.", graphARN)
}

// denied is the AccessDeniedException in the words of AWS (observed; see
// amazon-detective-multiaccount-scripts).
func denied(c Caller, operation, resource string) *Error {
	arn := c.ARN
	if arn == "" {
		arn = entity.RootARN(c.AccountID)
	}
	return errorf(AccessDenied, "User: %s is not authorized to perform: detective:%s on resource: %s", arn, operation, resource)
}
