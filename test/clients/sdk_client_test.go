package clients

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

const usEast1 = "us-east-1"

// credentials are an account's access key for the SDK.
func (c *cast) credentials(id string) aws.CredentialsProvider {
	a := c.accounts[id]
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: a.AccessKeyID, SecretAccessKey: a.SecretAccessKey}, nil
	})
}

// sdk is a client of the Go SDK for an account. It does not retry.
func (c *cast) sdk(w *wire, id, region string) *detective.Client {
	return detective.New(detective.Options{
		Region: region, BaseEndpoint: &c.url, Credentials: c.credentials(id),
		HTTPClient: &http.Client{Transport: w}, Retryer: aws.NopRetryer{},
	})
}

// ok is for calls that must succeed: ok(client.ListGraphs(ctx, nil))(t).
func ok[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// patience is how long the tests wait for what takes a moment.
const patience = 30 * time.Second

// eventually waits until what holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("in %v it did not come to this: %s", patience, what)
		case <-tick.C:
		}
	}
}

// member returns an account's entry in a graph, nil when it has none.
func member(t *testing.T, c *detective.Client, graph *string, id string) *types.MemberDetail {
	t.Helper()
	got := ok(c.GetMembers(t.Context(), &detective.GetMembersInput{GraphArn: graph, AccountIds: []string{id}}))(t)
	if len(got.MemberDetails)+len(got.UnprocessedAccounts) != 1 {
		t.Fatalf("GetMembers of one account: %+v", got)
	}
	if len(got.MemberDetails) == 0 {
		return nil
	}
	return &got.MemberDetails[0]
}

// awaitStatus waits until a member has a status and returns it.
func awaitStatus(t *testing.T, c *detective.Client, graph *string, id string, want types.MemberStatus) (m *types.MemberDetail) {
	t.Helper()
	eventually(t, "account "+id+" is "+string(want), func() bool {
		m = member(t, c, graph, id)
		return m != nil && m.Status == want
	})
	return m
}

// named are accounts as CreateMembers wants them.
func (c *cast) named(ids ...string) (list []types.Account) {
	for _, id := range ids {
		list = append(list, types.Account{AccountId: aws.String(id), EmailAddress: aws.String(c.accounts[id].Email)})
	}
	return list
}

// makeMember invites an account and accepts for it.
func (c *cast) makeMember(t *testing.T, w *wire, administrator string, graph *string, id string) {
	t.Helper()
	a := c.sdk(w, administrator, usEast1)
	ok(a.CreateMembers(t.Context(), &detective.CreateMembersInput{GraphArn: graph, Accounts: c.named(id)}))(t)
	awaitStatus(t, a, graph, id, types.MemberStatusInvited)
	ok(c.sdk(w, id, usEast1).AcceptInvitation(t.Context(), &detective.AcceptInvitationInput{GraphArn: graph}))(t)
}
