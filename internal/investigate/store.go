package investigate

import (
	"context"
	"net/netip"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Store is what an investigation reads of a graph; every warehouse.Store has
// these methods, and their contract is written there.
type Store interface {
	Hasher() entity.Hasher
	Status(ctx context.Context) (warehouse.Status, error)
	Entities(ctx context.Context, ids []entity.ID) (map[entity.ID]warehouse.Entity, error)
	Values(ctx context.Context, id entity.ID, d warehouse.Dimension, r warehouse.Range) ([]warehouse.Value, error)
	Activity(ctx context.Context, principal entity.ID, r warehouse.Range) ([]warehouse.Activity, error)
	RuleHits(ctx context.Context, principal entity.ID, r warehouse.Range) ([]warehouse.RuleHit, error)
	Links(ctx context.Context, ids []entity.ID, r warehouse.Range) ([]warehouse.Link, error)
	Events(ctx context.Context, q warehouse.EventQuery) ([]warehouse.Event, error)
}

// RuleInfo describes a detection rule.
type RuleInfo = indicators.Rule

// Rules knows the rules that are loaded.
type Rules interface {
	// Rule returns the rule with the given id; false when it is not loaded.
	Rule(id string) (RuleInfo, bool)
}

// Place is what is known of an address. Location is the key under which
// ingest stores the place (entity.Location): "<city>, <country>", or the
// country alone. Country is the country as Location spells it. ASO is the
// autonomous system organization. Each may be empty on its own.
type Place struct{ Location, Country, ASO string }

// Places knows where addresses are.
type Places interface {
	// Lookup returns the zero Place for an address that it does not know.
	Lookup(ip netip.Addr) Place
	// HasASN reports whether there is any data on autonomous systems.
	HasASN() bool
	// Version names the databases in use.
	Version() string
}
