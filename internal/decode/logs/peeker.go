package logs

import (
	"bytes"
	"io"
)

// peekBytes is how much of an object is looked at to find out what it is.
const peekBytes = 4 << 10

// peeker reads a stream whose beginning can be looked at.
type peeker struct {
	src   io.Reader
	buf   [peekBytes]byte
	start int // buf[start:end] is not handed out yet
	end   int
	err   error // what the source said behind buf
}

func (p *peeker) reset(src io.Reader) { p.src, p.start, p.end, p.err = src, 0, 0, nil }

// peek returns the beginning of the stream, up to peekBytes.
func (p *peeker) peek() []byte {
	for empty := 0; p.end < len(p.buf) && p.err == nil; {
		n, err := p.src.Read(p.buf[p.end:])
		p.end += n
		p.err = err
		if n == 0 && err == nil {
			if empty++; empty == 100 {
				p.err = io.ErrNoProgress
			}
		}
	}
	return p.buf[p.start:p.end]
}

// Read reads what was looked at and then the rest.
func (p *peeker) Read(b []byte) (int, error) {
	if p.start < p.end {
		n := copy(b, p.buf[p.start:p.end])
		p.start += n
		return n, nil
	}
	if p.err != nil {
		return 0, p.err
	}
	return p.src.Read(b)
}

// firstLine returns the first line of b that is not blank, without white
// space around it.
func firstLine(b []byte) []byte {
	b = bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n")
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return bytes.TrimRight(line, " \t\r")
}
