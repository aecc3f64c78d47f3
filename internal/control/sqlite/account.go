package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
)

const (
	selectAccount  = `SELECT id, email, name, created FROM account WHERE id = ?`
	selectAccounts = `SELECT id, email, name, created FROM account ORDER BY id`
	insertAccount  = `INSERT INTO account (id, email, name, created) VALUES (?, ?, ?, ?)`

	keyColumns     = `id, account_id, user_name, policies, sealed, created, revoked`
	selectKey      = `SELECT ` + keyColumns + ` FROM access_key WHERE id = ?`
	selectKeys     = `SELECT ` + keyColumns + ` FROM access_key ORDER BY account_id, created, rowid`
	insertKey      = `INSERT INTO access_key (` + keyColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?)`
	setKeyPolicies = `UPDATE access_key SET policies = ? WHERE id = ?`
	// A key keeps the time of its first revocation.
	revokeKey = `UPDATE access_key SET revoked = CASE revoked WHEN ?2 THEN ?3 ELSE revoked END WHERE id = ?1`
)

func scanAccount(r row) (a control.Account, err error) {
	err = r.Scan(&a.ID, &a.Email, &a.Name, stamp{&a.Created})
	return a, err
}

func scanKey(r row) (k control.Key, err error) {
	var policies []byte
	err = r.Scan(&k.AccessKeyID, &k.AccountID, &k.UserName, &policies, &k.Sealed, stamp{&k.Created}, stamp{&k.Revoked})
	if err != nil {
		return control.Key{}, err
	}
	if err := json.Unmarshal(policies, &k.Policies); err != nil {
		return control.Key{}, fmt.Errorf("policies of access key %s: %w", k.AccessKeyID, err)
	}
	return k, nil
}

// policiesJSON is the stored form of policies: a list, or null.
func policiesJSON(p []control.KeyPolicy) (string, error) {
	if len(p) == 0 {
		return "null", nil
	}
	b, err := json.Marshal(p)
	return string(b), err
}

// Account returns one account.
func (r reader) Account(ctx context.Context, id string) (control.Account, error) {
	a, err := scanAccount(r.QueryRowContext(ctx, selectAccount, id))
	if err != nil {
		return control.Account{}, fmt.Errorf("read account %s: %w", id, known(err))
	}
	return a, nil
}

// Accounts returns all accounts.
func (r reader) Accounts(ctx context.Context) ([]control.Account, error) {
	l, err := collect(ctx, r.conn, scanAccount, selectAccounts)
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	return l, nil
}

// Key returns one key.
func (r reader) Key(ctx context.Context, accessKeyID string) (control.Key, error) {
	k, err := scanKey(r.QueryRowContext(ctx, selectKey, accessKeyID))
	if err != nil {
		return control.Key{}, fmt.Errorf("read access key %q: %w", accessKeyID, known(err))
	}
	return k, nil
}

// Keys returns all keys.
func (r reader) Keys(ctx context.Context) ([]control.Key, error) {
	l, err := collect(ctx, r.conn, scanKey, selectKeys)
	if err != nil {
		return nil, fmt.Errorf("list access keys: %w", err)
	}
	return l, nil
}

// CreateAccount enters an account.
func (t tx) CreateAccount(ctx context.Context, a control.Account) error {
	if _, err := t.ExecContext(ctx, insertAccount, a.ID, a.Email, a.Name, micros(a.Created)); err != nil {
		return fmt.Errorf("create account %s: %w", a.ID, known(err))
	}
	return nil
}

// CreateKey enters a key.
func (t tx) CreateKey(ctx context.Context, k control.Key) error {
	policies, err := policiesJSON(k.Policies)
	if err == nil {
		_, err = t.ExecContext(ctx, insertKey, k.AccessKeyID, k.AccountID, k.UserName, policies, k.Sealed, micros(k.Created), micros(k.Revoked))
	}
	if err != nil {
		return fmt.Errorf("create access key %s of account %s: %w", k.AccessKeyID, k.AccountID, known(err))
	}
	return nil
}

// SetKeyPolicies replaces the policies of a key.
func (t tx) SetKeyPolicies(ctx context.Context, accessKeyID string, p []control.KeyPolicy) error {
	policies, err := policiesJSON(p)
	if err == nil {
		err = change(ctx, t.conn, control.ErrNotFound, setKeyPolicies, policies, accessKeyID)
	}
	if err != nil {
		return fmt.Errorf("set policies of access key %q: %w", accessKeyID, err)
	}
	return nil
}

// RevokeKey revokes a key.
func (t tx) RevokeKey(ctx context.Context, accessKeyID string, at time.Time) error {
	err := change(ctx, t.conn, control.ErrNotFound, revokeKey, accessKeyID, micros(time.Time{}), micros(at))
	if err != nil {
		return fmt.Errorf("revoke access key %q: %w", accessKeyID, err)
	}
	return nil
}
