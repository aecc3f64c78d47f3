package api

import (
	"context"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

func (s *service) CreateMembers(ctx context.Context, c detective.Caller, in *CreateMembersRequest) (*CreateMembersResponse, error) {
	call := detective.CreateMembersInput{Message: value(in.Message), NoEmail: value(in.DisableEmailNotification)}
	for _, a := range in.Accounts {
		call.Accounts = append(call.Accounts, detective.AccountDetails{AccountID: *a.AccountId, Email: value(a.EmailAddress)})
	}
	made, left, err := s.backend.CreateMembers(ctx, c, *in.GraphArn, call)
	if err != nil {
		return nil, err
	}
	return &CreateMembersResponse{Members: memberDetails(made), UnprocessedAccounts: unprocessed(left)}, nil
}

func (s *service) DeleteMembers(ctx context.Context, c detective.Caller, in *DeleteMembersRequest) (*DeleteMembersResponse, error) {
	removed, left, err := s.backend.DeleteMembers(ctx, c, *in.GraphArn, in.AccountIds)
	if err != nil {
		return nil, err
	}
	return &DeleteMembersResponse{AccountIds: removed, UnprocessedAccounts: unprocessed(left)}, nil
}

func (s *service) GetMembers(ctx context.Context, c detective.Caller, in *GetMembersRequest) (*GetMembersResponse, error) {
	found, left, err := s.backend.GetMembers(ctx, c, *in.GraphArn, in.AccountIds)
	if err != nil {
		return nil, err
	}
	return &GetMembersResponse{MemberDetails: memberDetails(found), UnprocessedAccounts: unprocessed(left)}, nil
}

func (s *service) ListMembers(ctx context.Context, c detective.Caller, in *ListMembersRequest) (*ListMembersResponse, error) {
	list, next, err := s.backend.ListMembers(ctx, c, *in.GraphArn, page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	return &ListMembersResponse{MemberDetails: memberDetails(list), NextToken: present(next)}, nil
}

func (s *service) StartMonitoringMember(ctx context.Context, c detective.Caller, in *StartMonitoringMemberRequest) error {
	return s.backend.StartMonitoringMember(ctx, c, *in.GraphArn, *in.AccountId)
}

func (s *service) AcceptInvitation(ctx context.Context, c detective.Caller, in *AcceptInvitationRequest) error {
	return s.backend.AcceptInvitation(ctx, c, *in.GraphArn)
}

func (s *service) RejectInvitation(ctx context.Context, c detective.Caller, in *RejectInvitationRequest) error {
	return s.backend.RejectInvitation(ctx, c, *in.GraphArn)
}

func (s *service) DisassociateMembership(ctx context.Context, c detective.Caller, in *DisassociateMembershipRequest) error {
	return s.backend.DisassociateMembership(ctx, c, *in.GraphArn)
}

func (s *service) ListInvitations(ctx context.Context, c detective.Caller, in *ListInvitationsRequest) (*ListInvitationsResponse, error) {
	list, next, err := s.backend.ListInvitations(ctx, c, page(in.NextToken, in.MaxResults))
	if err != nil {
		return nil, err
	}
	return &ListInvitationsResponse{Invitations: memberDetails(list), NextToken: present(next)}, nil
}

func memberDetails(list []detective.Member) []MemberDetail {
	out := make([]MemberDetail, len(list))
	for i := range list {
		out[i] = memberDetail(&list[i])
	}
	return out
}

// memberDetail fills the deprecated members beside the present ones: clients
// of both generations read them.
func memberDetail(m *detective.Member) MemberDetail {
	d := MemberDetail{
		AccountId:       &m.AccountID,
		AdministratorId: &m.AdministratorID,
		MasterId:        &m.AdministratorID,
		EmailAddress:    present(m.Email),
		GraphArn:        &m.GraphARN,
		InvitationType:  present(InvitationType(m.InvitationType)),
		InvitedTime:     timestamp(m.Invited),
		Status:          present(MemberStatus(m.Status)),
		DisabledReason:  present(MemberDisabledReason(m.DisabledReason)),
		UpdatedTime:     timestamp(m.Updated),

		DatasourcePackageIngestStates: map[DatasourcePackage]DatasourcePackageIngestState{},
	}
	for _, name := range control.AllPackages() {
		if state := m.Packages.State(name); state != "" {
			d.DatasourcePackageIngestStates[DatasourcePackage(name)] = DatasourcePackageIngestState(state)
		}
	}
	if !m.Accepted {
		return d
	}
	total, updated := m.Usage.Total(), timestamp(m.UsageUpdated)
	d.VolumeUsageInBytes, d.VolumeUsageUpdatedTime = &total, updated
	d.PercentOfGraphUtilization, d.PercentOfGraphUtilizationUpdatedTime = &m.Percent, updated
	d.VolumeUsageByDatasourcePackage = map[DatasourcePackage]DatasourcePackageUsageInfo{}
	for i, name := range control.AllPackages() {
		d.VolumeUsageByDatasourcePackage[DatasourcePackage(name)] = DatasourcePackageUsageInfo{
			VolumeUsageInBytes: &m.Usage.BytesPerDay[i], VolumeUsageUpdateTime: updated,
		}
	}
	return d
}

func unprocessed(list []detective.Unprocessed) []UnprocessedAccount {
	out := make([]UnprocessedAccount, len(list))
	for i := range list {
		out[i] = UnprocessedAccount{AccountId: &list[i].AccountID, Reason: &list[i].Reason}
	}
	return out
}
