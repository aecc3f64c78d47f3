package detective

import (
	"context"
	"errors"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// PackageState is a data source package of a graph.
type PackageState struct {
	Name    control.Package
	History control.PackageHistory
}

// ListDatasourcePackages returns the packages of a graph, by name.
func (s *Service) ListDatasourcePackages(ctx context.Context, c Caller, graphARN string, p Page) ([]PackageState, string, error) {
	limit, err := membershipPages.limit(p)
	if err != nil {
		return nil, "", err
	}
	g, err := administered(ctx, s.store, c, "ListDatasourcePackages", graphARN)
	if err != nil {
		return nil, "", err
	}
	bound := []string{"ListDatasourcePackages", graphARN}
	after, err := s.tokens.place(p, bound)
	if err != nil {
		return nil, "", err
	}
	all := []PackageState{}
	for _, name := range control.AllPackages() {
		if string(name) > after {
			all = append(all, PackageState{name, g.Packages.History(name)})
		}
	}
	all, last, more := cut(all, limit)
	if !more {
		return all, "", nil
	}
	return all, s.tokens.seal(string(last.Name), bound), nil
}

// UpdateDatasourcePackages starts packages. A list with DETECTIVE_CORE, which
// cannot be stopped, is the full wanted set: other packages are stopped.
func (s *Service) UpdateDatasourcePackages(ctx context.Context, c Caller, graphARN string, wanted []control.Package) error {
	return s.store.Update(ctx, func(tx control.Tx) error {
		g, err := administered(ctx, tx, c, "UpdateDatasourcePackages", graphARN)
		if err != nil {
			return err
		}
		now := s.stamp()
		changed, started := false, false
		for _, p := range control.AllPackages() {
			switch {
			case slices.Contains(wanted, p):
				did := g.Packages.Set(p, true, now)
				changed, started = changed || did, started || did
			case slices.Contains(wanted, control.DetectiveCore):
				changed = g.Packages.Set(p, false, now) || changed
			}
		}
		if !changed {
			return nil
		}
		if started {
			v, err := s.readVolumes(ctx, tx, g)
			if err != nil {
				return err
			}
			if v.full() {
				return s.tooMuchData(v)
			}
		}
		if err := tx.SetGraphPackages(ctx, graphARN, g.Packages); err != nil {
			return err
		}
		members, err := tx.Members(ctx, graphARN, "", 0)
		if err != nil {
			return err
		}
		for _, m := range members {
			if takePackages(g, &m, now) {
				if err := tx.SetMember(ctx, m); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// AccountPackages is what a graph takes of an account's records.
type AccountPackages struct {
	AccountID string
	GraphARN  string
	Packages  control.Packages
}

// BatchGetGraphMemberDatasources returns the package histories of accounts in
// a graph, its administrator account's too, and the accounts that it does not
// have.
func (s *Service) BatchGetGraphMemberDatasources(ctx context.Context, c Caller, graphARN string, accountIDs []string) ([]AccountPackages, []Unprocessed, error) {
	g, err := administered(ctx, s.store, c, "BatchGetGraphMemberDatasources", graphARN)
	if err != nil {
		return nil, nil, err
	}
	found, missing, err := membersOf(ctx, s.store, g, accountIDs)
	if err != nil {
		return nil, nil, err
	}
	out := []AccountPackages{}
	for _, m := range found {
		out = append(out, AccountPackages{m.AccountID, graphARN, m.Packages})
	}
	missing = slices.DeleteFunc(missing, func(u Unprocessed) bool {
		if u.AccountID != g.AccountID {
			return false
		}
		out = append(out, AccountPackages{g.AccountID, graphARN, g.Packages})
		return true
	})
	return out, missing, nil
}

// UnprocessedGraph is a graph that an operation left alone.
type UnprocessedGraph struct{ GraphARN, Reason string }

// BatchGetMembershipDatasources returns what graphs take of the caller's
// records, and the graphs that the caller is no member of.
func (s *Service) BatchGetMembershipDatasources(ctx context.Context, c Caller, graphARNs []string) ([]AccountPackages, []UnprocessedGraph, error) {
	const operation = "BatchGetMembershipDatasources"
	out := []AccountPackages{}
	var left []UnprocessedGraph
	seen := map[string]bool{}
	for _, arn := range graphARNs {
		if seen[arn] {
			continue
		}
		seen[arn] = true
		packages, err := s.membershipPackages(ctx, c, operation, arn)
		var e *Error
		switch {
		case err == nil:
			out = append(out, AccountPackages{c.AccountID, arn, packages})
		case errors.As(err, &e) && e.Code == ResourceNotFound:
			left = append(left, UnprocessedGraph{arn, "The account is not a member of the behavior graph"})
		default:
			return nil, nil, err
		}
	}
	return out, left, nil
}

// membershipPackages returns what a graph takes of the caller's records.
func (s *Service) membershipPackages(ctx context.Context, c Caller, operation, graphARN string) (control.Packages, error) {
	g, err := activeGraph(ctx, s.store, c, graphARN)
	if err != nil {
		return "", err
	}
	if g.AccountID == c.AccountID {
		return g.Packages, allowed(c, Action{Name: operation, Resource: graphARN, ResourceTags: g.Tags})
	}
	_, m, err := joined(ctx, s.store, c, operation, graphARN)
	return m.Packages, err
}
