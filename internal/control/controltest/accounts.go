package controltest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

// account returns the n-th account of the suite.
func account(n int) control.Account {
	return control.Account{
		ID:      fmt.Sprintf("%012d", n),
		Email:   fmt.Sprintf("root+%d@example.com", n),
		Name:    "naïve \x00 'name'; --",
		Created: start.Add(time.Duration(n) * time.Microsecond),
	}
}

// key returns the n-th key of the suite, of the given account: 1 is a root
// key, 2 a user's with one policy, 3 a user's with two.
func key(n, account int) control.Key {
	k := control.Key{
		AccessKeyID: fmt.Sprintf("AKIA%016d", n),
		AccountID:   fmt.Sprintf("%012d", account),
		Sealed:      []byte{0, 1, byte(n), 0xff},
		Created:     start.Add(time.Duration(n) * time.Second),
	}
	if n == 2 || n == 3 {
		k.UserName = fmt.Sprintf("naïve <user> %d", n)
		k.Policies = []control.KeyPolicy{
			{Name: "zebra", Document: `{"Statement":[{"Effect":"Deny","Action":"*","Resource":"'&<ü\u0000"}]}` + "\n"},
			{Name: "AmazonDetectiveFullAccess"},
		}[:n-1]
	}
	return k
}

func accounts(t *testing.T, s control.Store) {
	same(t, "Accounts of an empty store", []control.Account(nil))(s.Accounts(t.Context()))
	_, err := s.Account(t.Context(), "000000000009")
	wantError(t, "unknown account", err, control.ErrNotFound)

	bare := control.Account{ID: "000000000003"} // empty texts, zero time
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for _, a := range []control.Account{bare, account(2), account(1)} {
			if err := tx.CreateAccount(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, "Accounts", []control.Account{account(1), account(2), bare})(s.Accounts(t.Context()))
	same(t, "Account", account(1))(s.Account(t.Context(), account(1).ID))

	err = try(t, s, func(ctx context.Context, tx control.Tx) error {
		return tx.CreateAccount(ctx, control.Account{ID: account(1).ID, Name: "another"})
	})
	wantError(t, "second account of one id", err, control.ErrExists)
	same(t, "Account after a refused one", account(1))(s.Account(t.Context(), account(1).ID))

	// Times come back in UTC and to the microsecond.
	fine := account(4)
	fine.Created = start.In(time.FixedZone("", 3600)).Add(999 * time.Nanosecond)
	put(t, s, func(ctx context.Context, tx control.Tx) error { return tx.CreateAccount(ctx, fine) })
	got, err := s.Account(t.Context(), fine.ID)
	if err != nil || !got.Created.Equal(start) || got.Created.Location() != time.UTC {
		t.Errorf("Created = %v, %v; want %v in UTC", got.Created, err, start)
	}
}

func keys(t *testing.T, s control.Store) {
	_, err := s.Key(t.Context(), "AKIA")
	wantError(t, "unknown key", err, control.ErrNotFound)
	create := func(k control.Key) func(context.Context, control.Tx) error {
		return func(ctx context.Context, tx control.Tx) error { return tx.CreateKey(ctx, k) }
	}
	wantError(t, "key of an unknown account", try(t, s, create(key(1, 1))), control.ErrNotFound)

	put(t, s, func(ctx context.Context, tx control.Tx) error {
		for n := 1; n <= 2; n++ {
			if err := tx.CreateAccount(ctx, account(n)); err != nil {
				return err
			}
		}
		return nil
	})
	put(t, s, create(key(1, 2)))
	put(t, s, create(key(3, 1)))
	put(t, s, create(key(2, 1)))
	same(t, "Keys", []control.Key{key(2, 1), key(3, 1), key(1, 2)})(s.Keys(t.Context()))
	same(t, "Key", key(3, 1))(s.Key(t.Context(), key(3, 1).AccessKeyID))
	wantError(t, "second key of one id", try(t, s, create(key(3, 2))), control.ErrExists)

	revoke := func(n int, at time.Time) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error {
			return tx.RevokeKey(ctx, key(n, 1).AccessKeyID, at)
		})
	}
	wantError(t, "revocation of an unknown key", revoke(9, start), control.ErrNotFound)
	for _, at := range []time.Time{start, start.Add(time.Hour)} {
		if err := revoke(3, at); err != nil {
			t.Errorf("RevokeKey at %v: %v", at, err)
		}
	}
	revoked := key(3, 1)
	revoked.Revoked = start // the first time stays
	same(t, "revoked key", revoked)(s.Key(t.Context(), revoked.AccessKeyID))
	same(t, "key beside it", key(2, 1))(s.Key(t.Context(), key(2, 1).AccessKeyID))
}

func keyPolicies(t *testing.T, s control.Store) {
	set := func(id string, p []control.KeyPolicy) error {
		return try(t, s, func(ctx context.Context, tx control.Tx) error { return tx.SetKeyPolicies(ctx, id, p) })
	}
	wantError(t, "policies of an unknown key", set(key(1, 1).AccessKeyID, nil), control.ErrNotFound)
	put(t, s, func(ctx context.Context, tx control.Tx) error {
		if err := tx.CreateAccount(ctx, account(1)); err != nil {
			return err
		}
		for n := 1; n <= 3; n++ {
			if err := tx.CreateKey(ctx, key(n, 1)); err != nil {
				return err
			}
		}
		return tx.RevokeKey(ctx, key(3, 1).AccessKeyID, start)
	})
	all := []control.Key{key(1, 1), key(2, 1), key(3, 1)}
	all[2].Revoked = start
	// Everything else stays, of a revoked key too, and so do the other keys.
	for n := range all {
		for _, p := range [][]control.KeyPolicy{
			{{Name: "b", Document: `{}`}, {Name: "a"}, {Name: "a"}}, // in the given order, names may come twice
			{{Name: "only"}},
			{},
			{{Name: "after none"}},
			nil,
		} {
			if err := set(all[n].AccessKeyID, p); err != nil {
				t.Errorf("SetKeyPolicies %v: %v", p, err)
			}
			all[n].Policies = p
			if len(p) == 0 {
				all[n].Policies = nil
			}
			what := fmt.Sprintf("policies %v of key %d", p, n+1)
			same(t, what, all[n])(s.Key(t.Context(), all[n].AccessKeyID))
			same(t, what+": all keys", all)(s.Keys(t.Context()))
		}
		all[n].Policies = []control.KeyPolicy{{Name: fmt.Sprint("last of ", n)}}
		if err := set(all[n].AccessKeyID, all[n].Policies); err != nil {
			t.Errorf("SetKeyPolicies: %v", err)
		}
	}
}
