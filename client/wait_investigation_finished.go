package client

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/detective"
	"github.com/aws/aws-sdk-go-v2/service/detective/types"
)

// GetInvestigationAPIClient is a client that implements the GetInvestigation
// operation.
type GetInvestigationAPIClient interface {
	GetInvestigation(context.Context, *detective.GetInvestigationInput, ...func(*detective.Options)) (*detective.GetInvestigationOutput, error)
}

// InvestigationFinishedWaiter is the waiter that NewInvestigationFinishedWaiter
// makes.
type InvestigationFinishedWaiter = Waiter[detective.GetInvestigationInput, detective.GetInvestigationOutput]

// InvestigationFinishedWaiterOptions changes how an InvestigationFinishedWaiter
// waits.
type InvestigationFinishedWaiterOptions = WaiterOptions[detective.GetInvestigationInput, detective.GetInvestigationOutput]

// NewInvestigationFinishedWaiter makes a waiter that calls GetInvestigation
// until the Status is not RUNNING. It fails when the Status is FAILED. The
// output has the severity; the indicators are then complete.
func NewInvestigationFinishedWaiter(client GetInvestigationAPIClient, optFns ...func(*InvestigationFinishedWaiterOptions)) *InvestigationFinishedWaiter {
	return newWaiter("InvestigationFinished", client.GetInvestigation, investigationFinishedRetryable, optFns)
}

func investigationFinishedRetryable(_ context.Context, params *detective.GetInvestigationInput, out *detective.GetInvestigationOutput, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	switch out.Status {
	case types.StatusRunning:
		return true, nil
	case types.StatusFailed:
		return false, &FailureError{Resource: aws.ToString(params.InvestigationId), State: string(out.Status)}
	}
	return false, nil
}
