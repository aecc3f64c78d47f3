package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/api"
	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/enrich"
	"github.com/gumshoe-detective/gumshoe/internal/identity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate"
	"github.com/gumshoe-detective/gumshoe/internal/jobs"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var _ api.Backend = (*detective.Service)(nil)

// wire makes the services of an open house.
func (h *house) wire() error {
	h.investigator = investigate.New(investigate.Options{
		Rules: newRuleBook(h.rules), Places: placeBook{h.places}, Now: time.Now,
	})
	tokenKey, err := h.identity.Derive("page tokens")
	if err != nil {
		return fmt.Errorf("derive token key: %w", err)
	}
	bell := jobs.NewBell()
	h.detective, err = detective.New(detective.Options{
		Store: h.control, Investigator: graphInvestigator{h}, Warehouse: graphWarehouse{h},
		Sealer: h.identity, TokenKey: tokenKey, Wake: bell.Ring, Now: time.Now,
	})
	if err != nil {
		return err
	}
	h.jobs = jobs.New(h.control, h.detective.Handlers(), jobs.Options{Exclusive: true, Bell: bell, Now: time.Now, Log: h.log})
	return nil
}

// store opens the warehouse of a graph.
func (h *house) store(ctx context.Context, g control.Graph) (warehouse.Store, error) {
	return h.engine.Open(ctx, g.WarehouseID)
}

// graphWarehouse makes and removes graphs' data.
type graphWarehouse struct{ *house }

// CreateGraph implements detective.Warehouse.
func (w graphWarehouse) CreateGraph(ctx context.Context, g control.Graph) error {
	secret, err := w.detective.EntitySecret(g)
	if err != nil {
		return err
	}
	return w.engine.Create(ctx, g.WarehouseID, secret)
}

// DeleteGraph implements detective.Warehouse.
func (w graphWarehouse) DeleteGraph(ctx context.Context, g control.Graph) error {
	return w.engine.Delete(ctx, g.WarehouseID)
}

// graphInvestigator investigates entities of graphs.
type graphInvestigator struct{ *house }

// Investigate implements detective.Investigator.
func (i graphInvestigator) Investigate(ctx context.Context, g control.Graph, entityARN string, from, to time.Time) (detective.Report, error) {
	report, err := i.report(ctx, g, entityARN, from, to)
	if err != nil {
		return detective.Report{}, err
	}
	doc, err := report.JSON()
	if err != nil {
		return detective.Report{}, err
	}
	return detective.Report{Severity: string(report.Severity), Indicators: report.Indicators, JSON: doc}, nil
}

// report runs an investigation in a graph.
func (h *house) report(ctx context.Context, g control.Graph, entityARN string, from, to time.Time) (*investigate.Report, error) {
	store, err := h.store(ctx, g)
	if err != nil {
		return nil, err
	}
	report, err := h.investigator.Investigate(ctx, store, entityARN, from, to)
	if err != nil {
		return nil, err
	}
	report.GraphArn = g.ARN
	return report, nil
}

// KnowsEntity implements detective.Investigator.
func (i graphInvestigator) KnowsEntity(ctx context.Context, g control.Graph, entityARN string) (bool, error) {
	store, err := i.store(ctx, g)
	if err != nil {
		return false, err
	}
	return i.investigator.Knows(ctx, store, entityARN)
}

// keyBook finds access keys for the API.
type keyBook struct{ *identity.Service }

// LookupKey implements api.KeyLookup.
func (k keyBook) LookupKey(ctx context.Context, accessKeyID string) (string, detective.Caller, error) {
	secret, p, err := k.Service.LookupKey(ctx, accessKeyID)
	if errors.Is(err, identity.ErrUnknownKey) {
		return "", detective.Caller{}, api.ErrUnknownKey
	}
	return secret, detective.Caller{AccountID: p.AccountID, ARN: p.ARN, AccessKeyID: accessKeyID}, err
}

// placeBook tells investigations where addresses are.
type placeBook struct{ *enrich.Enricher }

// Lookup implements investigate.Places.
func (b placeBook) Lookup(ip netip.Addr) investigate.Place {
	p := b.Enricher.Lookup(ip)
	return investigate.Place{Location: p.Location(), Country: p.CountryName, ASO: p.ASO}
}

// ruleBook describes rules to investigations.
type ruleBook map[string]investigate.RuleInfo

func newRuleBook(p *rules.Pack) ruleBook {
	book := ruleBook{}
	for _, r := range p.Rules() {
		tactic, technique := r.Tactic(), r.Technique()
		book[r.ID] = investigate.RuleInfo{
			ID: r.ID, Title: r.Title, Level: string(r.Level),
			TacticID: tactic.ID, Tactic: tactic.Name, TechniqueID: technique.ID, Technique: technique.Name,
			Procedure: r.Procedure, Weight: r.Weight, PerHour: r.PerHour,
		}
	}
	return book
}

// Rule implements investigate.Rules.
func (b ruleBook) Rule(id string) (investigate.RuleInfo, bool) {
	r, ok := b[id]
	return r, ok
}
