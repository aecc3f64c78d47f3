package clients

import (
	"bufio"
	"io"
	"strings"
	"syscall"
	"testing"
)

const interrupt = syscall.SIGINT

// readUntil returns what r says up to the line that starts with end.
func readUntil(t *testing.T, r io.Reader, end string) string {
	t.Helper()
	var b strings.Builder
	scan := bufio.NewScanner(r)
	for scan.Scan() {
		b.WriteString(scan.Text() + "\n")
		if strings.HasPrefix(scan.Text(), end) {
			return b.String()
		}
	}
	t.Fatalf("%q never came:\n%s", end, b.String())
	return ""
}

// pasted returns the indented lines of the tour: the commands.
func pasted(tour string) string {
	var b strings.Builder
	for line := range strings.Lines(tour) {
		if rest, ok := strings.CutPrefix(line, "  "); ok {
			b.WriteString(rest)
		}
	}
	return b.String()
}
