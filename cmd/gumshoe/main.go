package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks to finish what is in hand, the second one kills.
	context.AfterFunc(ctx, stop)
	code := run(ctx, &invocation{
		args:    os.Args[1:],
		stdout:  os.Stdout,
		stderr:  os.Stderr,
		columns: terminalColumns(os.Stderr),
	})
	stop()
	os.Exit(code)
}
