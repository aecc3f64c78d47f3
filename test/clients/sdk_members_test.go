package clients

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/google/go-cmp/cmp"
)

// reasons are unprocessed accounts as a map.
func reasons(list []types.UnprocessedAccount) map[string]string {
	all := map[string]string{}
	for _, u := range list {
		all[aws.ToString(u.AccountId)] = aws.ToString(u.Reason)
	}
	return all
}

// sdkInvitations leaves outsider and prod enabled, and dev out.
func sdkInvitations(t *testing.T, c *cast, w *wire, graph *string) {
	ctx, admin := t.Context(), c.sdk(w, security, usEast1)
	invite := func(list []types.Account) *detective.CreateMembersOutput {
		t.Helper()
		return ok(admin.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: graph, Accounts: list, Message: aws.String("Join us: Ω")}))(t)
	}
	wrong := types.Account{AccountId: aws.String(prod), EmailAddress: aws.String("somebody@example.com")}
	made := invite(append(c.named(outsider, dev), wrong))
	if len(made.Members) != 3 || made.UnprocessedAccounts == nil || len(made.UnprocessedAccounts) != 0 {
		t.Fatalf("CreateMembers: %+v", made)
	}
	for _, m := range made.Members {
		if m.Status != types.MemberStatusVerificationInProgress || *m.AdministratorId != security || old(m).master != security ||
			*m.GraphArn != *graph || !recent(m.InvitedTime) || !recent(m.UpdatedTime) || m.InvitationType != types.InvitationTypeInvitation {
			t.Errorf("a new member: %+v", m)
		}
	}
	awaitStatus(t, admin, graph, outsider, types.MemberStatusInvited)
	awaitStatus(t, admin, graph, dev, types.MemberStatusInvited)
	awaitStatus(t, admin, graph, prod, types.MemberStatusVerificationFailed)

	made = invite(c.named(outsider, prod, security))
	if len(made.Members) != 1 || *made.Members[0].AccountId != prod {
		t.Errorf("invited again: %+v", made.Members)
	}
	left := reasons(made.UnprocessedAccounts)
	if len(left) != 2 || left[outsider] != "Account is already a member" || left[security] == "" {
		t.Errorf("not invited again: %v", left)
	}
	awaitStatus(t, admin, graph, prod, types.MemberStatusInvited)

	got := ok(admin.GetMembers(ctx, &detective.GetMembersInput{GraphArn: graph, AccountIds: []string{stranger, outsider}}))(t)
	if left := reasons(got.UnprocessedAccounts); len(got.MemberDetails) != 1 || len(left) != 1 || left[stranger] == "" {
		t.Errorf("GetMembers: %+v, left %v", got.MemberDetails, left)
	}

	theirs := c.sdk(w, outsider, usEast1)
	in := ok(theirs.ListInvitations(ctx, nil))(t).Invitations
	if len(in) != 1 || in[0].Status != types.MemberStatusInvited || old(in[0]).master != security || *in[0].AccountId != outsider || *in[0].GraphArn != *graph {
		t.Fatalf("invitations of %s: %+v", outsider, in)
	}
	ok(theirs.AcceptInvitation(ctx, &detective.AcceptInvitationInput{GraphArn: graph}))(t)
	ok(c.sdk(w, prod, usEast1).AcceptInvitation(ctx, &detective.AcceptInvitationInput{GraphArn: graph}))(t)
	devs := c.sdk(w, dev, usEast1)
	ok(devs.RejectInvitation(ctx, &detective.RejectInvitationInput{GraphArn: graph}))(t)
	if in := ok(devs.ListInvitations(ctx, nil))(t).Invitations; in == nil || len(in) != 0 {
		t.Errorf("invitations after they were rejected: %+v", in)
	}
	awaitStatus(t, admin, graph, outsider, types.MemberStatusEnabled)
	awaitStatus(t, admin, graph, prod, types.MemberStatusEnabled)
	statuses := map[string]types.MemberStatus{}
	for _, m := range ok(admin.ListMembers(ctx, &detective.ListMembersInput{GraphArn: graph}))(t).MemberDetails {
		statuses[*m.AccountId] = m.Status
	}
	if diff := cmp.Diff(map[string]types.MemberStatus{outsider: types.MemberStatusEnabled, prod: types.MemberStatusEnabled}, statuses); diff != "" {
		t.Errorf("members (-want +got)\n%s", diff)
	}
}

// oldFields are those of a member that newer ones stand beside.
type oldFields struct {
	master                  string
	bytes                   int64
	percent                 float64
	updated, percentUpdated *time.Time
}

//nolint:staticcheck // deprecated, and filled for the clients that read them
func old(m types.MemberDetail) oldFields {
	o := oldFields{aws.ToString(m.MasterId), -1, -1, m.VolumeUsageUpdatedTime, m.PercentOfGraphUtilizationUpdatedTime}
	if m.VolumeUsageInBytes != nil && m.PercentOfGraphUtilization != nil {
		o.bytes, o.percent = *m.VolumeUsageInBytes, *m.PercentOfGraphUtilization
	}
	return o
}

// sdkUsage looks at the volume of members, in the fields of both generations:
// outsider has sent records, prod none.
func sdkUsage(t *testing.T, c *cast, w *wire, graph *string) {
	ctx, admin := t.Context(), c.sdk(w, security, usEast1)
	for id, sends := range map[string]bool{outsider: true, prod: false} {
		m := member(t, admin, graph, id)
		o := old(*m)
		if o.bytes < 0 || sends != (o.bytes > 1000) {
			t.Errorf("%s sends %d bytes a day", id, o.bytes)
		}
		if want := float64(o.bytes) / 10e12 * 100; math.Abs(o.percent-want) > want/1e6 {
			t.Errorf("%s: %d bytes a day are %g %% of 10 TB, got %g", id, o.bytes, want, o.percent)
		}
		if !recent(o.updated) || !recent(o.percentUpdated) {
			t.Errorf("%s: usage of %v and %v", id, o.updated, o.percentUpdated)
		}
		core := m.VolumeUsageByDatasourcePackage["DETECTIVE_CORE"]
		if aws.ToInt64(core.VolumeUsageInBytes) != o.bytes || !recent(core.VolumeUsageUpdateTime) {
			t.Errorf("%s: %d bytes a day, of the core %+v", id, o.bytes, core)
		}
		want := map[string]types.DatasourcePackageIngestState{"DETECTIVE_CORE": "STARTED", "EKS_AUDIT": "STARTED", "ASFF_SECURITYHUB_FINDING": "DISABLED"}
		if diff := cmp.Diff(want, m.DatasourcePackageIngestStates); diff != "" {
			t.Errorf("%s: states of packages (-want +got)\n%s", id, diff)
		}
	}
	ofGraph := ok(admin.BatchGetGraphMemberDatasources(ctx, &detective.BatchGetGraphMemberDatasourcesInput{GraphArn: graph, AccountIds: []string{outsider, stranger}}))(t)
	if left := reasons(ofGraph.UnprocessedAccounts); len(ofGraph.MemberDatasources) != 1 || len(left) != 1 || left[stranger] == "" {
		t.Fatalf("BatchGetGraphMemberDatasources: %+v", ofGraph)
	}
	unknown := (*graph)[:len(*graph)-32] + "00000000000000000000000000000000"
	ofMember := ok(c.sdk(w, outsider, usEast1).BatchGetMembershipDatasources(ctx, &detective.BatchGetMembershipDatasourcesInput{GraphArns: []string{*graph, unknown}}))(t)
	if u := ofMember.UnprocessedGraphs; len(ofMember.MembershipDatasources) != 1 || len(u) != 1 || *u[0].GraphArn != unknown || aws.ToString(u[0].Reason) == "" {
		t.Fatalf("BatchGetMembershipDatasources: %+v", ofMember)
	}
	for _, m := range []types.MembershipDatasources{ofGraph.MemberDatasources[0], ofMember.MembershipDatasources[0]} {
		if started := m.DatasourcePackageIngestHistory["DETECTIVE_CORE"]["STARTED"].Timestamp; *m.AccountId != outsider || *m.GraphArn != *graph || !recent(started) {
			t.Errorf("history of %s: %+v", *m.AccountId, m.DatasourcePackageIngestHistory)
		}
	}
}

// sdkLeave ends both memberships, one from each side.
func sdkLeave(t *testing.T, c *cast, w *wire, graph *string) {
	ctx, admin := t.Context(), c.sdk(w, security, usEast1)
	ok(c.sdk(w, outsider, usEast1).DisassociateMembership(ctx, &detective.DisassociateMembershipInput{GraphArn: graph}))(t)
	gone := ok(admin.DeleteMembers(ctx, &detective.DeleteMembersInput{GraphArn: graph, AccountIds: []string{prod, outsider, security}}))(t)
	if left := reasons(gone.UnprocessedAccounts); !cmp.Equal(gone.AccountIds, []string{prod}) || len(left) != 2 || left[outsider] == "" || left[security] == "" {
		t.Errorf("DeleteMembers: %v, left %v", gone.AccountIds, left)
	}
	if list := ok(admin.ListMembers(ctx, &detective.ListMembersInput{GraphArn: graph}))(t).MemberDetails; list == nil || len(list) != 0 {
		t.Errorf("members after all left: %+v", list)
	}
}
