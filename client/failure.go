package client

import "fmt"

// FailureError says that a resource got into a state from which it does not
// reach the one that is waited for, not without somebody doing something. A
// waiter for several accounts joins one per account.
type FailureError struct {
	// Resource is an account id, a graph ARN or an investigation id.
	Resource string
	// State is the status as the API names it, "VERIFICATION_FAILED", or
	// StateUnprocessed.
	State string
	// Reason is what the service says about it; it may be empty.
	Reason string
}

// StateUnprocessed is the state of an account that the service lists in
// UnprocessedAccounts, as it does with one that is no member.
const StateUnprocessed = "unprocessed"

func (e *FailureError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("%s is %s", e.Resource, e.State)
	}
	return fmt.Sprintf("%s is %s: %s", e.Resource, e.State, e.Reason)
}
