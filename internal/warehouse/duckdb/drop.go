package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// DropBefore implements warehouse.Store.
func (s *Store) DropBefore(ctx context.Context, t time.Time) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if err := s.dropBefore(ctx, t); err != nil {
		return fmt.Errorf("drop data before %s: %w", t.Format(time.DateOnly), err)
	}
	return nil
}

func (s *Store) dropBefore(ctx context.Context, t time.Time) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	day := warehouse.DayOf(t) // the first day that stays
	statements := []string{"BEGIN TRANSACTION"}
	var gone []partitionKey
	for p := range s.partitions {
		if (p.month + 1).Start().After(t) {
			continue
		}
		gone = append(gone, p)
		statements = append(statements, "DROP TABLE "+p.table(),
			fmt.Sprintf("DELETE FROM rollup_month WHERE name = %s AND month = %d", quote(p.rollup), p.month))
	}
	statements = append(statements, fmt.Sprintf("DELETE FROM file WHERE day < %d", day),
		fmt.Sprintf(`DELETE FROM digest WHERE "to" <= %d`, day.Time().Unix()), "COMMIT")
	for _, statement := range statements {
		if err := s.writer.exec(statement); err != nil {
			// What was committed is known only by opening the graph anew.
			s.broken = errors.Join(err, s.writer.exec("ROLLBACK"))
			return s.broken
		}
	}
	for _, p := range gone {
		delete(s.partitions, p)
	}
	return s.forgetFiles(day)
}

// forgetFiles removes the files of the days before day, which the table no
// longer names, once the queries that may read them are done.
func (s *Store) forgetFiles(day warehouse.Day) error {
	s.unlink.Lock()
	defer s.unlink.Unlock()
	var errs []error
	for k, files := range s.files {
		if k.day < day {
			errs = append(errs, removeFiles(s.dir, files))
			delete(s.files, k)
		}
	}
	for _, sub := range fileDirs {
		errs = append(errs, removeEmptyDirs(filepath.Join(s.dir, sub)))
	}
	return errors.Join(errs...)
}
