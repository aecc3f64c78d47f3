package source

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789ABCDEF"

// EscapeName writes a path or key as an Object's URI has it: valid, printable
// text that UnescapeName turns back, whatever bytes the name holds.
func EscapeName(path string) string {
	if !needsEscape(path) {
		return path
	}
	var b strings.Builder
	for i := 0; i < len(path); {
		r, n := utf8.DecodeRuneInString(path[i:])
		if mustEscape(r, n) {
			for _, c := range []byte(path[i : i+n]) {
				b.WriteByte('%')
				b.WriteByte(hexDigits[c>>4])
				b.WriteByte(hexDigits[c&15])
			}
		} else {
			b.WriteString(path[i : i+n])
		}
		i += n
	}
	return b.String()
}

func needsEscape(path string) bool {
	for i, r := range path {
		n := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, n = utf8.DecodeRuneInString(path[i:])
		}
		if mustEscape(r, n) {
			return true
		}
	}
	return false
}

// mustEscape reports whether a rune of n bytes is written as %XX: also what
// turns text around on a terminal.
func mustEscape(r rune, n int) bool {
	return r == '%' || r == utf8.RuneError && n == 1 || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

// UnescapeName is the inverse of EscapeName. An error means that a percent
// sign has no two hexadecimal digits behind it.
func UnescapeName(uri string) (string, error) {
	if !strings.Contains(uri, "%") {
		return uri, nil
	}
	var b strings.Builder
	for i := 0; i < len(uri); i++ {
		if uri[i] != '%' {
			b.WriteByte(uri[i])
			continue
		}
		if len(uri)-i < 3 {
			return "", fmt.Errorf("object name %q: %w", uri, errors.New("cut escape"))
		}
		c, err := strconv.ParseUint(uri[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("object name %q: %w", uri, err)
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}
