package controltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// enqueue enters a job that is due after the given number of seconds.
func enqueue(t *testing.T, s control.Store, kind, key string, seconds int) (id int64) {
	t.Helper()
	put(t, s, func(ctx context.Context, tx control.Tx) (err error) {
		id, err = tx.EnqueueJob(ctx, control.Job{
			Kind: kind, Key: key, Payload: []byte(key), Created: start,
			NotBefore: start.Add(time.Duration(seconds) * time.Second),
		})
		return err
	})
	return id
}

// claim claims a job of kind "k" after so many seconds, for ten seconds.
func claim(t *testing.T, s control.Store, by string, seconds int) (j control.Job, err error) {
	t.Helper()
	now := start.Add(time.Duration(seconds) * time.Second)
	err = try(t, s, func(ctx context.Context, tx control.Tx) error {
		j, err = tx.ClaimJob(ctx, control.Claim{By: by, Kinds: []string{"k", "l"}, Now: now, Until: now.Add(10 * time.Second)})
		return err
	})
	return j, err
}

func jobOrder(t *testing.T, s control.Store) {
	kinds := []string{"k", "l"}
	_, err := s.NextJob(t.Context(), kinds)
	wantError(t, "NextJob of an empty store", err, control.ErrNotFound)
	enqueue(t, s, "foreign", "x", 0)
	_, err = s.NextJob(t.Context(), kinds)
	wantError(t, "NextJob among jobs of other kinds", err, control.ErrNotFound)

	late := enqueue(t, s, "k", "late", 5)
	early := enqueue(t, s, "k", "early", 1)
	second := enqueue(t, s, "l", "second", 1)
	if late >= early || early >= second {
		t.Errorf("ids %d, %d, %d do not grow", late, early, second)
	}
	same(t, "NextJob", start.Add(time.Second))(s.NextJob(t.Context(), kinds))
	_, err = claim(t, s, "a", 0)
	wantError(t, "claim before anything is due", err, control.ErrNotFound)

	got, err := claim(t, s, "a", 6)
	same(t, "claimed job", control.Job{
		ID: early, Kind: "k", Key: "early", Payload: []byte("early"), State: control.JobClaimed, Attempts: 1,
		Created: start, NotBefore: start.Add(time.Second), ClaimedBy: "a", ClaimedUntil: start.Add(16 * time.Second),
	})(got, err)
	for _, want := range []int64{second, late} {
		if got, err := claim(t, s, fmt.Sprint("b", want), 6); err != nil || got.ID != want {
			t.Errorf("next claim = job %d, %v; want %d", got.ID, err, want)
		}
	}
	_, err = claim(t, s, "c", 6)
	wantError(t, "claim when all is claimed", err, control.ErrNotFound)
	same(t, "NextJob when all is claimed", start.Add(16*time.Second))(s.NextJob(t.Context(), kinds))
	if all, err := s.Jobs(t.Context()); err != nil || len(all) != 4 {
		t.Errorf("Jobs = %d, %v; want 4", len(all), err)
	}
}

func jobUnique(t *testing.T, s control.Store) {
	again := func() error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error {
			_, err := tx.EnqueueJob(ctx, control.Job{Kind: "k", Key: "one", Created: start, NotBefore: start})
			return err
		})
	}
	id := enqueue(t, s, "k", "one", 0)
	enqueue(t, s, "l", "one", 99) // another kind
	wantError(t, "second waiting job of a key", again(), control.ErrExists)
	if _, err := claim(t, s, "a", 0); err != nil {
		t.Fatal(err)
	}
	wantError(t, "second job beside a claimed one", again(), control.ErrExists)
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.FailJob(ctx, id, "a", "no luck") })
	if err := again(); err != nil {
		t.Errorf("job after a failed one of its key: %v", err)
	}
	j, err := claim(t, s, "b", 0)
	if err != nil || j.ID <= id {
		t.Fatalf("claim = job %d, %v; want one behind %d", j.ID, err, id)
	}
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.FinishJob(ctx, j.ID, "b") })
	if err := again(); err != nil {
		t.Errorf("job after a finished one of its key: %v", err)
	}
}

func jobLeases(t *testing.T, s control.Store) {
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	id := enqueue(t, s, "k", "one", 0)
	do := func(by string) map[string]error {
		out := map[string]error{}
		for what, fn := range map[string]func(context.Context, control.Tx) error{
			"RenewJob":  func(ctx context.Context, tx control.Tx) error { return tx.RenewJob(ctx, id, by, at(99)) },
			"FinishJob": func(ctx context.Context, tx control.Tx) error { return tx.FinishJob(ctx, id, by) },
			"RetryJob":  func(ctx context.Context, tx control.Tx) error { return tx.RetryJob(ctx, id, by, control.Retry{}) },
			"FailJob":   func(ctx context.Context, tx control.Tx) error { return tx.FailJob(ctx, id, by, "") },
		} {
			out[what] = try(t, s, fn)
		}
		return out
	}
	for what, err := range do("") {
		wantError(t, what+" of a waiting job", err, control.ErrLeaseLost)
	}
	if _, err := claim(t, s, "a", 0); err != nil {
		t.Fatal(err)
	}
	// A lease can be renewed; when it runs out, somebody else may claim.
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.RenewJob(ctx, id, "a", at(20)) })
	_, err := claim(t, s, "b", 19)
	wantError(t, "claim during the lease", err, control.ErrNotFound)
	j, err := claim(t, s, "b", 20)
	if err != nil || j.Attempts != 2 || j.ClaimedBy != "b" {
		t.Fatalf("claim at the end of the lease = %+v, %v; want attempt 2 by b", j, err)
	}
	for what, err := range do("a") {
		wantError(t, what+" after the lease was lost", err, control.ErrLeaseLost)
	}
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		return tx.RetryJob(ctx, id, "b", control.Retry{NotBefore: at(40), Attempts: 1, LastError: "try later"})
	})
	_, err = claim(t, s, "c", 39)
	wantError(t, "claim before the retry is due", err, control.ErrNotFound)
	j, err = claim(t, s, "c", 40)
	if err != nil || j.Attempts != 2 || j.LastError != "try later" || !j.NotBefore.Equal(at(40)) {
		t.Fatalf("claim of a retried job = %+v, %v", j, err)
	}
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.FailJob(ctx, id, "c", "given up") })
	for what, err := range do("c") {
		wantError(t, what+" of a failed job", err, control.ErrLeaseLost)
	}
	_, err = s.NextJob(t.Context(), []string{"k"})
	wantError(t, "NextJob beside a failed job", err, control.ErrNotFound)
	all, err := s.Jobs(t.Context())
	if err != nil || len(all) != 1 || all[0].State != control.JobFailed || all[0].LastError != "given up" {
		t.Errorf("Jobs = %+v, %v; want the failed one", all, err)
	}
}

// jobClaimedOnce lets many claimers run at the same jobs.
func jobClaimedOnce(t *testing.T, s control.Store) {
	const count = 40
	for n := range count {
		enqueue(t, s, "k", fmt.Sprint(n), 0)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	claimed := map[int64]int{}
	for w := range 6 {
		wg.Go(func() {
			for n := 0; ; n++ {
				var j control.Job
				err := s.Update(t.Context(), func(tx control.Tx) (err error) {
					j, err = tx.ClaimJob(t.Context(), control.Claim{
						By: fmt.Sprintf("%d-%d", w, n), Kinds: []string{"k"}, Now: start, Until: start.Add(time.Hour),
					})
					return err
				})
				if errors.Is(err, control.ErrNotFound) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				claimed[j.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(claimed) != count {
		t.Errorf("%d jobs were claimed; want %d", len(claimed), count)
	}
	for id, n := range claimed {
		if n != 1 {
			t.Errorf("job %d was claimed %d times", id, n)
		}
	}
}

func jobRelease(t *testing.T, s control.Store) {
	enqueue(t, s, "k", "one", 0)
	enqueue(t, s, "k", "two", 50)
	if _, err := claim(t, s, "dead", 0); err != nil {
		t.Fatal(err)
	}
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		n, err := tx.ReleaseJobs(ctx, start.Add(time.Second))
		if n != 1 {
			t.Errorf("ReleaseJobs = %d; want 1", n)
		}
		return err
	})
	j, err := claim(t, s, "next", 1)
	if err != nil || j.Key != "one" || j.Attempts != 2 {
		t.Errorf("claim after release = %+v, %v; want job one, attempt 2", j, err)
	}
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.FinishJob(ctx, j.ID, "next") })
	_, err = claim(t, s, "next2", 49)
	wantError(t, "a waiting job is not touched", err, control.ErrNotFound)
}
