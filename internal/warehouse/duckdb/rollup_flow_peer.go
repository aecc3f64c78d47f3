package duckdb

import (
	"cmp"
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

var flowPeerTable = rollupOf[warehouse.FlowPeer]{
	rollup: rollup{
		name: "flow_peer", columns: `day INTEGER, account UBIGINT, interface UBIGINT, local UBIGINT, peer UBIGINT,
		direction UTINYINT, action UTINYINT, hours UINTEGER, ` + trafficDDL,
		keys: `day, account, interface, local, peer, direction, action`, merge: flowPeerSums,
		sorted: `interface, local, peer, day, direction, action`, gather: true,
	},
	day:  func(r *warehouse.FlowPeer) warehouse.Day { return r.Day },
	lead: func(r *warehouse.FlowPeer) entity.ID { return r.Interface },
	order: func(a, b *warehouse.FlowPeer) int {
		if a.Interface != b.Interface {
			return cmp.Compare(a.Interface, b.Interface)
		}
		return cmp.Or(cmp.Compare(a.Local, b.Local), cmp.Compare(a.Peer, b.Peer), cmp.Compare(a.Day, b.Day),
			cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Action, b.Action))
	},
	fill: append([]column[warehouse.FlowPeer]{
		int32s(func(r *warehouse.FlowPeer) int32 { return int32(r.Day) }),
		ids(func(r *warehouse.FlowPeer) entity.ID { return r.Account }),
		ids(func(r *warehouse.FlowPeer) entity.ID { return r.Interface }),
		ids(func(r *warehouse.FlowPeer) entity.ID { return r.Local }),
		ids(func(r *warehouse.FlowPeer) entity.ID { return r.Peer }),
		uint8s(func(r *warehouse.FlowPeer) uint8 { return uint8(r.Direction) }),
		uint8s(func(r *warehouse.FlowPeer) uint8 { return uint8(r.Action) }),
		uint32s(func(r *warehouse.FlowPeer) uint32 { return uint32(r.Hours) }),
	}, trafficColumns(func(r *warehouse.FlowPeer) *warehouse.Traffic { return &r.Traffic })...),
}

// flowPeerSums merge as warehouse.FlowPeer does.
const flowPeerSums = `bit_or(hours), ` + trafficSums

// FlowPeers implements warehouse.Store.
func (s *Store) FlowPeers(ctx context.Context, id entity.ID, r warehouse.Range) ([]warehouse.FlowPeer, error) {
	var out []warehouse.FlowPeer
	q := selection{rollup: flowPeerTable.rollup,
		where: "(interface = $3 OR local = $3 OR peer = $3)", args: []any{ubigint(id)}, sums: flowPeerSums}
	err := s.byDay(ctx, q, r, func(row scanner) error {
		var f warehouse.FlowPeer
		if err := row.Scan(&f.Day, &f.Account, &f.Interface, &f.Local, &f.Peer, &f.Direction, &f.Action,
			&f.Hours, &f.Records, &f.Packets, &f.Bytes); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	})
	return out, err
}
