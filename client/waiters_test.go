package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"

	"github.com/gumshoe-detective/gumshoe/client"
)

func list(key string, items ...any) reply { return ok(object{key: append([]any{}, items...)}) }

func member(id, status string) object { return object{"AccountId": id, "Status": status} }

func disabled(id, reason string) object {
	return object{"AccountId": id, "Status": "ACCEPTED_BUT_DISABLED", "DisabledReason": reason}
}

// TestWaiters looks at which states end a wait, and how. The fake repeats the
// last reply for ever.
func TestWaiters(t *testing.T) {
	t.Parallel()
	const a, b = "222233334444", "333344445555"
	members := func(ids ...string) func(context.Context, *client.Client) error {
		return func(ctx context.Context, c *client.Client) error {
			in := &detective.GetMembersInput{GraphArn: aws.String(graphArn), AccountIds: ids}
			return client.NewMemberEnabledWaiter(c).Wait(ctx, in, time.Hour)
		}
	}
	invited := func(ctx context.Context, c *client.Client) error {
		return client.NewInvitationReceivedWaiter(c).Wait(ctx, &client.InvitationReceivedInput{GraphArn: aws.String(graphArn)}, time.Hour)
	}
	gone := func(ctx context.Context, c *client.Client) error {
		return client.NewGraphGoneWaiter(c).Wait(ctx, &client.GraphGoneInput{GraphArn: aws.String(graphArn)}, time.Hour)
	}
	finished := func(ctx context.Context, c *client.Client) error {
		in := &detective.GetInvestigationInput{GraphArn: aws.String(graphArn), InvestigationId: aws.String(investigation)}
		return client.NewInvestigationFinishedWaiter(c).Wait(ctx, in, time.Hour)
	}
	invitation := func(graph, status string) object { return object{"GraphArn": graph, "AccountId": a, "Status": status} }
	graph := func(arn string) object { return object{"Arn": arn} }
	notFound := refuse(http.StatusNotFound, "ResourceNotFoundException", "no such graph")
	const (
		membersRoute     = "/graph/members/get"
		invitationsRoute = "/invitations/list"
		graphsRoute      = "/graphs/list"
	)
	details := func(members ...any) reply { return list("MemberDetails", members...) }
	for _, c := range []struct {
		name  string
		wait  func(context.Context, *client.Client) error
		route string
		calls int
		err   string // all of it, "" for success
		reply []reply
	}{
		{"members: all the way", members(a), membersRoute, 5, "", []reply{
			details(member(a, "VERIFICATION_IN_PROGRESS")), details(member(a, "INVITED")), details(member(a, "ACCEPTED_BUT_DISABLED")),
			details(), details(member(a, "ENABLED"))}},
		{"members: every one of them", members(a, b), membersRoute, 3, "", []reply{
			details(member(a, "ENABLED"), member(b, "INVITED")), details(member(a, "ENABLED")), details(member(b, "ENABLED"), member(a, "ENABLED"))}},
		{"members: asked for twice", members(a, a), membersRoute, 1, "", []reply{details(member(a, "ENABLED"))}},
		{"members: none asked for", members([]string{}...), membersRoute, 1, "MemberEnabled waiter: no account to wait for", []reply{details()}},
		{"members: verification fails", members(a), membersRoute, 2, "MemberEnabled waiter: " + a + " is VERIFICATION_FAILED", []reply{
			details(member(a, "VERIFICATION_IN_PROGRESS")), details(member(a, "VERIFICATION_FAILED"))}},
		{"members: too high a volume", members(a, b), membersRoute, 2, "MemberEnabled waiter: " + b + " is ACCEPTED_BUT_DISABLED: VOLUME_TOO_HIGH", []reply{
			details(disabled(b, "")), details(member(a, "ENABLED"), disabled(b, "VOLUME_TOO_HIGH"))}},
		{"members: an old reason", members(a), membersRoute, 1, "", []reply{
			details(object{"AccountId": a, "Status": "ENABLED", "DisabledReason": "VOLUME_UNKNOWN"})}},
		{"members: no member", members(a, b), membersRoute, 1, "MemberEnabled waiter: " + b + " is unprocessed: not a member\n" + a + " is VERIFICATION_FAILED", []reply{
			ok(object{"MemberDetails": []any{member(a, "VERIFICATION_FAILED")}, "UnprocessedAccounts": []any{object{"AccountId": b, "Reason": "not a member"}}})}},
		{"members: no graph", members(a), membersRoute, 1, "", []reply{notFound}},

		{"invitation: comes", invited, invitationsRoute, 3, "", []reply{
			list("Invitations"), list("Invitations", invitation(otherGraphArn, "INVITED"), invitation(graphArn, "VERIFICATION_IN_PROGRESS")),
			list("Invitations", invitation(otherGraphArn, "ENABLED"), invitation(graphArn, "INVITED"))}},
		{"invitation: on a later page", invited, invitationsRoute, 2, "", []reply{
			ok(object{"Invitations": []any{invitation(otherGraphArn, "INVITED")}, "NextToken": "1"}), list("Invitations", invitation(graphArn, "INVITED"))}},
		{"invitation: accepted before", invited, invitationsRoute, 1, "InvitationReceived waiter: " + graphArn + " is ENABLED", []reply{
			list("Invitations", invitation(graphArn, "ENABLED"))}},
		{"invitation: accepted, disabled", invited, invitationsRoute, 1, "InvitationReceived waiter: " + graphArn + " is ACCEPTED_BUT_DISABLED: VOLUME_UNKNOWN", []reply{
			list("Invitations", object{"GraphArn": graphArn, "Status": "ACCEPTED_BUT_DISABLED", "DisabledReason": "VOLUME_UNKNOWN"})}},
		{"invitation: verification fails", invited, invitationsRoute, 1, "InvitationReceived waiter: " + graphArn + " is VERIFICATION_FAILED", []reply{
			list("Invitations", invitation(graphArn, "VERIFICATION_FAILED"))}},
		{"invitation: token for ever", invited, invitationsRoute, 2, "InvitationReceived waiter: the same next token was received twice", []reply{
			ok(object{"Invitations": []any{}, "NextToken": "1"})}},

		{"graph: goes", gone, graphsRoute, 3, "", []reply{list("GraphList", graph(graphArn)), list("GraphList", graph(graphArn)), list("GraphList")}},
		{"graph: another comes", gone, graphsRoute, 2, "", []reply{list("GraphList", graph(graphArn)), list("GraphList", graph(otherGraphArn))}},
		{"graph: on a later page", gone, graphsRoute, 4, "", []reply{
			ok(object{"GraphList": []any{graph(otherGraphArn)}, "NextToken": "1"}), list("GraphList", graph(graphArn)),
			ok(object{"GraphList": []any{graph(otherGraphArn)}, "NextToken": "1"}), list("GraphList")}},

		{"investigation: succeeds", finished, investigationRoute, 2, "", []reply{status("RUNNING"), status("SUCCESSFUL")}},
		{"investigation: fails", finished, investigationRoute, 2, "InvestigationFinished waiter: " + investigation + " is FAILED", []reply{status("RUNNING"), status("FAILED")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := &fake{routes: map[string]func(object) reply{c.route: inTurn(c.reply...)}}
				err := c.wait(t.Context(), f.client(t))
				var failure *client.FailureError
				switch {
				case c.reply[0].status != http.StatusOK:
					if err == nil || errors.As(err, &failure) {
						t.Errorf("the error is %v", err)
					}
				case c.err == "" && err != nil, c.err != "" && (err == nil || err.Error() != c.err):
					t.Errorf("the error is\n%v, want\n%s", err, c.err)
				}
				if n := len(f.asked(c.route)); n != c.calls {
					t.Errorf("%d calls, want %d", n, c.calls)
				}
			})
		})
	}
}

// TestWaitersShowWhatTheyFound is about the two outputs that are not the API's.
func TestWaitersShowWhatTheyFound(t *testing.T) {
	t.Parallel()
	f := &fake{routes: map[string]func(object) reply{
		"/invitations/list": inTurn(list("Invitations", object{"GraphArn": graphArn, "Status": "INVITED", "AdministratorId": "111122223333"})),
		"/graphs/list":      inTurn(list("GraphList")),
	}}
	c := f.client(t)
	in, err := client.NewInvitationReceivedWaiter(c).WaitForOutput(t.Context(), &client.InvitationReceivedInput{GraphArn: aws.String(graphArn)}, time.Hour)
	if err != nil || aws.ToString(in.Invitation.AdministratorId) != "111122223333" {
		t.Errorf("the invitation is %+v, %v", in, err)
	}
	gone, err := client.NewGraphGoneWaiter(c).WaitForOutput(t.Context(), &client.GraphGoneInput{GraphArn: aws.String(graphArn)}, time.Hour)
	if err != nil || gone.Graph != nil {
		t.Errorf("the graph is %+v, %v", gone, err)
	}
}
