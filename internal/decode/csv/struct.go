package csv

import "strings"

// structText reads a value as Athena writes one of a nested type into a table:
// {type=IAMUser, sessioncontext={attributes={mfaauthenticated=false}}}, and
// [a, b] for a list. Nothing in it is quoted, so that a text ends where the
// next name, or the end of what it is in, seems to begin. null is left out.
func structText(text string) (any, bool) {
	p := athena{text: text, budget: 1000 + 8*len(text)}
	v, ok := p.value(0)
	return v, ok && p.budget > 0 && p.pos == len(text)
}

// athena is a value that is being read.
type athena struct {
	text   string
	pos    int
	budget int // bytes that may yet be looked at: what begins like an object may be a text
}

func (p *athena) value(depth int) (any, bool) {
	rest := p.text[p.pos:]
	if p.budget--; depth > maxNested || rest == "" || p.budget < 0 {
		return nil, false
	}
	start := p.pos
	if rest[0] == '{' {
		if v, ok := p.members(depth); ok && p.ends() {
			return v, true
		}
		p.pos = start
	}
	if rest[0] == '[' {
		if v, ok := p.elements(depth); ok && p.ends() {
			return v, true
		}
		p.pos = start
	}
	return p.word(), depth > 0
}

// members reads {name=value, name=value}.
func (p *athena) members(depth int) (any, bool) {
	o := map[string]any{}
	if p.pos++; strings.HasPrefix(p.text[p.pos:], "}") {
		p.pos++
		return o, true
	}
	for {
		name := name(p.text[p.pos:])
		if name == "" {
			return nil, false
		}
		p.pos += len(name) + 1
		v, ok := any(""), true
		if !p.ends() {
			v, ok = p.value(depth + 1)
		}
		if !ok {
			return nil, false
		}
		if v != "null" && v != "" {
			o[name] = v
		}
		switch rest := p.text[p.pos:]; {
		case strings.HasPrefix(rest, ", "):
			p.pos += 2
		case strings.HasPrefix(rest, "}"):
			p.pos++
			return o, true
		default:
			return nil, false
		}
	}
}

// elements reads [value, value].
func (p *athena) elements(depth int) (any, bool) {
	list := []any{}
	for p.pos++; ; {
		if strings.HasPrefix(p.text[p.pos:], "]") {
			p.pos++
			return list, true
		}
		v, ok := p.value(depth + 1)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if strings.HasPrefix(p.text[p.pos:], ", ") {
			p.pos += 2
		} else if !strings.HasPrefix(p.text[p.pos:], "]") {
			return nil, false
		}
	}
}

// ends reports whether a value can end here.
func (p *athena) ends() bool {
	rest := p.text[p.pos:]
	return rest == "" || rest[0] == '}' || rest[0] == ']' || strings.HasPrefix(rest, ", ")
}

// word reads a text up to the next name, or to the end of what it is in.
func (p *athena) word() string {
	start := p.pos
	for p.pos < len(p.text) && p.pos-start <= p.budget && !p.wordEnds() {
		p.pos++
	}
	p.budget -= p.pos - start
	return p.text[start:p.pos]
}

func (p *athena) wordEnds() bool {
	rest := p.text[p.pos:]
	switch rest[0] {
	case '}', ']':
		return len(rest) == 1 || rest[1] == '}' || rest[1] == ']' || strings.HasPrefix(rest[1:], ", ")
	case ',':
		return strings.HasPrefix(rest, ", {") || strings.HasPrefix(rest, ", ") && name(rest[2:]) != ""
	}
	return false
}

// name is the name of a member that text begins with, which has a "=" behind
// it, "" for none.
func name(text string) string {
	const longest = 64
	for i := range min(len(text), longest) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		case c == '=':
			return text[:i]
		default:
			return ""
		}
	}
	return ""
}
