package jsonscan

import "bytes"

// Text reads a value that stands for a short text: a string unescaped, a
// number, true and false as they are written. Null, objects and arrays are
// consumed and give nil. The kind tells them apart; it is None after an
// error.
func (s *Scanner) Text() ([]byte, Kind) {
	k := s.Kind()
	switch k {
	case None:
		return nil, None
	case String:
		if text, ok := s.readString(); ok {
			return text, String
		}
		return nil, None
	}
	raw, ok := s.Skip()
	if !ok {
		return nil, None
	}
	if k == Null || k == Object || k == Array {
		raw = nil
	}
	return raw, k
}

// Skip consumes a value of any kind, validating it, and returns it as
// written. It reports false after an error.
func (s *Scanner) Skip() ([]byte, bool) {
	c, ok := s.space()
	if !ok {
		return nil, false
	}
	start := s.pos
	switch c {
	case '{', '[':
		ok = s.skipContainer(c)
	default:
		ok = s.skipScalar(c)
	}
	if !ok {
		return nil, false
	}
	return s.buf[start:s.pos], true
}

// Seen is an object that was read before, to find out whether it comes again:
// to compare its bytes is ten times quicker than to read them. The zero value
// is none.
type Seen struct {
	raw   []byte
	depth int
}

// Remember makes seen the object that was read from offset from on. It reports
// false, and seen stays as it is, if there was an error.
func (s *Scanner) Remember(seen *Seen, from int) bool {
	if s.err != nil {
		return false
	}
	seen.raw, seen.depth = append(seen.raw[:0], s.Since(from)...), s.depth
	return true
}

// SkipSeen consumes the next value if it is the very object, byte for byte.
// Kind has found that an object is next.
func (s *Scanner) SkipSeen(seen *Seen) bool {
	if s.err != nil || len(seen.raw) == 0 || s.depth != seen.depth || !bytes.HasPrefix(s.buf[s.pos:], seen.raw) {
		return false
	}
	s.pos += len(seen.raw)
	return true
}

// Ahead returns the next n bytes, fewer at the end of the buffer.
func (s *Scanner) Ahead(n int) []byte { return s.buf[s.pos:min(s.pos+n, len(s.buf))] }

// skipContainer consumes the object or array whose opening bracket is next.
// It is a loop with the open brackets as bits of a word, 1 for an object,
// since input must not be able to make it recurse.
func (s *Scanner) skipContainer(c byte) bool {
	var kinds uint64
	depth := 0
	for {
		// A value begins at s.pos with c.
		if c == '{' || c == '[' {
			if s.depth+depth == MaxDepth {
				return s.fail(s.pos, "nested too deeply")
			}
			kinds <<= 1
			if c == '{' {
				kinds |= 1
			}
			depth++
			s.pos++
			var ok bool
			if c, ok = s.space(); !ok {
				return false
			}
			if kinds&1 == 1 {
				if c != '}' {
					if c, ok = s.skipName(c); !ok {
						return false
					}
					continue
				}
			} else if c != ']' {
				continue
			}
		} else {
			if !s.skipScalar(c) {
				return false
			}
			var ok bool
			if c, ok = s.space(); !ok {
				return false
			}
		}
		// Behind a value, or in an empty container, c is the next byte.
		for c != ',' {
			if c != '}' && c != ']' || (c == '}') != (kinds&1 == 1) {
				return s.fail(s.pos, "no comma or closing bracket after a value")
			}
			kinds >>= 1
			depth--
			s.pos++
			if depth == 0 {
				return true
			}
			var ok bool
			if c, ok = s.space(); !ok {
				return false
			}
		}
		s.pos++
		var ok bool
		if c, ok = s.space(); !ok {
			return false
		}
		if kinds&1 == 1 {
			if c, ok = s.skipName(c); !ok {
				return false
			}
		}
	}
}

// skipName consumes a member's name and colon and returns the first byte of
// its value.
func (s *Scanner) skipName(c byte) (byte, bool) {
	if c != '"' {
		return 0, s.fail(s.pos, "no member name")
	}
	if _, _, ok := s.skipString(); !ok {
		return 0, false
	}
	c, ok := s.space()
	if !ok {
		return 0, false
	}
	if c != ':' {
		return 0, s.fail(s.pos, "no colon after a member name")
	}
	s.pos++
	return s.space()
}

func (s *Scanner) skipScalar(c byte) bool {
	switch c {
	case '"':
		_, _, ok := s.skipString()
		return ok
	case 't':
		return s.skipLiteral("true")
	case 'f':
		return s.skipLiteral("false")
	case 'n':
		return s.skipLiteral("null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.skipNumber()
	}
	return s.fail(s.pos, "no value")
}

func (s *Scanner) skipLiteral(want string) bool {
	rest := s.buf[s.pos:]
	if len(rest) >= len(want) && string(rest[:len(want)]) == want {
		s.pos += len(want)
		return true
	}
	for i := range min(len(rest), len(want)) {
		if rest[i] != want[i] {
			return s.fail(s.pos+i, "no value")
		}
	}
	s.err = ErrEnd
	return false
}

// skipNumber consumes a number. One that runs to the end of the buffer may
// go on behind it, so it is ErrEnd.
func (s *Scanner) skipNumber() bool {
	i := s.pos
	if s.buf[i] == '-' {
		i++
	}
	switch {
	case i == len(s.buf):
		s.err = ErrEnd
		return false
	case s.buf[i] == '0':
		i++
	default:
		var ok bool
		if i, ok = s.digits(i); !ok {
			return false
		}
	}
	if i < len(s.buf) && s.buf[i] == '.' {
		var ok bool
		if i, ok = s.digits(i + 1); !ok {
			return false
		}
	}
	if i < len(s.buf) && s.buf[i]|0x20 == 'e' {
		i++
		if i < len(s.buf) && (s.buf[i] == '+' || s.buf[i] == '-') {
			i++
		}
		var ok bool
		if i, ok = s.digits(i); !ok {
			return false
		}
	}
	if i == len(s.buf) {
		s.err = ErrEnd
		return false
	}
	s.pos = i
	return true
}

// digits moves over at least one digit.
func (s *Scanner) digits(i int) (int, bool) {
	start := i
	for i < len(s.buf) && s.buf[i]-'0' <= 9 {
		i++
	}
	switch {
	case i > start:
		return i, true
	case i == len(s.buf):
		s.err = ErrEnd
		return i, false
	default:
		return i, s.fail(i, "no digit")
	}
}
