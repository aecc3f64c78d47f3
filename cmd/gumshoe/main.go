package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	limitMemory()
	endProfile, err := startProfile()
	if err != nil {
		fmt.Fprintf(os.Stderr, "gumshoe: %v\n", err)
		os.Exit(1)
	}
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
	if err := endProfile(); err != nil {
		fmt.Fprintf(os.Stderr, "gumshoe: write the profile: %v\n", err)
	}
	os.Exit(code)
}

// limitMemory lets the heap grow to five times what is in use, which costs half
// of the time of collecting it twice as often, as long as it stays below
// heapLimit. GOGC and GOMEMLIMIT in the environment have their own way.
func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(heapLimit)
	}
}

// heapLimit is where the garbage collector begins to work harder, in bytes: with
// what the database engine takes besides, less than 1.5 GB.
const heapLimit = 608 << 20
