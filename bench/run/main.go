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
	"slices"
	"strings"
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
	self    string // path of this program, which is its own helper too
	work    string // folder for the logs and what is made of them
	real    string // folder with real logs, which may be missing
	tools   string // folder of the programs of other peers, which may be missing
	rounds  int
	seed    int64
	quick   bool
	only    []string // the parts to run; nil for all
	log     io.Writer

	engineVersion string           // once it is known
	peak          map[string]int64 // bytes, the largest of the ingests of a part
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	if helped, err := help(ctx, args, stdout); helped {
		return err
	}
	b := bench{log: stderr, peak: map[string]int64{}}
	var out, work, only string
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&b.gumshoe, "gumshoe", filepath.Join("bin", "gumshoe"), "the program to measure")
	f.StringVar(&out, "out", "", "file for the results (default bench/RESULTS.md; with -quick or -only, standard output)")
	f.StringVar(&work, "work", filepath.Join("bench", "out"), "folder for logs and data, on the disk to measure, with 30 GB free; what is made in it is removed again")
	f.StringVar(&b.real, "realdata", realData(), "folder with real logs; where it is missing they are not measured")
	f.StringVar(&b.tools, "tools", filepath.Join("bin", "venv", "bin"), "folder of moto_server; where it is missing the queue is not measured")
	f.IntVar(&b.rounds, "n", 5, "rounds that count, at most; long parts have 3")
	f.Int64Var(&b.seed, "seed", 1, "seed of the logs")
	f.BoolVar(&b.quick, "quick", false, "one round over few logs: shows that the benchmark works, not how fast gumshoe is")
	f.StringVar(&only, "only", "", "run these parts, with commas between: "+strings.Join(b.partNames(), ", "))
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unknown argument %q", f.Arg(0))
	case b.rounds < 1:
		return fmt.Errorf("-n %d: want at least 1", b.rounds)
	}
	if only != "" {
		b.only = strings.Split(only, ",")
	}
	for _, name := range b.only {
		if !slices.Contains(b.partNames(), name) {
			return fmt.Errorf("-only: there is no part %q; there are %s", name, strings.Join(b.partNames(), ", "))
		}
	}
	if out == "" && !b.quick && only == "" {
		out = filepath.Join("bench", "RESULTS.md")
	}
	for _, p := range []*string{&b.gumshoe, &work, &b.real, &b.tools} {
		if *p, err = filepath.Abs(*p); err != nil {
			return fmt.Errorf("find %s: %w", *p, err)
		}
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
	if report == nil {
		return err
	}
	if out == "" {
		_, werr := stdout.Write(report)
		return errors.Join(err, werr)
	}
	return errors.Join(err, os.WriteFile(out, report, 0o644))
}

// realData is where real logs lie, unless -realdata says otherwise.
func realData() string {
	if dir := os.Getenv("GUMSHOE_REALDATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "data")
}
