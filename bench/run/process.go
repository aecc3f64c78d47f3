package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// usage is what a process took from its start to its end.
type usage struct {
	wall time.Duration
	cpu  time.Duration // user and system
	rss  int64         // peak resident set, bytes
}

// measure runs a program to its end and decodes the JSON that it prints.
//
// On Linux a process's peak memory begins with that of its parent, so this
// process must stay smaller than those that it measures.
func measure(ctx context.Context, answer any, program string, args ...string) (usage, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	u := usage{wall: time.Since(began)}
	if err != nil {
		return u, fmt.Errorf("run %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	u.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if ru, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.rss = ru.Maxrss
		if runtime.GOOS != "darwin" { // which counts bytes; others, kilobytes
			u.rss *= 1024
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), answer); err != nil {
		return u, fmt.Errorf("read the answer of %s: %w", args[0], err)
	}
	return u, nil
}
