package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain makes the test binary stand in for the program in scripts.
func TestMain(m *testing.M) {
	testscript.Main(withoutLeaks{m}, map[string]func(){"gumshoe": main})
}

// withoutLeaks fails a run that passed and left goroutines behind.
type withoutLeaks struct{ *testing.M }

func (m withoutLeaks) Run() int {
	code := m.M.Run()
	if code != 0 {
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
