package detective

import (
	"context"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// The quotas of a graph (MODEL, CreateMembers; user guide, quotas). Both can
// be configured.
const (
	DefaultMaxMembers     = 1200
	DefaultMaxBytesPerDay = 10_000_000_000_000 // 10 TB
)

// volumes is what a graph takes and what accounts would add to it, for the
// volume check.
type volumes struct {
	total int64            // bytes a day of the accounts whose records are taken
	of    map[string]int64 // bytes a day of accounts that may be added
	limit int64
	known bool // false: the ledger could not be read
}

// readVolumes reads the volume of a graph, and that of the given accounts.
func (s *Service) readVolumes(ctx context.Context, r control.Reader, g control.Graph, accountIDs ...string) (*volumes, error) {
	total, err := r.UsageTaken(ctx, g.ARN)
	if err != nil {
		return nil, err
	}
	v := &volumes{total: total, of: make(map[string]int64, len(accountIDs)), limit: s.maxBytesPerDay, known: true}
	if len(accountIDs) == 0 {
		return v, nil
	}
	usage, err := r.Usage(ctx, g.ARN, accountIDs)
	if err != nil {
		return nil, err
	}
	for _, u := range usage {
		v.of[u.AccountID] += u.BytesPerDay
	}
	return v, nil
}

// fits reports whether the records of an account that is not taken yet can
// be. An account that sent nothing has volume 0.
func (v *volumes) fits(account string) bool { return v.total+v.of[account] <= v.limit }

// take adds an account to those whose records are taken.
func (v *volumes) take(account string) { v.total += v.of[account] }

// full reports whether the graph's volume is above the quota.
func (v *volumes) full() bool { return v.total > v.limit }

// tooMuchData is the answer when a graph is above its quota of data.
func (s *Service) tooMuchData(v *volumes) *Error {
	e := errorf(ServiceQuotaExceeded, "The behavior graph takes %d bytes a day, above its quota of %d.", v.total, s.maxBytesPerDay)
	e.Resources = []string{"Data volume per day"}
	return e
}

// UpdateUsage works the usage of a graph out anew from its ledger. It is to
// be called when records were read.
func (s *Service) UpdateUsage(ctx context.Context, graphARN string) error {
	g, err := s.store.Graph(ctx, graphARN)
	if err != nil {
		return err
	}
	u, err := s.warehouse.Usage(ctx, g)
	if err != nil {
		return fmt.Errorf("work out the usage of graph %s: %w", graphARN, err)
	}
	return s.store.Update(ctx, func(tx control.Tx) error { return tx.SetUsage(ctx, graphARN, u) })
}
