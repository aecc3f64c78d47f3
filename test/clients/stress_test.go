package clients

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"
)

// Callers of the stress test and the calls that each makes.
const (
	stressCallers = 8
	stressCalls   = 250
)

var everybody = []string{management, security, dev, prod, outsider}

// TestStress: accounts do whatever they may, several callers for some of
// them, while others join and leave the organization. Whatever happens is an
// answer of the model, and what is left agrees with itself. wire.check looks
// at each answer.
func TestStress(t *testing.T) {
	t.Parallel()
	c := newCast(t, "throttle: {per_second: -1}\nquotas: {members: 4}\n")
	w := newWire(t)
	g, ctx := errgroup.WithContext(t.Context())
	for i := range stressCallers {
		g.Go(func() error { return c.stress(ctx, w, i) })
	}
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	moves := 0
	for running := true; running; moves++ {
		id := []string{prod, dev, outsider}[moves/2%3]
		verb := []string{"remove", "add"}[moves%2]
		if id == outsider {
			verb = []string{"add", "remove"}[moves%2]
		}
		gumshoe(t, 0, "org", verb, id, "--data", c.data)
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
	}
	w.mu.Lock()
	t.Logf("%d accounts joined or left beside; operations that succeeded: %v", moves, w.done)
	w.mu.Unlock()
	c.consistent(t, w)
}

// stress makes random calls as one account.
func (c *cast) stress(ctx context.Context, w *wire, caller int) error {
	id := everybody[caller%len(everybody)]
	s := &stressor{ctx: ctx, rand: rand.New(rand.NewPCG(1, uint64(caller))), cast: c, id: id, client: c.sdk(w, id, usEast1)}
	for n := range stressCalls {
		err := s.call()
		var answer smithy.APIError
		if err != nil && (!errors.As(err, &answer) || answer.ErrorFault() == smithy.FaultServer) {
			return fmt.Errorf("call %d of %s: %w", n, id, err)
		}
	}
	return nil
}

type stressor struct {
	ctx    context.Context
	rand   *rand.Rand
	cast   *cast
	id     string
	client *detective.Client
	graph  *string // its own
	other  *string // one that it was invited to
}

func (s *stressor) someone() string { return everybody[s.rand.IntN(len(everybody))] }

// call makes one call, or looks at its invitations and answers one. Calls that
// destroy much are rare.
func (s *stressor) call() (err error) {
	c, ctx := s.client, s.ctx
	switch n := s.rand.IntN(100); {
	case n < 4 || s.graph == nil && n < 20:
		var out *detective.CreateGraphOutput
		if out, err = c.CreateGraph(ctx, nil); err == nil {
			s.graph = out.GraphArn
		}
	case n < 45 || s.graph == nil && s.other == nil:
		return s.member()
	case n < 46 && s.graph != nil && s.rand.IntN(2) == 0:
		_, err = c.DeleteGraph(ctx, &detective.DeleteGraphInput{GraphArn: s.graph})
		s.graph = nil
	case n < 60:
		list := s.cast.named(s.someone(), s.someone())
		if s.rand.IntN(5) == 0 {
			list[0].EmailAddress = aws.String("wrong@example.com")
		}
		_, err = c.CreateMembers(ctx, &detective.CreateMembersInput{GraphArn: s.known(), Accounts: list})
	case n < 66:
		_, err = c.DeleteMembers(ctx, &detective.DeleteMembersInput{GraphArn: s.known(), AccountIds: []string{s.someone()}})
	case n < 72:
		_, err = c.GetMembers(ctx, &detective.GetMembersInput{GraphArn: s.known(), AccountIds: everybody})
	case n < 78:
		_, err = c.ListMembers(ctx, &detective.ListMembersInput{GraphArn: s.known(), MaxResults: aws.Int32(1 + s.rand.Int32N(3))})
	case n < 79:
		_, err = c.StartMonitoringMember(ctx, &detective.StartMonitoringMemberInput{GraphArn: s.known(), AccountId: aws.String(s.someone())})
	case n < 82:
		list := []types.DatasourcePackage{types.DatasourcePackageDetectiveCore, types.DatasourcePackageEksAudit}[s.rand.IntN(2):]
		_, err = c.UpdateDatasourcePackages(ctx, &detective.UpdateDatasourcePackagesInput{GraphArn: s.known(), DatasourcePackages: list})
	case n < 85:
		_, err = c.TagResource(ctx, &detective.TagResourceInput{ResourceArn: s.known(), Tags: map[string]string{"n": fmt.Sprint(n)}})
	case n < 87:
		_, err = c.UntagResource(ctx, &detective.UntagResourceInput{ResourceArn: s.known(), TagKeys: []string{"n"}})
	case n < 90:
		_, err = c.BatchGetMembershipDatasources(ctx, &detective.BatchGetMembershipDatasourcesInput{GraphArns: []string{*s.known()}})
	default:
		return s.organization()
	}
	return err
}

// known is a graph that the caller has, or now and then one that it was
// invited to. There must be one of them.
func (s *stressor) known() *string {
	if s.graph != nil && (s.other == nil || s.rand.IntN(8) > 0) {
		return s.graph
	}
	return s.other
}

// member answers an invitation or ends a membership.
func (s *stressor) member() error {
	c, ctx := s.client, s.ctx
	out, err := c.ListInvitations(ctx, nil)
	if err != nil || len(out.Invitations) == 0 {
		return err
	}
	m := out.Invitations[s.rand.IntN(len(out.Invitations))]
	s.other = m.GraphArn
	switch n := s.rand.IntN(10); {
	case m.Status == types.MemberStatusInvited && n < 8:
		_, err = c.AcceptInvitation(ctx, &detective.AcceptInvitationInput{GraphArn: m.GraphArn})
	case m.Status == types.MemberStatusInvited:
		_, err = c.RejectInvitation(ctx, &detective.RejectInvitationInput{GraphArn: m.GraphArn})
	case n < 3:
		_, err = c.DisassociateMembership(ctx, &detective.DisassociateMembershipInput{GraphArn: m.GraphArn})
	}
	return err
}

// organization makes a call about the organization's administrator.
func (s *stressor) organization() (err error) {
	c, ctx := s.client, s.ctx
	switch n := s.rand.IntN(10); {
	case s.id == management && n < 4:
		_, err = c.EnableOrganizationAdminAccount(ctx, &detective.EnableOrganizationAdminAccountInput{AccountId: aws.String(security)})
	case s.id == management && n < 5:
		// Where there is an administrator to disable.
		var out *detective.ListOrganizationAdminAccountsOutput
		if out, err = c.ListOrganizationAdminAccounts(ctx, nil); err == nil && len(out.Administrators) > 0 {
			_, err = c.DisableOrganizationAdminAccount(ctx, nil)
		}
	case s.graph != nil && n < 7:
		_, err = c.UpdateOrganizationConfiguration(ctx, &detective.UpdateOrganizationConfigurationInput{GraphArn: s.graph, AutoEnable: n%2 == 0})
	default:
		_, err = c.ListOrganizationAdminAccounts(ctx, nil)
	}
	return err
}
