package clients

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// errNotFound is the provider's NotFoundError: the object is gone.
var errNotFound = errors.New("not found")

// isA is the provider's test of an error: by the SDK's type, which exists for
// the errors that are modeled for the operation only.
func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// retry asks again while again says so.
func retry[T any](ctx context.Context, again func(T, error) bool, f func() (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		v, err := f()
		if !again(v, err) {
			return v, err
		}
		select {
		case <-ctx.Done():
			return v, errors.Join(err, ctx.Err())
		case <-tick.C:
		}
	}
}

func onInternalError[T any](_ T, err error) bool { return isA[*types.InternalServerException](err) }

// Resource aws_detective_graph.

func (tf *terraform) graphCreate(id, region string, tags map[string]string) (string, error) {
	c := tf.client(id, region)
	out, err := retry(tf.t.Context(), onInternalError, func() (*detective.CreateGraphOutput, error) {
		return c.CreateGraph(tf.t.Context(), &detective.CreateGraphInput{Tags: tags})
	})
	if err != nil {
		return "", err
	}
	_, err = tf.graphRead(id, region, *out.GraphArn)
	return *out.GraphArn, err
}

func (tf *terraform) graphRead(id, region, arn string) (map[string]string, error) {
	c := tf.client(id, region)
	found := 0
	for p := detective.NewListGraphsPaginator(c, &detective.ListGraphsInput{}); p.HasMorePages(); {
		page, err := p.NextPage(tf.t.Context())
		if err != nil {
			return nil, err
		}
		for _, g := range page.GraphList {
			if *g.Arn == arn {
				found++
			}
		}
	}
	if found != 1 {
		return nil, errNotFound
	}
	out, err := c.ListTagsForResource(tf.t.Context(), &detective.ListTagsForResourceInput{ResourceArn: &arn})
	if err != nil {
		return nil, err
	}
	return out.Tags, nil
}

func (tf *terraform) graphUpdate(id, region, arn string, old, now map[string]string) error {
	c := tf.client(id, region)
	var vanished []string
	for k := range old {
		if _, kept := now[k]; !kept {
			vanished = append(vanished, k)
		}
	}
	if slices.Sort(vanished); len(vanished) > 0 {
		if _, err := c.UntagResource(tf.t.Context(), &detective.UntagResourceInput{ResourceArn: &arn, TagKeys: vanished}); err != nil {
			return err
		}
	}
	changed := maps.Clone(now)
	maps.DeleteFunc(changed, func(k, v string) bool { was, there := old[k]; return there && was == v })
	if len(changed) > 0 {
		if _, err := c.TagResource(tf.t.Context(), &detective.TagResourceInput{ResourceArn: &arn, Tags: changed}); err != nil {
			return err
		}
	}
	_, err := tf.graphRead(id, region, arn)
	return err
}

func (tf *terraform) graphDelete(id, region, arn string) error {
	_, err := tf.client(id, region).DeleteGraph(tf.t.Context(), &detective.DeleteGraphInput{GraphArn: &arn})
	if isA[*types.ResourceNotFoundException](err) {
		return nil
	}
	return err
}

// Resource aws_detective_member.

func (tf *terraform) memberCreate(id, arn, account, email string) error {
	c := tf.client(id, usEast1)
	_, err := retry(tf.t.Context(), onInternalError, func() (*detective.CreateMembersOutput, error) {
		return c.CreateMembers(tf.t.Context(), &detective.CreateMembersInput{
			GraphArn: &arn, Accounts: []types.Account{{AccountId: &account, EmailAddress: &email}},
		})
	})
	if err != nil {
		return err
	}
	status, err := retry(tf.t.Context(), func(s types.MemberStatus, err error) bool {
		return err == nil && s == types.MemberStatusVerificationInProgress || errors.Is(err, errNotFound)
	}, func() (types.MemberStatus, error) { return tf.memberRead(id, arn, account) })
	if err != nil {
		return err
	}
	if status != types.MemberStatusInvited && status != types.MemberStatusEnabled {
		return fmt.Errorf("unexpected state '%s', wanted target 'INVITED, ENABLED'", status)
	}
	_, err = tf.memberRead(id, arn, account)
	return err
}

func (tf *terraform) memberRead(id, arn, account string) (types.MemberStatus, error) {
	var found []types.MemberDetail
	for p := detective.NewListMembersPaginator(tf.client(id, usEast1), &detective.ListMembersInput{GraphArn: &arn}); p.HasMorePages(); {
		page, err := p.NextPage(tf.t.Context())
		if isA[*types.ResourceNotFoundException](err) {
			return "", errNotFound
		}
		if err != nil {
			return "", err
		}
		for _, m := range page.MemberDetails {
			if aws.ToString(m.AccountId) == account {
				found = append(found, m)
			}
		}
	}
	if len(found) != 1 {
		return "", errNotFound
	}
	return found[0].Status, nil
}

func (tf *terraform) memberDelete(id, arn, account string) error {
	_, err := tf.client(id, usEast1).DeleteMembers(tf.t.Context(), &detective.DeleteMembersInput{GraphArn: &arn, AccountIds: []string{account}})
	if isA[*types.ResourceNotFoundException](err) {
		return nil
	}
	return err
}
