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
	// events are looked for. Events come by time, so the first one is among
	// them.
	sampleSpan = 10 * time.Minute
	// sampleLimit bounds the events of one such query.
	sampleLimit = 200
	// sampleQueries bounds how many run: raw events are the slowest thing to
	// read. Novelties of one intruder mostly begin in the same second and
	// share a query.
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
				g.noSample(ev)
				continue
			}
			to := ev.FirstSeen.Add(sampleSpan)
			if end := g.scope.To.Time(); to.After(end) {
				to = end
			}
			var err error
			events, err = g.store.Events(ctx, warehouse.EventQuery{
				From: ev.FirstSeen, To: to, Principal: g.who.ID, Limit: sampleLimit})
			if err != nil {
				return fmt.Errorf("read sample events: %w", err)
			}
			fetched[ev.FirstSeen] = events
		}
		for _, e := range events {
			if len(ev.EventIDs) == indicators.MaxEventIDs {
				break
			}
			if g.shows(list[i], e) && !slices.Contains(ev.EventIDs, e.EventID) {
				ev.EventIDs = append(ev.EventIDs, e.EventID)
			}
		}
	}
	return nil
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

func (g *gatherer) noSample(ev *indicators.Evidence) {
	const text = "no sample events were read: too many novelties"
	if ev.Note != "" {
		ev.Note += "; "
	}
	ev.Note += text
}
