package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// prepared runs queries on a pool and prepares each of them once a
// connection: for a read of a few rows that takes longer than all else. Its
// queries must be constants, for it keeps them all.
type prepared struct {
	db *sql.DB

	mu         sync.Mutex
	statements map[string]*sql.Stmt
}

var _ conn = (*prepared)(nil)

func newPrepared(db *sql.DB) *prepared { return &prepared{db: db, statements: map[string]*sql.Stmt{}} }

// statement returns the prepared form of a query.
func (p *prepared) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.Lock()
	s := p.statements[query]
	p.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.statements[query]; first != nil { // somebody else was faster
		return first, s.Close() //nolint:sqlclosecheck // closed here
	}
	p.statements[query] = s
	return s, nil
}

// ExecContext implements conn.
func (p *prepared) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := p.statement(ctx, query) //nolint:sqlclosecheck // it is kept, see close
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext implements conn.
func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := p.statement(ctx, query) //nolint:sqlclosecheck // it is kept, see close
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext implements conn.
func (p *prepared) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := p.statement(ctx, query) //nolint:sqlclosecheck // it is kept, see close
	if err != nil {
		return p.db.QueryRowContext(ctx, query, args...) // which meets the error again
	}
	return s.QueryRowContext(ctx, args...)
}

// close closes the statements; the pool stays open.
func (p *prepared) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, s := range p.statements {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}
