package clients

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// sdkOrganization makes the graph the organization's, and disables it.
func sdkOrganization(t *testing.T, c *cast, w *wire, graph *string) {
	ctx, boss, admin := t.Context(), c.sdk(w, management, usEast1), c.sdk(w, security, usEast1)
	administrators := func() []types.Administrator {
		t.Helper()
		got := ok(boss.ListOrganizationAdminAccounts(ctx, nil))(t).Administrators
		if got == nil {
			t.Error("Administrators are not there")
		}
		return got
	}
	if got := administrators(); len(got) != 0 {
		t.Errorf("administrators before: %+v", got)
	}
	ok(boss.EnableOrganizationAdminAccount(ctx, &detective.EnableOrganizationAdminAccountInput{AccountId: aws.String(security)}))(t)
	if got := administrators(); len(got) != 1 || *got[0].AccountId != security || *got[0].GraphArn != *graph || !recent(got[0].DelegationTime) {
		t.Fatalf("administrators: %+v", got)
	}
	auto := func(want bool) {
		t.Helper()
		got := ok(admin.DescribeOrganizationConfiguration(ctx, &detective.DescribeOrganizationConfigurationInput{GraphArn: graph}))(t)
		if got.AutoEnable != want {
			t.Errorf("AutoEnable is %v, want %v", got.AutoEnable, want)
		}
	}
	auto(false)
	ok(admin.UpdateOrganizationConfiguration(ctx, &detective.UpdateOrganizationConfigurationInput{GraphArn: graph, AutoEnable: true}))(t)
	auto(true)
	// Accounts that belonged to the organization before do not join by
	// themselves; the outsider joins now and does.
	made := ok(admin.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: graph, Accounts: c.named(dev)}))(t).Members
	if len(made) != 1 || made[0].Status != types.MemberStatusEnabled || made[0].InvitationType != types.InvitationTypeOrganization {
		t.Errorf("an account of the organization: %+v", made)
	}
	gumshoe(t, 0, "org", "add", outsider, "--data", c.data)
	awaitStatus(t, admin, graph, outsider, types.MemberStatusEnabled)
	if m := member(t, admin, graph, prod); m != nil {
		t.Errorf("%s was not asked for: %+v", prod, m)
	}
	gumshoe(t, 0, "org", "remove", outsider, "--data", c.data)
	eventually(t, "an account that left the organization is no member", func() bool { return member(t, admin, graph, outsider) == nil })

	gumshoe(t, 0, "org", "suspend", dev, "--data", c.data)
	if m := awaitStatus(t, admin, graph, dev, types.MemberStatusAcceptedButDisabled); m.DisabledReason != types.MemberDisabledReasonVolumeUnknown {
		t.Errorf("a suspended account: %+v", m)
	}
	// There is no room for it now, which is no error.
	ok(admin.StartMonitoringMember(ctx, &detective.StartMonitoringMemberInput{GraphArn: graph, AccountId: aws.String(dev)}))(t)
	awaitStatus(t, admin, graph, dev, types.MemberStatusAcceptedButDisabled)
	gumshoe(t, 0, "org", "restore", dev, "--data", c.data)
	awaitStatus(t, admin, graph, dev, types.MemberStatusEnabled)

	ok(boss.DisableOrganizationAdminAccount(ctx, nil))(t)
	if got := administrators(); len(got) != 0 {
		t.Errorf("administrators after: %+v", got)
	}
	if list := ok(admin.ListGraphs(ctx, nil))(t).GraphList; len(list) != 0 {
		t.Errorf("the organization's graph is still there: %+v", list)
	}
	if in := ok(c.sdk(w, dev, usEast1).ListInvitations(ctx, nil))(t).Invitations; len(in) != 0 {
		t.Errorf("a member still sees the graph: %+v", in)
	}
}

var investigationID = regexp.MustCompile(`^[0-9]{21}$`)

// sdkInvestigation investigates the outsider's user.
func sdkInvestigation(t *testing.T, c *detective.Client, graph *string) {
	ctx := t.Context()
	to := time.Now().UTC().Truncate(time.Hour).Add(time.Hour)
	from := to.Add(-24 * time.Hour)
	id := ok(c.StartInvestigation(ctx, &detective.StartInvestigationInput{
		GraphArn: graph, EntityArn: aws.String(user(outsider)), ScopeStartTime: &from, ScopeEndTime: &to,
	}))(t).InvestigationId
	if !investigationID.MatchString(aws.ToString(id)) {
		t.Fatalf("the investigation is %q", aws.ToString(id))
	}
	var got *detective.GetInvestigationOutput
	eventually(t, "the investigation has ended", func() bool {
		got = ok(c.GetInvestigation(ctx, &detective.GetInvestigationInput{GraphArn: graph, InvestigationId: id}))(t)
		return got.Status != types.StatusRunning
	})
	if got.Status != types.StatusSuccessful || got.Severity == "" || got.State != types.StateActive || got.EntityType != types.EntityTypeIamUser ||
		*got.EntityArn != user(outsider) || !got.ScopeStartTime.Equal(from) || !got.ScopeEndTime.Equal(to) || !recent(got.CreatedTime) || *got.GraphArn != *graph {
		t.Errorf("the investigation: %+v", got)
	}
	found := ok(c.ListIndicators(ctx, &detective.ListIndicatorsInput{GraphArn: graph, InvestigationId: id}))(t)
	if found.Indicators == nil || *found.InvestigationId != *id || *found.GraphArn != *graph {
		t.Errorf("indicators: %+v", found)
	}
	ok(c.UpdateInvestigationState(ctx, &detective.UpdateInvestigationStateInput{GraphArn: graph, InvestigationId: id, State: types.StateArchived}))(t)
	listed := func(f types.FilterCriteria) []string {
		t.Helper()
		got := ok(c.ListInvestigations(ctx, &detective.ListInvestigationsInput{
			GraphArn: graph, FilterCriteria: &f, SortCriteria: &types.SortCriteria{Field: types.FieldCreatedTime, SortOrder: types.SortOrderDesc},
		}))(t).InvestigationDetails
		ids := []string{}
		for _, d := range got {
			ids = append(ids, *d.InvestigationId)
		}
		return ids
	}
	is := func(value string) *types.StringFilter { return &types.StringFilter{Value: &value} }
	span := types.DateFilter{StartInclusive: got.CreatedTime, EndInclusive: got.CreatedTime}
	if all := listed(types.FilterCriteria{State: is("ARCHIVED"), EntityArn: is(user(outsider)), CreatedTime: &span}); !slices.Equal(all, []string{*id}) {
		t.Errorf("archived investigations: %v", all)
	}
	if all := listed(types.FilterCriteria{State: is("ACTIVE")}); len(all) != 0 {
		t.Errorf("active investigations: %v", all)
	}
}
