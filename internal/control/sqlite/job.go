package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	jobColumns = `id, kind, key, payload, state, attempts, created, not_before, claimed_by, claimed_until, last_error`
	selectJobs = `SELECT ` + jobColumns + ` FROM job ORDER BY id`
	insertJob  = `INSERT INTO job (kind, key, payload, state, attempts, created, not_before, claimed_by,
		claimed_until, last_error) VALUES (?, ?, ?, 'WAITING', 0, ?, ?, '', ?, '')`

	// From when on a job can be claimed. Finished jobs have no row, so the
	// table is small and needs no index for it.
	jobDue  = `CASE state WHEN 'WAITING' THEN not_before ELSE claimed_until END`
	nextJob = `SELECT ` + jobDue + ` FROM job WHERE state <> 'FAILED'
		AND kind IN (SELECT value FROM json_each(?)) ORDER BY 1 LIMIT 1`
	claimJob = `UPDATE job SET state = 'CLAIMED', attempts = attempts + 1, claimed_by = ?, claimed_until = ?
		WHERE id = (SELECT id FROM job WHERE state <> 'FAILED' AND kind IN (SELECT value FROM json_each(?))
			AND ` + jobDue + ` <= ? ORDER BY ` + jobDue + `, id LIMIT 1)
		RETURNING ` + jobColumns

	held      = ` WHERE id = ? AND claimed_by = ? AND state = 'CLAIMED'`
	renewJob  = `UPDATE job SET claimed_until = ?` + held
	finishJob = `DELETE FROM job` + held
	retryJob  = `UPDATE job SET state = 'WAITING', not_before = ?, attempts = ?, last_error = ?,
		claimed_by = '', claimed_until = ?` + held
	failJob = `UPDATE job SET state = 'FAILED', last_error = ?, claimed_by = '', claimed_until = ?` + held

	releaseJobs = `UPDATE job SET state = 'WAITING', not_before = ?, claimed_by = '', claimed_until = ?
		WHERE state = 'CLAIMED'`
)

func scanJob(r row) (j control.Job, err error) {
	err = r.Scan(&j.ID, &j.Kind, &j.Key, &j.Payload, &j.State, &j.Attempts, stamp{&j.Created},
		stamp{&j.NotBefore}, &j.ClaimedBy, stamp{&j.ClaimedUntil}, &j.LastError)
	return j, err
}

// Jobs returns all jobs.
func (r reader) Jobs(ctx context.Context) ([]control.Job, error) {
	l, err := collect(ctx, r.conn, scanJob, selectJobs)
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	return l, nil
}

// NextJob returns when the next job is due.
func (r reader) NextJob(ctx context.Context, kinds []string) (due time.Time, err error) {
	k, err := json.Marshal(kinds)
	if err == nil {
		err = r.QueryRowContext(ctx, nextJob, string(k)).Scan(stamp{&due})
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the next job: %w", known(err))
	}
	return due, nil
}

// EnqueueJob enters a job.
func (t tx) EnqueueJob(ctx context.Context, j control.Job) (int64, error) {
	payload := j.Payload
	if payload == nil {
		payload = []byte{}
	}
	res, err := t.ExecContext(ctx, insertJob, j.Kind, j.Key, payload, micros(j.Created), micros(j.NotBefore),
		micros(time.Time{}))
	if err != nil {
		return 0, fmt.Errorf("enqueue job %s %s: %w", j.Kind, j.Key, known(err))
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("enqueue job %s %s: %w", j.Kind, j.Key, err)
	}
	return id, nil
}

// ClaimJob claims the job that is due for the longest time.
func (t tx) ClaimJob(ctx context.Context, c control.Claim) (j control.Job, err error) {
	k, err := json.Marshal(c.Kinds)
	if err == nil {
		j, err = scanJob(t.QueryRowContext(ctx, claimJob, c.By, micros(c.Until), string(k), micros(c.Now)))
	}
	if err != nil {
		return control.Job{}, fmt.Errorf("claim job: %w", known(err))
	}
	return j, nil
}

// RenewJob moves the end of a lease.
func (t tx) RenewJob(ctx context.Context, id int64, by string, until time.Time) error {
	return t.changeHeld(ctx, "renew", renewJob, id, micros(until), id, by)
}

// FinishJob removes a job.
func (t tx) FinishJob(ctx context.Context, id int64, by string) error {
	return t.changeHeld(ctx, "finish", finishJob, id, id, by)
}

// RetryJob makes a job wait again.
func (t tx) RetryJob(ctx context.Context, id int64, by string, r control.Retry) error {
	return t.changeHeld(ctx, "give back", retryJob, id,
		micros(r.NotBefore), r.Attempts, r.LastError, micros(time.Time{}), id, by)
}

// FailJob gives a job up.
func (t tx) FailJob(ctx context.Context, id int64, by, lastError string) error {
	return t.changeHeld(ctx, "give up", failJob, id, lastError, micros(time.Time{}), id, by)
}

// changeHeld runs a statement on a job that must be held by the caller.
func (t tx) changeHeld(ctx context.Context, what, query string, id int64, args ...any) error {
	if err := change(ctx, t.conn, control.ErrLeaseLost, query, args...); err != nil {
		return fmt.Errorf("%s job %d: %w", what, id, err)
	}
	return nil
}

// ReleaseJobs ends all leases.
func (t tx) ReleaseJobs(ctx context.Context, now time.Time) (int, error) {
	res, err := t.ExecContext(ctx, releaseJobs, micros(now), micros(time.Time{}))
	if err != nil {
		return 0, fmt.Errorf("release jobs: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("release jobs: %w", err)
	}
	return int(n), nil
}
