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
}

// read runs f in a transaction that sees the batches committed when its first
// statement starts, whole, and nothing of later ones. It must not be called
// within f.
func (s *Store) read(ctx context.Context, f func(*sql.Tx) error) error {
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

func (s *Store) inTransaction(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin to read: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	return f(tx)
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
