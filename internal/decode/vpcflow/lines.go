package vpcflow

import (
	"bytes"
	"errors"
	"io"
)

const (
	// block is how much is read at a time, in bytes.
	block = 256 << 10
	// maxEmptyReads is how often a source may return nothing and no error.
	maxEmptyReads = 100
)

// errTooLong is the error of a line above the limit, which was passed over.
var errTooLong = errors.New("line too long")

// lines cuts a stream into lines.
type lines struct {
	src   io.Reader
	data  []byte // data[pos:] is not consumed
	pos   int
	base  int64 // offset of data[0] in the stream
	start int64 // offset in the stream of the line that next returned last
	err   error // io.EOF or why there is no more
	max   int   // longest line in bytes, without its line break
}

func (l *lines) reset(src io.Reader) {
	if l.data == nil {
		// A longest line, its line break, and a byte more.
		l.data = make([]byte, 0, max(block, l.max+3))
	}
	l.src, l.data, l.pos, l.base, l.start, l.err = src, l.data[:0], 0, 0, 0, nil
}

// next returns the next line, without its line break, valid until the next
// call. whole says that it had one. The error is errTooLong, after which
// there may be more lines, or why the stream has ended; what it ended with is
// then a line only if the error is io.EOF.
func (l *lines) next() (line []byte, whole bool, err error) {
	seen := 0
	for {
		rest := l.data[l.pos:]
		l.start = l.base + int64(l.pos)
		if n := bytes.IndexByte(rest[seen:], '\n'); n >= 0 {
			l.pos += seen + n + 1
			return l.checked(rest[:seen+n], true)
		}
		// One byte more than the limit may be a carriage return.
		if seen = len(rest); seen > l.max+1 {
			return nil, false, l.passOver()
		}
		if l.err == nil {
			l.fill()
			continue
		}
		if len(rest) == 0 || !errors.Is(l.err, io.EOF) {
			return nil, false, l.err
		}
		l.pos = len(l.data)
		return l.checked(rest, false)
	}
}

// peek returns the next n bytes, or as many as there are. n must be below
// block.
func (l *lines) peek(n int) []byte {
	if len(l.data)-l.pos < n && l.err == nil {
		l.fill()
	}
	return l.data[l.pos:min(l.pos+n, len(l.data))]
}

// back makes next return the line again that it returned last.
func (l *lines) back() { l.pos = int(l.start - l.base) }

// checked returns the line with that text, unless it is too long.
func (l *lines) checked(text []byte, whole bool) ([]byte, bool, error) {
	text = bytes.TrimSuffix(text, []byte{'\r'})
	if len(text) > l.max {
		return nil, false, errTooLong
	}
	return text, whole, nil
}

// passOver consumes the current line, which is not all in the buffer. It
// returns errTooLong.
func (l *lines) passOver() error {
	for {
		if n := bytes.IndexByte(l.data[l.pos:], '\n'); n >= 0 {
			l.pos += n + 1
			return errTooLong
		}
		l.pos = len(l.data)
		if l.err != nil {
			return errTooLong
		}
		l.fill()
	}
}

// fill drops what was consumed and reads until the buffer is full or the
// stream ends.
func (l *lines) fill() {
	n := copy(l.data, l.data[l.pos:])
	l.data = l.data[:n]
	l.base += int64(l.pos)
	l.pos = 0
	empty := 0
	for len(l.data) < cap(l.data) && l.err == nil {
		n, err := l.src.Read(l.data[len(l.data):cap(l.data)])
		l.data = l.data[:len(l.data)+n]
		switch {
		case err != nil:
			l.err = err
		case n > 0:
			empty = 0
		default:
			if empty++; empty == maxEmptyReads {
				l.err = io.ErrNoProgress
			}
		}
	}
}
