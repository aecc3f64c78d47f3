package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// program is the binary under test, built once.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "gumshoe-crash-*")
		if err != nil {
			println("make a folder:", err.Error())
			return 1
		}
		defer func() { _ = os.RemoveAll(dir) }()
		program = filepath.Join(dir, "gumshoe")
		build := exec.Command("go", "build", "-o", program, "github.com/gumshoe-detective/gumshoe/cmd/gumshoe")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			println("build the program:", err.Error())
			return 1
		}
		code := m.Run()
		if err := goleak.Find(); err != nil && code == 0 {
			println(err.Error())
			code = 1
		}
		return code
	}())
}

// count returns how often a test tries: usual in make test, full in
// make test-full.
func count(usual, full int) int {
	if os.Getenv("GUMSHOE_FULL") == "1" {
		return full
	}
	return usual
}

// need skips the test unless a program is there.
func need(t *testing.T, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is missing: scripts/prepare.sh test installs it", name)
	}
}

// memory is where Linux keeps files in memory. None of these tests pulls a
// plug, so a disk would only make them wait for each sync.
const memory = "/dev/shm"

// folder returns a new folder with a short path: that of the server's socket,
// which lies in a data folder, must not exceed 107 bytes.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(memory, "gumshoe-crash-*")
	if err != nil {
		dir, err = os.MkdirTemp("", "gumshoe-crash-*")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// gumshoe runs the program to its end and returns its standard output.
func gumshoe(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := attempt(t, args...)
	if err != nil {
		t.Fatalf("gumshoe %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// attempt runs the program to its end; the error holds what it says about it.
func attempt(t *testing.T, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = errors.Join(err, errors.New(stderr.String()))
	}
	return out, err
}

// decode reads a JSON answer.
func decode[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, b)
	}
	return v
}
