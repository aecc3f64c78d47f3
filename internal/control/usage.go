package control

import (
	"context"
	"time"
)

// Usage is what an account sends to a graph, records included that were
// rejected because the account is not enabled.
type Usage struct {
	AccountID   string
	Package     Package
	BytesPerDay int64
	Updated     time.Time // when it was worked out; the same for all packages of an account
}

// MemberUsage is the usage of a member.
type MemberUsage struct {
	BytesPerDay [3]int64  // in the order of AllPackages
	Updated     time.Time // zero when the account sent nothing yet
}

// Total returns the bytes a day of all packages.
func (u MemberUsage) Total() int64 { return u.BytesPerDay[0] + u.BytesPerDay[1] + u.BytesPerDay[2] }

// UsageReader reads usage.
type UsageReader interface {
	// Usage returns the usage of a graph by account and package, that of the
	// given accounts only unless accountIDs is nil. Accounts that sent
	// nothing have none.
	Usage(ctx context.Context, graphARN string, accountIDs []string) ([]Usage, error)
	// UsageTaken returns the sum of BytesPerDay of the accounts whose records
	// the graph takes, see Membership.
	UsageTaken(ctx context.Context, graphARN string) (int64, error)
}

// UsageWriter changes usage.
type UsageWriter interface {
	// SetUsage replaces the whole usage of a graph, with an entry an account
	// and package at most. It MUST return ErrNotFound when the graph does not
	// exist and u is not empty.
	SetUsage(ctx context.Context, graphARN string, u []Usage) error
}
