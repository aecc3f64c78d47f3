package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver "sqlite", without cgo

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// readers is the number of connections for reads outside of transactions.
// Reads take well under a millisecond, so a few serve many callers.
const readers = 4

// Store is the embedded control.Store.
type Store struct {
	reader
	write, read *sql.DB
	statements  *prepared // on read
}

var _ control.Store = (*Store)(nil)

// Open opens the control database in the file at path, creating it with
// mode 0600 when it is missing and bringing its schema up to date. Its folder
// must exist. It returns an error that wraps ErrNewer when the file is of a
// newer version.
//
// The caller must Close the store.
func Open(path string) (*Store, error) {
	s, err := open(context.Background(), path)
	if err != nil {
		return nil, fmt.Errorf("open control database %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string) (_ *Store, err error) {
	// The file holds e-mail addresses and sealed secrets. SQLite gives its
	// side files the mode of the main one.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	s := &Store{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	// immediate: a transaction that reads before it writes takes the write
	// lock at its start, so it never fails half-way for want of it.
	if s.write, err = connect(path, 1, "_txlock=immediate"); err != nil {
		return nil, err
	}
	if err = migrate(ctx, s.write); err != nil {
		return nil, err
	}
	if s.read, err = connect(path, readers, "_pragma=query_only(1)"); err != nil {
		return nil, err
	}
	s.statements = newPrepared(s.read)
	s.reader = reader{s.statements}
	return s, nil
}

// connect opens a pool of n connections.
func connect(path string, n int, extra string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{
		Scheme: "file",
		Path:   filepath.ToSlash(abs),
		// FULL: a commit that was answered survives power loss. The busy
		// timeout (ms) covers other processes, such as a backup.
		RawQuery: "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)" +
			"&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + extra,
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	if s.statements != nil {
		errs = append(errs, s.statements.close())
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
