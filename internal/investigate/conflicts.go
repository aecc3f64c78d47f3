package investigate

import (
	"context"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// maxConflicts bounds the events that the notice of conflicts names.
const maxConflicts = 5

// conflicts says which records of the principal contradict another copy of
// the same event. The copy that was read first counts; somebody may have
// altered it.
func (g *gatherer) conflicts(ctx context.Context) ([]string, error) {
	if g.status.Reasons["conflict"] == 0 {
		return nil, nil
	}
	events, err := g.store.Events(ctx, warehouse.EventQuery{Principal: g.who.ID, Conflicts: true, NoRaw: true,
		From: g.scope.From.Time(), To: g.scope.To.Time(), Limit: maxConflicts + 1})
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	if len(events) == 0 {
		return nil, nil
	}
	ids := make([]string, 0, maxConflicts)
	for _, e := range events[:min(len(events), maxConflicts)] {
		ids = append(ids, e.EventID)
	}
	more := ""
	if len(events) > maxConflicts {
		more = " and more"
	}
	return []string{fmt.Sprintf("Two copies of the same event differ: the one read first counts, the other is kept and not counted. "+
		"Compare the files: %s%s.", strings.Join(ids, ", "), more)}, nil
}
