package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// process is a program that runs until it is stopped.
type process struct {
	cmd   *exec.Cmd
	url   string // where it listens
	ended chan struct{}
	err   error // of its end, once ended is closed
	said  *announcement
}

// startTime is how long a server may take to say that it listens, stopTime
// how long to end.
const (
	startTime = time.Minute
	stopTime  = 15 * time.Second
)

// start runs a program that says where it listens, in words that the
// expression finds. The caller must stop it.
func start(ctx context.Context, listens *regexp.Regexp, env []string, program string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, program, args...), ended: make(chan struct{}),
		said: &announcement{listens: listens, url: make(chan string, 1)}}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.Env = p.said, p.said, env
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	go func() { // ends with the process; stop waits for it
		defer close(p.ended)
		p.err = p.cmd.Wait()
	}()
	late := time.NewTimer(startTime)
	defer late.Stop()
	select {
	case p.url = <-p.said.url:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("%s %s ended: %w: %s", program, args[0], p.err, p.said.output())
	case <-late.C:
		return nil, errors.Join(fmt.Errorf("%s %s does not say where it listens: %s", program, args[0], p.said.output()), p.stop())
	}
}

// stop ends the program in good order.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop: %w", err)
	}
	late := time.NewTimer(stopTime)
	defer late.Stop()
	select {
	case <-p.ended:
		return nil
	case <-late.C:
		err := p.cmd.Process.Kill()
		<-p.ended
		return errors.Join(errors.New("a server does not end when it is told to"), err)
	}
}

// announcement is a program's output, of which the beginning is kept.
type announcement struct {
	listens *regexp.Regexp
	url     chan string // of one

	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (a *announcement) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.text) < 1<<16 {
		a.text = append(a.text, p...)
		if m := a.listens.FindSubmatch(a.text); m != nil {
			select {
			case a.url <- string(m[1]):
			default: // said already
			}
		}
	}
	return len(p), nil
}

func (a *announcement) output() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return string(bytes.TrimSpace(a.text))
}

// graph asks about the graph in a data folder, with a server or without.
type graph struct {
	gumshoe, data string
}

// stored is the number of records that queries find.
func (g graph) stored(ctx context.Context) (int64, error) {
	var status struct{ Totals warehouse.Totals }
	_, err := measure(ctx, &status, g.gumshoe, "graph", "status", "--data", g.data, "-o", "json")
	return status.Totals.Stored, err
}

// patience is how long a record may take to arrive before the run fails.
const patience = time.Minute

// until waits until the graph has so many records and returns the time since
// began, that of the last question included.
func (g graph) until(ctx context.Context, began time.Time, want int64) (time.Duration, error) {
	for {
		n, err := g.stored(ctx)
		took := time.Since(began)
		switch {
		case err != nil:
			return took, err
		case n >= want:
			return took, nil
		case took > patience:
			return took, fmt.Errorf("after %v the graph has %d records, want %d", patience, n, want)
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return took, err
		}
	}
}

// wait waits for d, or for the end of ctx.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
