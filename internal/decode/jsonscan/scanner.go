package jsonscan

import (
	"errors"
	"fmt"
)

// MaxDepth is how many objects and arrays may lie inside each other.
const MaxDepth = 64

// ErrEnd says that the input ended inside a value: with more input the value
// may yet be valid.
var ErrEnd = errors.New("unexpected end of JSON")

// SyntaxError says that no further input can make the value valid.
type SyntaxError struct {
	Offset int    // bytes from the start of the scanner's buffer
	Msg    string // what was found or expected there
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Msg, e.Offset)
}

// Kind is the kind of a JSON value, named by its first byte.
type Kind byte

// The kinds. None means that there is no value: see Scanner.Err.
const (
	None   Kind = 0
	Object Kind = '{'
	Array  Kind = '['
	String Kind = '"'
	Number Kind = '0'
	True   Kind = 't'
	False  Kind = 'f'
	Null   Kind = 'n'
)

// Scanner reads values from a buffer, front to back. Its methods do nothing
// after the first error, which Err returns, so a caller may check once at
// the end of an object.
//
//	if s.BeginObject() {
//		for s.NextMember() {
//			switch string(s.Name()) {
//			case "id":
//				id, _ = s.Text()
//			default:
//				s.Skip()
//			}
//		}
//	}
//	return s.Err()
//
// Each NextMember and NextElement must be followed by exactly one call that
// consumes the value. Slices that a Scanner returns point into its buffer or
// into scratch space and are valid until the next call. A Scanner is not
// safe for concurrent use. The zero value scans an empty buffer.
type Scanner struct {
	buf     []byte
	pos     int
	depth   int
	first   bool // no member or element of the innermost container was read yet
	err     error
	name    []byte
	scratch []byte // unescaped text
}

// Reset makes s read buf from offset pos on, at depth 0.
func (s *Scanner) Reset(buf []byte, pos int) {
	s.buf, s.pos, s.depth, s.first, s.err, s.name = buf, pos, 0, false, nil, nil
}

// Resume makes s read buf from offset pos on, which lies inside an object
// behind one of its members: NextMember goes on with the next.
func (s *Scanner) Resume(buf []byte, pos int) {
	s.Reset(buf, pos)
	s.depth = 1
}

// Pos is the offset in the buffer of the next byte to read.
func (s *Scanner) Pos() int { return s.pos }

// Since returns what was read from offset from on, as written.
func (s *Scanner) Since(from int) []byte { return s.buf[from:s.pos] }

// Err returns the first error: nil, ErrEnd or a *SyntaxError.
func (s *Scanner) Err() error { return s.err }

// Kind looks at the next value without consuming it.
func (s *Scanner) Kind() Kind {
	c, ok := s.space()
	if !ok {
		return None
	}
	switch c {
	case '{', '[', '"', 't', 'f', 'n':
		return Kind(c)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return Number
	}
	s.fail(s.pos, "no value")
	return None
}

// BeginObject consumes the '{' of an object. It reports false, with an
// error, if the next value is something else.
func (s *Scanner) BeginObject() bool { return s.begin('{', "no object") }

// BeginArray consumes the '[' of an array. It reports false, with an error,
// if the next value is something else.
func (s *Scanner) BeginArray() bool { return s.begin('[', "no array") }

func (s *Scanner) begin(open byte, msg string) bool {
	c, ok := s.space()
	if !ok {
		return false
	}
	if c != open {
		return s.fail(s.pos, msg)
	}
	if s.depth == MaxDepth {
		return s.fail(s.pos, "nested too deeply")
	}
	s.depth++
	s.pos++
	s.first = true
	return true
}

// NextMember reads up to the value of the next member of the object, whose
// name Name then returns. It reports false behind the object's '}' and after
// an error.
func (s *Scanner) NextMember() bool {
	c, ok := s.space()
	if !ok {
		return false
	}
	if c == '}' {
		return s.end()
	}
	if !s.first {
		if c != ',' {
			return s.fail(s.pos, "no comma or brace after a member")
		}
		s.pos++
		if c, ok = s.space(); !ok {
			return false
		}
	}
	s.first = false
	if c != '"' {
		return s.fail(s.pos, "no member name")
	}
	if s.name, ok = s.readString(); !ok {
		return false
	}
	if c, ok = s.space(); !ok {
		return false
	}
	if c != ':' {
		return s.fail(s.pos, "no colon after a member name")
	}
	s.pos++
	return true
}

// Name is the unescaped name of the member that NextMember moved to, valid
// until the member's value is read.
func (s *Scanner) Name() []byte { return s.name }

// NextElement reads up to the next element of the array. It reports false
// behind the array's ']' and after an error.
func (s *Scanner) NextElement() bool {
	c, ok := s.space()
	if !ok {
		return false
	}
	if c == ']' {
		return s.end()
	}
	if s.first {
		s.first = false
		return true
	}
	if c != ',' {
		return s.fail(s.pos, "no comma or bracket after an element")
	}
	s.pos++
	if c, ok = s.space(); !ok {
		return false
	}
	if c == ']' {
		return s.fail(s.pos, "no element after a comma")
	}
	return true
}

// end consumes a closing bracket. It reports false, for its callers' sake.
func (s *Scanner) end() bool {
	s.pos++
	s.depth--
	s.first = false
	return false
}

// space moves to the next byte that is no white space and returns it. It
// reports false at the end of the buffer and after an error.
func (s *Scanner) space() (byte, bool) {
	if s.err != nil {
		return 0, false
	}
	for i := s.pos; i < len(s.buf); i++ {
		switch c := s.buf[i]; c {
		case ' ', '\t', '\n', '\r':
		default:
			s.pos = i
			return c, true
		}
	}
	s.pos = len(s.buf)
	s.err = ErrEnd
	return 0, false
}

// fail records a syntax error. It reports false, for its callers' sake.
func (s *Scanner) fail(at int, msg string) bool {
	s.err = &SyntaxError{Offset: at, Msg: msg}
	return false
}
