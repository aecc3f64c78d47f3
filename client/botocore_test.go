package client_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBotocoreData runs botocore/check.py: the data files do for boto3 what
// this package does for Go. GUMSHOE_PYTHON is a Python with boto3; without it
// the one that the server's tests use is looked for.
func TestBotocoreData(t *testing.T) {
	t.Parallel()
	python := os.Getenv("GUMSHOE_PYTHON")
	if python == "" {
		python = filepath.Join("..", "bin", "venv", "bin", "python")
	}
	python, err := exec.LookPath(python)
	if err != nil {
		t.Skipf("no Python with boto3: %v (set GUMSHOE_PYTHON)", err)
	}
	data, err := filepath.Abs("botocore")
	if err != nil {
		t.Fatal(err)
	}
	// None of the user's models and configuration.
	home := t.TempDir()
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "AWS_") })
	cmd := exec.CommandContext(t.Context(), python, filepath.Join(data, "check.py"))
	cmd.Env = append(env, "AWS_DATA_PATH="+data, "HOME="+home, "AWS_EC2_METADATA_DISABLED=true", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "ok, ") {
		t.Errorf("check.py: %v\n%s", err, out)
	}
}
