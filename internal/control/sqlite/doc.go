// Package sqlite is the embedded engine of control.Store: one SQLite file in
// WAL mode, written through one connection with synchronous=FULL, read
// through a few others.
//
// Each file holds the SQL of one kind of thing as named constants; the
// schema is in migrations.
//
// It may import control and entity.
package sqlite
