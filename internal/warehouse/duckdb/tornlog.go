package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	duckdb "github.com/duckdb/duckdb-go/v2"
)

// tornLog finds where the engine's log breaks off.
var tornLog = regexp.MustCompile(`Corrupt WAL file: entry at byte position (\d+) `)

// logHeader is the size of an entry's length and checksum, bytes: the error
// names the position behind them.
const logHeader = 16

// tornSuffix is on the name of a copy of the last log that was cut.
const tornSuffix = ".torn-log"

// connect opens the database at path. The engine syncs its log once a
// transaction and takes a log that is too short for one that broke off with
// the power, but not one that the file system filled up with zeros or wrote
// out of order. Such a log is cut where it breaks off; a copy is kept.
func connect(path string) (*duckdb.Connector, error) {
	if err := restoreMetadata(path); err != nil {
		return nil, err
	}
	c, err := duckdb.NewConnector(path, nil)
	if err == nil {
		return c, nil
	}
	m := tornLog.FindStringSubmatch(err.Error())
	if m == nil {
		return nil, err
	}
	end, perr := strconv.ParseInt(m[1], 10, 64)
	if perr != nil || end < logHeader {
		return nil, err
	}
	if cerr := cutLog(path+".wal", path+tornSuffix, end-logHeader); cerr != nil {
		return nil, errors.Join(err, cerr)
	}
	return duckdb.NewConnector(path, nil)
}

// cutLog cuts a log to size, having copied it.
func cutLog(log, copied string, size int64) error {
	_, err := createFile(copied, func(w *os.File) error {
		r, err := os.Open(log)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(w, r)
		return err
	})
	if err == nil {
		err = syncDir(filepath.Dir(copied))
	}
	if err != nil {
		return fmt.Errorf("keep the log that broke off: %w", err)
	}
	return os.Truncate(log, size)
}

// checkTorn refuses a graph whose log was damaged before its end, as long as
// there is a copy of a log that broke off. What follows a log's last good
// entry was never committed, and one batch at a time is written, so segments
// of more batches that no row names were committed once. If what a merge of
// segments committed is lost, rows name segments that it removed.
func (s *Store) checkTorn(ctx context.Context) error {
	copied := filepath.Join(s.dir, databaseFile+tornSuffix)
	if _, err := os.Stat(copied); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	missing := 0
	for _, files := range s.files {
		for _, f := range files {
			if _, err := os.Stat(f.path(s.dir)); errors.Is(err, fs.ErrNotExist) {
				missing++
			} else if err != nil {
				return err
			}
		}
	}
	batches := map[string]bool{}
	err := s.files.orphans(s.dir, func(path string) error {
		if batch, ok := segmentBatch(filepath.Base(path)); ok {
			batches[batch] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for batch := range batches {
		// Those of a batch that is in were replaced by a merge.
		if done, err := s.committed(ctx, batch); err != nil {
			return err
		} else if done {
			delete(batches, batch)
		}
	}
	if len(batches) <= 1 && missing == 0 {
		return nil
	}
	return fmt.Errorf("the log of the database is damaged: %d batches that were committed are not in it, and %d files that it names are missing; its copy is %s: restore the graph from a backup",
		len(batches), missing, copied)
}
