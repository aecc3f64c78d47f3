package duckdb

import (
	"cmp"
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var flowTable = rollupOf[warehouse.Flow]{
	rollup: rollup{
		name: "flow", columns: `hour INTEGER, account UBIGINT, interface UBIGINT, local UBIGINT, local_port USMALLINT, peer_port USMALLINT,
		protocol UTINYINT, direction UTINYINT, action UTINYINT, ` + trafficDDL,
		keys: `hour, account, interface, local, local_port, peer_port, protocol, direction, action`, merge: trafficSums,
		sorted: `interface, local, action, direction, local_port, peer_port, hour`,
	},
	day:  func(r *warehouse.Flow) warehouse.Day { return r.Hour.Day() },
	lead: func(r *warehouse.Flow) entity.ID { return r.Interface },
	order: func(a, b *warehouse.Flow) int {
		if a.Interface != b.Interface {
			return cmp.Compare(a.Interface, b.Interface)
		}
		return cmp.Or(cmp.Compare(a.Local, b.Local), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Direction, b.Direction),
			cmp.Compare(a.LocalPort, b.LocalPort), cmp.Compare(a.PeerPort, b.PeerPort), cmp.Compare(a.Hour, b.Hour))
	},
	fill: append([]column[warehouse.Flow]{
		int32s(func(r *warehouse.Flow) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Account }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Interface }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Local }),
		uint16s(func(r *warehouse.Flow) uint16 { return r.LocalPort }),
		uint16s(func(r *warehouse.Flow) uint16 { return r.PeerPort }),
		uint8s(func(r *warehouse.Flow) uint8 { return r.Protocol }),
		uint8s(func(r *warehouse.Flow) uint8 { return uint8(r.Direction) }),
		uint8s(func(r *warehouse.Flow) uint8 { return uint8(r.Action) }),
	}, trafficColumns(func(r *warehouse.Flow) *warehouse.Traffic { return &r.Traffic })...),
}

// trafficDDL are the last columns of the rollups of flow records.
const trafficDDL = `records UINTEGER, packets UBIGINT, bytes UBIGINT`

// trafficSums merge as warehouse.Traffic does: what exceeds 64 bits stays at
// the greatest number.
const trafficSums = `sum(records)::UINTEGER, least(sum(packets), 18446744073709551615)::UBIGINT,
	least(sum(bytes), 18446744073709551615)::UBIGINT`

func trafficColumns[R any](get func(*R) *warehouse.Traffic) []column[R] {
	return []column[R]{
		uint32s(func(r *R) uint32 { return get(r).Records }),
		uint64s(func(r *R) uint64 { return get(r).Packets }),
		uint64s(func(r *R) uint64 { return get(r).Bytes }),
	}
}

// Flows implements warehouse.Store.
func (s *Store) Flows(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.Flow, error) {
	var out []warehouse.Flow
	q := selection{rollup: flowTable.rollup, where: "(interface = $3 OR local = $3)", args: []any{ubigint(id)}, sums: trafficSums}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var f warehouse.Flow
		if err := row.Scan(&f.Hour, &f.Account, &f.Interface, &f.Local, &f.LocalPort, &f.PeerPort, &f.Protocol,
			&f.Direction, &f.Action, &f.Records, &f.Packets, &f.Bytes); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	})
	return out, err
}
