package client

import "errors"

// errNoMorePages is what NextPage returns after the last page, worded as the
// SDK words it.
var errNoMorePages = errors.New("no more pages available")

// CanPaginate tells whether a paginator exists for an operation, which is so
// for each one that takes a NextToken. The operation is named as in the API,
// "ListMembers", or as in boto3, "list_members"; a name that is neither has no
// paginator.
func CanPaginate(operation string) bool {
	switch operation {
	case "ListDatasourcePackages", "list_datasource_packages",
		"ListGraphs", "list_graphs",
		"ListIndicators", "list_indicators",
		"ListInvestigations", "list_investigations",
		"ListInvitations", "list_invitations",
		"ListMembers", "list_members",
		"ListOrganizationAdminAccounts", "list_organization_admin_accounts":
		return true
	}
	return false
}

// CanPaginate is the function of the same name, here for those who look for
// it on the client.
func (c *Client) CanPaginate(operation string) bool { return CanPaginate(operation) }

// cursor is where a paginator stands.
type cursor struct {
	started         bool
	token           *string
	limit           int32
	stopOnDuplicate bool
}

func (c *cursor) more() bool {
	return !c.started || (c.token != nil && *c.token != "")
}

// maxResults is nil for the service's own page size.
func (c *cursor) maxResults() *int32 {
	if c.limit <= 0 {
		return nil
	}
	limit := c.limit
	return &limit
}

// advance moves to the page that next stands for.
func (c *cursor) advance(next *string) {
	previous := c.token
	c.started, c.token = true, next
	if c.stopOnDuplicate && previous != nil && next != nil && *previous == *next {
		c.token = nil
	}
}
