package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// Options of a Runner. Zero values take the defaults.
type Options struct {
	Workers int           // jobs at a time; default 2
	Lease   time.Duration // how long a job stays claimed after its runner died; default 1 minute
	Poll    time.Duration // how often to look for jobs that no bell rang for; default 10 s
	Backoff time.Duration // wait before the second attempt, doubled for each further one up to 5 minutes; default 1 s

	// Exclusive says that no other process works on the store, as with the
	// embedded engine. The jobs that a dead process left are then taken up
	// at once rather than when their leases end.
	Exclusive bool

	Bell *Bell            // wakes the runner; may be nil
	Now  func() time.Time // default time.Now
	Log  *slog.Logger     // attempts that failed; default none
}

// maxBackoff bounds the wait between attempts.
const maxBackoff = 5 * time.Minute

// ErrClosed says that a runner was closed.
var ErrClosed = errors.New("jobs: the runner is closed")

// Runner runs jobs. It is safe for concurrent use.
type Runner struct {
	store    control.Store
	handlers map[string]Handler
	kinds    []string
	opts     Options
	name     string        // of this runner, unique
	claims   atomic.Uint64 // names claims

	mu      sync.Mutex
	closed  bool
	owned   bool                       // takeOver was done
	cancels map[int]context.CancelFunc // of the running Run and Drain calls
	calls   int
	running sync.WaitGroup
}

// New returns a runner for the kinds of jobs that handlers has; other kinds
// are left alone. Nothing runs before Run or Drain.
func New(store control.Store, handlers map[string]Handler, o Options) *Runner {
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Poll <= 0 {
		o.Poll = 10 * time.Second
	}
	if o.Backoff <= 0 {
		o.Backoff = time.Second
	}
	if o.Bell == nil {
		o.Bell = NewBell()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{store: store, handlers: handlers, opts: o, name: rand.Text(), cancels: map[int]context.CancelFunc{}}
	for k := range handlers {
		r.kinds = append(r.kinds, k)
	}
	slices.Sort(r.kinds)
	return r
}

// Run runs jobs until ctx ends or Close is called, and returns once all
// workers have ended. Jobs that were running are given back to the store; a
// later Run takes them up again. It returns nil when it was ended, ErrClosed
// after Close.
func (r *Runner) Run(ctx context.Context) error {
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := r.takeOver(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	var workers errgroup.Group // its functions return nil
	defer func() { _ = workers.Wait() }()
	free := make(chan struct{}, r.opts.Workers)
	for range r.opts.Workers {
		free <- struct{}{}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-free:
		}
		job, err := r.claim(ctx)
		if err == nil {
			workers.Go(func() error {
				_ = r.work(ctx, job) // it has logged its error
				free <- struct{}{}
				return nil
			})
			continue
		}
		free <- struct{}{}
		var atLeast time.Duration
		if !errors.Is(err, control.ErrNotFound) && ctx.Err() == nil {
			r.opts.Log.Error("jobs cannot be claimed; trying again", "error", err)
			atLeast = r.opts.Poll // the job that cannot be claimed is due
		}
		r.wait(ctx, atLeast)
	}
}

// Drain runs all jobs that are due, one after the other, and returns when
// none is left or ctx ends. It is for commands that enqueue jobs while no
// server runs. Jobs that fail wait for another time; their errors are joined.
func (r *Runner) Drain(ctx context.Context) error {
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := r.takeOver(ctx); err != nil {
		return err
	}
	var errs []error
	for {
		job, err := r.claim(ctx)
		if errors.Is(err, control.ErrNotFound) {
			return errors.Join(errs...)
		}
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, r.work(ctx, job))
	}
}

// Close ends Run and Drain and waits for them. The store stays open.
func (r *Runner) Close() error {
	r.mu.Lock()
	r.closed = true
	for _, cancel := range r.cancels {
		cancel()
	}
	r.mu.Unlock()
	r.running.Wait()
	return nil
}

// begin enters a call that Close ends and waits for; done leaves it.
func (r *Runner) begin(ctx context.Context) (_ context.Context, done func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, ErrClosed
	}
	ctx, cancel := context.WithCancel(ctx)
	r.calls++
	n := r.calls
	r.cancels[n] = cancel
	r.running.Add(1)
	return ctx, func() {
		cancel()
		r.mu.Lock()
		delete(r.cancels, n)
		r.mu.Unlock()
		r.running.Done()
	}, nil
}

// takeOver ends the leases of processes that are dead, once: afterwards the
// leases are this runner's own.
func (r *Runner) takeOver(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.opts.Exclusive || r.owned {
		return nil
	}
	err := r.store.Update(ctx, func(tx control.Tx) error {
		_, err := tx.ReleaseJobs(ctx, r.opts.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("take over jobs: %w", err)
	}
	r.owned = true
	return nil
}

// claim claims the next job that is due.
func (r *Runner) claim(ctx context.Context) (job control.Job, err error) {
	// Looking is a read; it spares an idle server the write transaction.
	due, err := r.store.NextJob(ctx, r.kinds)
	if err != nil {
		return control.Job{}, err
	}
	now := r.opts.Now()
	if due.After(now) {
		return control.Job{}, control.ErrNotFound
	}
	by := fmt.Sprintf("%s-%d", r.name, r.claims.Add(1))
	err = r.store.Update(ctx, func(tx control.Tx) error {
		job, err = tx.ClaimJob(ctx, control.Claim{By: by, Kinds: r.kinds, Now: now, Until: now.Add(r.opts.Lease)})
		return err
	})
	return job, err
}

// wait returns when the bell rings, the next job is due but not before
// atLeast has passed, it is time to look again, or ctx ends.
func (r *Runner) wait(ctx context.Context, atLeast time.Duration) {
	d := r.opts.Poll
	if due, err := r.store.NextJob(ctx, r.kinds); err == nil {
		d = max(atLeast, min(d, due.Sub(r.opts.Now())))
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-r.opts.Bell.rung:
	case <-timer.C:
	}
}
