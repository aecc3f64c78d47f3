package eksaudit

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// maxList is how many entries of a list are kept. Nobody needs more, and a
// hostile event must not fan out into a million rows.
const maxList = 256

// enter begins the object that is next. It passes over anything else and
// reports false.
func enter(s *jsonscan.Scanner) bool {
	if s.Kind() == jsonscan.Object {
		return s.BeginObject()
	}
	s.Skip()
	return false
}

// enterList begins the array that is next. It passes over anything else and
// reports false.
func enterList(s *jsonscan.Scanner) bool {
	if s.Kind() == jsonscan.Array {
		return s.BeginArray()
	}
	s.Skip()
	return false
}

// text reads a string that other events are likely to have too.
func (p *Parser) text(s *jsonscan.Scanner) string {
	b, _ := s.Text()
	return p.shared.String(b)
}

// first reads a list of strings, of which it returns the first that is not
// empty, or a plain string.
func (p *Parser) first(s *jsonscan.Scanner) (text string) {
	if s.Kind() != jsonscan.Array {
		return p.text(s)
	}
	for s.BeginArray(); s.NextElement(); {
		if text == "" {
			text = p.text(s)
		} else {
			s.Skip()
		}
	}
	return text
}

// texts appends a list of strings, or a plain string, to dst. Of what is too
// much it keeps the last, which is the one to trust in sourceIPs.
func (p *Parser) texts(s *jsonscan.Scanner, dst []string) []string {
	if s.Kind() != jsonscan.Array {
		return limited(dst, p.text(s))
	}
	for s.BeginArray(); s.NextElement(); {
		dst = limited(dst, p.text(s))
	}
	return dst
}

// limited appends text to dst, in place of the last entry if dst is full.
func limited(dst []string, text string) []string {
	switch {
	case text == "":
		return dst
	case len(dst) == maxList:
		dst[maxList-1] = text
		return dst
	}
	return append(dst, text)
}

// once appends text to dst unless it is there.
func once(dst []string, text string) []string {
	if slices.Contains(dst, text) {
		return dst
	}
	return limited(dst, text)
}

// truth reads true, also as a string.
func truth(s *jsonscan.Scanner) bool {
	b, k := s.Text()
	return k == jsonscan.True || k == jsonscan.String && strings.EqualFold(string(b), "true")
}

// appendKey appends the letters and digits of the key of an annotation or of
// user.extra to dst, in lower case: loaders of databases that allow no dots
// or slashes in names write authentication.kubernetes.io/pod-name as
// authentication_kubernetes_io_slash_pod-name, and others change the case.
func appendKey(dst, key []byte) []byte {
	if len(key) > 128 {
		return dst // none that anyone asks for
	}
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case 'A' <= c && c <= 'Z':
			dst = append(dst, c|0x20)
		case c == '_' && len(key)-i >= len(slash) && bytes.EqualFold(key[i:i+len(slash)], slash):
			i += len(slash) - 1
		case c != '_' && c != '.' && c != '-' && c != '/':
			dst = append(dst, c)
		}
	}
	return dst
}

// slash stands for one in a key.
var slash = []byte("_slash_")
