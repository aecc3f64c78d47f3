package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// uninterrupted runs statements to their end: a context is looked at before
// one starts, and never breaks one off. The engine leaks a reference to the
// database when a statement of several threads is interrupted (seen with
// 1.5.5, about one in twenty), and the next open of the path then waits for
// that reference for ever. A statement reads at most maxDays days of events
// or one entity's rollups, so the wait is short.
type uninterrupted struct{ db querier }

func (u uninterrupted) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return u.db.QueryContext(context.WithoutCancel(ctx), query, args...)
}

func (u uninterrupted) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return u.db.QueryRowContext(context.WithoutCancel(ctx), query, args...)
}

// read runs f in a transaction that sees the batches committed when its first
// statement starts, whole, and nothing of later ones. The context that f gets
// also ends when the store is closed. read must not be called within f.
func (s *Store) read(ctx context.Context, f func(context.Context, querier) error) error {
	open, leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	err = s.inTransaction(open, f)
	if err != nil && s.closing.Err() != nil {
		return warehouse.ErrClosed // which is why the query was broken off
	}
	return withCause(ctx, err)
}

// withCause adds to an error that ctx has ended, which the driver does not
// always say of a query that it broke off.
func withCause(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil || errors.Is(err, ctx.Err()) {
		return err
	}
	return errors.Join(ctx.Err(), err)
}

func (s *Store) inTransaction(ctx context.Context, f func(context.Context, querier) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	// Without cancel, or database/sql rolls back behind our back and the
	// connection may outlive Close.
	tx, err := s.db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return f(ctx, uninterrupted{tx})
}

// enter keeps the store open until leave is called; Close cancels the context
// that it returns and waits.
func (s *Store) enter(ctx context.Context) (_ context.Context, leave func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, warehouse.ErrClosed
	}
	s.readers.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.closing, cancel)
	return ctx, func() {
		stop()
		cancel()
		s.readers.Done()
	}, nil
}

type scanner interface{ Scan(...any) error }

// collect calls scan for each row and closes rows.
func collect(rows *sql.Rows, what string, scan func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("read %s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}
