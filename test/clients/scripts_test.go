package clients

import "testing"

// TestMultiAccountScripts sets Detective up in 60 accounts and two Regions as
// AWS's sample scripts do: by invitation, and through the organization.
func TestMultiAccountScripts(t *testing.T) {
	t.Parallel()
	tool(t, "python")
	newCast(t, "regions: [us-east-1, eu-west-1]").python(t, 2000, "multiaccount.py")
}
