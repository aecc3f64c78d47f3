package crash

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a running `gumshoe serve`.
type server struct {
	cmd     *exec.Cmd
	url     string
	drained chan struct{} // closed when it says nothing more
}

var readyLine = regexp.MustCompile(`Detective API at (http://\S+)`)

// serve starts a command line that is a server and waits until it is ready.
// The caller ends it and waits for it.
func serve(t *testing.T, name string, args ...string) *server {
	t.Helper()
	s, said := tryServe(t, name, args...)
	if s == nil {
		t.Fatalf("the server says only %q", said)
	}
	return s
}

// tryServe is serve for a server that may be killed before it is ready: then
// it returns nil and what the server said.
func tryServe(t *testing.T, name string, args ...string) (*server, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if m := readyLine.FindStringSubmatch(line); m != nil {
			s := &server{cmd, m[1], make(chan struct{})}
			go func() { // until the process ends, see wait; a full pipe would stop it
				defer close(s.drained)
				_, _ = io.Copy(io.Discard, lines)
			}()
			return s, ""
		}
		if err != nil {
			_ = cmd.Wait() // killed, or what it said is told
			return nil, said.String()
		}
	}
}

// wait waits until the server has ended.
func (s *server) wait() error {
	<-s.drained
	return s.cmd.Wait()
}

// signal sends a signal to the process that holds a data folder: the server,
// also where strace is the one that was started.
func signal(t *testing.T, data string, sig syscall.Signal) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err == nil {
		err = syscall.Kill(pid, sig)
	}
	if err != nil && !errors.Is(err, syscall.ESRCH) { // how it ended is seen by waiting
		t.Fatalf("signal to process %q: %v", b, err)
	}
}

// wait runs cmd.Wait but ends the process if it takes longer than limit.
func wait(t *testing.T, cmd *exec.Cmd, limit time.Duration) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	if !stop() {
		t.Errorf("the process does not end within %s", limit)
	}
	return err
}
