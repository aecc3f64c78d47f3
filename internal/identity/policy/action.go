package policy

import (
	"fmt"
	"strings"
)

// service is the prefix of Detective's actions, with its colon.
const service = "detective:"

// apiActions are the actions behind the operations of the API, without the
// prefix. Each has the name of its operation but one; see ActionOf.
//
// Source: service authorization reference, "Actions, resources, and condition
// keys for Amazon Detective".
var apiActions = [...]string{
	"AcceptInvitation",
	"BatchGetGraphMemberDatasources",
	"BatchGetMembershipDatasources",
	"CreateGraph",
	"CreateMembers",
	"DeleteGraph",
	"DeleteMembers",
	"DescribeOrganizationConfiguration",
	"DisableOrganizationAdminAccount",
	"DisassociateMembership",
	"EnableOrganizationAdminAccount",
	"GetInvestigation",
	"GetMembers",
	"ListDatasourcePackages",
	"ListGraphs",
	"ListIndicators",
	"ListInvestigations",
	"ListInvitations",
	"ListMembers",
	"ListOrganizationAdminAccount",
	"ListTagsForResource",
	"RejectInvitation",
	"StartInvestigation",
	"StartMonitoringMember",
	"TagResource",
	"UntagResource",
	"UpdateDatasourcePackages",
	"UpdateInvestigationState",
	"UpdateOrganizationConfiguration",
}

// consoleActions have no operation in the API. Source: as above.
var consoleActions = [...]string{
	"GetFreeTrialEligibility",
	"GetGraphIngestState",
	"GetPricingInformation",
	"GetUsageInformation",
	"InvokeAssistant",
	"ListHighDegreeEntities",
	"SearchGraph",
}

// The operation that lists administrators is plural, its action is not.
const (
	adminsOperation = "ListOrganizationAdminAccounts"
	adminsAction    = "ListOrganizationAdminAccount"
)

// ActionOf returns the action that a caller needs for an operation of the
// API: "detective:ListGraphs" for ListGraphs. It is the operation's name
// except for ListOrganizationAdminAccounts, whose action is singular. For a
// name that is no operation it returns "", which Evaluate denies.
func ActionOf(operation string) string {
	switch operation {
	case adminsOperation:
		return service + adminsAction
	case adminsAction:
		return ""
	}
	for _, a := range apiActions {
		if a == operation {
			return service + a
		}
	}
	return ""
}

// parseAction reads an element of Action or NotAction: "*", or a service's
// prefix without wildcards and a name with them.
func parseAction(s string) (pattern, error) {
	p := pattern{text: s, fold: true}
	if s == "*" || s == "*:*" {
		return p, nil
	}
	prefix, name, ok := strings.Cut(s, ":")
	if !ok || prefix == "" || name == "" {
		return p, fmt.Errorf("action %q has not the form service:name", s)
	}
	if !consistsOf(prefix, func(c byte) bool { return isAlphanumeric(c) || c == '-' }) {
		return p, fmt.Errorf("action %q: the service must be spelt out, in letters, digits and hyphens", s)
	}
	if !consistsOf(name, func(c byte) bool { return isAlphanumeric(c) || strings.IndexByte("*?-_", c) >= 0 }) {
		return p, fmt.Errorf("action %q: the name has a character that no action has", s)
	}
	if strings.EqualFold(prefix+":", service) && !coversAction(pattern{text: name, fold: true}) {
		if strings.EqualFold(name, adminsOperation) {
			return p, fmt.Errorf("there is no action %q: it is %s, singular", s, service+adminsAction)
		}
		return p, fmt.Errorf("there is no action %q", s)
	}
	return p, nil
}

// coversAction reports whether a name, which may have wildcards, is an
// action of Detective.
func coversAction(name pattern) bool {
	for _, a := range apiActions {
		if name.matches(a) {
			return true
		}
	}
	for _, a := range consoleActions {
		if name.matches(a) {
			return true
		}
	}
	return false
}
