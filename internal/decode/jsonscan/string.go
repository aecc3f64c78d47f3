package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// readString consumes a string and returns its text: a part of the buffer
// when it is ASCII without escapes, scratch space otherwise.
func (s *Scanner) readString() ([]byte, bool) {
	start := s.pos + 1
	escaped, ascii, ok := s.skipString()
	if !ok {
		return nil, false
	}
	text := s.buf[start : s.pos-1]
	if !escaped && (ascii || utf8.Valid(text)) {
		return text, true
	}
	s.scratch = appendText(s.scratch[:0], text)
	return s.scratch, true
}

// skipString consumes the string whose opening quote is next. escaped says
// that it has escapes; ascii that it is certainly ASCII.
func (s *Scanner) skipString() (escaped, ascii, ok bool) {
	buf := s.buf
	i := s.pos + 1
	var seen uint64 // all bytes looked at, or-ed: finds non-ASCII in passing
	for {
		// Eight bytes at a time up to one that is special. The lowest flag is
		// exact; a borrow can only raise flags above a true one.
		for i+8 <= len(buf) {
			x := binary.LittleEndian.Uint64(buf[i:])
			quote := x ^ '"'*ones
			slash := x ^ '\\'*ones
			special := ((quote - ones) &^ quote) | ((slash - ones) &^ slash) | ((x - ' '*ones) &^ x)
			special &= highs
			seen |= x
			if special != 0 {
				i += bits.TrailingZeros64(special) >> 3
				break
			}
			i += 8
		}
		if i >= len(buf) {
			s.err = ErrEnd
			return false, false, false
		}
		switch c := buf[i]; {
		case c == '"':
			s.pos = i + 1
			return escaped, seen&highs == 0, true
		case c == '\\':
			escaped = true
			n, ok := s.skipEscape(i)
			if !ok {
				return false, false, false
			}
			i = n
		case c < ' ':
			return false, false, s.fail(i, "control character in a string")
		default:
			// Only in the last bytes of the buffer.
			seen |= uint64(c)
			i++
		}
	}
}

// skipEscape returns the offset behind the escape whose backslash is at i.
func (s *Scanner) skipEscape(i int) (int, bool) {
	i++
	if i == len(s.buf) {
		s.err = ErrEnd
		return 0, false
	}
	switch s.buf[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1, true
	case 'u':
		for range 4 {
			i++
			if i == len(s.buf) {
				s.err = ErrEnd
				return 0, false
			}
			if _, ok := hexDigit(s.buf[i]); !ok {
				return 0, s.fail(i, "no hex digit in an escape")
			}
		}
		return i + 1, true
	}
	return 0, s.fail(i, "unknown escape")
}

// appendText appends the text of a valid string body to dst.
func appendText(dst, body []byte) []byte {
	for i := 0; i < len(body); {
		switch c := body[i]; {
		case c == '\\' && body[i+1] == 'u':
			r := hex4(body[i+2:])
			i += 6
			if utf16.IsSurrogate(r) {
				if i+6 <= len(body) && body[i] == '\\' && body[i+1] == 'u' {
					if pair := utf16.DecodeRune(r, hex4(body[i+2:])); pair != utf8.RuneError {
						dst = utf8.AppendRune(dst, pair)
						i += 6
						continue
					}
				}
				r = utf8.RuneError
			}
			dst = utf8.AppendRune(dst, r)
		case c == '\\':
			dst = append(dst, unescape(body[i+1]))
			i += 2
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, n := utf8.DecodeRune(body[i:])
			dst = utf8.AppendRune(dst, r)
			i += n
		}
	}
	return dst
}

func unescape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // quote, backslash, slash
}

// hex4 reads four hex digits, which are known to be there.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		d, _ := hexDigit(c)
		r = r<<4 | rune(d)
	}
	return r
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
