package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Drop implements warehouse.Store.
func (s *Store) Drop(ctx context.Context, months []warehouse.Month) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if err := s.drop(ctx, months); err != nil {
		return fmt.Errorf("drop the data of months %v: %w", months, err)
	}
	return nil
}

func (s *Store) drop(ctx context.Context, months []warehouse.Month) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var statements []string
	var gone []partitionKey
	for p := range s.partitions {
		if slices.Contains(months, p.month) {
			gone = append(gone, p)
			statements = append(statements, "DROP TABLE "+p.table(),
				fmt.Sprintf("DELETE FROM rollup_month WHERE name = %s AND month = %d", quote(p.rollup), p.month))
		}
	}
	for _, m := range months {
		first, end := m.Days()
		for _, r := range rollups {
			statements = append(statements, fmt.Sprintf("DELETE FROM %s WHERE %s >= %d AND %s < %d", r.delta(), r.day(), first, r.day(), end))
		}
		statements = append(statements, fmt.Sprintf("DELETE FROM file WHERE day >= %d AND day < %d", first, end),
			fmt.Sprintf(`DELETE FROM digest WHERE "to" > %d AND "to" <= %d`, m.Start().Unix(), (m+1).Start().Unix()))
	}
	err := s.inWriter(func() error {
		for _, statement := range statements {
			if err := s.writer.exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range gone {
		delete(s.partitions, p)
	}
	if s.loose, err = loadLoose(context.WithoutCancel(ctx), uninterrupted{s.db}); err != nil {
		s.broken = err
		return err
	}
	return s.forgetFiles(months)
}

// forgetFiles removes the files of months, which the table no longer names,
// once the queries that may read them are done.
func (s *Store) forgetFiles(months []warehouse.Month) error {
	s.unlink.Lock()
	defer s.unlink.Unlock()
	var errs []error
	for k, files := range s.files {
		if slices.Contains(months, k.day.Month()) {
			errs = append(errs, removeFiles(s.dir, files))
			delete(s.files, k)
		}
	}
	for _, sub := range fileDirs {
		errs = append(errs, removeEmptyDirs(filepath.Join(s.dir, sub)))
	}
	return errors.Join(errs...)
}
