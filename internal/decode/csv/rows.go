package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
)

// readBlock is how much is read at a time, in bytes.
const readBlock = 64 << 10

// rows cuts a table into rows: lines, or several of them where quotes hold
// line breaks. It reads ahead as far as the largest row may go and no
// further, so that a quote that never closes costs neither the memory nor the
// rows behind it.
type rows struct {
	max int // largest row in bytes

	r     io.Reader
	buf   []byte
	pos   int   // of the next row in buf
	base  int64 // offset of buf[0] in the object
	start int64 // offset of the row returned last
	open  int   // a quote that is open somewhere before this place in buf is not closed before it
	err   error // the source's, io.EOF included, once it is read to its end
}

func (d *rows) reset(r io.Reader) {
	*d = rows{max: d.max, r: r, buf: d.buf[:0]}
	if cap(d.buf) > 1<<20 {
		d.buf = nil // one large row must not be paid for by all later tables
	}
}

// next returns the next row that is not empty, with its line break, valid
// until the next call. comma separates its cells; 0 stands for a header,
// which is one line. The error is a *decode.Rejection of a row, or the
// source's.
func (d *rows) next(comma byte) ([]byte, error) {
	for {
		d.forget()
		end, err := d.line(d.pos)
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(bytes.TrimPrefix(d.buf[d.pos:end], []byte(bom)))) == 0 {
			d.pos = end
			continue
		}
		if comma != 0 {
			if end, err = d.closed(end, comma); err != nil {
				return nil, err
			}
		}
		row := d.buf[d.pos:end]
		d.pos = end
		return row, nil
	}
}

// closed returns where the row at d.pos ends, whose first line ends at end. A
// row whose quotes do not close is rejected without the lines behind its
// first, which are rows again.
func (d *rows) closed(end int, comma byte) (int, error) {
	first := end
	inside := endsInside(d.buf[d.pos:end], false, comma)
	for inside {
		more, err := 0, error(nil)
		if end >= d.open {
			more, err = d.line(end)
		}
		if _, long := errors.AsType[*decode.Rejection](err); err != nil && !long && !errors.Is(err, io.EOF) {
			return 0, err // the source failed, and the row may be a good one
		}
		if err != nil || more == 0 {
			d.open = max(d.open, end)
			d.pos = first
			return 0, &decode.Rejection{Records: 1, Reason: ReasonMalformed, Detail: "a quote that is not closed"}
		}
		inside = endsInside(d.buf[end:more], true, comma)
		end = more
	}
	return end, nil
}

// line returns where the line ends that begins at buf[from], within the row at
// d.pos. The error is the source's if there is no line, or a rejection of one
// that is too long, which is passed over if the row begins with it.
func (d *rows) line(from int) (end int, err error) {
	d.start = d.base + int64(d.pos)
	for seen := from; ; {
		if i := bytes.IndexByte(d.buf[seen:], '\n'); i >= 0 {
			end = seen + i + 1
			break
		}
		seen = len(d.buf)
		if len(d.buf)-d.pos > d.max {
			return 0, d.tooLong(from)
		}
		if d.err != nil {
			// The last line needs no break, unless more of it was to come.
			if from == len(d.buf) || !errors.Is(d.err, io.EOF) {
				return 0, d.err
			}
			return len(d.buf), nil
		}
		d.fill()
	}
	if end-d.pos > d.max {
		return 0, d.tooLong(from)
	}
	return end, nil
}

// tooLong rejects the row at d.pos. If its first line is too long already
// that is passed over.
func (d *rows) tooLong(from int) error {
	r := &decode.Rejection{Records: 1, Reason: decode.ReasonTooLarge, Detail: fmt.Sprintf("a row of more than %d bytes", d.max)}
	for from == d.pos {
		if i := bytes.IndexByte(d.buf[d.pos:], '\n'); i >= 0 {
			d.pos += i + 1
			break
		}
		d.base += int64(len(d.buf))
		d.buf, d.pos, d.open, from = d.buf[:0], 0, 0, 0
		if d.err != nil {
			break
		}
		d.fill()
	}
	return r
}

// fill reads more into buf.
func (d *rows) fill() {
	if cap(d.buf)-len(d.buf) < readBlock {
		grown := make([]byte, len(d.buf), 2*cap(d.buf)+readBlock)
		copy(grown, d.buf)
		d.buf = grown
	}
	for range 100 { // as bufio does with a source that gives nothing
		n, err := d.r.Read(d.buf[len(d.buf) : len(d.buf)+readBlock])
		d.buf = d.buf[:len(d.buf)+n]
		if d.err = err; n > 0 || err != nil {
			return
		}
	}
	d.err = io.ErrNoProgress
}

// forget gives up what lies before d.pos, once that is half of what is there.
func (d *rows) forget() {
	if d.pos < len(d.buf)/2 || d.pos == 0 {
		return
	}
	d.base += int64(d.pos)
	d.open -= d.pos
	d.buf = d.buf[:copy(d.buf, d.buf[d.pos:])]
	d.pos = 0
}

// endsInside reports whether a row that goes on with line is inside of quotes
// at its end. As in encoding/csv with LazyQuotes, a quote opens at the
// beginning of a cell only and closes only at the end of one.
func endsInside(line []byte, inside bool, comma byte) bool {
	for i := 0; ; {
		if !inside {
			if i < len(line) && line[i] == '"' {
				inside = true
				i++
				continue
			}
			next := bytes.IndexByte(line[i:], comma)
			if next < 0 {
				return false
			}
			i += next + 1
			continue
		}
		quote := bytes.IndexByte(line[i:], '"')
		if quote < 0 {
			return true
		}
		i += quote + 1
		switch rest := line[i:]; {
		case len(rest) == 0 || rest[0] == '\n' || string(rest) == "\r\n" || string(rest) == "\r":
			return false
		case rest[0] == comma:
			inside = false
			i++
		case rest[0] == '"':
			i++
		}
	}
}
