package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// create makes the folder and an empty database with the graph's secret. A
// database that exists must have the same secret.
func create(ctx context.Context, dir string, secret entity.Secret) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := acquire(filepath.Join(dir, lockFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release(lock)) }()
	path := filepath.Join(dir, databaseFile)
	if _, err := os.Stat(path); err == nil {
		stored, err := storedSecret(ctx, path)
		if err != nil {
			return err
		}
		return checkSecret(stored, secret)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, sub := range fileDirs {
		if files, err := os.ReadDir(filepath.Join(dir, sub)); err == nil && len(files) > 0 {
			return fmt.Errorf("%s is missing, but there are files in %s: restore it from a backup, or remove the folder to begin anew",
				path, filepath.Join(dir, sub))
		}
	}
	// Built under another name and renamed, so that a crash leaves no
	// half-made database. A write-ahead log that a broken-off deletion left
	// must go, or it would be replayed into the new database.
	if err := removeDatabase(dir); err != nil {
		return err
	}
	tmp := path + ".new"
	if err := initDatabase(ctx, tmp, secret); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	return errors.Join(syncDir(dir), syncDir(filepath.Dir(dir)))
}

// removeDatabase removes the database and what belongs to it, the database
// itself first: without it the rest is not a graph.
func removeDatabase(dir string) error {
	path := filepath.Join(dir, databaseFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ok, _ := filepath.Match(databaseFile+".*", e.Name()); ok {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// blockBytes is the engine's unit of storage in a graph's file. Its default,
// 256 KiB, leaves half of a small graph empty; with 16 KiB columns compress
// worse. A graph of 200,000 events took 9.7 MB with 256 KiB, 6.5 MB with
// 64 KiB and 10.7 MB with 16 KiB.
const blockBytes = 64 << 10

func initDatabase(ctx context.Context, path string, secret entity.Secret) (err error) {
	db, err := sql.Open("duckdb", fmt.Sprintf("%s?default_block_size=%d", path, blockBytes))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// One transaction syncs the log once.
	if _, err := db.ExecContext(ctx, "BEGIN TRANSACTION;"+fixedTables+digestTable+volumeTable+deltaTables()+
		fmt.Sprintf("INSERT INTO meta VALUES (%d, %d, %d); COMMIT", schemaVersion, secretHalf(secret, 0), secretHalf(secret, 1))); err != nil {
		return err
	}
	// Closing would do it too, and keep a failure to itself; the log is not
	// renamed with the database.
	_, err = db.ExecContext(ctx, "CHECKPOINT")
	return err
}

func storedSecret(ctx context.Context, path string) (secret entity.Secret, err error) {
	c, err := connect(path)
	if err != nil {
		return secret, err
	}
	db := sql.OpenDB(c)
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, statement := range ownCheckpoints {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return secret, err
		}
	}
	return readMeta(ctx, uninterrupted{db})
}

// readMeta returns the graph's secret, if this program reads its tables.
func readMeta(ctx context.Context, db querier) (secret entity.Secret, err error) {
	var version int
	var k [2]uint64
	if err := db.QueryRowContext(ctx, "SELECT version, k0, k1 FROM meta").Scan(&version, &k[0], &k[1]); err != nil {
		return secret, fmt.Errorf("read meta: %w", err)
	}
	if version != schemaVersion {
		return secret, fmt.Errorf("the graph has schema version %d, this gumshoe reads version %d", version, schemaVersion)
	}
	for i := range secret {
		secret[i] = byte(k[i/8] >> (8 * (i % 8)))
	}
	return secret, nil
}

// secretHalf returns eight bytes of a secret as a number.
func secretHalf(s entity.Secret, half int) (k uint64) {
	for i := range 8 {
		k |= uint64(s[half*8+i]) << (8 * i)
	}
	return k
}

func checkSecret(stored, want entity.Secret) error {
	if stored != want {
		return errors.New("the graph exists with another secret")
	}
	return nil
}
