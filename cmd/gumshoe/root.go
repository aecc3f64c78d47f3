package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

// Exit codes, a contract with scripts.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// invocation is one run of the command line: in this process, or in a server
// on behalf of another process (see relay.go).
type invocation struct {
	args     []string
	cwd      string // what relative paths are relative to; "" is the process's own
	stdout   io.Writer
	stderr   io.Writer
	terminal bool   // stderr is one: show progress
	house    *house // set when a server runs the command: the data folder it has open
}

// usageError is a command line that makes no sense: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// exitError ends the command with a code of its own; what there is to say was
// said already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// run executes the command line and returns the exit code.
func run(ctx context.Context, inv *invocation) int {
	root := newRoot(inv)
	root.SetArgs(inv.args)
	root.SetOut(inv.stdout)
	root.SetErr(inv.stderr)
	err := root.ExecuteContext(ctx)
	var exit exitError
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &usage):
		fmt.Fprintf(inv.stderr, "gumshoe: %v\nTry 'gumshoe help' or 'gumshoe COMMAND --help'.\n", err)
		return exitUsage
	default:
		fmt.Fprintf(inv.stderr, "gumshoe: %v\n", err)
		return exitFailed
	}
}

func newRoot(inv *invocation) *cobra.Command {
	root := &cobra.Command{
		Use:   "gumshoe",
		Short: "Find the intruder in your AWS logs",
		Long: `gumshoe reads AWS logs, builds a behavior graph of who did what from where,
investigates IAM users and roles, and answers through the Amazon Detective API
and this command line. It is not affiliated with AWS.

Start with 'gumshoe demo'.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return c.Help()
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newDemo(inv), newServe(inv), newIngest(inv), newInvestigate(inv),
		newAccount(inv), newKey(inv), newGraph(inv), newSimulate(inv), newVersion(inv),
	)
	return root
}

// noArgs and exactArgs are cobra's checks as usage errors.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unknown argument %q for %q", args[0], c.CommandPath())
	}
	return nil
}

func exactArgs(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usagef("%s: %s is missing", c.CommandPath(), names[len(args)])
		}
		if len(args) > len(names) {
			return usagef("%s: unexpected argument %q", c.CommandPath(), args[len(names)])
		}
		return nil
	}
}

// subcommands makes a command that only holds others.
func subcommands(use, short string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return usagef("%s: name one of its commands, see '%s --help'", c.CommandPath(), c.CommandPath())
		}}
	c.AddCommand(children...)
	return c
}

// path makes an argument absolute: relative to where the command was typed.
func (inv *invocation) path(p string) (string, error) {
	if filepath.IsAbs(p) || inv.cwd == "" {
		return filepath.Abs(p)
	}
	return filepath.Join(inv.cwd, p), nil
}

// notef tells the user something that is not the answer.
func (inv *invocation) notef(format string, args ...any) {
	fmt.Fprintf(inv.stderr, format+"\n", args...)
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
