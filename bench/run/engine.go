package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the engine
)

// engineCommand makes this program the engine's side:
//
//	engine load FILE DIR   read DIR's logs into a table of the database FILE
//	engine scan DIR        read DIR's logs and count calls by API
//	engine count FILE      count the rows of a database
const engineCommand = "engine"

// engineAnswer is what it prints, as JSON.
type engineAnswer struct {
	Version string           // of the engine
	Scanned int64            // records
	Rows    map[string]int64 // by table
	Rollups map[string]int64 // of gumshoe's rollups, those of all months added up
}

// records is the typed view of the files; eventTime's type and the glob are
// to be filled in.
const records = `(SELECT unnest(Records) AS r FROM read_json('%[2]s', maximum_object_size=200000000,
columns={'Records':'STRUCT(eventTime %[1]s, eventSource VARCHAR, eventName VARCHAR, awsRegion VARCHAR,
sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, eventID VARCHAR, readOnly BOOLEAN,
recipientAccountId VARCHAR,
userIdentity STRUCT("type" VARCHAR, arn VARCHAR, accountId VARCHAR, accessKeyId VARCHAR, userName VARCHAR),
requestParameters JSON, responseElements JSON)[]'}))`

const (
	loadedTable = `ct`
	loadSQL     = `CREATE TABLE ` + loadedTable + ` AS SELECT r.* FROM ` + records

	// A person would add LIMIT 5; with all the groups the records can be
	// counted, and there are only some hundred.
	scanSQL = `SELECT r.eventSource, r.eventName, count(*) AS n, count(DISTINCT r.sourceIPAddress) AS ips FROM ` +
		records + ` GROUP BY 1, 2 ORDER BY 3 DESC`

	tablesSQL = `SELECT version(), string_agg(table_name, ' ') FROM duckdb_tables()`
)

// rollupSuffix is on the names of gumshoe's rollup tables: those of a month,
// and those of rows that came in small numbers.
var rollupSuffix = regexp.MustCompile(`(_[0-9]{4}_[0-9]{2}|_delta)$`)

func engine(ctx context.Context, args []string) (any, error) {
	arguments := map[string]int{"load": 2, "scan": 1, "count": 1}
	if len(args) < 2 || len(args)-1 != arguments[args[0]] {
		return nil, fmt.Errorf("no such command: %q", args)
	}
	command, file, logs := args[0], args[1], args[len(args)-1]
	switch command {
	case "scan":
		file = "" // in memory
	case "count":
		file += "?access_mode=read_only"
	}
	db, err := sql.Open("duckdb", file)
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	var a engineAnswer
	switch command {
	case "load":
		err = load(ctx, db, logs)
	case "scan":
		a.Scanned, err = scan(ctx, db, logs)
	case "count":
		err = a.count(ctx, db)
	}
	// Closing belongs to what is timed, and so to what must succeed.
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	return a, nil
}

// load ends durable, as gumshoe's ingest does.
func load(ctx context.Context, db *sql.DB, logs string) error {
	for _, s := range []string{threads(), "SET preserve_insertion_order=false",
		fmt.Sprintf(loadSQL, "TIMESTAMP", glob(logs)), "CHECKPOINT"} {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// scan returns the number of records.
func scan(ctx context.Context, db *sql.DB, logs string) (n int64, err error) {
	if _, err := db.ExecContext(ctx, threads()); err != nil {
		return 0, err
	}
	rows, err := db.QueryContext(ctx, fmt.Sprintf(scanSQL, "VARCHAR", glob(logs)))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var source, name string
		var calls, addresses int64
		if err := rows.Scan(&source, &name, &calls, &addresses); err != nil {
			return 0, err
		}
		n += calls
	}
	return n, rows.Err()
}

func threads() string { return fmt.Sprintf("SET threads=%d", runtime.NumCPU()) }

// glob matches the logs below dir, as the inside of an SQL string.
func glob(dir string) string {
	return strings.ReplaceAll(filepath.Join(dir, "**", "*.json.gz"), "'", "''")
}

// count finds the engine's version and the rows of each table.
func (a *engineAnswer) count(ctx context.Context, db *sql.DB) error {
	var tables string
	if err := db.QueryRowContext(ctx, tablesSQL).Scan(&a.Version, &tables); err != nil {
		return err
	}
	a.Rows, a.Rollups = map[string]int64{}, map[string]int64{}
	for _, t := range strings.Fields(tables) {
		var n int64
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+t).Scan(&n); err != nil {
			return fmt.Errorf("count %s: %w", t, err)
		}
		rows := a.Rows
		name := rollupSuffix.ReplaceAllString(t, "")
		if name != t {
			rows = a.Rollups
		}
		rows[name] += n
	}
	return nil
}
