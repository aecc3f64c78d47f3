package csv

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNested is how deeply literals may be nested.
const maxNested = 24

// pythonJSON returns a Python literal as JSON: what str() makes of the dicts,
// lists and tuples that json.loads gave. It reports false for anything else.
// Python reference, Literals.
func pythonJSON(text string) ([]byte, bool) {
	p := python{text: text}
	ok := p.value(0)
	p.space()
	return p.out, ok && p.pos == len(text)
}

// python is a literal that is being read.
type python struct {
	text string
	pos  int
	out  []byte
}

func (p *python) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// next moves over c, if it is next behind white space.
func (p *python) next(c byte) bool {
	p.space()
	if p.pos < len(p.text) && p.text[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

func (p *python) value(depth int) bool {
	p.space()
	if p.pos == len(p.text) || depth > maxNested {
		return false
	}
	switch c := p.text[p.pos]; c {
	case '{':
		p.pos++
		return p.dict(depth)
	case '[':
		p.pos++
		return p.list(']', depth)
	case '(':
		p.pos++
		return p.list(')', depth)
	case '\'', '"':
		p.pos++
		return p.string(c)
	}
	return p.word()
}

func (p *python) dict(depth int) bool {
	p.out = append(p.out, '{')
	for first := true; ; first = false {
		if p.next('}') {
			p.out = append(p.out, '}')
			return true
		}
		if !first {
			p.out = append(p.out, ',')
		}
		start := len(p.out)
		if p.space(); p.pos < len(p.text) && strings.IndexByte("{[(", p.text[p.pos]) >= 0 || !p.value(depth+1) {
			return false
		}
		if p.out[start] != '"' { // the key is a number, or None
			p.out = strconv.AppendQuote(p.out[:start], string(p.out[start:]))
		}
		if !p.next(':') {
			return false
		}
		p.out = append(p.out, ':')
		if !p.value(depth + 1) {
			return false
		}
		if p.next(',') {
			continue
		}
		if p.space(); p.pos == len(p.text) || p.text[p.pos] != '}' {
			return false
		}
	}
}

func (p *python) list(end byte, depth int) bool {
	p.out = append(p.out, '[')
	for first := true; ; first = false {
		if p.next(end) {
			p.out = append(p.out, ']')
			return true
		}
		if !first {
			p.out = append(p.out, ',')
		}
		if !p.value(depth + 1) {
			return false
		}
		if p.next(',') {
			continue
		}
		if p.space(); p.pos == len(p.text) || p.text[p.pos] != end {
			return false
		}
	}
}

// word reads None, True, False, a number, or a text with a prefix.
func (p *python) word() bool {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte(",:]})'\" \t\r\n", p.text[p.pos]) < 0 {
		p.pos++
	}
	switch word := p.text[start:p.pos]; word {
	case "None", "null":
		p.out = append(p.out, "null"...)
	case "True", "true":
		p.out = append(p.out, "true"...)
	case "False", "false":
		p.out = append(p.out, "false"...)
	case "u", "b":
		if p.pos == len(p.text) || p.text[p.pos] != '\'' && p.text[p.pos] != '"' {
			return false
		}
		p.pos++
		return p.string(p.text[p.pos-1])
	default:
		if word == "" || !json.Valid([]byte(word)) { // only a number can be
			return false
		}
		p.out = append(p.out, word...)
	}
	return true
}

// escapes are what one letter behind a backslash stands for.
var escapes = map[byte]rune{'\\': '\\', '\'': '\'', '"': '"', 'n': '\n', 'r': '\r', 't': '\t', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v', '0': 0}

// string reads the rest of a text that ends with quote.
func (p *python) string(quote byte) bool {
	var b []byte
	for p.pos < len(p.text) {
		c := p.text[p.pos]
		switch {
		case c == quote:
			p.pos++
			text, err := json.Marshal(string(b))
			p.out = append(p.out, text...)
			return err == nil
		case c == '\n':
			return false
		case c != '\\':
			b = append(b, c)
			p.pos++
			continue
		}
		if p.pos++; p.pos == len(p.text) {
			return false
		}
		c = p.text[p.pos]
		p.pos++
		digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
		if char, ok := escapes[c]; ok {
			b = utf8.AppendRune(b, char)
			continue
		}
		if digits == 0 || len(p.text)-p.pos < digits {
			return false
		}
		n, err := strconv.ParseUint(p.text[p.pos:p.pos+digits], 16, 32)
		if err != nil {
			return false
		}
		p.pos += digits
		b = utf8.AppendRune(b, rune(min(n, utf8.MaxRune+1)))
	}
	return false
}
