package clients

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// refused checks that err is the SDK's own type for a modeled error, with the
// status and a request id, and returns it.
func refused[E error](t *testing.T, what string, status int, err error) (e E) {
	t.Helper()
	var answer *awshttp.ResponseError
	if !errors.As(err, &e) || !errors.As(err, &answer) || answer.HTTPStatusCode() != status || !requestID.MatchString(answer.ServiceRequestID()) {
		t.Fatalf("%s: %v; want %T with status %d and a request id", what, err, e, status)
	}
	return e
}

// TestGoSDKErrors: each error of the model arrives as its own type, with its
// members.
func TestGoSDKErrors(t *testing.T) {
	t.Parallel()
	c := newCast(t, "quotas: {members: 2}\nthrottle: {per_second: 0.001, burst: 4}\n")
	w := newWire(t)
	ctx, admin, theirs := t.Context(), c.sdk(w, security, usEast1), c.sdk(w, outsider, usEast1)
	graph := ok(admin.CreateGraph(ctx, nil))(t).GraphArn
	c.makeMember(t, w, security, graph, outsider)
	has := func(what string, got *string, want string) {
		t.Helper()
		if !strings.Contains(aws.ToString(got), want) {
			t.Errorf("%s: the message is %q, want %q in it", what, aws.ToString(got), want)
		}
	}

	_, err := theirs.ListMembers(ctx, &detective.ListMembersInput{GraphArn: graph})
	denied := refused[*types.AccessDeniedException](t, "a member lists members", 403, err)
	has("denied", denied.Message, "User: arn:aws:iam::"+outsider+":root is not authorized to perform: detective:ListMembers on resource: "+*graph)

	_, err = theirs.AcceptInvitation(ctx, &detective.AcceptInvitationInput{GraphArn: graph})
	has("conflict", refused[*types.ConflictException](t, "a second AcceptInvitation", 409, err).Message, "INVITED")

	_, err = c.sdk(w, dev, usEast1).ListMembers(ctx, &detective.ListMembersInput{GraphArn: graph})
	has("not found", refused[*types.ResourceNotFoundException](t, "a stranger lists members", 404, err).Message, *graph)
	_, err = c.sdk(w, dev, usEast1).RejectInvitation(ctx, &detective.RejectInvitationInput{GraphArn: graph})
	_ = refused[*types.ResourceNotFoundException](t, "a stranger rejects an invitation", 404, err)

	_, err = admin.GetMembers(ctx, &detective.GetMembersInput{GraphArn: aws.String("nope"), AccountIds: []string{dev}})
	invalid := refused[*types.ValidationException](t, "a graph that is none", 400, err)
	if has("invalid", invalid.Message, "GetMembersRequest.GraphArn"); invalid.ErrorCode_ != types.ErrorCodeInvalidGraphArn {
		t.Errorf("ErrorCode is %q, want %q", invalid.ErrorCode_, types.ErrorCodeInvalidGraphArn)
	}
	_, err = admin.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: graph, Accounts: slices.Repeat(c.named(dev), 51)})
	has("51 accounts", refused[*types.ValidationException](t, "51 accounts", 400, err).Message,
		"CreateMembersRequest.Accounts must have length less than or equal to 50. Found 51.")
	_, err = theirs.ListOrganizationAdminAccounts(ctx, nil)
	has("no organization", refused[*types.ValidationException](t, "no organization", 400, err).Message, "account is not a member of an organization")

	_, err = admin.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: graph, Accounts: c.named(dev, prod)})
	quota := refused[*types.ServiceQuotaExceededException](t, "a third member", 402, err)
	if has("quota", quota.Message, "2"); len(quota.Resources) == 0 || quota.Resources[0] == "" {
		t.Errorf("Resources of the quota: %q", quota.Resources)
	}

	boss := c.sdk(w, management, usEast1)
	for range 4 {
		ok(boss.ListOrganizationAdminAccounts(ctx, nil))(t)
	}
	_, err = boss.ListOrganizationAdminAccounts(ctx, nil)
	has("throttled", refused[*types.TooManyRequestsException](t, "the fifth call", 429, err).Message, "Rate exceeded")

	broken(t, c, boss)
}

// broken takes the folder of the graphs away from a running server.
func broken(t *testing.T, c *cast, client *detective.Client) {
	graphs := filepath.Join(c.data, "graphs")
	away := graphs + ".away"
	if err := errors.Join(os.Rename(graphs, away), os.WriteFile(graphs, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, err := client.CreateGraph(t.Context(), nil)
	internal := refused[*types.InternalServerException](t, "without a disk", 500, err)
	if m := aws.ToString(internal.Message); m == "" || strings.Contains(m, "/") || strings.Contains(m, "graphs") {
		t.Errorf("an internal error tells %q", m)
	}
	if err := errors.Join(os.Remove(graphs), os.Rename(away, graphs)); err != nil {
		t.Fatal(err)
	}
	// The next call completes what that one began.
	arn := ok(client.CreateGraph(t.Context(), nil))(t).GraphArn
	if list := ok(client.ListGraphs(t.Context(), nil))(t).GraphList; len(list) != 1 || *list[0].Arn != *arn {
		t.Errorf("graphs %+v after %s was made", list, *arn)
	}
}

// TestGoSDKVolume: a member whose volume is too high waits, and begins to be
// monitored when there is room.
func TestGoSDKVolume(t *testing.T) {
	t.Parallel()
	c := newCast(t, "quotas: {bytes_per_day: 20000}\n")
	w := newWire(t)
	ctx, admin := t.Context(), c.sdk(w, security, usEast1)
	graph := ok(admin.CreateGraph(ctx, nil))(t).GraphArn
	// About 12 kB of each, on one day.
	noon := yesterdayNoon()
	gumshoe(t, 1, "ingest", "--data", c.data, "--account", security, "-o", "json", writeLogs(t, noon, outsider, prod)) // all rejected, yet counted
	c.makeMember(t, w, security, graph, outsider)
	awaitStatus(t, admin, graph, outsider, types.MemberStatusEnabled)
	c.makeMember(t, w, security, graph, prod)
	var waiting *types.MemberDetail
	eventually(t, "the volume is known", func() bool {
		waiting = member(t, admin, graph, prod)
		return waiting.DisabledReason != ""
	})
	if waiting.Status != types.MemberStatusAcceptedButDisabled || waiting.DisabledReason != types.MemberDisabledReasonVolumeTooHigh ||
		old(*waiting).bytes < 8000 || old(*waiting).percent < 40 {
		t.Errorf("two members in the room of one: %+v", waiting)
	}
	start := func(ctx context.Context) error {
		_, err := admin.StartMonitoringMember(ctx, &detective.StartMonitoringMemberInput{GraphArn: graph, AccountId: aws.String(prod)})
		return err
	}
	if err := start(ctx); err != nil {
		t.Error(err)
	}
	if m := member(t, admin, graph, prod); m.Status != types.MemberStatusAcceptedButDisabled {
		t.Errorf("there is no room, yet it is %s", m.Status)
	}
	ok(admin.DeleteMembers(ctx, &detective.DeleteMembersInput{GraphArn: graph, AccountIds: []string{outsider}}))(t)
	if err := start(ctx); err != nil {
		t.Error(err)
	}
	if m := member(t, admin, graph, prod); m.Status != types.MemberStatusEnabled || m.DisabledReason != "" {
		t.Errorf("there is room, yet it is %s, %s", m.Status, m.DisabledReason)
	}
	_ = refused[*types.ConflictException](t, "a second StartMonitoringMember", 409, start(ctx))
}
