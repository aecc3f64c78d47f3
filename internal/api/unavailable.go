package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// notAvailable is the answer of the operations in this file, whose requests
// are authenticated and validated like all others.
func notAvailable(operation string) error {
	return &detective.Error{
		Code:    detective.InternalServer,
		Message: operation + " is not available in this version of gumshoe",
	}
}

func (s *service) AcceptInvitation(_ context.Context, _ detective.Caller, _ *AcceptInvitationRequest) error {
	return notAvailable("AcceptInvitation")
}

func (s *service) BatchGetGraphMemberDatasources(_ context.Context, _ detective.Caller, _ *BatchGetGraphMemberDatasourcesRequest) (*BatchGetGraphMemberDatasourcesResponse, error) {
	return nil, notAvailable("BatchGetGraphMemberDatasources")
}

func (s *service) BatchGetMembershipDatasources(_ context.Context, _ detective.Caller, _ *BatchGetMembershipDatasourcesRequest) (*BatchGetMembershipDatasourcesResponse, error) {
	return nil, notAvailable("BatchGetMembershipDatasources")
}

func (s *service) CreateMembers(_ context.Context, _ detective.Caller, _ *CreateMembersRequest) (*CreateMembersResponse, error) {
	return nil, notAvailable("CreateMembers")
}

func (s *service) DeleteMembers(_ context.Context, _ detective.Caller, _ *DeleteMembersRequest) (*DeleteMembersResponse, error) {
	return nil, notAvailable("DeleteMembers")
}

func (s *service) DescribeOrganizationConfiguration(_ context.Context, _ detective.Caller, _ *DescribeOrganizationConfigurationRequest) (*DescribeOrganizationConfigurationResponse, error) {
	return nil, notAvailable("DescribeOrganizationConfiguration")
}

func (s *service) DisableOrganizationAdminAccount(_ context.Context, _ detective.Caller) error {
	return notAvailable("DisableOrganizationAdminAccount")
}

func (s *service) DisassociateMembership(_ context.Context, _ detective.Caller, _ *DisassociateMembershipRequest) error {
	return notAvailable("DisassociateMembership")
}

func (s *service) EnableOrganizationAdminAccount(_ context.Context, _ detective.Caller, _ *EnableOrganizationAdminAccountRequest) error {
	return notAvailable("EnableOrganizationAdminAccount")
}

func (s *service) GetMembers(_ context.Context, _ detective.Caller, _ *GetMembersRequest) (*GetMembersResponse, error) {
	return nil, notAvailable("GetMembers")
}

func (s *service) ListDatasourcePackages(_ context.Context, _ detective.Caller, _ *ListDatasourcePackagesRequest) (*ListDatasourcePackagesResponse, error) {
	return nil, notAvailable("ListDatasourcePackages")
}

func (s *service) ListInvitations(_ context.Context, _ detective.Caller, _ *ListInvitationsRequest) (*ListInvitationsResponse, error) {
	return nil, notAvailable("ListInvitations")
}

func (s *service) ListMembers(_ context.Context, _ detective.Caller, _ *ListMembersRequest) (*ListMembersResponse, error) {
	return nil, notAvailable("ListMembers")
}

func (s *service) ListOrganizationAdminAccounts(_ context.Context, _ detective.Caller, _ *ListOrganizationAdminAccountsRequest) (*ListOrganizationAdminAccountsResponse, error) {
	return nil, notAvailable("ListOrganizationAdminAccounts")
}

func (s *service) RejectInvitation(_ context.Context, _ detective.Caller, _ *RejectInvitationRequest) error {
	return notAvailable("RejectInvitation")
}

func (s *service) StartMonitoringMember(_ context.Context, _ detective.Caller, _ *StartMonitoringMemberRequest) error {
	return notAvailable("StartMonitoringMember")
}

func (s *service) UpdateDatasourcePackages(_ context.Context, _ detective.Caller, _ *UpdateDatasourcePackagesRequest) error {
	return notAvailable("UpdateDatasourcePackages")
}

func (s *service) UpdateOrganizationConfiguration(_ context.Context, _ detective.Caller, _ *UpdateOrganizationConfigurationRequest) error {
	return notAvailable("UpdateOrganizationConfiguration")
}
