package investigate

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// several returns "1 call" or "2 calls".
func several(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, plural(n == 1, one, many))
}

func plural(single bool, one, many string) string {
	if single {
		return one
	}
	return many
}

// enumerate returns "a", "a and b" or "a, b and c".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func nonEmpty(words ...string) []string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return out
}

// clean makes text from logs safe for a terminal: user agents, session names
// and API names are chosen by callers, who could send escape sequences or
// reverse the direction of a line. Every character that does not print is
// replaced by "�", a line break by a space.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case !unicode.IsPrint(r): // also invalid UTF-8, and format characters
			return utf8.RuneError
		default:
			return r
		}
	}, s)
}

// cut shortens s to width characters, the last one "…".
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	r := []rune(s)
	return string(r[:width-1]) + "…"
}

// wrap breaks text into lines of at most width characters at spaces; a word
// longer than that is broken.
func wrap(text string, width int) []string {
	var lines []string
	line, n := "", 0
	flush := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, n = "", 0
	}
	for _, word := range strings.Fields(text) {
		w := utf8.RuneCountInString(word)
		if n > 0 && n+1+w > width {
			flush()
		}
		for w > width {
			r := []rune(word)
			lines = append(lines, string(r[:width]))
			word, w = string(r[width:]), w-width
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+w
	}
	flush()
	return lines
}
