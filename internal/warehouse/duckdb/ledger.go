package duckdb

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// objectID shortens an object's URI to a number that is quick to look for.
func objectID(uri string) uint64 { return xxh3.HashString(uri) }

const ledgerColumns = `uri, sha256, size, tag, kind, reading, first, seen, stored, duplicate, rejected,
	reasons, samples, seconds, done, membership, read_at`

// Objects implements warehouse.Store.
func (s *Store) Objects(ctx context.Context, uris []string) (map[string]warehouse.Object, error) {
	found := map[string]warehouse.Object{}
	if len(uris) == 0 {
		return found, nil
	}
	ids := make([]uint64, len(uris))
	wanted := make(map[string][]string, len(uris)) // as stored, to as asked
	for i, u := range uris {
		stored := utf8(u)
		ids[i] = objectID(stored)
		wanted[stored] = append(wanted[stored], u)
	}
	const query = `SELECT ` + ledgerColumns + ` FROM ledger
		WHERE object IN (SELECT unnest(?::UBIGINT[])) ORDER BY uri, sha256, reading, first`
	for o, err := range s.objects(ctx, query, ids) {
		if err != nil {
			return nil, fmt.Errorf("look up objects in the ledger: %w", err)
		}
		for _, uri := range wanted[o.URI] {
			if old, ok := found[uri]; !ok || o.At.After(old.At) {
				found[uri] = o
			}
		}
	}
	return found, nil
}

// Ledger implements warehouse.Store.
func (s *Store) Ledger(ctx context.Context) iter.Seq2[warehouse.Object, error] {
	return s.objects(ctx, `SELECT `+ledgerColumns+` FROM ledger ORDER BY uri, sha256, reading, first`)
}

// objects folds ledger rows, which the query must order by object version,
// reading and first record.
func (s *Store) objects(ctx context.Context, query string, args ...any) iter.Seq2[warehouse.Object, error] {
	return func(yield func(warehouse.Object, error) bool) {
		stopped := false
		err := s.read(ctx, func(ctx context.Context, tx querier) error {
			rows, err := tx.QueryContext(ctx, query, args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			var parts []warehouse.ObjectPart // of one version
			var versions []warehouse.Object  // of one object
			flush := func() bool {
				for _, o := range warehouse.Settled(versions) {
					if stopped = !yield(o, nil); stopped {
						return false
					}
				}
				versions = versions[:0]
				return true
			}
			for rows.Next() {
				p, err := scanPart(rows)
				if err != nil {
					return err
				}
				if len(parts) > 0 && (p.URI != parts[0].URI || p.SHA256 != parts[0].SHA256) {
					versions = append(versions, warehouse.FoldObject(parts))
					if p.URI != parts[0].URI && !flush() {
						return nil
					}
					parts = parts[:0]
				}
				parts = append(parts, p)
			}
			if err := rows.Err(); err != nil {
				return err
			}
			if len(parts) > 0 {
				versions = append(versions, warehouse.FoldObject(parts))
			}
			flush()
			return nil
		})
		if err != nil && !stopped {
			yield(warehouse.Object{}, err)
		}
	}
}

func scanPart(r scanner) (p warehouse.ObjectPart, err error) {
	var sha []byte
	var reasons, samples string
	err = r.Scan(&p.URI, &sha, &p.Size, &p.Tag, &p.Kind, &p.Reading, &p.First, &p.Seen, &p.Stored, &p.Duplicate,
		&p.Rejected, &reasons, &samples, &p.Seconds, &p.Done, &p.Membership, &p.At)
	if err != nil {
		return p, err
	}
	copy(p.SHA256[:], sha)
	p.At = p.At.UTC()
	if err := json.Unmarshal([]byte(reasons), &p.Reasons); err != nil {
		return p, fmt.Errorf("read reasons of %s: %w", p.URI, err)
	}
	if err := json.Unmarshal([]byte(samples), &p.Samples); err != nil {
		return p, fmt.Errorf("read rejections of %s: %w", p.URI, err)
	}
	return p, nil
}
