package duckdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

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
func connect(path string) (c *duckdb.Connector, torn bool, err error) {
	c, err = duckdb.NewConnector(path, nil)
	if err == nil {
		return c, false, nil
	}
	m := tornLog.FindStringSubmatch(err.Error())
	if m == nil {
		return nil, false, err
	}
	end, perr := strconv.ParseInt(m[1], 10, 64)
	if perr != nil || end < logHeader {
		return nil, false, err
	}
	if cerr := cutLog(path+".wal", path+tornSuffix, end-logHeader); cerr != nil {
		return nil, false, errors.Join(err, cerr)
	}
	c, err = duckdb.NewConnector(path, nil)
	return c, true, err
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
	if err != nil {
		return fmt.Errorf("keep the log that broke off: %w", err)
	}
	return os.Truncate(log, size)
}

// checkTorn refuses a graph whose log was damaged before its end. What follows
// a log's last good entry was never committed, and one batch at a time is
// written: files of more batches that no row names were committed once.
func (s *Store) checkTorn() error {
	batches := map[string]bool{}
	err := s.files.orphans(s.dir, func(path string) error {
		name := filepath.Base(path)
		if !strings.HasPrefix(name, mergedPrefix) {
			batches[strings.TrimSuffix(name, filepath.Ext(name))] = true
		}
		return nil
	})
	if err != nil || len(batches) <= 1 {
		return err
	}
	return fmt.Errorf("the log of the database is damaged: %d batches that were committed are not in it; its copy is %s: restore the graph from a backup",
		len(batches), filepath.Join(s.dir, databaseFile+tornSuffix))
}
