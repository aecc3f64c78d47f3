package duckdb

import (
	"cmp"
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var flowTable = rollupOf[warehouse.Flow]{
	rollup: rollup{
		name: "flow", columns: `hour INTEGER, account UBIGINT, interface UBIGINT, local UBIGINT, peer UBIGINT,
		local_port USMALLINT, peer_port USMALLINT, protocol UTINYINT, direction UTINYINT, action UTINYINT,
		records UINTEGER, packets UBIGINT, bytes UBIGINT, first BIGINT, last BIGINT`,
		keys: `hour, account, interface, local, peer, local_port, peer_port, protocol, direction, action`, merge: flowMerge, sorted: `interface, hour, peer`,
	},
	day: func(r *warehouse.Flow) warehouse.Day { return r.Hour.Day() },
	order: func(a, b *warehouse.Flow) int {
		return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Peer, b.Peer))
	},
	fill: []column[warehouse.Flow]{
		int32s(func(r *warehouse.Flow) int32 { return int32(r.Hour) }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Account }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Interface }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Local }),
		ids(func(r *warehouse.Flow) entity.ID { return r.Peer }),
		uint16s(func(r *warehouse.Flow) uint16 { return r.LocalPort }),
		uint16s(func(r *warehouse.Flow) uint16 { return r.PeerPort }),
		uint8s(func(r *warehouse.Flow) uint8 { return r.Protocol }),
		uint8s(func(r *warehouse.Flow) uint8 { return uint8(r.Direction) }),
		uint8s(func(r *warehouse.Flow) uint8 { return uint8(r.Action) }),
		uint32s(func(r *warehouse.Flow) uint32 { return r.Records }),
		uint64s(func(r *warehouse.Flow) uint64 { return r.Packets }),
		uint64s(func(r *warehouse.Flow) uint64 { return r.Bytes }),
		int64s(func(r *warehouse.Flow) int64 { return sinceHour(r.Hour, r.First) }),
		int64s(func(r *warehouse.Flow) int64 { return sinceHour(r.Hour, r.Last) }),
	},
}

// sinceHour returns the seconds from the start of h to the Unix second at.
// The end of a flow record is whatever its line says, so what no sum of
// seconds could hold is cut to 2^62.
func sinceHour(h warehouse.Hour, at int64) int64 {
	const limit = 1 << 62
	return max(-limit, min(at, limit)) - int64(h)*3600
}

// flowMerge merges rows of the delta as flowSums does.
const flowMerge = `sum(records)::UINTEGER, least(sum(packets), 18446744073709551615)::UBIGINT,
	least(sum(bytes), 18446744073709551615)::UBIGINT, min(first), max(last)`

// flowSums merge as warehouse.Flow does: what exceeds 64 bits stays at the
// greatest number.
const flowSums = `sum(records)::UINTEGER, least(sum(packets), 18446744073709551615)::UBIGINT,
	least(sum(bytes), 18446744073709551615)::UBIGINT,
	%[1]s::BIGINT * %[2]d + min(first), %[1]s::BIGINT * %[2]d + max(last)`

// Flows implements warehouse.Store.
func (s *Store) Flows(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.Flow, error) {
	var out []warehouse.Flow
	q := selection{rollup: flowTable.rollup,
		where: "(interface = $3 OR local = $3 OR peer = $3)", args: []any{ubigint(id)}, sums: flowSums}
	err := s.byHour(ctx, q, r, func(row scanner) error {
		var f warehouse.Flow
		if err := row.Scan(&f.Hour, &f.Account, &f.Interface, &f.Local, &f.Peer, &f.LocalPort, &f.PeerPort, &f.Protocol,
			&f.Direction, &f.Action, &f.Records, &f.Packets, &f.Bytes, &f.First, &f.Last); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	})
	return out, err
}
