package powerloss

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// call is a system call that returned, as strace writes it with -f -y -xx.
type call struct {
	at    time.Time
	name  string
	args  []string
	value int64  // that it returned; negative for an error
	path  string // of the descriptor that it returned
	since int    // line on which it began
}

// parser reads the lines of one trace in their order.
type parser struct {
	begun map[string]started // by thread
	lines int
}

// started is a call that has not returned.
type started struct {
	text  string
	since int
}

const (
	unfinished = " <unfinished ...>"
	resumed    = " resumed>"
)

// next reads a line; ok is false where it completes no call.
func (p *parser) next(line string) (c call, ok bool, err error) {
	since := p.lines
	p.lines++
	thread, rest, _ := strings.Cut(line, " ")
	stamp, text, ok := strings.Cut(strings.TrimLeft(rest, " "), " ")
	if !ok {
		return c, false, fmt.Errorf("line %d has no time: %.100q", p.lines, line)
	}
	if strings.HasPrefix(text, "+++ ") || strings.HasPrefix(text, "--- ") {
		return c, false, nil
	}
	if strings.HasPrefix(text, "<... ") {
		_, end, found := strings.Cut(text, resumed)
		s, known := p.begun[thread]
		if !found || !known {
			return c, false, fmt.Errorf("line %d goes on with a call that did not begin: %.100q", p.lines, line)
		}
		delete(p.begun, thread)
		text, since = s.text+end, s.since
	}
	if head, cut := strings.CutSuffix(text, unfinished); cut {
		if p.begun == nil {
			p.begun = map[string]started{}
		}
		p.begun[thread] = started{head, since}
		return c, false, nil
	}
	if c, err = parseCall(text); err != nil {
		return c, false, fmt.Errorf("line %d: %w: %.100q", p.lines, err, line)
	}
	if c.at, err = parseStamp(stamp); err != nil {
		return c, false, fmt.Errorf("line %d: %w", p.lines, err)
	}
	c.since = since
	return c, true, nil
}

// parseStamp reads seconds since 1970 with six decimals.
func parseStamp(s string) (time.Time, error) {
	sec, micro, ok := strings.Cut(s, ".")
	a, err := strconv.ParseInt(sec, 10, 64)
	b, err2 := strconv.ParseInt(micro, 10, 64)
	if !ok || err != nil || err2 != nil || len(micro) != 6 {
		return time.Time{}, fmt.Errorf("no time: %q", s)
	}
	return time.Unix(a, b*1000), nil
}

// parseCall reads "name(args) = value".
func parseCall(text string) (c call, err error) {
	name, rest, ok := strings.Cut(text, "(")
	args, ret, ok2 := cutReturn(rest)
	if !ok || !ok2 {
		return c, errors.New("no call")
	}
	c.name, c.args = name, splitArgs(args)
	first, _, _ := strings.Cut(ret, " ")
	number, path, annotated := strings.Cut(first, "<")
	if annotated {
		if c.path, _, err = unhexPath(path); err != nil {
			return c, err
		}
	}
	if number == "?" { // the process ended in it
		c.value = -1
		return c, nil
	}
	c.value, err = strconv.ParseInt(number, 0, 64)
	if errors.Is(err, strconv.ErrRange) { // an address
		err = nil
	}
	return c, err
}

// cutReturn splits what follows the opening parenthesis. Strings are written
// in hex, so that no other parenthesis is followed by an equals sign.
func cutReturn(s string) (args, ret string, ok bool) {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], ')')
		if i < 0 {
			return "", "", false
		}
		i += from
		if after, found := strings.CutPrefix(strings.TrimLeft(s[i+1:], " "), "= "); found {
			return s[:i], after, true
		}
		from = i + 1
	}
}

// splitArgs splits at commas outside of brackets.
func splitArgs(s string) (args []string) {
	depth, start := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[', '{', '(':
			depth++
		case ']', '}', ')':
			depth--
		case ',':
			if depth == 0 {
				args = append(args, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(args, strings.TrimSpace(s[start:]))
}

// arg returns the i-th argument, empty if there are fewer.
func (c call) arg(i int) string {
	if i < len(c.args) {
		return c.args[i]
	}
	return ""
}

// number returns the i-th argument, an offset or a size, as a number.
func (c call) number(i int) (int64, error) {
	n, err := strconv.ParseInt(c.arg(i), 0, 64)
	if err == nil && n < 0 {
		err = fmt.Errorf("%d is negative", n)
	}
	return n, err
}

// unquote decodes a string argument.
func unquote(s string) ([]byte, error) {
	body, ok := strings.CutPrefix(s, `"`)
	body, ok2 := strings.CutSuffix(body, `"`)
	if !ok || !ok2 {
		return nil, fmt.Errorf("no whole string: %.40q", s)
	}
	return unhex(body)
}

func unhex(s string) ([]byte, error) {
	digits := strings.ReplaceAll(s, `\x`, "")
	if len(digits)*2 != len(s) {
		return nil, fmt.Errorf("not in hex: %.40q", s)
	}
	return hex.DecodeString(digits)
}

// descriptor reads "3<path>"; path is empty for what is no file, and gone is
// whether the file has no name any more.
func descriptor(s string) (fd int64, path string, gone bool, err error) {
	number, rest, ok := strings.Cut(s, "<")
	if number != "AT_FDCWD" {
		if fd, err = strconv.ParseInt(number, 10, 64); err != nil {
			return 0, "", false, err
		}
	}
	if !ok {
		return fd, "", false, nil
	}
	path, gone, err = unhexPath(rest)
	return fd, path, gone, err
}

// unhexPath reads the path that follows "<" in an annotation.
func unhexPath(s string) (path string, gone bool, err error) {
	body, after, ok := strings.Cut(s, ">")
	if !ok {
		return "", false, fmt.Errorf("no whole path: %.40q", s)
	}
	b, err := unhex(body)
	path, deleted := strings.CutSuffix(string(b), " (deleted)")
	return path, deleted || strings.HasPrefix(after, "(deleted)"), err
}
