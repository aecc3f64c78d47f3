package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run of the benchmark.
type bench struct {
	gumshoe string // path of the program
	self    string // path of this program, which is the engine's side too
	work    string // folder for the logs and what is made of them
	rounds  int
	seed    int64
	quick   bool
	log     io.Writer
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	if len(args) > 0 && args[0] == engineCommand {
		return engine(ctx, args[1:], stdout)
	}
	b := bench{log: stderr}
	var out, work string
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&b.gumshoe, "gumshoe", filepath.Join("bin", "gumshoe"), "the program to measure")
	f.StringVar(&out, "out", "", "file for the results (default bench/RESULTS.md; with -quick, standard output)")
	f.StringVar(&work, "work", filepath.Join("bench", "out"), "folder for logs and data, on the disk to measure; what is made in it is removed again")
	f.IntVar(&b.rounds, "n", 5, "rounds that count")
	f.Int64Var(&b.seed, "seed", 1, "seed of the logs")
	f.BoolVar(&b.quick, "quick", false, "one round over few logs: shows that the benchmark works, not how fast gumshoe is")
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unknown argument %q", f.Arg(0))
	case b.rounds < 1:
		return fmt.Errorf("-n %d: want at least 1", b.rounds)
	case b.quick:
		b.rounds = 1
	case out == "":
		out = filepath.Join("bench", "RESULTS.md")
	}
	if b.self, err = os.Executable(); err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	if err := os.MkdirAll(work, 0o755); err != nil {
		return fmt.Errorf("make the work folder: %w", err)
	}
	if b.work, err = os.MkdirTemp(work, "run-"); err != nil {
		return fmt.Errorf("make the work folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.work)) }()
	report, err := b.run(ctx)
	if err != nil {
		return err
	}
	if out == "" {
		_, err = stdout.Write(report)
		return err
	}
	return os.WriteFile(out, report, 0o644)
}

// run measures every corpus and returns the report.
func (b *bench) run(ctx context.Context) ([]byte, error) {
	m, err := b.machine(ctx)
	if err != nil {
		return nil, err
	}
	var results []*result
	for _, plan := range b.plans() {
		c, err := b.makeCorpus(ctx, plan)
		if err != nil {
			return nil, fmt.Errorf("make corpus %q: %w", plan.name, err)
		}
		r, err := b.measureCorpus(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("corpus %q: %w", plan.name, err)
		}
		if err := os.RemoveAll(c.dir); err != nil {
			return nil, fmt.Errorf("remove corpus %q: %w", plan.name, err)
		}
		results = append(results, r)
	}
	return b.report(m, results), nil
}
