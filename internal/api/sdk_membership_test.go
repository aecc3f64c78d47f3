package api

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
)

// TestGoSDKMembership calls the operations on members, data sources and the
// organization through the Go SDK.
func TestGoSDKMembership(t *testing.T) {
	t.Parallel()
	created := time.Date(2021, 8, 18, 16, 35, 56, 284e6, time.UTC)
	backend := &fake{
		members: allMembers(), removed: []string{"111122223333"}, left: []detective.Unprocessed{{AccountID: "999999999999", Reason: "why"}},
		packages:   []detective.PackageState{{Name: control.DetectiveCore, History: control.PackageHistory{State: control.IngestStarted, Changed: map[control.IngestState]time.Time{control.IngestStarted: created}}}},
		histories:  []detective.AccountPackages{{AccountID: "111122223333", GraphARN: testARN, Packages: neverTaken()}},
		leftGraphs: []detective.UnprocessedGraph{{GraphARN: testARN, Reason: "why"}},
		admins:     []control.OrganizationAdmin{{AccountID: testAccount, GraphARN: testARN, Delegated: created}},
		autoEnable: true,
	}
	client, ctx := newClient(t, backend, keep), t.Context()
	f := func(operation string, err error, got, want any) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.MemberDetail{}, types.UnprocessedAccount{}, types.UnprocessedGraph{},
			types.DatasourcePackageUsageInfo{}, types.DatasourcePackageIngestDetail{}, types.TimestampForCollection{}, types.MembershipDatasources{}, types.Administrator{})); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", operation, diff)
		}
		if last := backend.calls[len(backend.calls)-1]; len(last) < len(operation) || last[:len(operation)] != operation {
			t.Errorf("%s: called the backend %q", operation, last)
		}
	}
	arn, id, ids := aws.String(testARN), aws.String("111122223333"), []string{"111122223333"}
	left := []types.UnprocessedAccount{{AccountId: aws.String("999999999999"), Reason: aws.String("why")}}
	started := map[string]types.TimestampForCollection{"DISABLED": {Timestamp: &created}}

	made, err := client.CreateMembers(ctx, &sdk.CreateMembersInput{GraphArn: arn, Accounts: []types.Account{{AccountId: id, EmailAddress: aws.String("a@example.com")}}, Message: aws.String("é")})
	f("CreateMembers", err, made.UnprocessedAccounts, left)
	removed, err := client.DeleteMembers(ctx, &sdk.DeleteMembersInput{GraphArn: arn, AccountIds: ids})
	f("DeleteMembers", err, removed.AccountIds, ids)
	got, err := client.GetMembers(ctx, &sdk.GetMembersInput{GraphArn: arn, AccountIds: ids})
	f("GetMembers", err, got.MemberDetails[1], sdkEnabledMember(created))
	list, err := client.ListMembers(ctx, &sdk.ListMembersInput{GraphArn: arn})
	f("ListMembers", err, []any{len(list.MemberDetails), list.NextToken, list.MemberDetails[2].DisabledReason, list.MemberDetails[2].EmailAddress},
		[]any{3, (*string)(nil), types.MemberDisabledReasonVolumeTooHigh, (*string)(nil)})
	_, err = client.StartMonitoringMember(ctx, &sdk.StartMonitoringMemberInput{GraphArn: arn, AccountId: id})
	f("StartMonitoringMember", err, nil, nil)
	_, err = client.AcceptInvitation(ctx, &sdk.AcceptInvitationInput{GraphArn: arn})
	f("AcceptInvitation", err, nil, nil)
	_, err = client.RejectInvitation(ctx, &sdk.RejectInvitationInput{GraphArn: arn})
	f("RejectInvitation", err, nil, nil)
	_, err = client.DisassociateMembership(ctx, &sdk.DisassociateMembershipInput{GraphArn: arn})
	f("DisassociateMembership", err, nil, nil)
	invitations, err := client.ListInvitations(ctx, &sdk.ListInvitationsInput{MaxResults: aws.Int32(3)})
	f("ListInvitations", err, invitations.Invitations[0].Status, types.MemberStatusInvited)

	packages, err := client.ListDatasourcePackages(ctx, &sdk.ListDatasourcePackagesInput{GraphArn: arn})
	f("ListDatasourcePackages", err, packages.DatasourcePackages, map[string]types.DatasourcePackageIngestDetail{"DETECTIVE_CORE": {
		DatasourcePackageIngestState: types.DatasourcePackageIngestStateStarted, LastIngestStateChange: map[string]types.TimestampForCollection{"STARTED": {Timestamp: &created}}}})
	_, err = client.UpdateDatasourcePackages(ctx, &sdk.UpdateDatasourcePackagesInput{GraphArn: arn, DatasourcePackages: []types.DatasourcePackage{types.DatasourcePackageEksAudit}})
	f("UpdateDatasourcePackages", err, nil, nil)
	history := []types.MembershipDatasources{{AccountId: id, GraphArn: arn, DatasourcePackageIngestHistory: map[string]map[string]types.TimestampForCollection{
		"DETECTIVE_CORE": started, "EKS_AUDIT": started, "ASFF_SECURITYHUB_FINDING": started}}}
	byAccount, err := client.BatchGetGraphMemberDatasources(ctx, &sdk.BatchGetGraphMemberDatasourcesInput{GraphArn: arn, AccountIds: ids})
	f("BatchGetGraphMemberDatasources", err, []any{byAccount.MemberDatasources, byAccount.UnprocessedAccounts}, []any{history, left})
	byGraph, err := client.BatchGetMembershipDatasources(ctx, &sdk.BatchGetMembershipDatasourcesInput{GraphArns: []string{testARN}})
	f("BatchGetMembershipDatasources", err, []any{byGraph.MembershipDatasources, byGraph.UnprocessedGraphs},
		[]any{history, []types.UnprocessedGraph{{GraphArn: arn, Reason: aws.String("why")}}})

	_, err = client.EnableOrganizationAdminAccount(ctx, &sdk.EnableOrganizationAdminAccountInput{AccountId: id})
	f("EnableOrganizationAdminAccount", err, nil, nil)
	_, err = client.DisableOrganizationAdminAccount(ctx, &sdk.DisableOrganizationAdminAccountInput{})
	f("DisableOrganizationAdminAccount", err, nil, nil)
	admins, err := client.ListOrganizationAdminAccounts(ctx, &sdk.ListOrganizationAdminAccountsInput{})
	f("ListOrganizationAdminAccounts", err, admins.Administrators, []types.Administrator{{AccountId: aws.String(testAccount), GraphArn: arn, DelegationTime: &created}})
	config, err := client.DescribeOrganizationConfiguration(ctx, &sdk.DescribeOrganizationConfigurationInput{GraphArn: arn})
	f("DescribeOrganizationConfiguration", err, config.AutoEnable, true)
	_, err = client.UpdateOrganizationConfiguration(ctx, &sdk.UpdateOrganizationConfigurationInput{GraphArn: arn, AutoEnable: true})
	f("UpdateOrganizationConfiguration", err, nil, nil)
	if last := backend.calls[len(backend.calls)-1]; !slices.Equal(backend.calls[17:], []string{last}) || last != "UpdateOrganizationConfiguration "+testARN+" true" {
		t.Errorf("%d calls, the last is %s; want 18", len(backend.calls), last)
	}
}

// sdkEnabledMember is enabledMember as the SDK reads it.
func sdkEnabledMember(created time.Time) types.MemberDetail {
	worked := created.Add(24 * time.Hour)
	usage := func(bytes int64) types.DatasourcePackageUsageInfo {
		return types.DatasourcePackageUsageInfo{VolumeUsageInBytes: &bytes, VolumeUsageUpdateTime: &worked}
	}
	m := types.MemberDetail{
		AccountId: aws.String("444455556666"), AdministratorId: aws.String(testAccount),
		EmailAddress: aws.String("second@example.com"), GraphArn: aws.String(testARN), InvitationType: types.InvitationTypeOrganization,
		InvitedTime: &created, UpdatedTime: &worked, Status: types.MemberStatusEnabled,
		DatasourcePackageIngestStates: map[string]types.DatasourcePackageIngestState{"ASFF_SECURITYHUB_FINDING": "DISABLED", "DETECTIVE_CORE": "STARTED", "EKS_AUDIT": "DISABLED"},
		VolumeUsageByDatasourcePackage: map[string]types.DatasourcePackageUsageInfo{
			"ASFF_SECURITYHUB_FINDING": usage(0), "DETECTIVE_CORE": usage(39_000_000_000), "EKS_AUDIT": usage(1_000_000_000),
		},
	}
	m.MasterId = aws.String(testAccount)                                                //nolint:staticcheck // deprecated, and filled for clients that read it
	m.VolumeUsageInBytes = aws.Int64(40_000_000_000)                                    //nolint:staticcheck // the same
	m.PercentOfGraphUtilization = aws.Float64(25)                                       //nolint:staticcheck // the same
	m.VolumeUsageUpdatedTime, m.PercentOfGraphUtilizationUpdatedTime = &worked, &worked //nolint:staticcheck // the same
	return m
}
