package client

import "github.com/aws/aws-sdk-go-v2/service/detective"

// The paginators that the SDK has, under the same roof as those that it lacks.

// NewListDatasourcePackagesPaginator returns a paginator of ListDatasourcePackages.
func NewListDatasourcePackagesPaginator(c detective.ListDatasourcePackagesAPIClient, in *detective.ListDatasourcePackagesInput, optFns ...func(*detective.ListDatasourcePackagesPaginatorOptions)) *detective.ListDatasourcePackagesPaginator {
	return detective.NewListDatasourcePackagesPaginator(c, in, optFns...)
}

// NewListGraphsPaginator returns a paginator of ListGraphs.
func NewListGraphsPaginator(c detective.ListGraphsAPIClient, in *detective.ListGraphsInput, optFns ...func(*detective.ListGraphsPaginatorOptions)) *detective.ListGraphsPaginator {
	return detective.NewListGraphsPaginator(c, in, optFns...)
}

// NewListInvitationsPaginator returns a paginator of ListInvitations.
func NewListInvitationsPaginator(c detective.ListInvitationsAPIClient, in *detective.ListInvitationsInput, optFns ...func(*detective.ListInvitationsPaginatorOptions)) *detective.ListInvitationsPaginator {
	return detective.NewListInvitationsPaginator(c, in, optFns...)
}

// NewListMembersPaginator returns a paginator of ListMembers.
func NewListMembersPaginator(c detective.ListMembersAPIClient, in *detective.ListMembersInput, optFns ...func(*detective.ListMembersPaginatorOptions)) *detective.ListMembersPaginator {
	return detective.NewListMembersPaginator(c, in, optFns...)
}

// NewListOrganizationAdminAccountsPaginator returns a paginator of ListOrganizationAdminAccounts.
func NewListOrganizationAdminAccountsPaginator(c detective.ListOrganizationAdminAccountsAPIClient, in *detective.ListOrganizationAdminAccountsInput, optFns ...func(*detective.ListOrganizationAdminAccountsPaginatorOptions)) *detective.ListOrganizationAdminAccountsPaginator {
	return detective.NewListOrganizationAdminAccountsPaginator(c, in, optFns...)
}
