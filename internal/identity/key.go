package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
)

// ErrUnknownKey says that an access key does not exist or was revoked;
// callers are not told which.
var ErrUnknownKey = errors.New("the access key does not exist")

// Credentials are an access key with its secret. The secret cannot be read
// again.
type Credentials struct {
	AccountID       string `json:"AccountId"`
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
}

// Principal is who an access key belongs to.
type Principal struct {
	AccountID string // 12 digits
	ARN       string // of the IAM user that the key stands for, else of the account's root user
	// Policies say what the key may do; nil for a key that may do whatever
	// its account may.
	Policies policy.Set
}

// KeyOptions say what a key is for. The zero value makes a key of the
// account's root user.
type KeyOptions struct {
	UserName string // of the IAM user that it stands for
	Policies []control.KeyPolicy
}

// CreateKey makes another access key for an account. The error wraps
// ErrInvalid for a user name or a policy that is none, and
// control.ErrNotFound when the account does not exist.
func (s *Service) CreateKey(ctx context.Context, accountID string, o KeyOptions) (Credentials, error) {
	if err := o.check(); err != nil {
		return Credentials{}, err
	}
	cred, key := s.newKey(accountID)
	key.UserName, key.Policies = o.UserName, o.Policies
	err := s.store.Update(ctx, func(tx control.Tx) error {
		if _, err := tx.Account(ctx, accountID); errors.Is(err, control.ErrNotFound) {
			return fmt.Errorf("account %q %w; `gumshoe account create` enters it", accountID, control.ErrNotFound)
		} else if err != nil {
			return err
		}
		if err := inUse(ctx, tx, accountID); err != nil {
			return err
		}
		return tx.CreateKey(ctx, key)
	})
	if err != nil {
		return Credentials{}, err
	}
	return cred, nil
}

// RotateKey makes a key like another one and revokes that one, both or none.
// The error wraps control.ErrNotFound when there is no such key, or it was
// revoked.
func (s *Service) RotateKey(ctx context.Context, accessKeyID string) (Credentials, error) {
	var cred Credentials
	err := s.store.Update(ctx, func(tx control.Tx) error {
		old, err := validKey(ctx, tx, accessKeyID)
		if err != nil {
			return err
		}
		if err := inUse(ctx, tx, old.AccountID); err != nil {
			return err
		}
		var key control.Key
		cred, key = s.newKey(old.AccountID)
		key.UserName, key.Policies = old.UserName, old.Policies
		if err := tx.CreateKey(ctx, key); err != nil {
			return err
		}
		return tx.RevokeKey(ctx, accessKeyID, s.now())
	})
	s.cache.forget(accessKeyID)
	if err != nil {
		return Credentials{}, err
	}
	return cred, nil
}

// SetKeyPolicies replaces the policies of a key, at once. The error wraps
// ErrInvalid for a policy that is none and control.ErrNotFound when there is
// no such key, or it was revoked.
func (s *Service) SetKeyPolicies(ctx context.Context, accessKeyID string, p []control.KeyPolicy) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		k, err := validKey(ctx, tx, accessKeyID)
		if err != nil {
			return err
		}
		if err := (KeyOptions{k.UserName, p}).check(); err != nil {
			return err
		}
		return tx.SetKeyPolicies(ctx, accessKeyID, p)
	})
	s.cache.forget(accessKeyID)
	return err
}

// inUse refuses accounts whose keys would not be valid.
func inUse(ctx context.Context, r control.OrganizationReader, accountID string) error {
	a, err := r.OrganizationAccount(ctx, accountID)
	if err == nil && a.Status != control.AccountActive {
		return fmt.Errorf("account %s is %s: its keys are not valid", accountID, a.Status)
	}
	if errors.Is(err, control.ErrNotFound) {
		return nil
	}
	return err
}

// validKey returns a key that was not revoked.
func validKey(ctx context.Context, r control.AccountReader, accessKeyID string) (control.Key, error) {
	k, err := r.Key(ctx, accessKeyID)
	if err == nil && !k.Revoked.IsZero() {
		err = fmt.Errorf("access key %s was revoked: %w", accessKeyID, control.ErrNotFound)
	}
	return k, err
}

// Keys returns all keys, revoked ones too.
func (s *Service) Keys(ctx context.Context) ([]control.Key, error) { return s.store.Keys(ctx) }

// RevokeKey ends the use of a key at once. A key that was revoked before
// stays so; the error wraps control.ErrNotFound when it never existed.
func (s *Service) RevokeKey(ctx context.Context, accessKeyID string) error {
	err := s.store.Update(ctx, func(tx control.Tx) error {
		return tx.RevokeKey(ctx, accessKeyID, s.now())
	})
	// Also after an error: it may have come after the commit.
	s.cache.forget(accessKeyID)
	return err
}

// LookupKey returns the secret of a valid key and who it belongs to. The
// error wraps ErrUnknownKey for a key that does not exist or was revoked, and
// for those of an account that the organization has as suspended or closed.
func (s *Service) LookupKey(ctx context.Context, accessKeyID string) (secret string, p Principal, err error) {
	if secret, p, err = s.lookup(ctx, accessKeyID); err != nil {
		return "", Principal{}, err
	}
	a, err := s.store.OrganizationAccount(ctx, p.AccountID)
	switch {
	case err == nil && a.Status != control.AccountActive:
		s.cache.forget(accessKeyID) // a closed account's key has been revoked
		return "", Principal{}, ErrUnknownKey
	case err != nil && !errors.Is(err, control.ErrNotFound):
		return "", Principal{}, err
	}
	return secret, p, nil
}

// lookup looks a key up, whatever its account's state.
func (s *Service) lookup(ctx context.Context, accessKeyID string) (secret string, p Principal, err error) {
	if e, ok := s.cache.get(accessKeyID); ok {
		return e.secret, e.principal, nil
	}
	epoch := s.cache.epoch()
	k, err := s.store.Key(ctx, accessKeyID)
	if errors.Is(err, control.ErrNotFound) || err == nil && !k.Revoked.IsZero() {
		return "", Principal{}, ErrUnknownKey
	}
	if err != nil {
		return "", Principal{}, err
	}
	plain, err := s.sealer.open(keyOwner(accessKeyID), k.Sealed)
	if err != nil {
		return "", Principal{}, err
	}
	p, err = principal(k)
	if err != nil {
		return "", Principal{}, err
	}
	e := cachedKey{string(plain), p}
	s.cache.put(accessKeyID, e, epoch)
	return e.secret, e.principal, nil
}

// newKey makes a key for an account and its sealed form.
func (s *Service) newKey(accountID string) (Credentials, control.Key) {
	// crypto/rand.Read never fails since Go 1.24: it ends the program
	// rather than return weak bytes.
	var id [10]byte // 16 base32 characters
	rand.Read(id[:])
	var secret [30]byte // 40 base64 characters
	rand.Read(secret[:])
	c := Credentials{
		AccountID:       accountID,
		AccessKeyID:     "AKIA" + base32.StdEncoding.EncodeToString(id[:]),
		SecretAccessKey: base64.StdEncoding.EncodeToString(secret[:]),
	}
	return c, control.Key{
		AccessKeyID: c.AccessKeyID, AccountID: accountID, Created: s.now(),
		Sealed: s.sealer.seal(keyOwner(c.AccessKeyID), []byte(c.SecretAccessKey)),
	}
}

// keyOwner names an access key to the sealer.
func keyOwner(accessKeyID string) string { return "access key " + accessKeyID }
