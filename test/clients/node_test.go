package clients

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestJavaScriptSDK runs node/tour.mjs: every operation by
// @aws-sdk/client-detective, its paginators, its errors and dates.
func TestJavaScriptSDK(t *testing.T) {
	t.Parallel()
	node := tool(t, "node")
	modules := filepath.Join(root(t), "bin", "node")
	if _, err := os.Stat(filepath.Join(modules, "node_modules", "@aws-sdk", "client-detective")); err != nil {
		t.Skip("@aws-sdk/client-detective of the pinned clients is missing: `make test` installs it")
	}
	c := newCast(t, "throttle: {per_second: 0.001, burst: 180}\n")
	given, err := json.Marshal(map[string]any{
		"program": program, "data": c.data, "url": c.url, "accounts": c.accounts, "logs": writeLogs(t, time.Now(), security, outsider),
		"management": management, "security": security, "dev": dev, "prod": prod, "outsider": outsider, "entity": user(outsider),
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, filepath.Join(root(t), "test", "clients", "node", "tour.mjs"))
	cmd.Dir = modules
	cmd.Env = c.environ(outsider)
	cmd.Stdin = bytes.NewReader(given)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("tour.mjs: %v\n%s", err, stderr.Bytes())
	}
	got := decode[struct {
		Operations map[string]int // the statuses of operations that succeeded
		Errors     []string       // the names of errors that were met
		Paginators int
	}](t, out)
	want := map[string]int{}
	for _, r := range routes {
		want[r.operation] = r.status
	}
	if diff := cmp.Diff(want, got.Operations); diff != "" {
		t.Errorf("statuses of the operations (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]string{"AccessDeniedException", "ConflictException", "ResourceNotFoundException", "TooManyRequestsException", "ValidationException"}, got.Errors); diff != "" {
		t.Errorf("errors (-want +got)\n%s", diff)
	}
	if got.Paginators != 5 {
		t.Errorf("%d paginators, want 5", got.Paginators)
	}
}
