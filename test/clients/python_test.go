package clients

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// script is a Python script of this folder, to be run against the server of
// the cast. It learns of the server by GUMSHOE_CAST (see cast.py), and env is
// added to its environment.
func (c *cast) script(t *testing.T, name string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, "python"), filepath.Join(root(t), "test", "clients", name))
	cmd.Env = append(os.Environ(), append(env, "GUMSHOE_CAST="+c.describe(t), "PYTHONDONTWRITEBYTECODE=1")...)
	return cmd
}

// describe is what a script is told of the cast, JSON.
func (c *cast) describe(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"Program": program, "Data": c.data, "URL": c.url, "Accounts": c.accounts})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// python runs a script to its end. It checks things itself, at least as many
// as given, and prints what it found wrong. What it prints besides its count
// of checks is returned, a line each.
func (c *cast) python(t *testing.T, checks int, name string, env ...string) [][]byte {
	t.Helper()
	cmd := c.script(t, name, env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, out, stderr.Bytes())
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	last := len(lines) - 1
	if n := decode[struct{ Checks int }](t, lines[last]).Checks; n < checks {
		t.Errorf("%s made %d checks, want at least %d", name, n, checks)
	}
	return lines[:last]
}

// enter enters an account and keeps its key.
func (c *cast) enter(t *testing.T, id string) {
	t.Helper()
	email := "root-" + id + "@example.com"
	key := decode[struct{ AccessKeyId, SecretAccessKey string }](t,
		gumshoe(t, 0, "account", "create", id, "--email", email, "--data", c.data, "-o", "json"))
	c.accounts[id] = account{id, key.AccessKeyId, key.SecretAccessKey, email}
}
