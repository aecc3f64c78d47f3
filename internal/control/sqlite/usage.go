package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	usageColumns  = `account_id, asff, core, eks, updated`
	selectUsage   = `SELECT ` + usageColumns + ` FROM usage WHERE graph_arn = ? ORDER BY account_id`
	selectUsageOf = `SELECT ` + usageColumns + ` FROM usage WHERE graph_arn = ?
		AND account_id IN (SELECT value FROM json_each(?)) ORDER BY account_id`
	selectUsageTaken = `SELECT (SELECT coalesce(sum(m.asff + m.core + m.eks), 0) FROM member m
			WHERE m.graph_arn = g.arn AND m.status = 'ENABLED')
		+ coalesce((SELECT coalesce(u.asff, 0) + coalesce(u.core, 0) + coalesce(u.eks, 0) FROM usage u
			WHERE u.graph_arn = g.arn AND u.account_id = g.account_id AND NOT EXISTS (
				SELECT 1 FROM organization_account o WHERE o.id = g.account_id AND o.status <> 'ACTIVE')), 0)
		FROM graph g WHERE g.arn = ?`
	insertUsage = `INSERT INTO usage (graph_arn, ` + usageColumns + `) VALUES (?, ?, ?, ?, ?, ?)`
	deleteUsage = `DELETE FROM usage WHERE graph_arn = ?`
)

// accountUsage is a row: the usage of one account in the order of
// control.AllPackages, which is that of the columns.
type accountUsage struct {
	account string
	bytes   [3]sql.NullInt64
	updated time.Time
}

func scanUsage(r row) (u accountUsage, err error) {
	err = r.Scan(&u.account, &u.bytes[0], &u.bytes[1], &u.bytes[2], stamp{&u.updated})
	return u, err
}

// Usage returns the usage of a graph.
func (r reader) Usage(ctx context.Context, graphARN string, accountIDs []string) (l []control.Usage, err error) {
	var rows []accountUsage
	if accountIDs == nil {
		rows, err = collect(ctx, r.conn, scanUsage, selectUsage, graphARN)
	} else {
		var ids []byte
		if ids, err = json.Marshal(accountIDs); err == nil {
			rows, err = collect(ctx, r.conn, scanUsage, selectUsageOf, graphARN, string(ids))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read usage of graph %q: %w", graphARN, err)
	}
	for _, one := range rows {
		for i, name := range control.AllPackages() {
			if b := one.bytes[i]; b.Valid {
				l = append(l, control.Usage{AccountID: one.account, Package: name, BytesPerDay: b.Int64, Updated: one.updated})
			}
		}
	}
	return l, nil
}

// UsageTaken sums up the usage of accepted accounts.
func (r reader) UsageTaken(ctx context.Context, graphARN string) (sum int64, err error) {
	err = known(r.QueryRowContext(ctx, selectUsageTaken, graphARN).Scan(&sum))
	if errors.Is(err, control.ErrNotFound) {
		return 0, nil // an unknown graph takes nothing
	}
	if err != nil {
		return 0, fmt.Errorf("sum up usage of graph %q: %w", graphARN, err)
	}
	return sum, nil
}

// SetUsage replaces the usage of a graph.
func (t tx) SetUsage(ctx context.Context, graphARN string, u []control.Usage) error {
	if _, err := t.ExecContext(ctx, deleteUsage, graphARN); err != nil {
		return fmt.Errorf("replace usage of graph %q: %w", graphARN, err)
	}
	byAccount := map[string]*accountUsage{}
	for _, one := range u {
		i := slices.Index(control.AllPackages(), one.Package)
		if i < 0 {
			return fmt.Errorf("set usage of account %s in graph %q: there is no package %q", one.AccountID, graphARN, one.Package)
		}
		a := byAccount[one.AccountID]
		if a == nil {
			a = &accountUsage{account: one.AccountID}
			byAccount[one.AccountID] = a
		}
		a.bytes[i], a.updated = sql.NullInt64{Int64: one.BytesPerDay, Valid: true}, one.Updated
	}
	for _, a := range byAccount {
		_, err := t.ExecContext(ctx, insertUsage, graphARN, a.account, a.bytes[0], a.bytes[1], a.bytes[2], micros(a.updated))
		if err != nil {
			return fmt.Errorf("set usage of account %s in graph %q: %w", a.account, graphARN, known(err))
		}
	}
	if _, err := t.ExecContext(ctx, copyUsage, graphARN, ""); err != nil {
		return fmt.Errorf("copy usage to members of graph %q: %w", graphARN, err)
	}
	return nil
}
