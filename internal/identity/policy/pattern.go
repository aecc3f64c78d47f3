package policy

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// pattern is a text with the wildcards * (any characters, none too) and ?
// (one character).
type pattern struct {
	text string
	fold bool // compare ASCII letters without regard to case
}

// matches reports whether the pattern covers all of s. It takes time in
// proportion to the product of the two lengths at worst.
func (p pattern) matches(s string) bool {
	i, j := 0, 0          // positions in the pattern and in s
	star, resume := -1, 0 // behind the last *, and where in s to go on when what follows it fails
	for j < len(s) {
		switch {
		case i < len(p.text) && p.text[i] == '*':
			i++
			if i == len(p.text) {
				return true
			}
			star, resume = i, j
			continue
		case i < len(p.text) && p.text[i] == '?':
			_, n := utf8.DecodeRuneInString(s[j:])
			i, j = i+1, j+n
			continue
		case i < len(p.text) && p.same(p.text[i], s[j]):
			i, j = i+1, j+1
			continue
		case star < 0:
			return false
		}
		_, n := utf8.DecodeRuneInString(s[resume:])
		resume += n // the * takes one character more
		i, j = star, resume
	}
	return strings.Trim(p.text[i:], "*") == ""
}

func (p pattern) same(a, b byte) bool {
	return a == b || p.fold && lower(a) == lower(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func matchesAny(patterns []pattern, s string) bool {
	for _, p := range patterns {
		if p.matches(s) {
			return true
		}
	}
	return false
}

func hasWildcard(s string) bool { return strings.ContainsAny(s, "*?") }

// refuseVariable returns an error when s has a policy variable. They are not
// replaced here, in documents of either version; taken literally, a Deny with
// one would never match.
func refuseVariable(s string) error {
	if strings.Contains(s, "${") {
		return errors.New("policy variables (${...}) are not supported")
	}
	return nil
}
