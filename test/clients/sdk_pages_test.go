package clients

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/google/go-cmp/cmp"
)

// pages is one of the SDK's five paginators, asking for pages of a size; it
// returns the names on each page.
type pages func(ctx context.Context, size int32) (names [][]string, err error)

// paginator drives a paginator of the SDK to its end.
func paginator[O any](p interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*detective.Options)) (*O, error)
}, names func(*O) []string) func(context.Context) ([][]string, error) {
	return func(ctx context.Context) (all [][]string, err error) {
		for p.HasMorePages() {
			page, err := p.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			all = append(all, names(page))
		}
		return all, nil
	}
}

func memberNames(list []types.MemberDetail) (names []string) {
	for _, m := range list {
		names = append(names, *m.GraphArn+" "+*m.AccountId)
	}
	return names
}

// TestGoSDKPaginators: whatever the size of the pages, each entry comes once,
// in the same order, and the last page has no token.
func TestGoSDKPaginators(t *testing.T) {
	t.Parallel()
	c := newCast(t, "")
	w := newWire(t)
	ctx, admin, boss, theirs := t.Context(), c.sdk(w, security, usEast1), c.sdk(w, management, usEast1), c.sdk(w, outsider, usEast1)
	graph := ok(admin.CreateGraph(ctx, nil))(t).GraphArn
	// Accounts that nobody knows stay in the list, as VERIFICATION_FAILED.
	var accounts []types.Account
	for i := range 12 {
		id := fmt.Sprintf("%012d", 300000000000+i*7919%12)
		accounts = append(accounts, types.Account{AccountId: &id, EmailAddress: aws.String("x@example.com")})
	}
	ok(admin.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: graph, Accounts: accounts}))(t)
	for _, id := range []string{management, security, dev, prod} { // graphs that invite the outsider
		a := c.sdk(w, id, usEast1)
		g := ok(a.CreateGraph(ctx, nil))(t).GraphArn
		ok(a.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: g, Accounts: c.named(outsider)}))(t)
		awaitStatus(t, a, g, outsider, types.MemberStatusInvited)
	}
	ok(boss.EnableOrganizationAdminAccount(ctx, &detective.EnableOrganizationAdminAccountInput{AccountId: aws.String(security)}))(t)

	f := func(name string, entries int, list pages) {
		t.Helper()
		whole, err := list(ctx, 200)
		if err != nil || len(whole) != 1 || len(whole[0]) != entries {
			t.Errorf("%s: %v, %v; want %d entries on one page", name, whole, err, entries)
			return
		}
		for size := range int32(entries + 2) {
			size++
			got, err := list(ctx, size)
			want := slices.Collect(slices.Chunk(whole[0], int(size)))
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s in pages of %d: %v (-want +got)\n%s", name, size, err, diff)
			}
		}
	}
	f("ListMembers", 13, func(ctx context.Context, size int32) ([][]string, error) {
		p := detective.NewListMembersPaginator(admin, &detective.ListMembersInput{GraphArn: graph, MaxResults: &size})
		return paginator(p, func(o *detective.ListMembersOutput) []string { return memberNames(o.MemberDetails) })(ctx)
	})
	f("ListInvitations", 4, func(ctx context.Context, size int32) ([][]string, error) {
		p := detective.NewListInvitationsPaginator(theirs, &detective.ListInvitationsInput{MaxResults: &size})
		return paginator(p, func(o *detective.ListInvitationsOutput) []string { return memberNames(o.Invitations) })(ctx)
	})
	f("ListGraphs", 1, func(ctx context.Context, size int32) ([][]string, error) {
		p := detective.NewListGraphsPaginator(admin, &detective.ListGraphsInput{MaxResults: &size})
		return paginator(p, func(o *detective.ListGraphsOutput) (names []string) {
			for _, g := range o.GraphList {
				names = append(names, *g.Arn)
			}
			return names
		})(ctx)
	})
	f("ListOrganizationAdminAccounts", 1, func(ctx context.Context, size int32) ([][]string, error) {
		p := detective.NewListOrganizationAdminAccountsPaginator(boss, &detective.ListOrganizationAdminAccountsInput{MaxResults: &size})
		return paginator(p, func(o *detective.ListOrganizationAdminAccountsOutput) (names []string) {
			for _, a := range o.Administrators {
				names = append(names, *a.AccountId)
			}
			return names
		})(ctx)
	})
	f("ListDatasourcePackages", 3, func(ctx context.Context, size int32) ([][]string, error) {
		p := detective.NewListDatasourcePackagesPaginator(admin, &detective.ListDatasourcePackagesInput{GraphArn: graph, MaxResults: &size})
		return paginator(p, func(o *detective.ListDatasourcePackagesOutput) (names []string) {
			for name := range o.DatasourcePackages {
				names = append(names, name)
			}
			slices.Sort(names) // a map
			return names
		})(ctx)
	})
	tokenRules(t, admin, theirs, graph)
}

// tokenRules: a token of members lives through another page size, as AWS's
// reference architecture asks for it, and is good for its own list only.
func tokenRules(t *testing.T, admin, other *detective.Client, graph *string) {
	ctx := t.Context()
	in := func(size int32, token *string) *detective.ListMembersInput {
		return &detective.ListMembersInput{GraphArn: graph, MaxResults: &size, NextToken: token}
	}
	first := ok(admin.ListMembers(ctx, in(10, nil)))(t)
	rest := ok(admin.ListMembers(ctx, in(200, first.NextToken)))(t)
	got := append(memberNames(first.MemberDetails), memberNames(rest.MemberDetails)...)
	want := memberNames(ok(admin.ListMembers(ctx, &detective.ListMembersInput{GraphArn: graph}))(t).MemberDetails)
	if diff := cmp.Diff(want, got); diff != "" || rest.NextToken != nil {
		t.Errorf("10 entries and then the rest, with token %v (-want +got)\n%s", rest.NextToken, diff)
	}
	var invalid *types.ValidationException
	if _, err := other.ListInvitations(ctx, &detective.ListInvitationsInput{NextToken: first.NextToken}); !errors.As(err, &invalid) {
		t.Errorf("a token of another list: %v", err)
	}
	if _, err := admin.ListMembers(ctx, in(10, aws.String("made up"))); !errors.As(err, &invalid) {
		t.Errorf("a token that was made up: %v", err)
	}
}
