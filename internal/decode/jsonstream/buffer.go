package jsonstream

import "io"

const (
	// block is how much is read at a time, in bytes.
	block = 256 << 10
	// minBuffer leaves room for looking ahead and behind, whatever the limit.
	minBuffer = 4 << 10
	// maxEmptyReads is how often a source may return nothing and no error.
	maxEmptyReads = 100
)

// buffer holds the part of the stream that is being looked at.
type buffer struct {
	src  io.Reader
	data []byte // data[pos:] is not consumed
	pos  int
	base int64 // offset of data[0] in the stream
	err  error // io.EOF or why there is no more
	max  int   // largest capacity, in bytes
}

func newBuffer(maxRecord int) buffer {
	// One byte more than a record, so that a full buffer means too large.
	limit := max(maxRecord+1, minBuffer)
	return buffer{data: make([]byte, 0, min(block, limit)), max: limit}
}

func (b *buffer) reset(src io.Reader) {
	b.src, b.data, b.pos, b.base, b.err = src, b.data[:0], 0, 0, nil
}

// offset is the position in the stream.
func (b *buffer) offset() int64 { return b.base + int64(b.pos) }

// more drops what was consumed and reads until the buffer is full or the
// stream ends. It reports false when that gives nothing new: the stream has
// ended and err is set, or the buffer has its largest size. The reads of a
// stream do not depend on how the source cuts it up.
func (b *buffer) more() bool {
	if b.err != nil {
		return false
	}
	if b.pos > 0 {
		n := copy(b.data, b.data[b.pos:])
		b.data = b.data[:n]
		b.base += int64(b.pos)
		b.pos = 0
	}
	if len(b.data) == cap(b.data) {
		if cap(b.data) >= b.max {
			return false
		}
		grown := make([]byte, len(b.data), min(2*cap(b.data), b.max))
		copy(grown, b.data)
		b.data = grown
	}
	had, empty := len(b.data), 0
	for len(b.data) < cap(b.data) && b.err == nil {
		n, err := b.src.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case err != nil:
			b.err = err
		case n > 0:
			empty = 0
		default:
			if empty++; empty == maxEmptyReads {
				b.err = io.ErrNoProgress
			}
		}
	}
	return len(b.data) > had
}

// ahead makes sure that n bytes are in the buffer, unless the stream ends
// before. n must be far below minBuffer.
func (b *buffer) ahead(n int) {
	if len(b.data)-b.pos < n {
		b.more()
	}
}

// peek moves to the next byte that is neither white space nor a byte order
// mark. It reports false at the end of the stream.
func (b *buffer) peek() (byte, bool) {
	for {
		for b.pos < len(b.data) {
			switch c := b.data[b.pos]; c {
			case ' ', '\t', '\n', '\r':
				b.pos++
			case bom[0]:
				b.ahead(len(bom))
				if !b.has(bom) {
					return c, true
				}
				b.pos += len(bom)
			default:
				return c, true
			}
		}
		if !b.more() {
			return 0, false
		}
	}
}

// bom is the byte order mark in UTF-8, which some tools write before JSON.
const bom = "\xef\xbb\xbf"

// has reports whether s comes next.
func (b *buffer) has(s string) bool {
	rest := b.data[b.pos:]
	return len(rest) >= len(s) && string(rest[:len(s)]) == s
}
