package client

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// InvitationReceivedInput says which invitation to wait for.
type InvitationReceivedInput struct {
	// GraphArn is the behavior graph that the caller is invited to. Required.
	GraphArn *string
}

// InvitationReceivedOutput is what one look at the caller's invitations showed.
type InvitationReceivedOutput struct {
	// Invitation is the entry of the graph, nil while there is none.
	Invitation *types.MemberDetail
}

// InvitationReceivedWaiter is the waiter that NewInvitationReceivedWaiter makes.
type InvitationReceivedWaiter = Waiter[InvitationReceivedInput, InvitationReceivedOutput]

// InvitationReceivedWaiterOptions changes how an InvitationReceivedWaiter waits.
type InvitationReceivedWaiterOptions = WaiterOptions[InvitationReceivedInput, InvitationReceivedOutput]

// NewInvitationReceivedWaiter makes a waiter that calls ListInvitations, as the
// invited account and through all pages, until the graph is there with the
// status INVITED, so that AcceptInvitation and RejectInvitation can follow.
//
// It fails when the graph is there as ENABLED or ACCEPTED_BUT_DISABLED, which
// is an invitation accepted before or an organization's graph, or as
// VERIFICATION_FAILED.
func NewInvitationReceivedWaiter(client detective.ListInvitationsAPIClient, optFns ...func(*InvitationReceivedWaiterOptions)) *InvitationReceivedWaiter {
	look := func(ctx context.Context, params *InvitationReceivedInput, optFns ...func(*detective.Options)) (*InvitationReceivedOutput, error) {
		if aws.ToString(params.GraphArn) == "" {
			return nil, errNoGraphArn
		}
		for m, err := range invitations(ctx, client, nil, optFns) {
			if err != nil {
				return nil, err
			}
			if aws.ToString(m.GraphArn) == *params.GraphArn {
				return &InvitationReceivedOutput{Invitation: &m}, nil
			}
		}
		return &InvitationReceivedOutput{}, nil
	}
	return newWaiter("InvitationReceived", look, invitationReceivedRetryable, optFns)
}

var errNoGraphArn = errors.New("GraphArn is missing")

func invitationReceivedRetryable(_ context.Context, params *InvitationReceivedInput, out *InvitationReceivedOutput, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	if out.Invitation == nil {
		return true, nil
	}
	switch s := out.Invitation.Status; s {
	case types.MemberStatusInvited:
		return false, nil
	case types.MemberStatusEnabled, types.MemberStatusAcceptedButDisabled, types.MemberStatusVerificationFailed:
		return false, &FailureError{*params.GraphArn, string(s), string(out.Invitation.DisabledReason)}
	}
	return true, nil
}
