package client

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// ErrDuplicateToken ends an iteration when the service answers with the token
// that it was asked with: to go on would be to go round for ever, and to stop
// quietly would pass for a complete list.
var ErrDuplicateToken = errors.New("the same next token was received twice")

// pager is what all paginators have, the SDK's and ours.
type pager[Page any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*detective.Options)) (*Page, error)
}

// each yields the items of all pages. It ends at the first error, which it
// yields with a zero item. Ranging over it again starts again.
func each[Page, Item any](ctx context.Context, start func() pager[Page], read func(*Page) ([]Item, *string), optFns []func(*detective.Options)) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var zero Item
		last := ""
		for p := start(); p.HasMorePages(); {
			page, err := p.NextPage(ctx, optFns...)
			if err != nil {
				yield(zero, err)
				return
			}
			items, token := read(page)
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if token == nil || *token == "" {
				return
			}
			if *token == last {
				yield(zero, ErrDuplicateToken)
				return
			}
			last = *token
		}
	}
}

// Graphs yields the behavior graphs that the caller's account administers: one
// or none in a region. The iterators of this package fetch a page when the one
// before is used up, end at the first error, and start anew when they are
// ranged over again.
func (c *Client) Graphs(ctx context.Context, params *detective.ListGraphsInput, optFns ...func(*detective.Options)) iter.Seq2[types.Graph, error] {
	return graphs(ctx, c, params, optFns)
}

func graphs(ctx context.Context, c detective.ListGraphsAPIClient, params *detective.ListGraphsInput, optFns []func(*detective.Options)) iter.Seq2[types.Graph, error] {
	return each(ctx,
		func() pager[detective.ListGraphsOutput] { return detective.NewListGraphsPaginator(c, params) },
		func(p *detective.ListGraphsOutput) ([]types.Graph, *string) { return p.GraphList, p.NextToken }, optFns)
}

// Members yields the member accounts of a graph, invited ones too.
func (c *Client) Members(ctx context.Context, params *detective.ListMembersInput, optFns ...func(*detective.Options)) iter.Seq2[types.MemberDetail, error] {
	return each(ctx,
		func() pager[detective.ListMembersOutput] { return detective.NewListMembersPaginator(c, params) },
		func(p *detective.ListMembersOutput) ([]types.MemberDetail, *string) {
			return p.MemberDetails, p.NextToken
		}, optFns)
}

// Invitations yields the caller's open and accepted memberships.
func (c *Client) Invitations(ctx context.Context, params *detective.ListInvitationsInput, optFns ...func(*detective.Options)) iter.Seq2[types.MemberDetail, error] {
	return invitations(ctx, c, params, optFns)
}

func invitations(ctx context.Context, c detective.ListInvitationsAPIClient, params *detective.ListInvitationsInput, optFns []func(*detective.Options)) iter.Seq2[types.MemberDetail, error] {
	return each(ctx,
		func() pager[detective.ListInvitationsOutput] { return detective.NewListInvitationsPaginator(c, params) },
		func(p *detective.ListInvitationsOutput) ([]types.MemberDetail, *string) {
			return p.Invitations, p.NextToken
		}, optFns)
}

// OrganizationAdminAccounts yields the organization's Detective administrators.
func (c *Client) OrganizationAdminAccounts(ctx context.Context, params *detective.ListOrganizationAdminAccountsInput, optFns ...func(*detective.Options)) iter.Seq2[types.Administrator, error] {
	return each(ctx,
		func() pager[detective.ListOrganizationAdminAccountsOutput] {
			return detective.NewListOrganizationAdminAccountsPaginator(c, params)
		},
		func(p *detective.ListOrganizationAdminAccountsOutput) ([]types.Administrator, *string) {
			return p.Administrators, p.NextToken
		}, optFns)
}

// DatasourcePackage is one entry of the map that ListDatasourcePackages
// answers with.
type DatasourcePackage struct {
	Package types.DatasourcePackage
	types.DatasourcePackageIngestDetail
}

// DatasourcePackages yields the data source packages of a graph, those of a
// page in the order of their names.
func (c *Client) DatasourcePackages(ctx context.Context, params *detective.ListDatasourcePackagesInput, optFns ...func(*detective.Options)) iter.Seq2[DatasourcePackage, error] {
	return each(ctx,
		func() pager[detective.ListDatasourcePackagesOutput] {
			return detective.NewListDatasourcePackagesPaginator(c, params)
		},
		func(p *detective.ListDatasourcePackagesOutput) ([]DatasourcePackage, *string) {
			var sorted []DatasourcePackage
			for _, name := range slices.Sorted(maps.Keys(p.DatasourcePackages)) {
				sorted = append(sorted, DatasourcePackage{types.DatasourcePackage(name), p.DatasourcePackages[name]})
			}
			return sorted, p.NextToken
		}, optFns)
}

// Investigations yields the investigations of a graph that match the criteria.
func (c *Client) Investigations(ctx context.Context, params *detective.ListInvestigationsInput, optFns ...func(*detective.Options)) iter.Seq2[types.InvestigationDetail, error] {
	return each(ctx,
		func() pager[detective.ListInvestigationsOutput] { return NewListInvestigationsPaginator(c, params) },
		func(p *detective.ListInvestigationsOutput) ([]types.InvestigationDetail, *string) {
			return p.InvestigationDetails, p.NextToken
		}, optFns)
}

// Indicators yields the indicators of compromise of an investigation.
func (c *Client) Indicators(ctx context.Context, params *detective.ListIndicatorsInput, optFns ...func(*detective.Options)) iter.Seq2[types.Indicator, error] {
	return each(ctx,
		func() pager[detective.ListIndicatorsOutput] { return NewListIndicatorsPaginator(c, params) },
		func(p *detective.ListIndicatorsOutput) ([]types.Indicator, *string) {
			return p.Indicators, p.NextToken
		}, optFns)
}
