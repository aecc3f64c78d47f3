package api

import (
	"context"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// Backend is what the API asks for its answers; *detective.Service is one.
// Arguments have passed the model's constraints. Errors that are meant for
// the client are *detective.Error; any other is logged and answered as an
// internal error. A list's second result is the token of the next page and
// MUST be empty on the last page.
type Backend interface {
	CreateGraph(ctx context.Context, c detective.Caller, tags map[string]string) (arn string, err error)
	ListGraphs(ctx context.Context, c detective.Caller, p detective.Page) ([]detective.Graph, string, error)
	DeleteGraph(ctx context.Context, c detective.Caller, graphARN string) error

	CreateMembers(ctx context.Context, c detective.Caller, graphARN string, in detective.CreateMembersInput) ([]detective.Member, []detective.Unprocessed, error)
	DeleteMembers(ctx context.Context, c detective.Caller, graphARN string, accountIDs []string) (removed []string, left []detective.Unprocessed, err error)
	GetMembers(ctx context.Context, c detective.Caller, graphARN string, accountIDs []string) ([]detective.Member, []detective.Unprocessed, error)
	ListMembers(ctx context.Context, c detective.Caller, graphARN string, p detective.Page) ([]detective.Member, string, error)
	StartMonitoringMember(ctx context.Context, c detective.Caller, graphARN, accountID string) error

	AcceptInvitation(ctx context.Context, c detective.Caller, graphARN string) error
	RejectInvitation(ctx context.Context, c detective.Caller, graphARN string) error
	DisassociateMembership(ctx context.Context, c detective.Caller, graphARN string) error
	ListInvitations(ctx context.Context, c detective.Caller, p detective.Page) ([]detective.Member, string, error)

	ListDatasourcePackages(ctx context.Context, c detective.Caller, graphARN string, p detective.Page) ([]detective.PackageState, string, error)
	UpdateDatasourcePackages(ctx context.Context, c detective.Caller, graphARN string, wanted []control.Package) error
	BatchGetGraphMemberDatasources(ctx context.Context, c detective.Caller, graphARN string, accountIDs []string) ([]detective.AccountPackages, []detective.Unprocessed, error)
	BatchGetMembershipDatasources(ctx context.Context, c detective.Caller, graphARNs []string) ([]detective.AccountPackages, []detective.UnprocessedGraph, error)

	EnableOrganizationAdminAccount(ctx context.Context, c detective.Caller, accountID string) error
	DisableOrganizationAdminAccount(ctx context.Context, c detective.Caller) error
	ListOrganizationAdminAccounts(ctx context.Context, c detective.Caller, p detective.Page) ([]control.OrganizationAdmin, string, error)
	DescribeOrganizationConfiguration(ctx context.Context, c detective.Caller, graphARN string) (autoEnable bool, err error)
	UpdateOrganizationConfiguration(ctx context.Context, c detective.Caller, graphARN string, autoEnable *bool) error

	StartInvestigation(ctx context.Context, c detective.Caller, graphARN, entityARN string, from, to time.Time) (id string, err error)
	GetInvestigation(ctx context.Context, c detective.Caller, graphARN, id string) (detective.Investigation, error)
	ListInvestigations(ctx context.Context, c detective.Caller, graphARN string, f detective.InvestigationFilter, s detective.InvestigationSort, p detective.Page) ([]detective.Investigation, string, error)
	ListIndicators(ctx context.Context, c detective.Caller, graphARN, id, kind string, p detective.Page) ([]indicators.Indicator, string, error)
	UpdateInvestigationState(ctx context.Context, c detective.Caller, graphARN, id, state string) error

	ListTagsForResource(ctx context.Context, c detective.Caller, graphARN string) (map[string]string, error)
	TagResource(ctx context.Context, c detective.Caller, graphARN string, tags map[string]string) error
	UntagResource(ctx context.Context, c detective.Caller, graphARN string, keys []string) error
}

// KeyLookup finds access keys.
type KeyLookup interface {
	// LookupKey returns the secret of an access key and who calls with it;
	// the caller's Region is left empty. It returns ErrUnknownKey (wrapped
	// or not) for a key that does not exist or was revoked; any other error
	// is internal.
	LookupKey(ctx context.Context, accessKeyID string) (secret string, c detective.Caller, err error)
}
