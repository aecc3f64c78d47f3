package main

import (
	"context"
	"sync"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/ingest"
)

// membership returns whom the graph takes records of. With enroll that is
// everybody, and accounts become members as they are seen.
func (h *house) membership(ctx context.Context, g control.Graph, enroll bool) (ingest.Membership, error) {
	m, err := h.control.Membership(ctx, g.ARN)
	if err != nil {
		return nil, err
	}
	if !enroll {
		return members{m}, nil
	}
	return &enrolling{house: h, graph: g, version: m.Version, known: m.Accounts}, nil
}

// members takes the records of a fixed set of accounts.
type members struct{ control.Membership }

// Accepts implements ingest.Membership.
func (m members) Accepts(_ context.Context, account string) (bool, error) {
	return m.Membership.Accepts(account), nil
}

// Version implements ingest.Membership.
func (m members) Version() int64 { return m.Membership.Version }

// enrolling takes everybody's records and makes members of their accounts, but
// for those that the organization has as suspended or closed.
// Text that is no account id, as anonymised logs have it, cannot be a member
// of the API's but is taken all the same.
type enrolling struct {
	house   *house
	graph   control.Graph
	version int64

	mu    sync.Mutex
	known map[string]struct{}
}

// Accepts implements ingest.Membership.
func (e *enrolling) Accepts(ctx context.Context, account string) (bool, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.known[account]; ok || !entity.IsAccountID(account) {
		return true, nil
	}
	if _, refused, err := e.house.detective.EnrollMembers(ctx, e.graph.ARN, []string{account}); err != nil || len(refused) > 0 {
		return false, err
	}
	e.known[account] = struct{}{}
	return true, nil
}

// Version implements ingest.Membership: objects with refused records are read
// again, for nothing is refused now.
func (e *enrolling) Version() int64 { return -1 - e.version }
