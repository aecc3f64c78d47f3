package client

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// GetMembersAPIClient is a client that implements the GetMembers operation.
type GetMembersAPIClient interface {
	GetMembers(context.Context, *detective.GetMembersInput, ...func(*detective.Options)) (*detective.GetMembersOutput, error)
}

// MemberEnabledWaiter is the waiter that NewMemberEnabledWaiter makes.
type MemberEnabledWaiter = Waiter[detective.GetMembersInput, detective.GetMembersOutput]

// MemberEnabledWaiterOptions changes how a MemberEnabledWaiter waits.
type MemberEnabledWaiterOptions = WaiterOptions[detective.GetMembersInput, detective.GetMembersOutput]

// NewMemberEnabledWaiter makes a waiter that calls GetMembers, as the
// administrator, until every account asked for, 1 to 50, is ENABLED.
//
// It fails as soon as one is VERIFICATION_FAILED, or is not processed by the
// service, or is ACCEPTED_BUT_DISABLED with a DisabledReason: the service may
// try again some hours later by itself, but as a rule the volume has to change
// or StartMonitoringMember has to be called. ACCEPTED_BUT_DISABLED without a
// reason is an accepted member whose volume is being checked. That state,
// VERIFICATION_IN_PROGRESS and INVITED are waited in. Use Retryable to wait in
// others.
func NewMemberEnabledWaiter(client GetMembersAPIClient, optFns ...func(*MemberEnabledWaiterOptions)) *MemberEnabledWaiter {
	return newWaiter("MemberEnabled", client.GetMembers, memberEnabledRetryable, optFns)
}

func memberEnabledRetryable(_ context.Context, params *detective.GetMembersInput, out *detective.GetMembersOutput, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	if len(params.AccountIds) == 0 {
		return false, errors.New("no account to wait for")
	}
	var failures []error
	for _, u := range out.UnprocessedAccounts {
		failures = append(failures, &FailureError{aws.ToString(u.AccountId), StateUnprocessed, aws.ToString(u.Reason)})
	}
	enabled := map[string]bool{}
	for _, m := range out.MemberDetails {
		id := aws.ToString(m.AccountId)
		switch {
		case m.Status == types.MemberStatusEnabled:
			enabled[id] = true
		case m.Status == types.MemberStatusVerificationFailed,
			m.Status == types.MemberStatusAcceptedButDisabled && m.DisabledReason != "":
			failures = append(failures, &FailureError{id, string(m.Status), string(m.DisabledReason)})
		}
	}
	if failures != nil {
		return false, errors.Join(failures...)
	}
	for _, id := range params.AccountIds {
		if !enabled[id] {
			return true, nil
		}
	}
	return false, nil
}
