package duckdb

import (
	"cmp"
	"context"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var kubeTable = rollupOf[warehouse.Kube]{
	rollup: rollup{
		name: "kube", columns: `hour INTEGER, account UBIGINT, cluster UBIGINT, subject UBIGINT, api UBIGINT,
		address UBIGINT, target UBIGINT, ` + countDDL,
		keys: `hour, account, cluster, subject, api, address, target`, merge: countMerge, sorted: `cluster, subject, hour`,
	},
	day:  func(r *warehouse.Kube) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.Kube) entity.ID { return r.Cluster },
	order: func(a, b *warehouse.Kube) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.Kube]{
		int32s(func(r *warehouse.Kube) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Kube) entity.ID { return r.Account }),
		ids(func(r *warehouse.Kube) entity.ID { return r.Cluster }),
		ids(func(r *warehouse.Kube) entity.ID { return r.Subject }),
		ids(func(r *warehouse.Kube) entity.ID { return r.API }),
		ids(func(r *warehouse.Kube) entity.ID { return r.Address }),
		ids(func(r *warehouse.Kube) entity.ID { return r.Target }),
	}, countColumns(func(r *warehouse.Kube) *warehouse.Counts { return &r.Counts },
		func(r *warehouse.Kube) time.Time { return r.Hour.Time() })...),
}

// Kube implements warehouse.Store.
func (s *Store) Kube(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.Kube, error) {
	var out []warehouse.Kube
	q := selection{rollup: kubeTable.rollup,
		where: "(subject = $3 OR cluster = $3 OR target = $3)", args: []any{ubigint(id)}}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var k warehouse.Kube
		if err := row.Scan(&k.Hour, &k.Account, &k.Cluster, &k.Subject, &k.API, &k.Address, &k.Target,
			&k.Success, &k.Failure, &k.Denied, &k.First, &k.Last); err != nil {
			return err
		}
		out = append(out, k)
		return nil
	})
	return out, err
}
