package policy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// quantifier says how many values of a key in the request must match.
type quantifier uint8

const (
	single   quantifier = iota // the key has at most one
	allOf                      // ForAllValues:
	someOf                     // ForAnyValue:
	presence                   // Null looks at their number only
)

// condition is one key of one operator.
type condition struct {
	key        contextKey
	quantifier quantifier
	ifExists   bool
	negated    bool
	tests      []test // one for each value in the policy
}

// holds reports whether the request meets the condition; doc.go has the table
// for missing keys.
func (c *condition) holds(r *Request) bool {
	values := c.key.values(r)
	switch c.quantifier {
	case presence:
		return c.matches(value{text: strconv.FormatBool(len(values) == 0)})
	case allOf:
		return !slices.ContainsFunc(values, func(v value) bool { return c.matches(v) == c.negated })
	case someOf:
		if len(values) == 0 {
			return c.ifExists
		}
		return slices.ContainsFunc(values, func(v value) bool { return c.matches(v) != c.negated })
	}
	if len(values) == 0 {
		return c.ifExists || c.negated
	}
	return c.matches(values[0]) != c.negated
}

// matches reports whether a value of the request is one of the policy's.
func (c *condition) matches(v value) bool {
	for _, t := range c.tests {
		if t(v) {
			return true
		}
	}
	return false
}

// readConditions reads a Condition element.
func readConditions(r reader) ([]condition, error) {
	var conditions []condition
	err := r.object(func(name string) error {
		c, op, err := parseOperator(name)
		if err != nil {
			return r.fail("%w", err)
		}
		seen := map[string]bool{}
		err = r.object(func(name string) error {
			folded := strings.ToLower(name)
			if seen[folded] {
				return r.fail("the key stands twice, in different cases")
			}
			seen[folded] = true
			c, err := readKey(r, name, c, op)
			conditions = append(conditions, c)
			return err
		})
		if err == nil && len(seen) == 0 {
			return r.fail("must not be empty")
		}
		return err
	})
	return conditions, err
}

// readKey reads the values of a key and returns the condition c about it.
func readKey(r reader, name string, c condition, op operator) (condition, error) {
	var err error
	if c.key, err = parseKey(name); err != nil {
		return c, r.fail("%w", err)
	}
	if c.key.kind&op.kinds == 0 {
		return c, r.fail("the operator does not fit the type of the key")
	}
	if c.key.multivalued && c.quantifier == single {
		return c, r.fail("the key can have several values: it needs ForAllValues: or ForAnyValue: before the operator")
	}
	err = r.oneOrMany(func() error {
		literal, _, err := r.scalar(append([]jsontext.Kind{jsontext.KindString}, op.literals...)...)
		if err != nil {
			return err
		}
		t, err := op.compile(literal)
		if err != nil {
			return r.fail("%w", err)
		}
		c.tests = append(c.tests, t)
		return nil
	})
	return c, err
}
