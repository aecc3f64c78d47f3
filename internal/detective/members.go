package detective

import (
	"context"
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// EnrollMembers makes accounts enabled members of a graph without asking
// them or looking at quotas, and returns those that were not before, and those
// that cannot be because the organization has them as suspended or closed,
// both in the order given. It is for whoever runs this installation; the API
// has no such operation. The administrator account is accepted anyway and is
// left out.
func (s *Service) EnrollMembers(ctx context.Context, graphARN string, accountIDs []string) (enrolled, refused []string, err error) {
	for _, id := range accountIDs {
		if !entity.IsAccountID(id) {
			return nil, nil, fmt.Errorf("enroll members of graph %s: %q is not an account id of 12 digits", graphARN, id)
		}
	}
	err = s.store.Update(ctx, func(tx control.Tx) error {
		enrolled, refused = nil, nil
		g, err := tx.Graph(ctx, graphARN)
		if err != nil {
			return err
		}
		if g.State != control.GraphActive {
			return fmt.Errorf("graph %s is being deleted: %w", graphARN, control.ErrNotFound)
		}
		for _, id := range accountIDs {
			a, err := tx.OrganizationAccount(ctx, id)
			if err != nil && !errors.Is(err, control.ErrNotFound) {
				return err
			}
			if err == nil && a.Status != control.AccountActive {
				refused = append(refused, id)
				continue
			}
			isNew, err := s.enroll(ctx, tx, g, id)
			if err != nil {
				return err
			}
			if isNew {
				enrolled = append(enrolled, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("enroll members of graph %s: %w", graphARN, err)
	}
	return enrolled, refused, nil
}

// enroll enables one account and reports whether it was not enabled before.
func (s *Service) enroll(ctx context.Context, tx control.Tx, g control.Graph, id string) (bool, error) {
	if id == g.AccountID {
		return false, nil
	}
	now := s.stamp()
	m, err := tx.Member(ctx, g.ARN, id)
	switch {
	case errors.Is(err, control.ErrNotFound):
		a, err := tx.Account(ctx, id)
		if err != nil && !errors.Is(err, control.ErrNotFound) {
			return false, err
		}
		m = newMember(g, id, a.Email, control.ByInvitation, now)
	case err != nil:
		return false, err
	case m.Status == control.MemberEnabled:
		return false, nil
	}
	return true, setStatus(ctx, tx, g, m, control.MemberEnabled, "", now)
}

// Members returns all members of a graph, by account id, without its
// administrator account.
func (s *Service) Members(ctx context.Context, graphARN string) ([]control.Member, error) {
	return s.store.Members(ctx, graphARN, "", 0)
}
