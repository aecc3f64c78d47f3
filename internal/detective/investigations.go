package detective

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// StartInvestigation enqueues an investigation of an IAM user or role over
// the scope time and returns its id.
func (s *Service) StartInvestigation(ctx context.Context, c Caller, graphARN, entityARN string, from, to time.Time) (string, error) {
	const operation = "StartInvestigation"
	g, err := administered(ctx, s.store, c, operation, graphARN)
	if err != nil {
		return "", err
	}
	kind, err := entityType(entityARN)
	if err != nil {
		return "", err
	}
	if err := checkScope(from, to, s.now()); err != nil {
		return "", err
	}
	known, err := s.investigator.KnowsEntity(ctx, g, entityARN)
	if err != nil {
		return "", fmt.Errorf("look for entity %s in graph %s: %w", entityARN, graphARN, err)
	}
	if !known {
		return "", errorf(ResourceNotFound, "The entity %s was not found in the behavior graph.", entityARN)
	}
	var id string
	err = s.store.Update(ctx, func(tx control.Tx) error {
		// Again: the graph may have been deleted meanwhile.
		if _, err := administered(ctx, tx, c, operation, graphARN); err != nil {
			return err
		}
		last, err := tx.LastInvestigationID(ctx)
		if err != nil {
			return err
		}
		now := s.stamp()
		if id, err = nextInvestigationID(last, now); err != nil {
			return err
		}
		if err := tx.CreateInvestigation(ctx, control.Investigation{
			GraphARN: graphARN, ID: id, EntityARN: entityARN, EntityType: kind, Created: now,
			ScopeStart: from.UTC(), ScopeEnd: to.UTC(),
			Status: control.InvestigationRunning, State: control.InvestigationActive,
		}); err != nil {
			return err
		}
		return enqueueInvestigation(ctx, tx, graphARN, id, now)
	})
	if err != nil {
		return "", err
	}
	s.wake()
	return id, nil
}

// GetInvestigation returns one investigation.
func (s *Service) GetInvestigation(ctx context.Context, c Caller, graphARN, id string) (Investigation, error) {
	return s.investigation(ctx, c, "GetInvestigation", graphARN, id)
}

// investigation returns an investigation for an operation.
func (s *Service) investigation(ctx context.Context, c Caller, operation, graphARN, id string) (Investigation, error) {
	if _, err := administered(ctx, s.store, c, operation, graphARN); err != nil {
		return Investigation{}, err
	}
	i, err := s.store.Investigation(ctx, graphARN, id)
	if errors.Is(err, control.ErrNotFound) {
		return Investigation{}, noSuchInvestigation(graphARN, id)
	}
	return i, err
}

func noSuchInvestigation(graphARN, id string) *Error {
	return errorf(ResourceNotFound, "The investigation %s does not exist in the behavior graph %s.", id, graphARN)
}

// UpdateInvestigationState archives an investigation or makes it active
// again. It may still be running.
func (s *Service) UpdateInvestigationState(ctx context.Context, c Caller, graphARN, id, state string) error {
	if state != control.InvestigationActive && state != control.InvestigationArchived {
		return errorf(Validation, "State must be ACTIVE or ARCHIVED. Found %s.", state)
	}
	return s.store.Update(ctx, func(tx control.Tx) error {
		if _, err := administered(ctx, tx, c, "UpdateInvestigationState", graphARN); err != nil {
			return err
		}
		err := tx.SetInvestigationState(ctx, graphARN, id, state)
		if errors.Is(err, control.ErrNotFound) {
			return noSuchInvestigation(graphARN, id)
		}
		return err
	})
}

// ListInvestigations returns the investigations that f selects, in the order
// of o, all without their Result. Severities are ordered by rank, statuses
// by the alphabet; equal entries by their age, in the same direction.
//
// Its tokens demand that all arguments stay the same, page size included.
func (s *Service) ListInvestigations(ctx context.Context, c Caller, graphARN string, f InvestigationFilter, o InvestigationSort, p Page) ([]Investigation, string, error) {
	const operation = "ListInvestigations"
	if _, err := administered(ctx, s.store, c, operation, graphARN); err != nil {
		return nil, "", err
	}
	limit, err := investigationPages.limit(p)
	if err != nil {
		return nil, "", err
	}
	q, err := query(graphARN, f, o)
	if err != nil {
		return nil, "", err
	}
	bound := []string{
		operation, graphARN, f.Severity, f.Status, f.State, f.EntityARN, isoTime(f.CreatedFrom), isoTime(f.CreatedTo),
		strconv.Itoa(int(q.Sort)), strconv.FormatBool(q.Descending), strconv.Itoa(limit),
	}
	if p.Token != "" {
		if q.After, err = s.openCursor(p.Token, bound); err != nil {
			return nil, "", err
		}
	}
	q.Limit = limit + 1 // one more, to know whether there is another page
	list, err := s.store.Investigations(ctx, q)
	if err != nil {
		return nil, "", err
	}
	if len(list) <= limit {
		if list == nil {
			list = []Investigation{}
		}
		return list, "", nil
	}
	list = list[:limit]
	last := q.Cursor(list[limit-1])
	return list, s.tokens.seal(strconv.FormatInt(last.Key, 10)+" "+last.ID, bound), nil
}

// openCursor reads the token of ListInvestigations.
func (s *Service) openCursor(token string, bound []string) (*control.InvestigationCursor, error) {
	place, err := s.tokens.open(token, bound)
	if err != nil {
		return nil, err
	}
	key, id, _ := strings.Cut(place, " ")
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("BUG: a signed token holds the place %q: %w", place, err)
	}
	return &control.InvestigationCursor{Key: n, ID: id}, nil
}

// query turns the arguments of ListInvestigations into a query.
func query(graphARN string, f InvestigationFilter, o InvestigationSort) (control.InvestigationQuery, error) {
	q := control.InvestigationQuery{
		GraphARN: graphARN, Severity: f.Severity, Status: f.Status, State: f.State, EntityARN: f.EntityARN,
		CreatedFrom: f.CreatedFrom, CreatedTo: f.CreatedTo, Descending: o.Descending,
	}
	switch o.Field {
	case "":
		q.Descending = true // newest first
	case "CREATED_TIME":
	case "SEVERITY":
		q.Sort = control.BySeverity
	case "STATUS":
		q.Sort = control.ByStatus
	default:
		return q, errorf(Validation, "Field must be SEVERITY, STATUS or CREATED_TIME. Found %s.", o.Field)
	}
	if !f.CreatedFrom.IsZero() && !f.CreatedTo.IsZero() && f.CreatedFrom.After(f.CreatedTo) {
		return q, errorf(Validation, "StartInclusive must not be after EndInclusive. Found %s and %s.", isoTime(f.CreatedFrom), isoTime(f.CreatedTo))
	}
	return q, nil
}
