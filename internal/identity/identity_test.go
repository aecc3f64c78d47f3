package identity

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/control/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

const account = "111122223333"

func openStore(t *testing.T) control.Store {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "control.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// newService returns a service on an empty store.
func newService(t *testing.T) *Service {
	t.Helper()
	s, err := New(openStore(t), filepath.Join(t.TempDir(), "secret.key"), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAccountAndKeys(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newService(t)
	first, err := s.CreateAccount(ctx, account, "root@example.com", "prod")
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.CreateKey(ctx, account, KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if first.AccessKeyID == second.AccessKeyID || first.SecretAccessKey == second.SecretAccessKey {
		t.Fatalf("two keys are alike: %+v, %+v", first, second)
	}
	for _, c := range []Credentials{first, second} {
		if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(c.AccessKeyID) ||
			!regexp.MustCompile(`^[A-Za-z0-9+/]{40}$`).MatchString(c.SecretAccessKey) || c.AccountID != account {
			t.Errorf("credentials %+v have the wrong form", c)
		}
		for range 2 { // from the store, then from the cache
			secret, p, err := s.LookupKey(ctx, c.AccessKeyID)
			want := Principal{AccountID: account, ARN: "arn:aws:iam::111122223333:root"}
			if err != nil || secret != c.SecretAccessKey || !reflect.DeepEqual(p, want) {
				t.Errorf("LookupKey = %q, %+v, %v; want %q, %+v", secret, p, err, c.SecretAccessKey, want)
			}
		}
	}
	accounts, err := s.Accounts(ctx)
	want := []control.Account{{ID: account, Email: "root@example.com", Name: "prod", Created: now}}
	if diff := cmp.Diff(want, accounts); err != nil || diff != "" {
		t.Errorf("Accounts: %v\n%s", err, diff)
	}
	keys, err := s.Keys(ctx)
	if err != nil || len(keys) != 2 {
		t.Fatalf("Keys = %d, %v; want 2", len(keys), err)
	}
	for _, k := range keys {
		if strings.Contains(string(k.Sealed), first.SecretAccessKey) || strings.Contains(string(k.Sealed), second.SecretAccessKey) {
			t.Error("a secret is stored in the clear")
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newService(t)
	if _, err := s.CreateAccount(ctx, account, "", ""); err != nil {
		t.Fatal(err)
	}
	f := func(what string, err, want error, text string) {
		t.Helper()
		if !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v; want %q with %q", what, err, want, text)
		}
	}
	_, err := s.CreateAccount(ctx, account, "", "")
	f("second account", err, control.ErrExists,
		"account 111122223333 exists already; `gumshoe key create 111122223333` makes another key")
	for _, id := range []string{"", "11112222333", "1111222233334", "11112222333x", "１１１１２２２２３３３３"} {
		_, err = s.CreateAccount(ctx, id, "", "")
		f("account id "+id, err, ErrInvalid, "12 digits")
	}
	_, err = s.CreateAccount(ctx, "444455556666", "nobody", "")
	f("e-mail address", err, ErrInvalid, "nobody")
	_, err = s.CreateKey(ctx, "444455556666", KeyOptions{})
	f("key of an unknown account", err, control.ErrNotFound, "gumshoe account create")
	f("revocation of an unknown key", s.RevokeKey(ctx, "AKIA"), control.ErrNotFound, "AKIA")
	_, _, err = s.LookupKey(ctx, "AKIA")
	f("unknown key", err, ErrUnknownKey, "")
	if keys, err := s.Keys(ctx); err != nil || len(keys) != 1 {
		t.Errorf("after refusals there are %d keys (%v); want the first one only", len(keys), err)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newService(t)
	c, err := s.CreateAccount(ctx, account, "", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.LookupKey(ctx, c.AccessKeyID); err != nil { // fills the cache
		t.Fatal(err)
	}
	for range 2 {
		if err := s.RevokeKey(ctx, c.AccessKeyID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.LookupKey(ctx, c.AccessKeyID); !errors.Is(err, ErrUnknownKey) {
			t.Fatalf("LookupKey of a revoked key: %v; want ErrUnknownKey", err)
		}
	}
}

// slowStore revokes a key between the read of it and the caching of it.
type slowStore struct {
	control.Store
	afterKey func()
}

func (s *slowStore) Key(ctx context.Context, id string) (control.Key, error) {
	k, err := s.Store.Key(ctx, id)
	if s.afterKey != nil {
		s.afterKey()
	}
	return k, err
}

func TestRevokeDuringLookup(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store := &slowStore{Store: openStore(t)}
	s, err := New(store, filepath.Join(t.TempDir(), "secret.key"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.CreateAccount(ctx, account, "", "")
	if err != nil {
		t.Fatal(err)
	}
	store.afterKey = func() {
		store.afterKey = nil
		if err := s.RevokeKey(ctx, c.AccessKeyID); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := s.LookupKey(ctx, c.AccessKeyID); err != nil {
		t.Fatalf("the look-up that began before the revocation: %v", err)
	}
	if _, _, err := s.LookupKey(ctx, c.AccessKeyID); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("LookupKey after the revocation: %v; want ErrUnknownKey: a stale key was cached", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), newService(t)
	if _, err := s.CreateAccount(ctx, account, "", ""); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				c, err := s.CreateKey(ctx, account, KeyOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				if secret, _, err := s.LookupKey(ctx, c.AccessKeyID); err != nil || secret != c.SecretAccessKey {
					t.Errorf("LookupKey of a new key = %q, %v", secret, err)
				}
				if err := s.RevokeKey(ctx, c.AccessKeyID); err != nil {
					t.Error(err)
				}
				if _, _, err := s.LookupKey(ctx, c.AccessKeyID); !errors.Is(err, ErrUnknownKey) {
					t.Errorf("LookupKey of a revoked key: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c keyCache
	for n := range 3 * cacheSize {
		c.put(strings.Repeat("x", n%7)+string(rune(n)), cachedKey{}, c.epoch())
	}
	if len(c.keys) > cacheSize {
		t.Errorf("the cache holds %d keys; want at most %d", len(c.keys), cacheSize)
	}
}
