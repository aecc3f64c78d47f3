package rules

import "slices"

// predicate is a compiled condition. Predicates are immutable and safe for
// concurrent use on different events.
type predicate interface {
	eval(ev *Event) bool
	// cost orders the parts of a conjunction: 0 reads columns, 1 may decode
	// the record.
	cost() int
	// bound returns the calls outside of which the predicate is false.
	bound() bound
}

type (
	allOf []predicate
	anyOf []predicate
	not   struct{ p predicate }
)

// newAllOf makes a conjunction that looks at columns before it decodes.
func newAllOf(ps []predicate) predicate {
	if len(ps) == 1 {
		return ps[0]
	}
	ps = slices.Clone(ps)
	slices.SortStableFunc(ps, func(a, b predicate) int { return a.cost() - b.cost() })
	return allOf(ps)
}

func newAnyOf(ps []predicate) predicate {
	if len(ps) == 1 {
		return ps[0]
	}
	ps = slices.Clone(ps)
	slices.SortStableFunc(ps, func(a, b predicate) int { return a.cost() - b.cost() })
	return anyOf(ps)
}

func (a allOf) eval(ev *Event) bool {
	for _, p := range a {
		if !p.eval(ev) {
			return false
		}
	}
	return true
}

func (a anyOf) eval(ev *Event) bool {
	for _, p := range a {
		if p.eval(ev) {
			return true
		}
	}
	return false
}

func (n not) eval(ev *Event) bool { return !n.p.eval(ev) }

func (a allOf) cost() int { return maxCost(a) }
func (a anyOf) cost() int { return maxCost(a) }
func (n not) cost() int   { return n.p.cost() }

func maxCost(ps []predicate) int {
	c := 0
	for _, p := range ps {
		c = max(c, p.cost())
	}
	return c
}

// matches is true when a value of the field matches one of the matchers, or
// with all set, when each matcher is matched by some value.
type matches struct {
	field    field
	matchers []matcher
	all      bool
}

func (m *matches) eval(ev *Event) bool {
	if !m.all {
		return m.any(ev, m.matchers)
	}
	for i := range m.matchers {
		if !m.any(ev, m.matchers[i:i+1]) {
			return false
		}
	}
	return true
}

func (m *matches) any(ev *Event, ms []matcher) bool {
	test := func(s string) bool {
		for _, x := range ms {
			if x.match(s) {
				return true
			}
		}
		return false
	}
	if m.field.raw() {
		return m.field.each(ev, func(v any) bool { return eachText(v, test) })
	}
	return m.field.eachColumn(ev, test)
}

func (m *matches) cost() int { return fieldCost(&m.field) }

// present is true when the field has a value.
type present struct{ field field }

func (p *present) eval(ev *Event) bool { return p.field.exists(ev) }
func (p *present) cost() int           { return fieldCost(&p.field) }

// refers is true when a value of field compares with a value of other.
type refers struct {
	field, other field
	op           operator
	cased        bool
}

func (r *refers) eval(ev *Event) bool {
	return r.other.each(ev, func(o any) bool {
		want, ok := scalarText(o)
		if !ok {
			return false
		}
		if !r.cased {
			want = lower(want)
		}
		return r.field.each(ev, func(v any) bool {
			return eachText(v, func(s string) bool {
				if !r.cased {
					s = lower(s)
				}
				return compare(r.op, s, want)
			})
		})
	})
}

func (r *refers) cost() int { return max(fieldCost(&r.field), fieldCost(&r.other)) }

func fieldCost(f *field) int {
	if f.raw() {
		return 1
	}
	return 0
}
