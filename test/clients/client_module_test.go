package clients

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var skipped = regexp.MustCompile(`(?m)^ *--- SKIP: (\S+)`)

// TestClientModule runs the tests of the module client, the live ones on a
// real server.
func TestClientModule(t *testing.T) {
	t.Parallel()
	c := newCast(t, "")
	c.readLogs(t, security, security)
	now := time.Now().UTC()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "./...")
	cmd.Dir = filepath.Join(root(t), "client")
	cmd.Env = append(c.environ(security),
		"GOWORK=off", "GOFLAGS=-mod=readonly", "AWS_REGION=us-east-1", "GUMSHOE_TEST_ENDPOINT="+c.url,
		"GUMSHOE_TEST_MEMBER_ID="+outsider, "GUMSHOE_TEST_MEMBER_EMAIL="+c.accounts[outsider].Email,
		"GUMSHOE_TEST_MEMBER_KEY_ID="+c.accounts[outsider].AccessKeyID, "GUMSHOE_TEST_MEMBER_SECRET="+c.accounts[outsider].SecretAccessKey,
		"GUMSHOE_TEST_ENTITY="+user(security),
		"GUMSHOE_TEST_SCOPE_START="+now.Add(-24*time.Hour).Format(time.RFC3339), "GUMSHOE_TEST_SCOPE_END="+now.Format(time.RFC3339))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go test: %v\n%s", err, out)
	}
	if !strings.Contains(string(out), "--- PASS: TestLive/") {
		t.Errorf("the live tests did not run:\n%s", out)
	}
	for _, m := range skipped.FindAllStringSubmatch(string(out), -1) {
		if strings.HasPrefix(m[1], "TestLive") {
			t.Errorf("%s was skipped:\n%s", m[1], out)
		}
	}
}
