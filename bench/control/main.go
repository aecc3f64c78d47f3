package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"
)

// options of a run.
type options struct {
	gumshoe  string // path of the program
	out      string // of the report; empty is standard output
	rate     int    // calls a second
	accounts int
	members  int // of each graph
	warmup   time.Duration
	duration time.Duration
	rounds   int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	// Ours is the client's half of the machine: its collector should not be
	// what is measured.
	debug.SetGCPercent(400)
	var o options
	f := flag.NewFlagSet("control", flag.ContinueOnError)
	f.StringVar(&o.gumshoe, "gumshoe", filepath.Join("bin", "gumshoe"), "the program to measure")
	f.StringVar(&o.out, "out", "", "file for the results (default: standard output)")
	f.IntVar(&o.rate, "rate", 500, "calls a second")
	f.IntVar(&o.accounts, "accounts", 100, "administrator accounts, each with a graph")
	f.IntVar(&o.members, "members", 1200, "members of each graph")
	f.DurationVar(&o.warmup, "warmup", 5*time.Second, "time before the measurement")
	f.DurationVar(&o.duration, "duration", 60*time.Second, "time of a round")
	f.IntVar(&o.rounds, "n", 3, "rounds")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.rate < 1 || o.accounts < 1 || o.members < 2 || o.rounds < 1 || o.duration < time.Second {
		return errors.New("the numbers must be positive, a round at least 1 s and members 2")
	}
	dir, err := os.MkdirTemp("", "gumshoe-bench-control-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintf(os.Stderr, "entering %d accounts with %d members each …\n", o.accounts, o.members)
	callers, err := fill(ctx, filepath.Join(dir, "data"), o)
	if err != nil {
		return fmt.Errorf("fill the data folder: %w", err)
	}
	s, err := startServer(ctx, o.gumshoe, filepath.Join(dir, "data"))
	if err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	l := newLoad(s.url, callers, o)
	fmt.Fprintf(os.Stderr, "warming up …\n")
	if _, err := l.round(ctx, o.warmup); err != nil {
		return err
	}
	var rounds []*result
	for i := range o.rounds {
		before, err := s.cpu()
		if err != nil {
			return err
		}
		r, err := l.round(ctx, o.duration)
		if err != nil {
			return err
		}
		after, err := s.cpu()
		if err != nil {
			return err
		}
		r.serverCPU, r.rss = after-before, s.peakRSS()
		fmt.Fprintf(os.Stderr, "round %d: p50 %v, p99 %v, max %v, %d failed\n", i+1, r.all.at(50), r.all.at(99), r.all.at(100), r.failed)
		rounds = append(rounds, r)
	}
	return report(o, rounds)
}
