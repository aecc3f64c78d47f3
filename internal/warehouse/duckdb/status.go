package duckdb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Status implements warehouse.Store.
func (s *Store) Status(ctx context.Context) (warehouse.Status, error) {
	st := warehouse.Status{Reasons: map[string]int64{}}
	err := s.read(ctx, func(ctx context.Context, tx querier) error {
		var firstMS, lastMS int64
		const segments = `SELECT count(*), coalesce(sum(entries) FILTER (WHERE kind = 1), 0)::BIGINT,
			coalesce(sum(entries) FILTER (WHERE kind = 3), 0)::BIGINT, coalesce(min(first_ms), 0), coalesce(max(last_ms), 0)
			FROM file WHERE kind IN (1, 3)`
		if err := tx.QueryRowContext(ctx, segments).Scan(&st.Segments, &st.Events, &st.FlowRecords, &firstMS, &lastMS); err != nil {
			return fmt.Errorf("count records: %w", err)
		}
		if st.Segments > 0 {
			st.First = warehouse.HourOf(time.UnixMilli(firstMS)).Time()
			st.Last = warehouse.HourOf(time.UnixMilli(lastMS)).Time()
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM entity").Scan(&st.Entities); err != nil {
			return fmt.Errorf("count entities: %w", err)
		}
		return nil
	})
	if err != nil {
		return st, err
	}
	for o, err := range s.Ledger(ctx) {
		if err != nil {
			return st, fmt.Errorf("sum up the ledger: %w", err)
		}
		st.Objects++
		st.Totals.Add(warehouse.Totals{Seen: o.Seen, Stored: o.Stored, Duplicate: o.Duplicate, Rejected: o.Rejected})
		for reason, n := range o.Reasons {
			st.Reasons[reason] += n
		}
	}
	st.Bytes, err = diskUsage(s.dir)
	return st, err
}

func diskUsage(dir string) (int64, error) {
	var n int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	})
	if err != nil {
		return n, fmt.Errorf("measure %s: %w", dir, err)
	}
	return n, nil
}
