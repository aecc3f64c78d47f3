package jobs

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens the store at path; close it before a bubble ends.
func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func enqueue(t *testing.T, s control.Store, kind string, keys ...string) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx control.Tx) error {
		for _, k := range keys {
			if _, err := tx.EnqueueJob(t.Context(), control.Job{
				Kind: kind, Key: k, Payload: []byte(k), Created: time.Now(), NotBefore: time.Now(),
			}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func jobsOf(t *testing.T, s control.Store) []control.Job {
	t.Helper()
	all, err := s.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// log is what handlers did, with the seconds at which they did it.
type log struct {
	mu    sync.Mutex
	start time.Time
	lines []string
}

func newLog() *log { return &log{start: time.Now()} }

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Since(l.start).Seconds()
	l.lines = append(l.lines, fmt.Sprintf("%gs ", at)+fmt.Sprintf(format, args...))
}

func (l *log) expect(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.lines, want) {
		t.Errorf("handlers did\n\t%s\nwant\n\t%s", strings.Join(l.lines, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// bubble runs a test with a store under a fake clock.
func bubble(t *testing.T, test func(t *testing.T, s control.Store)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.db")
	synctest.Test(t, func(t *testing.T) {
		s := open(t, path)
		defer func() { _ = s.Close() }()
		test(t, s)
	})
}

// start runs r until the test ends it.
func start(t *testing.T, r *Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return func() {
		t.Helper()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestBellWakesAtOnce(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l, bell := newLog(), NewBell()
		r := New(s, map[string]Handler{"k": {Run: func(_ context.Context, j control.Job) error {
			l.add("%s %s %d", j.Key, j.Payload, j.Attempts)
			return nil
		}}}, Options{Bell: bell, Workers: 1})
		stop := start(t, r)
		time.Sleep(time.Second)
		enqueue(t, s, "k", "a", "b")
		enqueue(t, s, "foreign", "x")
		bell.Ring()
		bell.Ring()
		time.Sleep(time.Second)
		enqueue(t, s, "k", "unheard") // found by the poll, 10 s after the last look
		time.Sleep(20 * time.Second)
		stop()
		l.expect(t, "1s a a 1", "1s b b 1", "11s unheard unheard 1")
		if left := jobsOf(t, s); len(left) != 1 || left[0].Kind != "foreign" || left[0].Attempts != 0 {
			t.Errorf("left in the store: %+v; want the foreign job, untouched", left)
		}
	})
}

func TestRetries(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		run := func(_ context.Context, j control.Job) error {
			l.add("%s attempt %d after %q", j.Key, j.Attempts, j.LastError)
			if j.Key == "recovers" && j.Attempts == 3 {
				return nil
			}
			if j.Key == "permanent" {
				return fmt.Errorf("wrapped: %w", Permanent(errors.New("bad input")))
			}
			if j.Key == "panics" {
				panic("a bug")
			}
			return errors.New("disk full")
		}
		giveUp := func(_ context.Context, j control.Job, cause error) error {
			l.add("%s given up: %v", j.Key, strings.SplitN(cause.Error(), "\n", 2)[0])
			return nil
		}
		r := New(s, map[string]Handler{
			"plain": {Run: run, MaxAttempts: 3},
			"tells": {Run: run, MaxAttempts: 3, GiveUp: giveUp},
		}, Options{})
		stop := start(t, r)
		enqueue(t, s, "plain", "recovers")
		r.opts.Bell.Ring()
		time.Sleep(time.Minute)
		l.expect(t, `0s recovers attempt 1 after ""`, `1s recovers attempt 2 after "disk full"`, `3s recovers attempt 3 after "disk full"`)

		l.lines, l.start = nil, time.Now()
		enqueue(t, s, "tells", "fails")
		r.opts.Bell.Ring()
		time.Sleep(time.Minute)
		l.expect(t, `0s fails attempt 1 after ""`, `1s fails attempt 2 after "disk full"`,
			`3s fails attempt 3 after "disk full"`, `3s fails given up: disk full`)

		l.lines, l.start = nil, time.Now()
		enqueue(t, s, "tells", "permanent")
		r.opts.Bell.Ring()
		time.Sleep(time.Minute)
		enqueue(t, s, "tells", "panics")
		r.opts.Bell.Ring()
		time.Sleep(time.Minute)
		l.expect(t, `0s permanent attempt 1 after ""`, `0s permanent given up: wrapped: bad input`,
			`60s panics attempt 1 after ""`, `60s panics given up: BUG: panic in a job: a bug`)
		if left := jobsOf(t, s); len(left) != 0 {
			t.Errorf("left in the store: %+v; want nothing", left)
		}

		enqueue(t, s, "plain", "fails") // nobody to tell: it stays
		r.opts.Bell.Ring()
		time.Sleep(time.Minute)
		stop()
		left := jobsOf(t, s)
		if len(left) != 1 || left[0].State != control.JobFailed || left[0].Attempts != 3 || left[0].LastError != "disk full" {
			t.Errorf("left in the store: %+v; want the failed job", left)
		}
	})
}

func TestGiveUpIsRetried(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		r := New(s, map[string]Handler{"k": {
			MaxAttempts: 1,
			Run: func(_ context.Context, j control.Job) error {
				l.add("run")
				return errors.New("no")
			},
			GiveUp: func(_ context.Context, j control.Job, cause error) error {
				l.add("give up %d", j.Attempts)
				if j.Attempts == 1 {
					return errors.New("database locked")
				}
				return nil
			},
		}}, Options{})
		enqueue(t, s, "k", "a")
		stop := start(t, r)
		time.Sleep(time.Minute)
		stop()
		l.expect(t, "0s run", "0s give up 1", "1s give up 2")
		if left := jobsOf(t, s); len(left) != 0 {
			t.Errorf("left in the store: %+v; want nothing", left)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	r := New(nil, nil, Options{})
	for n, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 9: 256 * time.Second, 10: maxBackoff, 1000: maxBackoff,
	} {
		if got := r.backoff(n); got != want {
			t.Errorf("backoff(%d) = %v; want %v", n, got, want)
		}
	}
}

func TestWorkersAreBounded(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		var mu sync.Mutex
		running, most, ran := 0, 0, 0
		r := New(s, map[string]Handler{"k": {Run: func(context.Context, control.Job) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running--
			ran++
			mu.Unlock()
			return nil
		}}}, Options{Workers: 3})
		enqueue(t, s, "k", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
		begun := time.Now()
		stop := start(t, r)
		time.Sleep(4*time.Second + time.Millisecond)
		stop()
		if most != 3 || ran != 10 {
			t.Errorf("%d jobs ran in %v, at most %d at a time; want 10 in 4 s, 3 at a time", ran, time.Since(begun), most)
		}
	})
}

// A job outlasts its lease many times over, and is neither lost nor run twice.
func TestLeaseIsKept(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		handlers := map[string]Handler{"k": {Run: func(ctx context.Context, j control.Job) error {
			l.add("begin")
			time.Sleep(10 * time.Minute)
			l.add("end %v", ctx.Err())
			return nil
		}}}
		one := New(s, handlers, Options{})
		other := New(s, handlers, Options{})
		enqueue(t, s, "k", "long")
		stopOne, stopOther := start(t, one), start(t, other)
		time.Sleep(11 * time.Minute)
		stopOne()
		stopOther()
		l.expect(t, "0s begin", "600s end <nil>")
		if left := jobsOf(t, s); len(left) != 0 {
			t.Errorf("left in the store: %+v; want nothing", left)
		}
	})
}

func TestLostLeaseStopsTheAttempt(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		r := New(s, map[string]Handler{"k": {Run: func(ctx context.Context, j control.Job) error {
			l.add("begin %d", j.Attempts)
			if j.Attempts == 2 {
				return nil
			}
			<-ctx.Done()
			l.add("stopped: %v", context.Cause(ctx))
			return ctx.Err()
		}}}, Options{Workers: 1})
		enqueue(t, s, "k", "a")
		stop := start(t, r)
		time.Sleep(time.Second)
		if err := s.Update(t.Context(), func(tx control.Tx) error { // as if another runner had taken it
			_, err := tx.ReleaseJobs(t.Context(), time.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		l.expect(t, "0s begin 1", "20s stopped: lease lost", "20s begin 2")
	})
}

// Stopping gives a running job back; the attempt does not count.
func TestStopAndGoOn(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		patient := true
		handlers := map[string]Handler{"k": {MaxAttempts: 1, Run: func(ctx context.Context, j control.Job) error {
			l.add("%s attempt %d", j.Key, j.Attempts)
			if patient {
				<-ctx.Done()
				time.Sleep(2 * time.Second) // the runner waits for it
				l.add("%s stops", j.Key)
				return fmt.Errorf("interrupted: %w", ctx.Err())
			}
			return nil
		}}}
		enqueue(t, s, "k", "a")
		stop := start(t, New(s, handlers, Options{}))
		time.Sleep(time.Second)
		stop()
		l.expect(t, "0s a attempt 1", "3s a stops")
		patient = false
		if err := New(s, handlers, Options{}).Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		l.expect(t, "0s a attempt 1", "3s a stops", "3s a attempt 1")
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		r := New(s, map[string]Handler{"k": {Run: func(ctx context.Context, j control.Job) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			l.add("handler ends")
			return ctx.Err()
		}}}, Options{})
		enqueue(t, s, "k", "a")
		done := make(chan error, 1)
		go func() { done <- r.Run(t.Context()) }()
		synctest.Wait()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		l.expect(t, "1s handler ends") // Close waited for it
		if err := <-done; err != nil {
			t.Errorf("Run ended by Close: %v; want nil", err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
		if err := r.Run(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("Run after Close: %v; want ErrClosed", err)
		}
		if err := r.Drain(t.Context()); !errors.Is(err, ErrClosed) {
			t.Errorf("Drain after Close: %v; want ErrClosed", err)
		}
	})
}

func TestDrain(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		l := newLog()
		r := New(s, map[string]Handler{"k": {Run: func(ctx context.Context, j control.Job) error {
			l.add("%s", j.Key)
			if j.Key == "makes another" {
				enqueue(t, s, "k", "made")
			}
			if j.Key == "fails" {
				return errors.New("disk full")
			}
			return nil
		}}}, Options{})
		enqueue(t, s, "k", "makes another", "fails")
		err := r.Drain(t.Context())
		if err == nil || !strings.Contains(err.Error(), "job k fails: disk full") {
			t.Errorf("Drain: %v; want the error of the job", err)
		}
		l.expect(t, "0s makes another", "0s fails", "0s made")
		left := jobsOf(t, s)
		if len(left) != 1 || left[0].Key != "fails" || left[0].State != control.JobWaiting {
			t.Errorf("left in the store: %+v; want the failed job, waiting", left)
		}
	})
}

func TestRunEndedBeforeItBegan(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := New(s, nil, Options{Exclusive: true}).Run(ctx); err != nil {
			t.Errorf("Run: %v; want nil, it was ended", err)
		}
	})
}
