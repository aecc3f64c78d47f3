package vpcflow

import (
	"fmt"
	"strings"
)

const (
	// maxColumns and maxName bound what a hostile header can make of a
	// Format. AWS has 42 columns in one flow log; the longest name has 26
	// bytes.
	maxColumns = 256
	maxName    = 64
)

// Format says what the columns of a line are, in order. It is not changed
// once made, and may be shared.
type Format struct {
	text   string // column names joined by spaces
	names  []string
	fields []field
	// tail is the column from which on none has a column in the store, if
	// all before have: then the rest of a line needs no gathering. -1 if the
	// columns are mixed.
	tail int
}

// ParseFormat returns the format that text describes: column names between
// spaces, bare as in a header line or as "${name}" as in the flow log's
// configuration; "_" may stand for "-". Unknown names are fine, and so is
// another spelling of a documented one: srcAddr, Account_ID. The error says
// what is wrong with text.
func ParseFormat(text string) (*Format, error) {
	words := strings.Fields(text)
	if len(words) == 0 || len(words) > maxColumns {
		return nil, fmt.Errorf("flow log format: %d columns; want 1 to %d", len(words), maxColumns)
	}
	for i, word := range words {
		name := word
		if inner, ok := strings.CutPrefix(word, "${"); ok {
			if name, ok = strings.CutSuffix(inner, "}"); !ok {
				return nil, fmt.Errorf("flow log format: no closing brace in column %d, %.70q", i+1, word)
			}
		}
		if !isName(name) {
			return nil, fmt.Errorf("flow log format: column %d, %.70q, is no field name", i+1, word)
		}
		words[i] = spelled(name)
	}
	return newFormat(words), nil
}

// Fits reports whether a line has as many columns as the format.
func (f *Format) Fits(line []byte) bool {
	for i, n := 0, 0; ; n++ {
		word, next := nextWord(line, i)
		if len(word) == 0 {
			return n == len(f.names)
		}
		i = next
	}
}

// DefaultFormat is AWS's default: the fourteen columns of version 2.
func DefaultFormat() *Format { return newFormat(documented[:defaultColumns]) }

// newFormat returns the format of the columns with these names. Of two
// columns with the same name the first counts, the other is kept as text.
func newFormat(names []string) *Format {
	f := &Format{text: strings.Join(names, " "), names: names, fields: make([]field, len(names)), tail: len(names)}
	seen := map[field]bool{fieldUnknown: true}
	for i, name := range names {
		f.fields[i] = fieldNamed(name)
		if seen[f.fields[i]] {
			f.fields[i] = fieldUnknown
		}
		seen[f.fields[i]] = true
	}
	for f.tail > 0 && f.fields[f.tail-1] > lastStored {
		f.tail--
	}
	for _, field := range f.fields[:f.tail] {
		if field > lastStored {
			f.tail = -1
			break
		}
	}
	return f
}

// String is the format as a header line has it: ParseFormat takes it.
func (f *Format) String() string { return f.text }

// Names are the names of the columns. They must not be changed.
func (f *Format) Names() []string { return f.names }

// IsHeader reports whether line names the columns of the lines below it: two
// documented names at least, as many as there are other words, one of which
// is unlikely to mean anything else.
func IsHeader(line []byte) bool {
	known, certain, words := 0, false, 0
	for i := 0; ; words++ {
		word, next := nextWord(line, i)
		if len(word) == 0 {
			break
		}
		if !isName(word) || words == maxColumns {
			return false
		}
		name := spelled(string(word))
		if _, ok := fieldsByName[name]; ok {
			known++
			certain = certain || strings.Contains(name, "-") || strings.HasPrefix(name, "src") || strings.HasPrefix(name, "dst")
		}
		i = next
	}
	return known >= 2 && certain && 2*known >= words
}

// spelled is a column's name as AWS spells it, if it is a documented one.
func spelled(name string) string {
	var buf [maxName]byte
	if f, ok := fieldsBySquashedName[string(squash(buf[:0], []byte(name)))]; ok {
		return documented[f]
	}
	return strings.ReplaceAll(name, "_", "-")
}

// isName reports whether s is made like a column name.
func isName[T string | []byte](s T) bool {
	if len(s) == 0 || len(s) > maxName || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
