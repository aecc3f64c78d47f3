package duckdb

import (
	"context"
	"errors"
	"fmt"
)

// limits say what is small and how much is done at a time.
type limits struct {
	fewRows   int   // of a month in a batch: fewer go to the delta
	looseRows int64 // of a delta: as many are worth a move
	// As looseRows, of a rollup that gathers: the more rows there are, the more
	// of them are of one key.
	gatherRows int64
	moveRows   int64 // of a delta that are moved in one step, about
	fewFiles   int   // of one size a day: as many are worth a merge
}

// defaultLimits: a move of 200,000 rows takes half a second. A query reads
// 32,768 loose rows in less than a millisecond, and as many of a busy hour
// have most of its keys several times.
var defaultLimits = limits{fewRows: 4096, looseRows: 1 << 15, gatherRows: 1 << 17, moveRows: 200_000, fewFiles: maxRuns}

// Compact implements warehouse.Store. A step merges segments of one day or
// moves rows of one delta, whichever there is.
func (s *Store) Compact(ctx context.Context) (more bool, err error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s.unlinkReplaced()
	if err := s.checkpoint(checkpointBytes); err != nil {
		return false, err
	}
	if inputs := s.planSegments(); len(inputs) > 0 {
		if err := s.mergeSegments(ctx, inputs); err != nil {
			return false, fmt.Errorf("merge %d segments: %w", len(inputs), err)
		}
		return true, nil
	}
	if r, ok := s.largestDelta(); ok {
		move, err := s.planMove(ctx, r)
		if err == nil {
			err = s.moveDelta(move)
		}
		if err != nil {
			return false, fmt.Errorf("merge rows of %s: %w", r.name, err)
		}
		return true, nil
	}
	return false, nil
}

// moveGathered moves the rows of a delta that gathers once there are enough of
// them, for a long import leaves no time to Compact: the delta would come to
// take room in the file, which does not shrink.
func (s *Store) moveGathered(ctx context.Context) error {
	for _, r := range rollups {
		if !r.gather || s.loose[r.name] < s.limits.gatherRows {
			continue
		}
		move, err := s.planMove(ctx, r)
		if err != nil {
			return err
		}
		if err := s.moveDelta(move); err != nil {
			return err
		}
	}
	return nil
}

// largestDelta returns the rollup with most loose rows, of those of which they
// are worth a move.
func (s *Store) largestDelta() (largest rollup, ok bool) {
	most := int64(0)
	for _, r := range rollups {
		least := s.limits.looseRows
		if r.gather {
			least = s.limits.gatherRows
		}
		if n := s.loose[r.name]; n >= least && n > most {
			largest, most, ok = r, n, true
		}
	}
	return largest, ok
}

// inWriter runs f within a transaction. When a COMMIT fails, the writer asks
// the database what there is.
func (s *Store) inWriter(f func() error) error {
	if err := s.writer.exec("BEGIN TRANSACTION"); err != nil {
		return err
	}
	if err := f(); err != nil {
		if rollback := s.writer.exec("ROLLBACK"); rollback != nil {
			err = errors.Join(err, fmt.Errorf("roll back: %w", rollback))
			s.broken = err
		}
		return err
	}
	if err := s.writer.exec("COMMIT"); err != nil {
		if asked := s.loadState(context.Background()); asked != nil {
			err = errors.Join(err, asked)
			s.broken = err
		}
		return err
	}
	return s.syncLog()
}

// syncLog makes durable what was committed: the engine syncs its log, but not
// the log's name.
func (s *Store) syncLog() error {
	if err := syncDir(s.dir); err != nil {
		s.broken = err
		return err
	}
	return nil
}

// unlinkReplaced removes the segments that no row names any more, unless a
// query may still read them: then the next step does, or Close.
func (s *Store) unlinkReplaced() {
	if len(s.replaced) == 0 || !s.unlink.TryLock() {
		return
	}
	defer s.unlink.Unlock()
	// What cannot be removed is an orphan, and goes when the graph is opened next.
	_ = removeFiles(s.dir, s.replaced)
	s.replaced = nil
}
