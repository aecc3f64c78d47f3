package duckdb

import (
	"context"
	"fmt"

	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// maxKnown bounds the entities that the writer remembers: 16 bytes each and
// the map's overhead, about 40 MB when full. Those forgotten are looked up.
const maxKnown = 1 << 20

// entityCache remembers which entities are stored, with a hash of type and
// key, so that most batches look up nothing. Only the writer uses it.
type entityCache struct{ m map[entity.ID]uint64 }

func newEntityCache() entityCache { return entityCache{map[entity.ID]uint64{}} }

// fingerprint expects a key that is UTF-8.
func fingerprint(e warehouse.Entity) uint64 {
	return xxh3.HashString(e.Key) ^ uint64(e.Type)*0x9e3779b97f4a7c15
}

// has reports whether e is stored; a known id with another key is an error.
func (c entityCache) has(e warehouse.Entity) (bool, error) {
	print, ok := c.m[e.ID]
	if ok && print != fingerprint(e) {
		return true, fmt.Errorf("%s %q has the id of another entity: %w", e.Type, e.Key, warehouse.ErrCollision)
	}
	return ok, nil
}

func (c entityCache) add(entities []warehouse.Entity) {
	entities = entities[:min(len(entities), maxKnown)]
	if len(c.m)+len(entities) > maxKnown {
		clear(c.m)
	}
	for _, e := range entities {
		c.m[e.ID] = fingerprint(e)
	}
}

// newEntities returns those of the batch that are not stored yet, each once.
func (s *Store) newEntities(ctx context.Context, all []warehouse.Entity) ([]warehouse.Entity, error) {
	unknown := map[entity.ID]warehouse.Entity{}
	var order []entity.ID
	for _, e := range all {
		e.Key = utf8(e.Key) // as it is stored and compared
		if ok, err := s.known.has(e); ok || err != nil {
			if err != nil {
				return nil, err
			}
			continue
		}
		if twin, ok := unknown[e.ID]; ok {
			if err := sameEntity(e, twin); err != nil {
				return nil, err
			}
			continue
		}
		unknown[e.ID] = e
		order = append(order, e.ID)
	}
	if len(unknown) == 0 {
		return nil, nil
	}
	stored, err := entities(ctx, uninterrupted{s.db}, order)
	if err != nil {
		return nil, err
	}
	var fresh []warehouse.Entity
	for _, id := range order {
		old, ok := stored[id]
		if !ok {
			fresh = append(fresh, unknown[id])
			continue
		}
		if err := sameEntity(unknown[id], old); err != nil {
			return nil, err
		}
		s.known.add([]warehouse.Entity{old})
	}
	return fresh, nil
}

func sameEntity(e, old warehouse.Entity) error {
	if e.Type == old.Type && e.Key == old.Key {
		return nil
	}
	return fmt.Errorf("%s %q has the id of %s %q: %w", e.Type, e.Key, old.Type, old.Key, warehouse.ErrCollision)
}

// Entities implements warehouse.Store.
func (s *Store) Entities(ctx context.Context, ids []entity.ID) (found map[entity.ID]warehouse.Entity, err error) {
	err = s.read(ctx, func(ctx context.Context, tx querier) error {
		found, err = entities(ctx, tx, ids)
		return err
	})
	return found, err
}

// numbers makes a parameter of type UBIGINT[].
func numbers(ids []entity.ID) []uint64 {
	n := make([]uint64, len(ids))
	for i, id := range ids {
		n[i] = uint64(id)
	}
	return n
}

func entities(ctx context.Context, db querier, ids []entity.ID) (map[entity.ID]warehouse.Entity, error) {
	found := map[entity.ID]warehouse.Entity{}
	if len(ids) == 0 {
		return found, nil
	}
	const query = `SELECT id, type, key, account, label, alias FROM entity WHERE id IN (SELECT unnest(?::UBIGINT[]))`
	rows, err := db.QueryContext(ctx, query, numbers(ids))
	if err != nil {
		return nil, fmt.Errorf("query entity: %w", err)
	}
	err = collect(rows, "entity", func(row scanner) error {
		var e warehouse.Entity
		if err := row.Scan(&e.ID, &e.Type, &e.Key, &e.Account, &e.Label, &e.Alias); err != nil {
			return err
		}
		found[e.ID] = e
		return nil
	})
	return found, err
}
