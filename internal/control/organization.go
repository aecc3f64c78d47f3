package control

import (
	"context"
	"time"
)

// AccountStatus says whether an account of an organization is in use.
type AccountStatus string

// The statuses of an organization's accounts.
const (
	AccountActive    AccountStatus = "ACTIVE"
	AccountSuspended AccountStatus = "SUSPENDED" // may come back
	AccountClosed    AccountStatus = "CLOSED"    // will not
)

// OrganizationSource says where an organization is kept.
type OrganizationSource string

// The sources of organizations.
const (
	OwnOrganization OrganizationSource = ""    // gumshoe's own directory
	AWSOrganization OrganizationSource = "aws" // AWS Organizations; ours is a copy
)

// Organization is the AWS organization that this installation serves, as it
// was last seen.
type Organization struct {
	ID                     string // o- and 10 to 32 characters
	Source                 OrganizationSource
	ManagementAccountID    string
	DelegatedAdministrator string                // for Detective; empty when there is none
	Accounts               []OrganizationAccount // by id, the management account among them
}

// Account returns the account with the id.
func (o Organization) Account(id string) (OrganizationAccount, bool) {
	for _, a := range o.Accounts {
		if a.ID == id {
			return a, true
		}
	}
	return OrganizationAccount{}, false
}

// OrganizationAccount is an account that belongs to the organization.
type OrganizationAccount struct {
	ID     string // 12 digits
	Email  string // may be empty
	Name   string // may be empty
	Status AccountStatus
	Joined time.Time
}

// OrganizationAdmin is the Detective administrator account of the
// organization in one Region.
type OrganizationAdmin struct {
	Region     string
	AccountID  string
	GraphARN   string // the organization's graph
	Delegated  time.Time
	AutoEnable bool // accounts that join the organization become members
}

// OrganizationReader reads the organization.
type OrganizationReader interface {
	// Organization returns the organization with all its accounts.
	Organization(ctx context.Context) (Organization, error)
	// OrganizationAccount returns one account of the organization.
	OrganizationAccount(ctx context.Context, id string) (OrganizationAccount, error)
	// OrganizationAdmin returns the administrator of a Region.
	OrganizationAdmin(ctx context.Context, region string) (OrganizationAdmin, error)
	// OrganizationAdmins returns the administrators of all Regions, by Region.
	OrganizationAdmins(ctx context.Context) ([]OrganizationAdmin, error)
}

// OrganizationWriter changes the organization.
type OrganizationWriter interface {
	// SetOrganization enters the organization or replaces it, accounts
	// included. The membership version of a graph MUST grow when this, or
	// RemoveOrganization, takes its administrator account out of the
	// Membership or back into it, and MUST stay when it does not.
	SetOrganization(ctx context.Context, o Organization) error
	// RemoveOrganization removes the organization with its accounts; its
	// administrators stay. It MUST return ErrNotFound when there is none.
	RemoveOrganization(ctx context.Context) error
	// SetOrganizationAdmin enters the administrator of a Region or replaces
	// it. It MUST return ErrNotFound when the graph does not exist.
	SetOrganizationAdmin(ctx context.Context, a OrganizationAdmin) error
	// RemoveOrganizationAdmin removes the administrator of a Region. It goes
	// with its graph, too.
	RemoveOrganizationAdmin(ctx context.Context, region string) error
}
