package clients

import "testing"

// TestAWSCLIRunsEveryCommand runs all 29 commands of `aws detective` by the
// real AWS CLI, as five accounts, and some that fail.
func TestAWSCLIRunsEveryCommand(t *testing.T) {
	t.Parallel()
	tool(t, "aws")
	newCast(t, "").python(t, 70, "aws_cli.py")
}
