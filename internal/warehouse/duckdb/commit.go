package duckdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Commit implements warehouse.Store. Segments and key runs are written and
// made durable while a transaction appends the rows; it then names the files,
// and its commit makes the batch visible.
func (s *Store) Commit(ctx context.Context, b *warehouse.Batch) error {
	if err := s.commit(ctx, b); err != nil {
		return fmt.Errorf("commit batch %s: %w", b.ID, withCause(ctx, err))
	}
	return nil
}

func (s *Store) commit(ctx context.Context, b *warehouse.Batch) error {
	if !validBatchID(b.ID) {
		return errors.New("BUG: a batch id is 1 to 64 characters of [a-z0-9-]")
	}
	if err := checkRecordDays(b); err != nil {
		return err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(); err != nil {
		return err
	}
	if done, err := s.committed(ctx, b.ID); done || err != nil {
		return err
	}
	var change fileChange
	g, files := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		change, err = s.writeFiles(files, b)
		return err
	})
	fresh, err := s.complete(ctx, b)
	if err == nil {
		err = s.transact(ctx, b, fresh, func() (fileChange, error) {
			err := g.Wait()
			return change, err
		})
	}
	if err != nil {
		_ = g.Wait() // transact may not have come so far
		if s.broken != nil {
			return err // whether the batch is in is not known, so its files stay
		}
		return errors.Join(err, removeFiles(s.dir, change.added))
	}
	s.known.add(fresh)
	// The batch is committed, so a failure here is not its failure: runs that
	// stay are orphans and go when the graph is opened next.
	_ = removeFiles(s.dir, change.replaced)
	// Nor are these: the batch is in the log, and the next one says what failed.
	if s.moveGathered(ctx) == nil {
		_ = s.checkpoint(checkpointBytes)
	}
	return nil
}

// complete has the rest of the batch filled in, checks it and returns the
// entities that are new.
func (s *Store) complete(ctx context.Context, b *warehouse.Batch) ([]warehouse.Entity, error) {
	b.Fill()
	if err := checkRowDays(b); err != nil {
		return nil, err
	}
	return s.newEntities(ctx, b.Entities)
}

func validBatchID(id string) bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && c != '-' {
			return false
		}
	}
	return true
}

// dayCheck refuses days that have no partition or folder name: it keeps the
// first one's error.
type dayCheck struct{ err error }

func (c *dayCheck) day(what string, d warehouse.Day) {
	if c.err == nil && !d.Storable() {
		c.err = fmt.Errorf("%s on day %d: %w", what, d, warehouse.ErrTime)
	}
}

// checkRecordDays checks the days of events and flow records.
func checkRecordDays(b *warehouse.Batch) error {
	var c dayCheck
	for i := range b.Events {
		c.day("event", warehouse.DayOf(b.Events[i].Time))
	}
	for i := range b.FlowRecords {
		c.day("flow record", flowDay(&b.FlowRecords[i]))
	}
	return c.err
}

// checkRowDays checks the days of all other rows.
func checkRowDays(b *warehouse.Batch) error {
	var c dayCheck
	for i := range b.Hours {
		c.day("entity hour", b.Hours[i].Hour.Day())
	}
	for i := range b.Values {
		c.day("value", b.Values[i].Day)
	}
	for i := range b.Activity {
		c.day("activity", b.Activity[i].Hour.Day())
	}
	for i := range b.Signins {
		c.day("sign-in", b.Signins[i].Hour.Day())
	}
	for i := range b.Links {
		c.day("link", b.Links[i].Hour.Day())
	}
	for i := range b.RuleHits {
		c.day("rule hit", b.RuleHits[i].Hour.Day())
	}
	for i := range b.Flows {
		c.day("flow", b.Flows[i].Hour.Day())
	}
	for i := range b.FlowPeers {
		c.day("flow peer", b.FlowPeers[i].Day)
	}
	for i := range b.Kube {
		c.day("Kubernetes calls", b.Kube[i].Hour.Day())
	}
	for i := range b.Findings {
		c.day("finding", warehouse.DayOf(b.Findings[i].Updated))
	}
	for i := range b.Coverage {
		c.day("coverage", b.Coverage[i].Hour.Day())
	}
	for i := range b.Digests {
		c.day("digest", warehouse.DayOf(time.Unix(b.Digests[i].From, 0)))
	}
	for i := range b.Ledger {
		for _, v := range b.Ledger[i].Volumes {
			c.day("volume", v.Day)
		}
	}
	return c.err
}

// committed reports whether the batch with the given id is in the store.
func (s *Store) committed(ctx context.Context, batch string) (bool, error) {
	var n int
	err := uninterrupted{s.db}.QueryRowContext(ctx, "SELECT count(*) FROM batch WHERE id = ?", batch).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("look up batch: %w", err)
	}
	return n > 0, nil
}

// transact makes the batch visible, once files has returned what was written.
// When it cannot tell whether it did, it sets s.broken.
func (s *Store) transact(ctx context.Context, b *warehouse.Batch, fresh []warehouse.Entity, files func() (fileChange, error)) error {
	if err := s.writer.exec("BEGIN TRANSACTION"); err != nil {
		return err
	}
	var c fileChange
	rows, err := s.appendAll(ctx, b, fresh)
	if err == nil {
		c, err = files()
	}
	if err == nil {
		err = s.writeFileRows(ctx, c)
	}
	if err != nil {
		if rollback := s.writer.exec("ROLLBACK"); rollback != nil {
			err = errors.Join(err, fmt.Errorf("roll back: %w", rollback))
			s.broken = err
		}
		return err
	}
	if err := s.writer.exec("COMMIT"); err != nil {
		// What was asked for is known only by asking again.
		done, check := s.committed(context.WithoutCancel(ctx), b.ID)
		if check != nil {
			s.broken = errors.Join(err, check)
			return s.broken
		}
		if !done {
			return err
		}
	}
	if err := s.syncLog(); err != nil {
		return err
	}
	s.note(rows)
	s.files.change(c)
	return nil
}

func (s *Store) appendAll(ctx context.Context, b *warehouse.Batch, fresh []warehouse.Entity) (done appended, err error) {
	done.loose = map[string]int64{}
	for _, rows := range []func() error{
		func() error { return appendRollup(ctx, s, activityTable, b.Activity, &done) },
		func() error { return appendRollup(ctx, s, entityHourTable, b.Hours, &done) },
		func() error { return appendRollup(ctx, s, valueTable, b.Values, &done) },
		func() error { return appendRollup(ctx, s, signinTable, b.Signins, &done) },
		func() error { return appendRollup(ctx, s, linkTable, b.Links, &done) },
		func() error { return appendRollup(ctx, s, ruleHitTable, b.RuleHits, &done) },
		func() error { return appendRollup(ctx, s, flowTable, b.Flows, &done) },
		func() error { return appendRollup(ctx, s, flowPeerTable, b.FlowPeers, &done) },
		func() error { return appendRollup(ctx, s, kubeTable, b.Kube, &done) },
		func() error { return appendRollup(ctx, s, findingTable, b.Findings, &done) },
		func() error { return appendRollup(ctx, s, coverageTable, b.Coverage, &done) },
	} {
		if err := rows(); err != nil {
			return done, err
		}
	}
	if err := appendRows(ctx, s.writer, "digest", digestColumns, pointers(b.Digests)); err != nil {
		return done, err
	}
	ledger, err := ledgerRows(b)
	if err != nil {
		return done, err
	}
	if err := appendRows(ctx, s.writer, "ledger", ledgerFill, ledger); err != nil {
		return done, err
	}
	if err := appendRows(ctx, s.writer, "volume", volumeColumns, volumeRows(b)); err != nil {
		return done, err
	}
	if err := appendRows(ctx, s.writer, "entity", entityColumns, pointers(fresh)); err != nil {
		return done, err
	}
	now := time.Now().UTC().Format("2006-01-02 15:04:05.999999")
	return done, s.writer.exec(fmt.Sprintf("INSERT INTO batch VALUES (%s, %s)", quote(b.ID), quote(now)))
}

func ledgerRows(b *warehouse.Batch) ([]*ledgerRow, error) {
	var rows []*ledgerRow
	for i := range b.Ledger {
		p := &b.Ledger[i]
		counts := make(map[string]int64, len(p.Reasons))
		for reason, n := range p.Reasons {
			counts[utf8(reason)] += n
		}
		named := slices.Clone(p.Samples)
		for i, r := range named {
			named[i].Reason, named[i].Detail = utf8(r.Reason), utf8(r.Detail)
		}
		reasons, err := json.Marshal(counts)
		if err != nil {
			return nil, fmt.Errorf("render ledger row of %s: %w", p.URI, err)
		}
		samples, err := json.Marshal(named)
		if err != nil {
			return nil, fmt.Errorf("render ledger row of %s: %w", p.URI, err)
		}
		rows = append(rows, &ledgerRow{p, utf8(p.URI), string(reasons), string(samples), b.ID})
	}
	return rows, nil
}

func pointers[R any](rows []R) []*R {
	p := make([]*R, len(rows))
	for i := range rows {
		p[i] = &rows[i]
	}
	return p
}
