package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func (s *service) EnableOrganizationAdminAccount(ctx context.Context, c detective.Caller, in *EnableOrganizationAdminAccountRequest) error {
	return s.backend.EnableOrganizationAdminAccount(ctx, c, *in.AccountId)
}

func (s *service) DisableOrganizationAdminAccount(ctx context.Context, c detective.Caller) error {
	return s.backend.DisableOrganizationAdminAccount(ctx, c)
}

func (s *service) ListOrganizationAdminAccounts(ctx context.Context, c detective.Caller, in *ListOrganizationAdminAccountsRequest) (*ListOrganizationAdminAccountsResponse, error) {
	list, next, err := s.backend.ListOrganizationAdminAccounts(ctx, c, page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	out := &ListOrganizationAdminAccountsResponse{NextToken: present(next)}
	for _, a := range list {
		out.Administrators = append(out.Administrators, Administrator{
			AccountId: &a.AccountID, GraphArn: &a.GraphARN, DelegationTime: timestamp(a.Delegated),
		})
	}
	return out, nil
}

func (s *service) DescribeOrganizationConfiguration(ctx context.Context, c detective.Caller, in *DescribeOrganizationConfigurationRequest) (*DescribeOrganizationConfigurationResponse, error) {
	auto, err := s.backend.DescribeOrganizationConfiguration(ctx, c, *in.GraphArn)
	if err != nil {
		return nil, err
	}
	return &DescribeOrganizationConfigurationResponse{AutoEnable: &auto}, nil
}

func (s *service) UpdateOrganizationConfiguration(ctx context.Context, c detective.Caller, in *UpdateOrganizationConfigurationRequest) error {
	return s.backend.UpdateOrganizationConfiguration(ctx, c, *in.GraphArn, in.AutoEnable)
}
