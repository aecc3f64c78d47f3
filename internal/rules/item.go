package rules

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// item is one entry of a selection: a field with modifiers and its values.
type item struct {
	field    field
	op       operator
	all      bool
	cased    bool
	exists   bool
	fieldref bool
	reFlags  string // of re: i, m, s
}

// compileItem compiles one entry of a selection.
func compileItem(m member) (predicate, error) {
	it, err := parseKey(m)
	if err != nil {
		return nil, err
	}
	if it.exists {
		return it.compileExists(m.value)
	}
	values := []*yaml.Node{m.value}
	if m.value.Kind == yaml.SequenceNode {
		values = m.value.Content
	}
	if len(values) == 0 {
		return nil, errorAt(m.value, "field %q has an empty list of values", it.field.name)
	}
	if len(values) > maxValues {
		return nil, errorAt(m.value, "field %q has %d values, more than %d", it.field.name, len(values), maxValues)
	}
	if it.fieldref {
		return it.compileRefs(values)
	}
	return it.compileValues(values)
}

// parseKey splits "field|modifier|modifier".
func parseKey(m member) (item, error) {
	name, rest, _ := strings.Cut(m.key, "|")
	f, err := newField(name)
	if err != nil {
		return item{}, errorAt(m.keyAt, "%w", err)
	}
	it := item{field: f}
	if rest == "" {
		if strings.HasSuffix(m.key, "|") {
			return item{}, errorAt(m.keyAt, "field %q ends in an empty modifier", m.key)
		}
		return it, nil
	}
	for mod := range strings.SplitSeq(rest, "|") {
		if err := it.apply(mod, m.keyAt); err != nil {
			return item{}, err
		}
	}
	if it.op == opRegexp && it.cased {
		return item{}, errorAt(m.keyAt, "cased does not go with re, which keeps case unless i is given")
	}
	if it.exists && (it.op != opEqual || it.all || it.cased || it.fieldref) {
		return item{}, errorAt(m.keyAt, "exists goes with no other modifier")
	}
	if it.fieldref && it.all {
		return item{}, errorAt(m.keyAt, "all does not go with fieldref")
	}
	return it, nil
}

func (it *item) apply(mod string, at *yaml.Node) error {
	switch op := operator(mod); op {
	case opContains, opStarts, opEnds, opRegexp, opCIDR, opGt, opGte, opLt, opLte:
		if it.op != opEqual {
			return errorAt(at, "modifier %q does not go with %q", mod, it.op)
		}
		if it.fieldref && op != opContains && op != opStarts && op != opEnds {
			return errorAt(at, "modifier %q does not go with fieldref", mod)
		}
		it.op = op
		return nil
	}
	switch mod {
	case "all":
		it.all = true
	case "cased":
		it.cased = true
	case "exists":
		it.exists = true
	case "fieldref":
		switch it.op {
		case opEqual, opContains, opStarts, opEnds:
			it.fieldref = true
		default:
			return errorAt(at, "modifier %q does not go with %q", mod, it.op)
		}
	case "i", "m", "s":
		if it.op != opRegexp {
			return errorAt(at, "modifier %q goes with re only", mod)
		}
		it.reFlags += mod
	default:
		return errorAt(at, "unknown modifier %q", mod)
	}
	return nil
}

func (it *item) compileExists(n *yaml.Node) (predicate, error) {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		return nil, errorAt(n, "exists takes true or false")
	}
	p := predicate(&present{it.field})
	if strings.EqualFold(n.Value, "false") {
		p = not{p}
	}
	return p, nil
}

func (it *item) compileRefs(values []*yaml.Node) (predicate, error) {
	ps := make([]predicate, 0, len(values))
	for _, v := range values {
		s, err := text(v, "fieldref")
		if err != nil {
			return nil, err
		}
		other, err := newField(s)
		if err != nil {
			return nil, errorAt(v, "%w", err)
		}
		ps = append(ps, &refers{field: it.field, other: other, op: it.op, cased: it.cased})
	}
	return newAnyOf(ps), nil
}

// compileValues compiles values; null and the empty text mean absent.
func (it *item) compileValues(values []*yaml.Node) (predicate, error) {
	m := &matches{field: it.field, all: it.all}
	var ps []predicate
	for _, v := range values {
		if v.Kind != yaml.ScalarNode {
			return nil, errorAt(v, "value of %q must be a text, number, true, false or null", it.field.name)
		}
		if isNull(v) || v.Value == "" {
			if it.op != opEqual {
				return nil, errorAt(v, "value of %q: %s needs a value", it.field.name, it.op)
			}
			ps = append(ps, not{&present{it.field}})
			continue
		}
		x, err := it.compileMatcher(v)
		if err != nil {
			return nil, errorAt(v, "value of %q: %w", it.field.name, err)
		}
		m.matchers = append(m.matchers, x)
	}
	if len(m.matchers) > 0 {
		ps = append(ps, m)
	}
	if it.all {
		return newAllOf(ps), nil
	}
	return newAnyOf(ps), nil
}

func (it *item) compileMatcher(v *yaml.Node) (matcher, error) {
	value := v.Value
	switch it.op {
	case opRegexp:
		re, err := compileRegexp(value, it.reFlags)
		return pattern{re: re}, err
	case opCIDR:
		p, err := parseNetwork(value)
		return network{p}, err
	case opGt, opGte, opLt, opLte:
		n, err := strconv.ParseFloat(value, 64)
		if err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
			err = strconv.ErrRange
		}
		return number{it.op, n}, err
	}
	if it.op == opEqual && it.field.name == "eventName" {
		value = entity.APIName(value)
	}
	return compileValue(value, it.op, it.cased)
}

// parseNetwork reads a CIDR block; an address alone is a block of one.
func parseNetwork(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Unmap().WithZone("").Prefix(a.Unmap().BitLen())
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}
