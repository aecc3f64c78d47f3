package logs

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
)

// CloudWatch Logs writes what it exports to Amazon S3 with the time that it
// took the message in before each:
//
//	2026-01-02T03:04:05.000Z 2 111122223333 eni-0a 203.0.113.7 …
//
// A message of several lines has it before its first only. CloudWatch Logs
// user guide, S3Export.

// stampMost is the longest stamp, with the space behind it.
const stampMost = len("2006-01-02T15:04:05.000000000Z ")

// stampLength returns how many bytes the stamp that line begins with has,
// with the space behind it; 0 if there is none.
func stampLength(line []byte) int {
	const pattern = "dddd-dd-ddTdd:dd:dd"
	if len(line) < len(pattern) {
		return 0
	}
	for i, want := range []byte(pattern) {
		if c := line[i]; c != want && (want != 'd' || c < '0' || c > '9') {
			return 0
		}
	}
	i := len(pattern)
	if i < len(line) && line[i] == '.' {
		for i++; i < len(line) && '0' <= line[i] && line[i] <= '9'; {
			i++
		}
	}
	if i+1 >= len(line) || i+2 > stampMost || line[i] != 'Z' || line[i+1] != ' ' {
		return 0
	}
	return i + 2
}

// isExport reports whether line is the first of such an export of records.
func isExport(line []byte) bool {
	n := stampLength(line)
	if n == 0 {
		return false
	}
	line = bytes.TrimLeft(line[n:], " ")
	return bytes.HasPrefix(line, []byte("{")) || vpcflow.IsHeader(line) || vpcflow.LooksLike(line)
}

// unstamped reads an export without its stamps.
type unstamped struct {
	in     *bufio.Reader
	inside bool // of a line
}

func newUnstamped(src io.Reader) *unstamped {
	return &unstamped{in: bufio.NewReaderSize(src, 64<<10)}
}

// Read reads to the end of a line at most.
func (u *unstamped) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if !u.inside {
		head, err := u.in.Peek(stampMost)
		if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
			return 0, err
		}
		if _, err := u.in.Discard(stampLength(head)); err != nil {
			return 0, err
		}
		u.inside = true
	}
	if _, err := u.in.Peek(1); err != nil {
		return 0, err
	}
	rest, _ := u.in.Peek(u.in.Buffered()) // as many as there are
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		rest = rest[:i+1]
	}
	n := copy(p, rest)
	u.inside = p[n-1] != '\n'
	_, err := u.in.Discard(n)
	return n, err
}
