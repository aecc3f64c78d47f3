package sqlite

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	usageColumns  = `account_id, package, bytes_per_day, updated`
	selectUsage   = `SELECT ` + usageColumns + ` FROM usage WHERE graph_arn = ? ORDER BY account_id, package`
	selectUsageOf = `SELECT ` + usageColumns + ` FROM usage WHERE graph_arn = ?
		AND account_id IN (SELECT value FROM json_each(?)) ORDER BY account_id, package`
	selectUsageTaken = `SELECT coalesce(sum(u.bytes_per_day), 0) FROM usage u JOIN graph g ON g.arn = u.graph_arn
		LEFT JOIN member m ON m.graph_arn = u.graph_arn AND m.account_id = u.account_id
		WHERE u.graph_arn = ? AND (m.status = 'ENABLED' OR u.account_id = g.account_id AND NOT EXISTS (
			SELECT 1 FROM organization_account o WHERE o.id = g.account_id AND o.status <> 'ACTIVE'))`
	insertUsage = `INSERT INTO usage (graph_arn, ` + usageColumns + `) VALUES (?, ?, ?, ?, ?)`
	deleteUsage = `DELETE FROM usage WHERE graph_arn = ?`
)

func scanUsage(r row) (u control.Usage, err error) {
	err = r.Scan(&u.AccountID, &u.Package, &u.BytesPerDay, stamp{&u.Updated})
	return u, err
}

// Usage returns the usage of a graph.
func (r reader) Usage(ctx context.Context, graphARN string, accountIDs []string) (l []control.Usage, err error) {
	if accountIDs == nil {
		l, err = collect(ctx, r.conn, scanUsage, selectUsage, graphARN)
	} else {
		var ids []byte
		if ids, err = json.Marshal(accountIDs); err == nil {
			l, err = collect(ctx, r.conn, scanUsage, selectUsageOf, graphARN, string(ids))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read usage of graph %q: %w", graphARN, err)
	}
	return l, nil
}

// UsageTaken sums up the usage of accepted accounts.
func (r reader) UsageTaken(ctx context.Context, graphARN string) (sum int64, err error) {
	if err := r.QueryRowContext(ctx, selectUsageTaken, graphARN).Scan(&sum); err != nil {
		return 0, fmt.Errorf("sum up usage of graph %q: %w", graphARN, err)
	}
	return sum, nil
}

// SetUsage replaces the usage of a graph.
func (t tx) SetUsage(ctx context.Context, graphARN string, u []control.Usage) error {
	if _, err := t.ExecContext(ctx, deleteUsage, graphARN); err != nil {
		return fmt.Errorf("replace usage of graph %q: %w", graphARN, err)
	}
	for _, one := range u {
		_, err := t.ExecContext(ctx, insertUsage, graphARN, one.AccountID, string(one.Package), one.BytesPerDay, micros(one.Updated))
		if err != nil {
			return fmt.Errorf("set usage of account %s in graph %q: %w", one.AccountID, graphARN, known(err))
		}
	}
	return nil
}
