package clients

import "testing"

// TestBoto3SpeaksTheWholeAPI lives the life of a graph with boto3: all 29
// operations, as five accounts.
func TestBoto3SpeaksTheWholeAPI(t *testing.T) {
	t.Parallel()
	tool(t, "python")
	newCast(t, "regions: [us-east-1, eu-west-1]").python(t, 1000, "api.py")
}

// TestBoto3MeetsLimits shows quotas (402), throttling (429) and bad
// signatures (403) to boto3. The script knows the figures.
func TestBoto3MeetsLimits(t *testing.T) {
	t.Parallel()
	tool(t, "python")
	newCast(t, `
quotas: {members: 3, bytes_per_day: 20000}
throttle: {per_second: 0.001, burst: 2}
`).python(t, 300, "limits.py")
}

// TestKeyPoliciesHoldAtOnce changes what access keys may do while boto3 uses
// them on the running server.
func TestKeyPoliciesHoldAtOnce(t *testing.T) {
	t.Parallel()
	tool(t, "python")
	newCast(t, "").python(t, 200, "policies.py")
}
