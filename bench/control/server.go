package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is a running gumshoe.
type server struct {
	url   string
	cmd   *exec.Cmd
	ended chan error
}

// startServer starts the program and waits until it answers.
func startServer(ctx context.Context, program, data string) (*server, error) {
	s := &server{cmd: exec.CommandContext(ctx, program, "serve", "--data", data, "--listen", "127.0.0.1:0"), ended: make(chan error, 1)}
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, after, ok := strings.Cut(lines.Text(), "Detective API at "); ok {
			s.url, _, _ = strings.Cut(after, " ")
			break
		}
		fmt.Fprintln(os.Stderr, lines.Text())
	}
	go func() { // ends with the server
		for lines.Scan() {
			fmt.Fprintln(os.Stderr, lines.Text())
		}
		s.ended <- s.cmd.Wait()
	}()
	if s.url == "" {
		return nil, errors.Join(errors.New("it does not say where it listens"), <-s.ended)
	}
	return s, nil
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return <-s.ended
}

// cpu returns the processor time that the server has used.
func (s *server) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// After the name in brackets: state is field 3, utime 14 and stime 15,
	// in hundredths of a second.
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	var ticks int64
	for _, i := range []int{11, 12} {
		n, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// peakRSS returns the most memory that the server had, in bytes; 0 when the
// system does not say.
func (s *server) peakRSS() int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err == nil {
				return n << 10
			}
		}
	}
	return 0
}

func mkdir(dir string) error { return os.MkdirAll(dir, 0o700) }
