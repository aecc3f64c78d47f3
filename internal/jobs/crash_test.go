package jobs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// crash copies the files of a store as a kill -9 would leave them.
func crash(t *testing.T, path string) (dead string) {
	t.Helper()
	dead = filepath.Join(t.TempDir(), "control.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dead+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dead
}

// A process dies during an attempt; the next one goes on, at once when it is
// alone and after the lease when it may not be.
func TestCrash(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		exclusive bool
		want      string
	}{
		"alone":     {true, "0s attempt 2"},
		"not alone": {false, "60s attempt 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "control.db")
			synctest.Test(t, func(t *testing.T) {
				s := open(t, path)
				defer func() { _ = s.Close() }()
				enqueue(t, s, "k", "a")
				first := New(s, map[string]Handler{"k": {Run: func(ctx context.Context, _ control.Job) error {
					<-ctx.Done()
					return ctx.Err()
				}}}, Options{})
				stop := start(t, first)
				synctest.Wait() // the attempt has begun
				dead := crash(t, path)
				stop()

				s2 := open(t, dead)
				defer func() { _ = s2.Close() }()
				l := newLog()
				stop = start(t, New(s2, map[string]Handler{"k": {Run: func(_ context.Context, j control.Job) error {
					l.add("attempt %d", j.Attempts)
					return nil
				}}}, Options{Exclusive: c.exclusive}))
				time.Sleep(2 * time.Minute)
				stop()
				l.expect(t, c.want)
				if left := jobsOf(t, s2); len(left) != 0 {
					t.Errorf("left in the store: %+v; want nothing", left)
				}
			})
		})
	}
}

// A job that ends each process is given up in the end.
func TestPoison(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		enqueue(t, s, "k", "poison")
		for range 2 { // two processes claim it and die
			if err := s.Update(t.Context(), func(tx control.Tx) error {
				if _, err := tx.ReleaseJobs(t.Context(), time.Now()); err != nil {
					return err
				}
				_, err := tx.ClaimJob(t.Context(), control.Claim{By: "dead", Kinds: []string{"k"}, Now: time.Now(), Until: time.Now().Add(time.Hour)})
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		var cause error
		r := New(s, map[string]Handler{"k": {
			MaxAttempts: 2,
			Run:         func(context.Context, control.Job) error { t.Error("a third attempt"); return nil },
			GiveUp:      func(_ context.Context, _ control.Job, err error) error { cause = err; return nil },
		}}, Options{Exclusive: true})
		if err := r.Drain(t.Context()); !errors.Is(err, errUsedUp) || !errors.Is(cause, errUsedUp) {
			t.Errorf("Drain = %v, given up for %v; want errUsedUp", err, cause)
		}
	})
}

// unsure fails to claim for some time.
type unsure struct {
	control.Store
	until time.Time
	tries int
}

func (u *unsure) Update(ctx context.Context, fn func(control.Tx) error) error {
	if time.Now().Before(u.until) {
		u.tries++
		return errors.New("disk full")
	}
	return u.Store.Update(ctx, fn)
}

func TestStoreOutage(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T, s control.Store) {
		enqueue(t, s, "k", "a")
		u := &unsure{Store: s, until: time.Now().Add(35 * time.Second)}
		l := newLog()
		stop := start(t, New(u, map[string]Handler{"k": {Run: func(context.Context, control.Job) error {
			l.add("ran")
			return nil
		}}}, Options{}))
		time.Sleep(2 * time.Minute)
		stop()
		l.expect(t, "40s ran")
		if u.tries != 4 { // at 0, 10, 20 and 30 s, not in a hot loop
			t.Errorf("the store was tried %d times during the outage; want 4", u.tries)
		}
	})
}
