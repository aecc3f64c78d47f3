package api

import (
	"context"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/control"
	"github.com/gumshoe-detective/gumshoe/internal/detective"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

var _ Backend = (*fake)(nil)

func (f *fake) CreateGraph(_ context.Context, c detective.Caller, tags map[string]string) (string, error) {
	f.call("CreateGraph %s %s %v", c.AccountID, c.Region, tags)
	return testARN, f.err
}

func (f *fake) ListGraphs(_ context.Context, _ detective.Caller, p detective.Page) ([]detective.Graph, string, error) {
	f.call("ListGraphs %+v", p)
	return f.graphs, f.next, f.err
}

func (f *fake) DeleteGraph(_ context.Context, _ detective.Caller, arn string) error {
	f.call("DeleteGraph %s", arn)
	return f.err
}

func (f *fake) CreateMembers(_ context.Context, _ detective.Caller, arn string, in detective.CreateMembersInput) ([]detective.Member, []detective.Unprocessed, error) {
	f.call("CreateMembers %s %+v", arn, in)
	return f.members, f.left, f.err
}

func (f *fake) DeleteMembers(_ context.Context, _ detective.Caller, arn string, ids []string) ([]string, []detective.Unprocessed, error) {
	f.call("DeleteMembers %s %q", arn, ids)
	return f.removed, f.left, f.err
}

func (f *fake) GetMembers(_ context.Context, _ detective.Caller, arn string, ids []string) ([]detective.Member, []detective.Unprocessed, error) {
	f.call("GetMembers %s %q", arn, ids)
	return f.members, f.left, f.err
}

func (f *fake) ListMembers(_ context.Context, _ detective.Caller, arn string, p detective.Page) ([]detective.Member, string, error) {
	f.call("ListMembers %s %+v", arn, p)
	return f.members, f.next, f.err
}

func (f *fake) StartMonitoringMember(_ context.Context, _ detective.Caller, arn, id string) error {
	f.call("StartMonitoringMember %s %s", arn, id)
	return f.err
}

func (f *fake) AcceptInvitation(_ context.Context, _ detective.Caller, arn string) error {
	f.call("AcceptInvitation %s", arn)
	return f.err
}

func (f *fake) RejectInvitation(_ context.Context, _ detective.Caller, arn string) error {
	f.call("RejectInvitation %s", arn)
	return f.err
}

func (f *fake) DisassociateMembership(_ context.Context, _ detective.Caller, arn string) error {
	f.call("DisassociateMembership %s", arn)
	return f.err
}

func (f *fake) ListInvitations(_ context.Context, _ detective.Caller, p detective.Page) ([]detective.Member, string, error) {
	f.call("ListInvitations %+v", p)
	return f.members, f.next, f.err
}

func (f *fake) ListDatasourcePackages(_ context.Context, _ detective.Caller, arn string, p detective.Page) ([]detective.PackageState, string, error) {
	f.call("ListDatasourcePackages %s %+v", arn, p)
	return f.packages, f.next, f.err
}

func (f *fake) UpdateDatasourcePackages(_ context.Context, _ detective.Caller, arn string, wanted []control.Package) error {
	f.call("UpdateDatasourcePackages %s %q", arn, wanted)
	return f.err
}

func (f *fake) BatchGetGraphMemberDatasources(_ context.Context, _ detective.Caller, arn string, ids []string) ([]detective.AccountPackages, []detective.Unprocessed, error) {
	f.call("BatchGetGraphMemberDatasources %s %q", arn, ids)
	return f.histories, f.left, f.err
}

func (f *fake) BatchGetMembershipDatasources(_ context.Context, _ detective.Caller, arns []string) ([]detective.AccountPackages, []detective.UnprocessedGraph, error) {
	f.call("BatchGetMembershipDatasources %q", arns)
	return f.histories, f.leftGraphs, f.err
}

func (f *fake) EnableOrganizationAdminAccount(_ context.Context, c detective.Caller, id string) error {
	f.call("EnableOrganizationAdminAccount %s %s", c.Region, id)
	return f.err
}

func (f *fake) DisableOrganizationAdminAccount(_ context.Context, c detective.Caller) error {
	f.call("DisableOrganizationAdminAccount %s", c.Region)
	return f.err
}

func (f *fake) ListOrganizationAdminAccounts(_ context.Context, _ detective.Caller, p detective.Page) ([]control.OrganizationAdmin, string, error) {
	f.call("ListOrganizationAdminAccounts %+v", p)
	return f.admins, f.next, f.err
}

func (f *fake) DescribeOrganizationConfiguration(_ context.Context, _ detective.Caller, arn string) (bool, error) {
	f.call("DescribeOrganizationConfiguration %s", arn)
	return f.autoEnable, f.err
}

func (f *fake) UpdateOrganizationConfiguration(_ context.Context, _ detective.Caller, arn string, auto *bool) error {
	if auto == nil {
		f.call("UpdateOrganizationConfiguration %s unset", arn)
	} else {
		f.call("UpdateOrganizationConfiguration %s %t", arn, *auto)
	}
	return f.err
}

func (f *fake) StartInvestigation(_ context.Context, _ detective.Caller, arn, entity string, from, to time.Time) (string, error) {
	f.call("StartInvestigation %s %s %s %s", arn, entity, from.Format(time.RFC3339Nano), to.Format(time.RFC3339Nano))
	return testID, f.err
}

func (f *fake) GetInvestigation(_ context.Context, _ detective.Caller, arn, id string) (detective.Investigation, error) {
	f.call("GetInvestigation %s %s", arn, id)
	if f.err != nil || len(f.investigations) == 0 {
		return detective.Investigation{}, f.err
	}
	return f.investigations[0], nil
}

func (f *fake) ListInvestigations(_ context.Context, _ detective.Caller, arn string, fi detective.InvestigationFilter, s detective.InvestigationSort, p detective.Page) ([]detective.Investigation, string, error) {
	f.call("ListInvestigations %s %+v %+v %+v", arn, fi, s, p)
	return f.investigations, f.next, f.err
}

func (f *fake) ListIndicators(_ context.Context, _ detective.Caller, arn, id, kind string, p detective.Page) ([]indicators.Indicator, string, error) {
	f.call("ListIndicators %s %s %q %+v", arn, id, kind, p)
	return f.indicators, f.next, f.err
}

func (f *fake) UpdateInvestigationState(_ context.Context, _ detective.Caller, arn, id, state string) error {
	f.call("UpdateInvestigationState %s %s %s", arn, id, state)
	return f.err
}

func (f *fake) ListTagsForResource(_ context.Context, _ detective.Caller, arn string) (map[string]string, error) {
	f.call("ListTagsForResource %s", arn)
	return f.tags, f.err
}

func (f *fake) TagResource(_ context.Context, _ detective.Caller, arn string, tags map[string]string) error {
	f.call("TagResource %s %v", arn, tags)
	return f.err
}

func (f *fake) UntagResource(_ context.Context, _ detective.Caller, arn string, keys []string) error {
	f.call("UntagResource %s %q", arn, keys)
	return f.err
}
