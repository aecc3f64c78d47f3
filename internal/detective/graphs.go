package detective

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// CreateGraph makes the caller's account administrator of the one graph of
// its Region and returns the graph's ARN. A second call returns the same ARN
// and ignores its tags. A graph that was deleted is not in the way, even while
// its data are being removed: clients that replace a graph do not wait.
func (s *Service) CreateGraph(ctx context.Context, c Caller, tags map[string]string) (string, error) {
	if !entity.IsAccountID(c.AccountID) || c.Region == "" {
		return "", errorf(Validation, "A behavior graph needs an account of 12 digits and a Region.")
	}
	if err := checkTags(tags); err != nil {
		return "", err
	}
	if err := mayCreateGraph(c, tags); err != nil {
		return "", err
	}
	return s.createGraph(ctx, c, tags, nil)
}

// mayCreateGraph checks the policies; to make a graph with tags it takes two
// actions (Service Authorization Reference).
func mayCreateGraph(c Caller, tags map[string]string) error {
	a := Action{Name: "CreateGraph", Resource: "*", RequestTags: tags, TagKeys: slices.Sorted(maps.Keys(tags))}
	if err := allowed(c, a); err != nil || len(tags) == 0 {
		return err
	}
	a.Name = "TagResource"
	return allowed(c, a)
}

// createGraph returns the graph of c's account, making it when there is none.
// within, which may be nil, is done in the same transaction.
func (s *Service) createGraph(ctx context.Context, c Caller, tags map[string]string, within func(tx control.Tx, g control.Graph) error) (string, error) {
	fresh, err := s.newGraph(c, tags)
	if err != nil {
		return "", fmt.Errorf("create graph of account %s in %s: %w", c.AccountID, c.Region, err)
	}
	var g control.Graph
	err = s.store.Update(ctx, func(tx control.Tx) error {
		var err error
		g, err = tx.GraphOf(ctx, c.AccountID, c.Region)
		if errors.Is(err, control.ErrNotFound) {
			if err := notClosed(ctx, tx, c.AccountID); err != nil {
				return err
			}
			g = fresh
			err = tx.CreateGraph(ctx, g)
		}
		if err != nil || within == nil {
			return err
		}
		return within(tx, g)
	})
	if err != nil {
		return "", err
	}
	// After the row, so that whatever the warehouse holds is known here, and
	// at each call, so that a call that failed half-way is completed by the
	// next one.
	if err := s.warehouse.CreateGraph(ctx, g); err != nil {
		return "", fmt.Errorf("create data of graph %s: %w", g.ARN, err)
	}
	return g.ARN, s.undoIfDeleted(ctx, g)
}

// notClosed refuses accounts that the organization has as closed.
func notClosed(ctx context.Context, r control.Reader, accountID string) error {
	a, err := r.OrganizationAccount(ctx, accountID)
	if err == nil && a.Status == control.AccountClosed {
		return errorf(Validation, "Account %s is closed.", accountID)
	}
	if errors.Is(err, control.ErrNotFound) {
		return nil
	}
	return err
}

// undoIfDeleted removes the data that CreateGraph made for a graph that
// another caller deleted at the same time: its deletion may have run before
// the data were there. To the callers the graph was created and then deleted.
func (s *Service) undoIfDeleted(ctx context.Context, g control.Graph) error {
	now, err := s.store.Graph(ctx, g.ARN)
	if err == nil && now.State == control.GraphActive {
		return nil
	}
	if err != nil && !errors.Is(err, control.ErrNotFound) {
		return err
	}
	if err := s.warehouse.DeleteGraph(ctx, g); err != nil {
		return fmt.Errorf("delete data of graph %s: %w", g.ARN, err)
	}
	return nil
}

// newGraph makes up a graph with its ids and secret.
func (s *Service) newGraph(c Caller, tags map[string]string) (control.Graph, error) {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return control.Graph{}, err
	}
	secret, err := entity.NewSecret()
	if err != nil {
		return control.Graph{}, err
	}
	g := control.Graph{
		AccountID: c.AccountID, Region: c.Region, WarehouseID: hex.EncodeToString(id[:]),
		Created: s.stamp(), State: control.GraphActive, Tags: tags,
	}
	// A new graph takes everything (best practices guide).
	for _, p := range control.AllPackages() {
		g.Packages.Set(p, true, g.Created)
	}
	g.ARN = control.GraphARN(g.Region, g.AccountID, g.WarehouseID)
	g.EntitySecret = s.sealer.Seal(g.ARN, secret[:])
	return g, nil
}

// stamp is the time of a creation. The API shows milliseconds, so that is
// what is kept: a filter by a time that was read finds its entry.
func (s *Service) stamp() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// EntitySecret returns the key of a graph's entity ids in the clear.
func (s *Service) EntitySecret(g control.Graph) (entity.Secret, error) {
	plain, err := s.sealer.Open(g.ARN, g.EntitySecret)
	if err != nil {
		return entity.Secret{}, fmt.Errorf("entity secret of graph %s: %w", g.ARN, err)
	}
	if len(plain) != len(entity.Secret{}) {
		return entity.Secret{}, fmt.Errorf("entity secret of graph %s has %d bytes", g.ARN, len(plain))
	}
	return entity.Secret(plain), nil
}

// GraphOf returns the graph of an account in a Region, for our own commands.
// The error wraps control.ErrNotFound when there is none.
func (s *Service) GraphOf(ctx context.Context, account, region string) (control.Graph, error) {
	return s.store.GraphOf(ctx, account, region)
}

// ListGraphs returns the graphs that the caller's account administers in the
// Region: one or none.
func (s *Service) ListGraphs(ctx context.Context, c Caller, p Page) ([]Graph, string, error) {
	if _, err := membershipPages.limit(p); err != nil {
		return nil, "", err
	}
	if err := allowedAnywhere(c, "ListGraphs"); err != nil {
		return nil, "", err
	}
	// The page size is not bound: clients ask for pages of changing sizes.
	after, err := s.tokens.place(p, []string{"ListGraphs", c.AccountID, c.Region})
	if err != nil {
		return nil, "", err
	}
	g, err := s.store.GraphOf(ctx, c.AccountID, c.Region)
	if errors.Is(err, control.ErrNotFound) || err == nil && g.ARN <= after {
		return []Graph{}, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	return []Graph{{ARN: g.ARN, Created: g.Created}}, "", nil
}

// DeleteGraph deletes a graph. It vanishes at once; a job removes its data.
func (s *Service) DeleteGraph(ctx context.Context, c Caller, graphARN string) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		g, err := administered(ctx, tx, c, "DeleteGraph", graphARN)
		if err != nil {
			return err
		}
		return s.deleteGraph(ctx, tx, g)
	})
	if err != nil {
		return err
	}
	s.wake()
	return nil
}

// deleteGraph makes a graph vanish and enqueues the removal of its data. An
// organization whose graph it was has no administrator there any more.
func (s *Service) deleteGraph(ctx context.Context, tx control.Tx, g control.Graph) error {
	if err := tx.SetGraphState(ctx, g.ARN, control.GraphDeleting); err != nil {
		return err
	}
	ofOrg, err := isOrganizationGraph(ctx, tx, g)
	if err != nil {
		return err
	}
	if ofOrg {
		if err := tx.RemoveOrganizationAdmin(ctx, g.Region); err != nil {
			return err
		}
	}
	now := s.now()
	_, err = tx.EnqueueJob(ctx, control.Job{Kind: jobGraphDeletion, Key: g.ARN, Created: now, NotBefore: now})
	return err
}

// runGraphDeletion removes the data of a graph and then the graph itself.
func (s *Service) runGraphDeletion(ctx context.Context, job control.Job) error {
	g, err := s.store.Graph(ctx, job.Key)
	if errors.Is(err, control.ErrNotFound) {
		return nil // an earlier attempt got that far
	}
	if err != nil {
		return err
	}
	if err := s.warehouse.DeleteGraph(ctx, g); err != nil {
		return fmt.Errorf("delete data of graph %s: %w", g.ARN, err)
	}
	return s.store.Update(ctx, func(tx control.Tx) error { return tx.DeleteGraph(ctx, g.ARN) })
}
