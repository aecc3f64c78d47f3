package sqlite

import (
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// known turns the errors of the engine that callers decide on into those of
// package control.
func known(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return control.ErrNotFound
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return control.ErrExists
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return control.ErrNotFound // the row that the new one belongs to
	}
	return err
}
