package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxMessage = 1000 // characters of an inviter's message: EmailMessage in the API's model
	quoteWidth = 72   // characters of a quoted line without its mark
)

// quote returns a text from outside as quoted lines: each begins with ">", is
// short enough that no mail reader breaks it into one that does not, and has
// no characters that would show something else than what stands there.
func quote(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(clip(clean(text), maxMessage), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 && (len(lines) == 0 || lines[len(lines)-1] == ">") {
			continue // no quote of hundreds of empty lines
		}
		lines = append(lines, wrap(words)...)
	}
	if n := len(lines); n > 0 && lines[n-1] == ">" {
		lines = lines[:n-1]
	}
	return lines
}

// wrap returns words as quoted lines, at least one.
func wrap(words []string) []string {
	var lines []string
	line, width := ">", 0
	for _, word := range words {
		for {
			n := utf8.RuneCountInString(word)
			if width > 0 && width+1+n > quoteWidth {
				lines = append(lines, line)
				line, width = ">", 0
			}
			if n <= quoteWidth {
				line, width = line+" "+word, width+1+n
				break
			}
			// Longer than a line, such as a URL.
			head := clipBytes(word, quoteWidth)
			lines = append(lines, "> "+head)
			word = word[len(head):]
		}
	}
	return append(lines, line)
}

// clean returns s with "\n" for every kind of line end and a replacement
// character for what is not UTF-8, for control characters and for those that
// turn the direction of the text around.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r):
			return '\n'
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// clip returns s, or its first characters and an ellipsis when it has more
// than most.
func clip(s string, most int) string {
	if head := clipBytes(s, most); len(head) < len(s) {
		return head + "…"
	}
	return s
}

// clipBytes returns the first most characters of s, or s.
func clipBytes(s string, most int) string {
	for i := range s {
		if most == 0 {
			return s[:i]
		}
		most--
	}
	return s
}
