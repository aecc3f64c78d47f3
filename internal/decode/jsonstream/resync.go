package jsonstream

import "bytes"

const (
	// lookBehind is how far before the first name its brace is looked for.
	lookBehind = 64
	// lookAhead must cover the first name and its quotes; longer ones are not
	// recognized at the end of a block.
	lookAhead = 64
)

// resync moves behind the value at the current byte, which lies inside depth
// more objects, without asking whether it is valid: it matches brackets,
// minding strings. It buffers no more than a block.
//
// With lenient, for a value known to be broken, it stops earlier where a new
// record evidently begins: at a brace with the first name of a record, and,
// outside of lists, at a brace at the start of a line.
func (d *Reader) resync(depth int, lenient bool) {
	m := matcher{inList: d.innermost() == list}
	for range depth {
		m.push('{')
	}
	began := d.in.offset()
	for i := d.in.pos; ; i++ {
		if len(d.in.data)-i < lookAhead && d.in.err == nil {
			d.in.pos = max(d.in.pos, i-lookBehind)
			i -= d.in.pos
			d.in.more()
		}
		if i >= len(d.in.data) {
			// The end of the stream belongs to what was rejected.
			d.in.pos, d.open = len(d.in.data), d.open[:0]
			return
		}
		c := d.in.data[i]
		if lenient && d.in.base+int64(i) > began {
			if start, ok := d.recordStart(i, began); ok {
				d.in.pos = start
				return
			}
		}
		switch m.step(c) {
		case endBefore:
			d.in.pos = i
			return
		case endBehind:
			d.in.pos = i + 1
			return
		}
	}
}

// recordStart reports whether the byte at i shows that a record begins, and
// where: behind the offset began in the stream.
func (d *Reader) recordStart(i int, began int64) (int, bool) {
	data := d.in.data
	switch data[i] {
	case '{':
		return i, len(d.open) == 0 && data[i-1] == '\n'
	case '"':
		if len(d.first) == 0 || !bytes.HasPrefix(data[i:], d.first) {
			return 0, false
		}
		brace := i - 1
		for brace >= max(0, i-lookBehind) && isSpace(data[brace]) {
			brace--
		}
		if brace >= 0 && data[brace] == '{' && d.in.base+int64(brace) > began {
			return brace, true
		}
	}
	return 0, false
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// verdict is what a byte means for the value that is being passed over.
type verdict uint8

const (
	goOn verdict = iota
	endBehind
	endBefore
)

// matcher follows brackets and strings. Open brackets are bits, 1 for a
// brace, up to 64; deeper ones are only counted.
type matcher struct {
	kinds    uint64
	depth    int
	over     int
	inString bool
	escaped  bool
	inList   bool // the value lies in a list, whose bracket may end it
}

func (m *matcher) push(c byte) {
	if m.depth == 64 {
		m.over++
		return
	}
	m.kinds <<= 1
	if c == '{' {
		m.kinds |= 1
	}
	m.depth++
}

// step looks at the next byte.
func (m *matcher) step(c byte) verdict {
	switch {
	case m.escaped:
		m.escaped = false
		return goOn
	case m.inString:
		switch c {
		case '\\':
			m.escaped = true
			return goOn
		case '"', '\n': // no string goes over a line's end: its quote is missing
			m.inString = false
		default:
			return goOn
		}
	case c == '"':
		m.inString = true
		return goOn
	case c == '{' || c == '[':
		m.push(c)
		return goOn
	case c == '}' || c == ']':
		if !m.pop(c) {
			return endBefore
		}
	}
	if m.depth == 0 {
		return endBehind
	}
	return goOn
}

// pop closes the innermost bracket of c's kind and what is open inside it. It
// reports false if c closes the list around the value instead.
func (m *matcher) pop(c byte) bool {
	if m.over > 0 {
		m.over--
		return true
	}
	var brace uint64
	if c == '}' {
		brace = 1
	}
	kinds, depth := m.kinds, m.depth
	for depth > 0 && kinds&1 != brace {
		kinds >>= 1
		depth--
	}
	if depth == 0 {
		return c == '}' || !m.inList
	}
	m.kinds, m.depth = kinds>>1, depth-1
	return true
}
