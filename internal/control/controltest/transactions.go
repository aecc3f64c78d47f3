package controltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

func updateCommits(t *testing.T, s control.Store) {
	a, b := account(1), account(2)
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateAccount(ctx, a); err != nil {
			return err
		}
		// A transaction sees its own changes.
		same(t, "Account within the transaction", a)(tx.Account(ctx, a.ID))
		return tx.CreateAccount(ctx, b)
	})
	same(t, "Accounts", []control.Account{a, b})(s.Accounts(t.Context()))
}

func updateRollsBack(t *testing.T, s control.Store) {
	create := func(ctx context.Context, tx control.Tx) error { return tx.CreateAccount(ctx, account(1)) }

	mine := errors.New("no")
	err := try(t, s, func(ctx context.Context, tx control.Tx) error {
		return errors.Join(create(ctx, tx), mine)
	})
	wantError(t, "Update with a failing function", err, mine)

	func() {
		defer func() {
			if recover() == nil {
				t.Error("Update swallowed a panic")
			}
		}()
		_ = try(t, s, func(ctx context.Context, tx control.Tx) error {
			_ = create(ctx, tx)
			panic("BUG: made on purpose")
		})
	}()

	ctx, cancel := context.WithCancel(t.Context())
	err = s.Update(ctx, func(tx control.Tx) error {
		err := create(ctx, tx)
		cancel()
		return err
	})
	wantError(t, "Update with a context that ends", err, context.Canceled)

	same(t, "Accounts after three failures", []control.Account(nil))(s.Accounts(t.Context()))
	put(t, s, create) // and the store still works
}

func updateIsolated(t *testing.T, s control.Store) {
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateAccount(ctx, account(1)); err != nil {
			return err
		}
		// A read outside does not see what has not committed. It is a
		// read, so it does not wait for this transaction.
		_, err := s.Account(ctx, account(1).ID)
		wantError(t, "Account outside of the transaction", err, control.ErrNotFound)
		return nil
	})
	same(t, "Account", account(1))(s.Account(t.Context(), account(1).ID))
}

// updateSerializable adds to one tag from many goroutines, each reading what
// it writes; no addition may be lost.
func updateSerializable(t *testing.T, s control.Store) {
	g := graph(1)
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.CreateGraph(ctx, g) })
	const workers, rounds = 8, 10
	var wg sync.WaitGroup
	errs := make(chan error, workers)
	for range workers {
		wg.Go(func() {
			for range rounds {
				if err := s.Update(t.Context(), func(tx control.Tx) error {
					g, err := tx.Graph(t.Context(), g.ARN)
					if err != nil {
						return err
					}
					g.Tags["n"] += "x"
					return tx.SetGraphTags(t.Context(), g.ARN, g.Tags)
				}); err != nil {
					errs <- err
					return
				}
				if _, err := s.Graphs(t.Context()); err != nil {
					errs <- fmt.Errorf("read beside updates: %w", err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	got, err := s.Graph(t.Context(), g.ARN)
	if err != nil || len(got.Tags["n"]) != workers*rounds {
		t.Errorf("after %d additions the tag counts %d (%v)", workers*rounds, len(got.Tags["n"]), err)
	}
}
