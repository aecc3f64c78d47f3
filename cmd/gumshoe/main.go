// Command gumshoe is a self-hosted Amazon Detective: it reads AWS logs,
// builds a behavior graph, investigates IAM users and roles, and answers
// through the Detective API and this command line.
//
// Each file holds one subcommand and wires the packages together; nothing
// else is decided here.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &invocation{
		args:     os.Args[1:],
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: isTerminal(os.Stderr),
	})
	stop()
	os.Exit(code)
}
