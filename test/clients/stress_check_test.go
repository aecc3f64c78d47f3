package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// consistent compares what the administrators see with what the members see.
func (c *cast) consistent(t *testing.T, w *wire) {
	t.Helper()
	ctx, same := t.Context(), cmpopts.IgnoreUnexported(types.MemberDetail{}, types.DatasourcePackageUsageInfo{})
	inOrg := map[string]bool{}
	for _, a := range decode[struct{ Accounts []struct{ Id string } }](t, gumshoe(t, 0, "org", "list", "--data", c.data, "-o", "json")).Accounts {
		inOrg[a.Id] = true
	}
	orgGraph := ""
	for _, a := range ok(c.sdk(w, management, usEast1).ListOrganizationAdminAccounts(ctx, nil))(t).Administrators {
		orgGraph = *a.GraphArn
	}
	seen := map[string]map[string]types.MemberDetail{} // by member and graph, as administrators see it
	for _, id := range everybody {
		a := c.sdk(w, id, usEast1)
		for _, g := range ok(a.ListGraphs(ctx, nil))(t).GraphList {
			list := c.settled(t, a, g.Arn)
			got := ok(a.GetMembers(ctx, &detective.GetMembersInput{GraphArn: g.Arn, AccountIds: everybody}))(t)
			if diff := cmp.Diff(byAccount(list), byAccount(got.MemberDetails), same); diff != "" {
				t.Errorf("%s: ListMembers and GetMembers differ (-list +get)\n%s", *g.Arn, diff)
			}
			if len(list) > 4 || len(got.MemberDetails)+len(got.UnprocessedAccounts) != len(everybody) {
				t.Errorf("%s has %d members; GetMembers knows %d and does not know %d", *g.Arn, len(list), len(got.MemberDetails), len(got.UnprocessedAccounts))
			}
			for _, m := range list {
				if through := m.InvitationType == types.InvitationTypeOrganization; through && (!inOrg[*m.AccountId] || *g.Arn != orgGraph) {
					t.Errorf("%s is a member of %s through the organization, which has it: %v, and its graph is %q", *m.AccountId, *g.Arn, inOrg[*m.AccountId], orgGraph)
				}
				if m.Status == types.MemberStatusVerificationFailed {
					continue // nobody told it
				}
				if seen[*m.AccountId] == nil {
					seen[*m.AccountId] = map[string]types.MemberDetail{}
				}
				seen[*m.AccountId][*g.Arn] = m
			}
		}
	}
	for _, id := range everybody {
		theirs := map[string]types.MemberDetail{}
		for _, m := range ok(c.sdk(w, id, usEast1).ListInvitations(ctx, nil))(t).Invitations {
			theirs[*m.GraphArn] = m
		}
		if diff := cmp.Diff(seen[id], theirs, same, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: memberships as administrators and as itself see them (-administrators +itself)\n%s", id, diff)
		}
	}
}

// settled returns the members of a graph once no job is busy with any.
func (c *cast) settled(t *testing.T, a *detective.Client, graph *string) (list []types.MemberDetail) {
	t.Helper()
	eventually(t, "every member of "+*graph+" has its status", func() bool {
		list = nil
		for p := detective.NewListMembersPaginator(a, &detective.ListMembersInput{GraphArn: graph, MaxResults: aws.Int32(2)}); p.HasMorePages(); {
			list = append(list, ok(p.NextPage(t.Context()))(t).MemberDetails...)
		}
		for _, m := range list {
			if m.Status == types.MemberStatusVerificationInProgress || m.Status == types.MemberStatusAcceptedButDisabled && m.DisabledReason == "" {
				return false
			}
		}
		return true
	})
	return list
}

func byAccount(list []types.MemberDetail) map[string]types.MemberDetail {
	all := map[string]types.MemberDetail{}
	for _, m := range list {
		all[*m.AccountId] = m
	}
	return all
}
