package investigate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

const (
	// sampleSpan is how long after the first sight of a novelty its sample
	// events are looked for.
	sampleSpan = 10 * time.Minute
	// sampleLimit bounds the events of one such query, mostly. Where none of
	// them shows the novelty, because the principal did much else in the same
	// second, the query is made again with sampleMost.
	sampleLimit, sampleMost = 200, 20_000
	// sampleQueries bounds for how many moments it is made: raw events are the
	// slowest thing to read. Novelties of one intruder mostly begin in the same
	// second and share a query.
	sampleQueries = 16
)

// sample fills in the event ids of novelties. (Rule hits carry their own.)
func (g *gatherer) sample(ctx context.Context, list []indicators.Indicator) error {
	fetched := map[time.Time][]warehouse.Event{}
	for i := range list {
		if list[i].IndicatorType == indicators.TTPObserved {
			continue
		}
		ev := &list[i].Evidence
		events, ok := fetched[ev.FirstSeen]
		if !ok {
			if len(fetched) == sampleQueries {
				noSample(ev, "no sample events were read: too many novelties")
				continue
			}
			var err error
			if events, err = g.eventsFrom(ctx, ev.FirstSeen, sampleLimit); err != nil {
				return err
			}
			fetched[ev.FirstSeen] = events
		}
		if g.addSamples(&list[i], events); len(ev.EventIDs) > 0 {
			continue
		}
		if len(events) == sampleLimit {
			more, err := g.eventsFrom(ctx, ev.FirstSeen, sampleMost)
			if err != nil {
				return err
			}
			fetched[ev.FirstSeen] = more
			g.addSamples(&list[i], more)
		}
		if len(ev.EventIDs) == 0 {
			noSample(ev, "no sample event was found")
		}
	}
	return nil
}

// eventsFrom returns the first events of the principal from a time on.
func (g *gatherer) eventsFrom(ctx context.Context, from time.Time, limit int) ([]warehouse.Event, error) {
	to := from.Add(sampleSpan)
	if end := g.scope.To.Time(); to.After(end) {
		to = end
	}
	events, err := g.store.Events(ctx, warehouse.EventQuery{From: from, To: to, Principal: g.who.ID, Limit: limit, NoRaw: true})
	if err != nil {
		return nil, fmt.Errorf("read sample events: %w", err)
	}
	return events, nil
}

// addSamples adds the ids of the events that i counts.
func (g *gatherer) addSamples(i *indicators.Indicator, events []warehouse.Event) {
	ev := &i.Evidence
	for _, e := range events {
		if len(ev.EventIDs) == indicators.MaxEventIDs {
			return
		}
		if g.shows(*i, e) && !slices.Contains(ev.EventIDs, e.EventID) {
			ev.EventIDs = append(ev.EventIDs, e.EventID)
		}
	}
}

// shows reports whether event e is one of those that i counts.
func (g *gatherer) shows(i indicators.Indicator, e warehouse.Event) bool {
	d := i.IndicatorDetail
	switch {
	case d.NewUserAgentDetail != nil:
		return entity.AgentProduct(g.names[e.Agent].Key) == entity.AgentProduct(d.NewUserAgentDetail.UserAgent)
	case d.NewGeolocationDetail != nil:
		return g.address(e.Address).Key == d.NewGeolocationDetail.IpAddress
	case d.NewAsoDetail != nil:
		return g.address(e.Address).ASO == d.NewAsoDetail.Aso
	default:
		return false
	}
}

func noSample(ev *indicators.Evidence, why string) {
	if ev.Note != "" {
		ev.Note += "; "
	}
	ev.Note += why
}
