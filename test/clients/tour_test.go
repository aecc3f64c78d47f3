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
