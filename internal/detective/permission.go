package detective

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/identity/policy"
)

// Permissions are what the policies of a caller allow. They only ever take
// away: what an account may do at all is decided before.
type Permissions interface {
	Allows(c Caller, a Action) bool
}

// Action is what a caller is about to do, in the terms of IAM.
type Action struct {
	Name         string            // the operation, e.g. ListMembers; policy.ActionOf has IAM's name for it
	Resource     string            // the graph's ARN, * for actions on no graph
	ResourceTags map[string]string // of the graph
	RequestTags  map[string]string // to be set; nil when the call sets none
	TagKeys      []string          // to be set or removed
}

// allowed checks a caller's policies. The error is an AccessDeniedException.
func allowed(c Caller, a Action) error {
	if c.Permissions == nil || c.Permissions.Allows(c, a) {
		return nil
	}
	return denied(c, a.Name, a.Resource)
}

// allowedAnywhere checks the policies for an operation that is about no
// graph; IAM knows it by its resource *.
func allowedAnywhere(c Caller, operation string) error {
	return allowed(c, Action{Name: operation, Resource: "*"})
}

// denied is the AccessDeniedException in the words of AWS (observed; see
// amazon-detective-multiaccount-scripts).
func denied(c Caller, operation, resource string) *Error {
	arn := c.ARN
	if arn == "" {
		arn = entity.RootARN(c.AccountID) // of our own commands, in no Region
	}
	return errorf(AccessDenied, "User: %s is not authorized to perform: %s on resource: %s", arn, policy.ActionOf(operation), resource)
}
