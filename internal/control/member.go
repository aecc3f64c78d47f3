package control

import (
	"context"
	"time"
)

// MemberStatus is the API's MemberStatus.
type MemberStatus string

// The statuses of a member.
const (
	MemberInvited                MemberStatus = "INVITED"
	MemberVerificationInProgress MemberStatus = "VERIFICATION_IN_PROGRESS"
	MemberVerificationFailed     MemberStatus = "VERIFICATION_FAILED"
	MemberEnabled                MemberStatus = "ENABLED"
	MemberAcceptedButDisabled    MemberStatus = "ACCEPTED_BUT_DISABLED"
)

// DisabledReason is the API's MemberDisabledReason.
type DisabledReason string

// Why an accepted member is not enabled.
const (
	VolumeTooHigh DisabledReason = "VOLUME_TOO_HIGH"
	VolumeUnknown DisabledReason = "VOLUME_UNKNOWN"
)

// InvitationType is the API's InvitationType.
type InvitationType string

// How a member came to be one.
const (
	ByInvitation   InvitationType = "INVITATION"
	ByOrganization InvitationType = "ORGANIZATION"
)

// Member is an account in a graph other than the administrator account.
type Member struct {
	GraphARN       string
	AccountID      string // 12 digits
	Email          string // may be empty
	Status         MemberStatus
	DisabledReason DisabledReason // empty unless ACCEPTED_BUT_DISABLED
	InvitationType InvitationType
	Invited        time.Time // to the microsecond: members of one call keep its order
	Updated        time.Time // of the last change of Status
	Packages       Packages  // what is taken of its records

	// Usage is that of SetUsage; SetMember leaves it alone.
	Usage MemberUsage
}

// Membership is the set of accounts whose records a graph takes, at one
// version.
type Membership struct {
	// Version grows with every change of the set. An object with records
	// that were rejected for want of membership is worth another reading
	// when the version has grown.
	Version int64
	// Accounts holds the administrator account, unless the organization has
	// it as suspended or closed, and the ENABLED members.
	Accounts map[string]struct{}
}

// Accepts reports whether records of the account belong in the graph.
func (m Membership) Accepts(accountID string) bool {
	_, ok := m.Accounts[accountID]
	return ok
}

// MemberReader reads members.
type MemberReader interface {
	// Member returns one member.
	Member(ctx context.Context, graphARN, accountID string) (Member, error)
	// MembersOf returns those of the accounts that are members, by account
	// id; the others are left out.
	MembersOf(ctx context.Context, graphARN string, accountIDs []string) ([]Member, error)
	// Members returns up to limit members whose account id is greater than
	// after, by account id; limit 0 returns all. An unknown graph has none.
	Members(ctx context.Context, graphARN, after string, limit int) ([]Member, error)
	// MembershipsOf returns the entries of one account in all graphs, by ARN.
	MembershipsOf(ctx context.Context, accountID string) ([]Member, error)
	// MemberCount returns the number of a graph's members.
	MemberCount(ctx context.Context, graphARN string) (int, error)
	// Membership returns the accounts that the graph takes records of, and
	// the version of exactly that set.
	Membership(ctx context.Context, graphARN string) (Membership, error)
}

// MemberWriter changes members.
type MemberWriter interface {
	// SetMember enters a member or replaces it. It MUST return ErrNotFound
	// when the graph does not exist. The membership version MUST grow when
	// the set of ENABLED members changes and MUST stay when it does not.
	SetMember(ctx context.Context, m Member) error
	// RemoveMember removes a member, with the same rule for the version.
	RemoveMember(ctx context.Context, graphARN, accountID string) error
}
