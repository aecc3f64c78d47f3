package clients

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"testing"
)

// TestInvitationsAreMailed has invitations mailed by a real SMTP server, one
// that is not there at first. The script is the server, so it comes first:
// the configuration needs its port.
func TestInvitationsAreMailed(t *testing.T) {
	t.Parallel()
	cmd := (&cast{}).script(t, "mail.py")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	defer func() {
		if !ended { // a failure below
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}()
	out := bufio.NewReader(stdout)
	line, err := out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the mail server: %v", err)
	}
	port := decode[struct{ Port int }](t, line).Port
	c := newCast(t, fmt.Sprintf("mail: {host: 127.0.0.1, port: %d, tls: none, from: gumshoe@example.com}", port))
	if _, err := fmt.Fprintln(stdin, c.describe(t)); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	ended = true
	if err := cmd.Wait(); err != nil {
		t.Fatalf("mail.py: %v\n%s\n%s", err, rest, stderr.Bytes())
	}
	if n := decode[struct{ Checks int }](t, rest).Checks; n < 50 {
		t.Errorf("mail.py made %d checks, want more", n)
	}
}
