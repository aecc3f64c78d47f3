package investigate

import (
	"context"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// suspectMaker returns the report on the user or role that created who in the
// scope, if that one is rated HIGH or above over the scope; nil otherwise. It
// looks back one step: who made the maker is not asked.
func (i *Investigator) suspectMaker(ctx context.Context, store Store, who principal, from, to time.Time) (*Report, error) {
	links, err := store.Links(ctx, []entity.ID{who.ID}, warehouse.RangeOf(from, to))
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	var makers []entity.ID
	for _, l := range links {
		if l.Kind == warehouse.Created && l.To == who.ID && l.From != who.ID {
			makers = append(makers, l.From)
		}
	}
	if len(makers) == 0 {
		return nil, nil
	}
	known, err := store.Entities(ctx, makers)
	if err != nil {
		return nil, fmt.Errorf("read names: %w", err)
	}
	for _, id := range makers {
		arn := known[id].Key
		a, ok := entity.ParseARN(arn)
		if !ok {
			continue
		}
		maker, ok := iamPrincipal(store.Hasher(), arn, a)
		if !ok {
			continue
		}
		r, facts, err := i.examine(ctx, store, maker, from, to)
		if err != nil {
			return nil, err
		}
		state, _ := facts.Training()
		r.Severity, r.Points = indicators.Rate(r.Indicators, state)
		if r.Severity == indicators.High || r.Severity == indicators.Critical {
			return r, nil
		}
	}
	return nil, nil
}
