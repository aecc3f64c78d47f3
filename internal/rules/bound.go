package rules

import (
	"maps"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// call is an API call in lower case; the empty string stands for any source
// or any name. Names are without API versions.
type call struct{ source, name string }

// bound is a set of calls outside of which a predicate is false; nil when
// nothing bounds it.
type bound map[call]struct{}

// maxBound bounds the size of a set; a product above it keeps one factor,
// which bounds less tightly but truly.
const maxBound = 4096

func (a allOf) bound() bound {
	var b bound
	for _, p := range a {
		b = intersect(b, p.bound())
	}
	return b
}

func (a anyOf) bound() bound {
	b := bound{}
	for _, p := range a {
		x := p.bound()
		if x == nil {
			return nil
		}
		maps.Copy(b, x)
	}
	return b
}

func (n not) bound() bound      { return nil }
func (p *present) bound() bound { return nil }
func (r *refers) bound() bound  { return nil }

func (m *matches) bound() bound {
	if m.field.name != "eventSource" && m.field.name != "eventName" {
		return nil
	}
	b := bound{}
	for _, x := range m.matchers {
		var text string
		switch e := x.(type) {
		case folded:
			if e.op != opEqual {
				return nil
			}
			text = e.text
		case exact:
			if e.op != opEqual {
				return nil
			}
			text = lower(e.text)
		default:
			return nil
		}
		if m.field.name == "eventSource" {
			b[call{source: text}] = struct{}{}
		} else {
			b[call{name: entity.APIName(text)}] = struct{}{}
		}
		if m.all {
			return b // every value must match: the first bounds it
		}
	}
	return b
}

// intersect returns the calls that lie in both sets.
func intersect(a, b bound) bound {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	if len(a)*len(b) > maxBound {
		if len(a) <= len(b) {
			return a
		}
		return b
	}
	out := bound{}
	for x := range a {
		for y := range b {
			source, ok1 := meet(x.source, y.source)
			name, ok2 := meet(x.name, y.name)
			if ok1 && ok2 {
				out[call{source, name}] = struct{}{}
			}
		}
	}
	return out
}

func meet(x, y string) (string, bool) {
	switch {
	case x == "" || x == y:
		return y, true
	case y == "":
		return x, true
	}
	return "", false
}
