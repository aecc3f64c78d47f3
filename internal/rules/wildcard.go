package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// piece is a part of a value: literal text or one wildcard.
type piece struct {
	text string
	wild byte // '*', '?' or 0 for text
}

// splitWildcards reads a value as Sigma writes it: * and ? are wildcards, a
// backslash before *, ? or another backslash takes it literally, any other
// backslash stands for itself.
func splitWildcards(value string) []piece {
	var out []piece
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			out = append(out, piece{text: lit.String()})
			lit.Reset()
		}
	}
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case c == '\\' && i+1 < len(value) && strings.IndexByte(`*?\`, value[i+1]) >= 0:
			i++
			lit.WriteByte(value[i])
		case c == '*' || c == '?':
			flush()
			if c == '*' && len(out) > 0 && out[len(out)-1].wild == '*' {
				continue // ** is *
			}
			out = append(out, piece{wild: c})
		default:
			lit.WriteByte(c)
		}
	}
	flush()
	return out
}

// compileValue makes the matcher of a text value under one of the text
// operators. Values with wildcards at the ends only need no expression.
func compileValue(value string, op operator, keepCase bool) (matcher, error) {
	if len(value) > maxValue {
		return nil, fmt.Errorf("value of %d bytes is longer than %d", len(value), maxValue)
	}
	if !keepCase {
		value = lower(value)
	}
	p := splitWildcards(value)
	star := piece{wild: '*'}
	if op == opContains || op == opEnds {
		p = append([]piece{star}, p...)
	}
	if op == opContains || op == opStarts {
		p = append(p, star)
	}
	lead, trail := false, false
	for len(p) > 0 && p[0] == star {
		lead, p = true, p[1:]
	}
	for len(p) > 0 && p[len(p)-1] == star {
		trail, p = true, p[:len(p)-1]
	}
	text, plain := "", len(p) == 0
	if len(p) == 1 && p[0].wild == 0 {
		text, plain = p[0].text, true
	}
	if !plain {
		return wildcardPattern(p, lead, trail, keepCase)
	}
	op = opEqual
	switch {
	case lead && trail, text == "" && (lead || trail):
		op = opContains
	case lead:
		op = opEnds
	case trail:
		op = opStarts
	}
	if keepCase {
		return exact{op, text}, nil
	}
	return folded{op, text}, nil
}

// maxWildcards bounds the wildcards inside one value.
const maxWildcards = 32

func wildcardPattern(p []piece, lead, trail, keepCase bool) (matcher, error) {
	var b strings.Builder
	b.WriteString("(?s)")
	if !lead {
		b.WriteString(`\A`)
	}
	wild := 0
	for _, x := range p {
		switch x.wild {
		case '*':
			b.WriteString(".*")
			wild++
		case '?':
			b.WriteString(".")
			wild++
		default:
			b.WriteString(regexp.QuoteMeta(x.text))
		}
	}
	if wild > maxWildcards {
		return nil, fmt.Errorf("value has %d wildcards, more than %d", wild, maxWildcards)
	}
	if !trail {
		b.WriteString(`\z`)
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, fmt.Errorf("wildcards: %w", err)
	}
	return pattern{re: re, fold: !keepCase}, nil
}
