package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// settleTime bounds the writes that end an attempt. They are done even when
// the runner is stopping.
const settleTime = 5 * time.Second

// work makes one attempt at a claimed job and settles it in the store. It
// returns the error of the attempt, for Drain; the error is also logged.
func (r *Runner) work(ctx context.Context, job control.Job) error {
	h := r.handlers[job.Kind]
	run, stop := context.WithCancelCause(ctx)
	var keeper errgroup.Group
	keeper.Go(func() error {
		r.keepLease(run, stop, job)
		return nil
	})
	giveUp := h.MaxAttempts > 0 && job.Attempts > h.MaxAttempts
	var err error
	if giveUp {
		err = errUsedUp
		if job.LastError != "" {
			err = fmt.Errorf("%w; the error before: %s", errUsedUp, job.LastError)
		}
	} else {
		err = call(func() error { return h.Run(run, job) })
		giveUp = err != nil && (errors.As(err, new(permanent)) || h.MaxAttempts > 0 && job.Attempts >= h.MaxAttempts)
	}
	// An attempt that was stopped from outside does not count.
	stopped := err != nil && run.Err() != nil && errors.Is(err, context.Canceled)
	if giveUp && !stopped && h.GiveUp != nil {
		cause := err
		if gerr := call(func() error { return h.GiveUp(run, job, cause) }); gerr != nil {
			giveUp, err = false, errors.Join(cause, fmt.Errorf("give up: %w", gerr))
			stopped = run.Err() != nil && errors.Is(gerr, context.Canceled)
		}
	}
	lost := errors.Is(context.Cause(run), control.ErrLeaseLost)
	stop(nil)
	_ = keeper.Wait() // returns nil

	if err != nil && !stopped {
		r.opts.Log.Warn("job failed", "kind", job.Kind, "key", job.Key, "attempt", job.Attempts,
			"given up", giveUp, "error", err)
	}
	if lost {
		return fmt.Errorf("job %s %s: %w", job.Kind, job.Key, control.ErrLeaseLost)
	}
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	serr := r.settle(settle, job, err, stopped, giveUp)
	if serr != nil {
		// The lease will run out and the job run again.
		r.opts.Log.Error("the end of a job cannot be stored", "kind", job.Kind, "key", job.Key, "error", serr)
	}
	// A job that waits again may be due before the runner looks next.
	r.opts.Bell.Ring()
	if err = errors.Join(err, serr); err != nil {
		return fmt.Errorf("job %s %s: %w", job.Kind, job.Key, err)
	}
	return nil
}

// settle stores how an attempt ended.
func (r *Runner) settle(ctx context.Context, job control.Job, err error, stopped, giveUp bool) error {
	now := r.opts.Now()
	return r.store.Update(ctx, func(tx control.Tx) error {
		switch {
		case err == nil:
			return tx.FinishJob(ctx, job.ID, job.ClaimedBy)
		case stopped:
			return tx.RetryJob(ctx, job.ID, job.ClaimedBy, control.Retry{
				NotBefore: now, Attempts: job.Attempts - 1, LastError: job.LastError,
			})
		case giveUp && r.handlers[job.Kind].GiveUp != nil:
			return tx.FinishJob(ctx, job.ID, job.ClaimedBy)
		case giveUp:
			return tx.FailJob(ctx, job.ID, job.ClaimedBy, err.Error())
		}
		return tx.RetryJob(ctx, job.ID, job.ClaimedBy, control.Retry{
			NotBefore: now.Add(r.backoff(job.Attempts)), Attempts: job.Attempts, LastError: err.Error(),
		})
	})
}

// backoff is the wait after the n-th attempt, from 1.
func (r *Runner) backoff(n int) time.Duration {
	d := r.opts.Backoff
	for range n - 1 {
		if d *= 2; d >= maxBackoff {
			return maxBackoff
		}
	}
	return d
}

// keepLease renews the lease until ctx ends, and stops the attempt when the
// lease is lost: somebody else may be at the job by then.
func (r *Runner) keepLease(ctx context.Context, stop context.CancelCauseFunc, job control.Job) {
	tick := time.NewTicker(r.opts.Lease / 3)
	defer tick.Stop()
	until := job.ClaimedUntil
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		next := r.opts.Now().Add(r.opts.Lease)
		err := r.store.Update(ctx, func(tx control.Tx) error {
			return tx.RenewJob(ctx, job.ID, job.ClaimedBy, next)
		})
		switch {
		case err == nil:
			until = next
		case errors.Is(err, control.ErrLeaseLost) || !r.opts.Now().Before(until):
			stop(control.ErrLeaseLost)
			return
		}
	}
}
