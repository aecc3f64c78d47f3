package control

import (
	"context"
	"time"
)

// Account is an AWS account in the directory of this installation.
type Account struct {
	ID      string // 12 digits
	Email   string // of its root user; may be empty
	Name    string // for people; may be empty
	Created time.Time
}

// Key is an access key. The secret is never stored in the clear.
type Key struct {
	AccessKeyID string // AKIA and 16 base32 characters
	AccountID   string
	UserName    string      // the IAM user that it stands for; empty for the account's root user
	Policies    []KeyPolicy // what it may do; none for a root key, which may do everything
	Sealed      []byte      // the secret, sealed by package identity
	Created     time.Time
	Revoked     time.Time // zero while the key is valid
}

// KeyPolicy is an IAM policy of a key.
type KeyPolicy struct {
	Name     string // of a built-in policy, or for people
	Document string // the JSON document; empty for a built-in policy
}

// AccountReader reads accounts and keys.
type AccountReader interface {
	// Account returns the account with the id.
	Account(ctx context.Context, id string) (Account, error)
	// Accounts returns all accounts, by id.
	Accounts(ctx context.Context) ([]Account, error)
	// Key returns the key, revoked or not.
	Key(ctx context.Context, accessKeyID string) (Key, error)
	// Keys returns all keys, revoked ones too, by account and then by the
	// order of their creation.
	Keys(ctx context.Context) ([]Key, error)
}

// AccountWriter changes accounts and keys.
type AccountWriter interface {
	// CreateAccount enters an account. It MUST return ErrExists when the id
	// is taken.
	CreateAccount(ctx context.Context, a Account) error
	// CreateKey enters a key. It MUST return ErrExists when the key id is
	// taken and ErrNotFound when the account does not exist.
	CreateKey(ctx context.Context, k Key) error
	// SetKeyPolicies replaces the policies of a key.
	SetKeyPolicies(ctx context.Context, accessKeyID string, p []KeyPolicy) error
	// RevokeKey sets the time of revocation. A key that is revoked already
	// MUST keep its first time; that is no error.
	RevokeKey(ctx context.Context, accessKeyID string, at time.Time) error
}
