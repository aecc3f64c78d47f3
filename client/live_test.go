package client_test

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"

	"github.com/gumshoe-detective/gumshoe/client"
)

// The live tests make, use and delete the graph of an account on a running
// server: give them an account that nobody needs. They take
//
//	GUMSHOE_TEST_ENDPOINT             the server's URL; without it they are skipped
//	AWS_ACCESS_KEY_ID, … AWS_REGION   the administrator, as the SDK finds it
//	GUMSHOE_TEST_MEMBER_ID            an account that the server knows and
//	                                  the graph does not have yet,
//	GUMSHOE_TEST_MEMBER_EMAIL         its address
//	GUMSHOE_TEST_MEMBER_KEY_ID        and its key, for the life of a member
//	GUMSHOE_TEST_MEMBER_SECRET
//	GUMSHOE_TEST_ENTITY               a user or role with records, for an investigation
//	GUMSHOE_TEST_SCOPE_START          of this time, RFC 3339
//	GUMSHOE_TEST_SCOPE_END
//
// A part whose variables are not set is skipped.
func setting(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		t.Skipf("%s is not set: it needs a running server, see live_test.go", name)
	}
	return v
}

func live(t *testing.T, opts ...client.Option) *client.Client {
	t.Helper()
	opts = append([]client.Option{client.WithEndpoint(setting(t, "GUMSHOE_TEST_ENDPOINT"))}, opts...)
	c, err := client.New(t.Context(), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

const patience = time.Minute

// TestLive has parts that build on each other and one end.
func TestLive(t *testing.T) {
	c := live(t)
	created, err := c.CreateGraph(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	graph := created.GraphArn
	t.Run("lists", func(t *testing.T) { liveLists(t, c, graph) })
	t.Run("member", func(t *testing.T) { liveMember(t, c, graph) })
	t.Run("investigation", func(t *testing.T) { liveInvestigation(t, c, graph) })
	t.Run("end", func(t *testing.T) {
		if _, err := c.DeleteGraph(t.Context(), &detective.DeleteGraphInput{GraphArn: graph}); err != nil {
			t.Fatal(err)
		}
		if err := client.NewGraphGoneWaiter(c).Wait(t.Context(), &client.GraphGoneInput{GraphArn: graph}, patience); err != nil {
			t.Error(err)
		}
		if got, err := collect(named(c.Graphs(t.Context(), nil), func(g types.Graph) string { return *g.Arn })); err != nil || len(got) != 0 {
			t.Errorf("graphs %q, %v", got, err)
		}
	})
}

func liveLists(t *testing.T, c *client.Client, graph *string) {
	ctx := t.Context()
	got, err := collect(named(c.Graphs(ctx, nil), func(g types.Graph) string { return *g.Arn }))
	if err != nil || !slices.Equal(got, []string{*graph}) {
		t.Errorf("graphs %q, %v", got, err)
	}
	one := &detective.ListDatasourcePackagesInput{GraphArn: graph, MaxResults: aws.Int32(1)}
	got, err = collect(named(c.DatasourcePackages(ctx, one), func(p client.DatasourcePackage) string { return string(p.Package) }))
	slices.Sort(got)
	if err != nil || !slices.Equal(got, []string{"ASFF_SECURITYHUB_FINDING", "DETECTIVE_CORE", "EKS_AUDIT"}) {
		t.Errorf("packages %q, %v", got, err)
	}
	if _, err := collect(named(c.Invitations(ctx, nil), func(types.MemberDetail) string { return "" })); err != nil {
		t.Error(err)
	}
	var invalid *types.ValidationException
	bad := &detective.ListInvestigationsInput{GraphArn: graph, NextToken: aws.String("made up")}
	if _, err := client.NewListInvestigationsPaginator(c, bad).NextPage(ctx); !errors.As(err, &invalid) {
		t.Errorf("a token that was made up: %v", err)
	}
	// An account that is no member is a failure, not a wait.
	var failure *client.FailureError
	in := &detective.GetMembersInput{GraphArn: graph, AccountIds: []string{"999999999999"}}
	if err := client.NewMemberEnabledWaiter(c).Wait(ctx, in, patience); !errors.As(err, &failure) || failure.State != client.StateUnprocessed {
		t.Errorf("wait for a stranger: %v", err)
	}
}

func liveMember(t *testing.T, c *client.Client, graph *string) {
	id, email := setting(t, "GUMSHOE_TEST_MEMBER_ID"), setting(t, "GUMSHOE_TEST_MEMBER_EMAIL")
	key := credentials(setting(t, "GUMSHOE_TEST_MEMBER_KEY_ID"), setting(t, "GUMSHOE_TEST_MEMBER_SECRET"))
	member := live(t, client.WithOptions(func(o *detective.Options) { o.Credentials = key }))
	ctx := t.Context()
	created, err := c.CreateMembers(ctx, &detective.CreateMembersInput{
		GraphArn: graph, DisableEmailNotification: true,
		Accounts: []types.Account{{AccountId: &id, EmailAddress: &email}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range created.UnprocessedAccounts {
		t.Fatalf("%s is not invited: %s", *u.AccountId, aws.ToString(u.Reason))
	}
	in, err := client.NewInvitationReceivedWaiter(member).WaitForOutput(ctx, &client.InvitationReceivedInput{GraphArn: graph}, patience)
	if err != nil || aws.ToString(in.Invitation.AccountId) != id {
		t.Fatalf("the invitation is %+v, %v", in, err)
	}
	if _, err := member.AcceptInvitation(ctx, &detective.AcceptInvitationInput{GraphArn: graph}); err != nil {
		t.Fatal(err)
	}
	out, err := client.NewMemberEnabledWaiter(c).WaitForOutput(ctx, &detective.GetMembersInput{GraphArn: graph, AccountIds: []string{id}}, patience)
	if err != nil || len(out.MemberDetails) != 1 || out.MemberDetails[0].Status != types.MemberStatusEnabled {
		t.Fatalf("the member is %+v, %v", out, err)
	}
	members := c.Members(ctx, &detective.ListMembersInput{GraphArn: graph, MaxResults: aws.Int32(1)})
	if got, err := collect(named(members, func(m types.MemberDetail) string { return *m.AccountId })); err != nil || !slices.Contains(got, id) {
		t.Errorf("members %q, %v", got, err)
	}
	// There is no second invitation to wait for.
	var failure *client.FailureError
	if err := client.NewInvitationReceivedWaiter(member).Wait(ctx, &client.InvitationReceivedInput{GraphArn: graph}, patience); !errors.As(err, &failure) {
		t.Errorf("wait for an accepted invitation: %v", err)
	}
}

func liveInvestigation(t *testing.T, c *client.Client, graph *string) {
	entity := setting(t, "GUMSHOE_TEST_ENTITY")
	scope := func(name string) *time.Time {
		at, err := time.Parse(time.RFC3339, setting(t, name))
		if err != nil {
			t.Fatal(err)
		}
		return &at
	}
	ctx := t.Context()
	started, err := c.StartInvestigation(ctx, &detective.StartInvestigationInput{
		GraphArn: graph, EntityArn: &entity, ScopeStartTime: scope("GUMSHOE_TEST_SCOPE_START"), ScopeEndTime: scope("GUMSHOE_TEST_SCOPE_END"),
	})
	if err != nil {
		t.Fatal(err)
	}
	run := &detective.GetInvestigationInput{GraphArn: graph, InvestigationId: started.InvestigationId}
	out, err := client.NewInvestigationFinishedWaiter(c).WaitForOutput(ctx, run, patience)
	if err != nil || out.Status != types.StatusSuccessful || out.Severity == "" {
		t.Fatalf("the investigation is %+v, %v", out, err)
	}
	// One by one they are the same as all on a page.
	indicators := func(size int32) []string {
		in := &detective.ListIndicatorsInput{GraphArn: graph, InvestigationId: started.InvestigationId, MaxResults: &size}
		got, err := collect(named(c.Indicators(ctx, in), func(i types.Indicator) string { return string(i.IndicatorType) }))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if one, all := indicators(1), indicators(100); len(all) == 0 || !slices.Equal(one, all) {
		t.Errorf("%d indicators one by one, %d on pages of 100", len(one), len(all))
	}
	list := c.Investigations(ctx, &detective.ListInvestigationsInput{GraphArn: graph, MaxResults: aws.Int32(1)})
	ids, err := collect(named(list, func(d types.InvestigationDetail) string { return *d.InvestigationId }))
	if err != nil || !slices.Contains(ids, *started.InvestigationId) {
		t.Errorf("investigations %q, %v", ids, err)
	}
}
