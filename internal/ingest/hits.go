package ingest

import (
	"cmp"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// hitKey is what a warehouse.RuleHit row is about.
type hitKey struct {
	hour                    warehouse.Hour
	rule                    string
	principal, address, api entity.ID
}

// hitRow counts the events that a rule matched and keeps the earliest of
// them: files are not ordered by time, samples are.
type hitRow struct {
	warehouse.Counts
	samples []sample // at most warehouse.MaxSamples, ordered
}

type sample struct {
	at time.Time
	id string
}

func (s sample) compare(t sample) int { return cmp.Or(s.at.Compare(t.at), cmp.Compare(s.id, t.id)) }

func (f *folder) hit(k hitKey, e *event) {
	h, ok := f.hits[k]
	if !ok {
		h = &hitRow{}
		f.hits[k] = h
	}
	h.Add(e.Outcome, e.Time.Unix(), 1)
	s := sample{e.Time, e.EventID}
	i, _ := slices.BinarySearchFunc(h.samples, s, sample.compare)
	if i < warehouse.MaxSamples {
		h.samples = slices.Insert(h.samples, i, s)
		h.samples = h.samples[:min(len(h.samples), warehouse.MaxSamples)]
	}
}

// row returns the row of key k.
func (h *hitRow) row(k hitKey) warehouse.RuleHit {
	r := warehouse.RuleHit{Hour: k.hour, Rule: k.rule, Principal: k.principal, Address: k.address, API: k.api, Counts: h.Counts}
	for _, s := range h.samples {
		r.Samples = append(r.Samples, s.id)
	}
	return r
}
