package duckdb

import (
	"context"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// flowColumns are those of warehouse.FlowRecord but for its end, which may
// lie beyond what the engine adds up.
const flowColumns = `start, duration, version::UTINYINT AS version, account, interface,
	CASE WHEN outbound THEN near ELSE far END AS src, CASE WHEN outbound THEN far ELSE near END AS dst,
	CASE WHEN outbound THEN near_port ELSE far_port END AS src_port,
	CASE WHEN outbound THEN far_port ELSE near_port END AS dst_port,
	protocol::SMALLINT AS protocol, packets, bytes, action::UTINYINT AS action, status::UTINYINT AS status,
	format, rest, raw`

// FlowRecords implements warehouse.Store.
func (s *Store) FlowRecords(ctx context.Context, q warehouse.FlowQuery) ([]warehouse.FlowRecord, error) {
	return inSegments(ctx, s, flowFile, q.From, q.To, q.Limit, func(ctx context.Context, tx querier, paths string, limit int) ([]warehouse.FlowRecord, error) {
		return flowsIn(ctx, tx, paths, q, limit)
	})
}

func flowsIn(ctx context.Context, tx querier, paths string, q warehouse.FlowQuery, limit int) ([]warehouse.FlowRecord, error) {
	where, args := flowCondition(q)
	query := fmt.Sprintf(`SELECT %s FROM read_parquet([%s]) WHERE %s
		ORDER BY start, interface, src, dst, src_port, dst_port, protocol, duration, packets, bytes, action, status,
			version, account, format, rest, raw LIMIT %d`, flowColumns, paths, where, limit)
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var out []warehouse.FlowRecord
	err = collect(rows, "flow record", func(row scanner) error {
		var r warehouse.FlowRecord
		var duration int64
		if err := row.Scan(&r.Start, &duration, &r.Version, &r.Account, &r.Interface, &r.Src, &r.Dst, &r.SrcPort, &r.DstPort,
			&r.Protocol, &r.Packets, &r.Bytes, &r.Action, &r.Status, &r.Format, &r.Rest, &r.Raw); err != nil {
			return err
		}
		r.End = r.Start + duration
		out = append(out, r)
		return nil
	})
	return out, err
}

// flowCondition renders the parts of q that are set.
func flowCondition(q warehouse.FlowQuery) (string, []any) {
	cond := []string{"true"}
	var args []any
	add := func(condition string, values ...any) {
		cond = append(cond, condition)
		args = append(args, values...)
	}
	if !q.From.IsZero() {
		add("start >= ?", ceilSecond(q.From))
	}
	if !q.To.IsZero() {
		add("start < ?", ceilSecond(q.To))
	}
	if q.Interface != 0 {
		add("interface = ?", ubigint(q.Interface))
	}
	if q.Address != 0 {
		add("(near = ? OR far = ?)", ubigint(q.Address), ubigint(q.Address))
	}
	return strings.Join(cond, " AND "), args
}
