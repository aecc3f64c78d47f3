package policy

import (
	"embed"
	"strings"
	"sync"
)

// managedFS has the AWS managed policies of Detective with what they say of
// detective actions; the permissions on other services are left out.
//
// Source: AWS managed policy reference. Versions: AmazonDetectiveFullAccess
// v4, InvestigatorAccess v3, MemberAccess and OrganizationsAccess v1.
//
//go:embed managed/*.json
var managedFS embed.FS

// managedARN begins the ARN of an AWS managed policy.
const managedARN = "arn:aws:iam::aws:policy/"

// ManagedNames returns the names of the managed policies, sorted.
func ManagedNames() []string {
	return []string{
		"AmazonDetectiveFullAccess",
		"AmazonDetectiveInvestigatorAccess",
		"AmazonDetectiveMemberAccess",
		"AmazonDetectiveOrganizationsAccess",
	}
}

// Managed returns the AWS managed policy of a name, "AmazonDetectiveFullAccess"
// or "arn:aws:iam::aws:policy/AmazonDetectiveFullAccess", in exactly this
// case.
func Managed(name string) (*Policy, bool) {
	p, ok := managed()[strings.TrimPrefix(name, managedARN)]
	return p, ok
}

// managed reads the policies once. A mistake in one is a bug that a test
// finds.
var managed = sync.OnceValue(func() map[string]*Policy {
	policies := map[string]*Policy{}
	for _, name := range ManagedNames() {
		document, err := managedFS.ReadFile("managed/" + name + ".json")
		if err != nil {
			panic("BUG: managed policy: " + err.Error())
		}
		if policies[name], err = Parse(document); err != nil {
			panic("BUG: managed policy " + name + ": " + err.Error())
		}
	}
	return policies
})
