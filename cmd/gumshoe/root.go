package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"

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
	args    []string
	cwd     string // what relative paths are relative to; "" is the process's own
	stdout  io.Writer
	stderr  io.Writer
	columns int    // of the terminal that stderr is, for progress; 0 when it is none
	house   *house // set when a server runs the command: the data folder it has open
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
	root.SetArgs(append([]string{}, inv.args...)) // nil would mean those of this process
	root.SetOut(inv.stdout)
	root.SetErr(inv.stderr)
	command, err := root.ExecuteContextC(ctx)
	var exit exitError
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &exit):
		return int(exit)
	case errors.As(err, &usage):
		if command.Name() == "help" {
			command = command.Root()
		}
		fmt.Fprintf(inv.stderr, "gumshoe: %v\nTry '%s --help'.\n", err, command.CommandPath())
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(inv.stderr, "gumshoe: interrupted; what was stored before stays")
		return exitFailed
	default:
		fmt.Fprintf(inv.stderr, "gumshoe: %v\n", err)
		if diskFull(err) {
			fmt.Fprintln(inv.stderr, "The disk is full. Make room and run the same command again; what was stored before stays.")
		}
		return exitFailed
	}
}

// diskFull reports whether an error is one of a full disk. Those of the
// databases have only its text.
func diskFull(err error) bool {
	text := err.Error()
	return errors.Is(err, syscall.ENOSPC) || strings.Contains(text, "No space left on device") ||
		strings.Contains(text, "no space left on device") || strings.Contains(text, "database or disk is full")
}

func newRoot(inv *invocation) *cobra.Command {
	root := &cobra.Command{
		Use:   "gumshoe",
		Short: "Find the intruder in your AWS logs",
		Long: `gumshoe reads AWS logs, builds a behavior graph of who did what from where,
investigates IAM users and roles, and answers through the Amazon Detective API
and this command line. It is not affiliated with AWS.

Start with 'gumshoe demo', or with a folder of CloudTrail logs:
'gumshoe investigate --logs DIR ARN'.

Answers go to standard output, everything else to standard error. The exit
status is 0 when it is done, 1 when it failed and 2 for a wrong command line.`,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(c, args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, _ []string) error {
			return c.Help()
		},
	}
	root.SetHelpCommand(newHelp())
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newDemo(inv), newServe(inv), newIngest(inv), newInvestigate(inv),
		newAccount(inv), newKey(inv), newOrg(inv), newGraph(inv), newSimulate(inv), newVersion(inv),
	)
	return root
}

// newHelp is cobra's help command, which takes a word that is no command for
// the question what gumshoe is.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show how a command is used",
		RunE: func(c *cobra.Command, args []string) error {
			about, rest, err := c.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noCommand(about, rest[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// noCommand says that parent has no command name, and which one may be meant.
func noCommand(parent *cobra.Command, name string) error {
	full := strings.TrimPrefix(parent.CommandPath()+" "+name, parent.Root().Name()+" ")
	err := fmt.Errorf("there is no command %q", full)
	if near := parent.SuggestionsFor(name); len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %q?", err, near[0])
	}
	return usageError{err}
}

// noArgs and exactArgs are cobra's checks as usage errors.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}
	return nil
}

func exactArgs(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return usagef("%s is missing", names[len(args)])
		}
		if len(args) > len(names) {
			return usagef("unexpected argument %q", args[len(names)])
		}
		return nil
	}
}

// subcommands makes a command that only holds others.
func subcommands(use, short string, children ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, SuggestionsMinimumDistance: 2,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(c, args[0])
			}
			names := make([]string, len(children))
			for i, child := range children {
				names[i] = child.Name()
			}
			return usagef("name what to do: %s", strings.Join(names, ", "))
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
