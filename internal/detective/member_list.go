package detective

import (
	"context"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// GetMembers returns the members with the given account ids, in the order of
// the request, and the accounts that are none.
func (s *Service) GetMembers(ctx context.Context, c Caller, graphARN string, accountIDs []string) ([]Member, []Unprocessed, error) {
	g, err := administered(ctx, s.store, c, "GetMembers", graphARN)
	if err != nil {
		return nil, nil, err
	}
	found, missing, err := membersOf(ctx, s.store, g, accountIDs)
	if err != nil {
		return nil, nil, err
	}
	return s.describe(g, found), missing, nil
}

// membersOf returns those of the accounts that are members, each once and in
// the order given, and the others.
func membersOf(ctx context.Context, r control.Reader, g control.Graph, accountIDs []string) (found []control.Member, missing []Unprocessed, err error) {
	all, err := r.MembersOf(ctx, g.ARN, accountIDs)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[string]control.Member, len(all))
	for _, m := range all {
		byID[m.AccountID] = m
	}
	seen := make(map[string]bool, len(accountIDs))
	for _, id := range accountIDs {
		if seen[id] {
			continue
		}
		seen[id] = true
		if m, ok := byID[id]; ok {
			found = append(found, m)
		} else {
			missing = append(missing, Unprocessed{id, notAMember})
		}
	}
	return found, missing, nil
}

// notAMember is the Reason for accounts that a graph does not have. AWS's is
// not known.
const notAMember = "Account is not a member"

// ListMembers returns the members of a graph by account id, without its
// administrator account.
func (s *Service) ListMembers(ctx context.Context, c Caller, graphARN string, p Page) ([]Member, string, error) {
	limit, err := membershipPages.limit(p)
	if err != nil {
		return nil, "", err
	}
	g, err := administered(ctx, s.store, c, "ListMembers", graphARN)
	if err != nil {
		return nil, "", err
	}
	bound := []string{"ListMembers", graphARN}
	after, err := s.tokens.place(p, bound)
	if err != nil {
		return nil, "", err
	}
	all, err := s.store.Members(ctx, graphARN, after, limit+1)
	if err != nil {
		return nil, "", err
	}
	all, last, more := cut(all, limit)
	if !more {
		return s.describe(g, all), "", nil
	}
	return s.describe(g, all), s.tokens.seal(last.AccountID, bound), nil
}

// cut shortens a list that was read with one entry more than a page has. more
// reports whether there was one; last is the page's last entry then.
func cut[T any](all []T, limit int) (page []T, last T, more bool) {
	if len(all) <= limit {
		return all, last, false
	}
	return all[:limit], all[limit-1], true
}

// describe says what the API says of members of a graph.
func (s *Service) describe(g control.Graph, members []control.Member) []Member {
	out := make([]Member, len(members))
	for i, m := range members {
		out[i] = Member{Member: m, AdministratorID: g.AccountID, Accepted: isAccepted(m)}
		if !out[i].Accepted {
			out[i].Usage = control.MemberUsage{}
			continue
		}
		if out[i].UsageUpdated = m.Usage.Updated; m.Usage.Updated.IsZero() {
			out[i].UsageUpdated = m.Updated // volume 0, known since the status is
		}
		out[i].Percent = 100 * float64(m.Usage.Total()) / float64(s.maxBytesPerDay)
	}
	return out
}

// isAccepted reports whether a member's volume is looked at.
func isAccepted(m control.Member) bool {
	return m.Status == control.MemberEnabled || m.Status == control.MemberAcceptedButDisabled
}

// DeleteMembers removes members and returns the accounts that were removed
// and those that were none. What the graph has of them stays.
func (s *Service) DeleteMembers(ctx context.Context, c Caller, graphARN string, accountIDs []string) (removed []string, left []Unprocessed, err error) {
	err = s.store.Update(ctx, func(tx control.Tx) error {
		removed = nil
		g, err := administered(ctx, tx, c, "DeleteMembers", graphARN)
		if err != nil {
			return err
		}
		var found []control.Member
		if found, left, err = membersOf(ctx, tx, g, accountIDs); err != nil {
			return err
		}
		for _, m := range found {
			if err := tx.RemoveMember(ctx, graphARN, m.AccountID); err != nil {
				return err
			}
			removed = append(removed, m.AccountID)
		}
		if i := slices.IndexFunc(left, func(u Unprocessed) bool { return u.AccountID == g.AccountID }); i >= 0 {
			left[i].Reason = "The administrator account of a behavior graph cannot be removed from it"
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return removed, left, nil
}
