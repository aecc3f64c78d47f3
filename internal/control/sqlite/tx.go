package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// conn is what a query needs of a connection pool or of a transaction.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// reader implements control.Reader on a pool or a transaction.
type reader struct{ conn }

// tx implements control.Tx.
type tx struct{ reader }

// Update runs fn in one transaction, see control.Store.
func (s *Store) Update(ctx context.Context, fn func(control.Tx) error) (err error) {
	t, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin control transaction: %w", err)
	}
	done := false
	defer func() {
		// Also when fn panics: the connection must come back clean.
		if !done {
			if rerr := t.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
				err = errors.Join(err, fmt.Errorf("roll back control transaction: %w", rerr))
			}
		}
	}()
	if err := fn(tx{reader{t}}); err != nil {
		return err
	}
	// fn may have swallowed the error of an ended context.
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := t.Commit(); err != nil {
		return fmt.Errorf("commit control transaction: %w", err)
	}
	done = true
	return nil
}

// collect reads all rows of a query with scan.
func collect[T any](ctx context.Context, c conn, scan func(row) (T, error), query string, args ...any) (_ []T, err error) {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// row is a row that can be scanned: *sql.Row or *sql.Rows.
type row interface{ Scan(dest ...any) error }

// change runs a statement that must touch a row, and returns missing when it
// touches none.
func change(ctx context.Context, c conn, missing error, query string, args ...any) error {
	res, err := c.ExecContext(ctx, query, args...)
	if err != nil {
		return known(err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return err
	}
	if n == 0 {
		return missing
	}
	return nil
}
