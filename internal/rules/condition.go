package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// selections holds the compiled selections of a rule by name, in file order.
type selections struct {
	names      []string
	predicates []predicate
}

// Bounds on a condition.
const (
	maxCondition = 8192 // bytes
	maxNesting   = 64   // parentheses and nots
)

// token is a word or parenthesis of a condition, with its byte offset.
type token struct {
	text   string
	offset int
}

func tokens(s string) []token {
	var out []token
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')' || c == '|':
			out = append(out, token{s[i : i+1], i})
			i++
		default:
			j := i
			for j < len(s) && !strings.ContainsRune(" \t\n\r()|", rune(s[j])) {
				j++
			}
			out = append(out, token{s[i:j], i})
			i = j
		}
	}
	return append(out, token{"", len(s)})
}

// conditionParser is a recursive-descent parser. Precedence, from the Sigma
// specification: or, and, not, "of".
type conditionParser struct {
	tokens []token
	sel    selections
	depth  int
}

// parseCondition compiles a condition; offset is the byte in s that an error
// is about.
func parseCondition(s string, sel selections) (p predicate, offset int, err error) {
	if len(s) > maxCondition {
		return nil, 0, fmt.Errorf("condition of %d bytes is longer than %d", len(s), maxCondition)
	}
	c := &conditionParser{tokens: tokens(s), sel: sel}
	p, err = c.or()
	if err == nil && c.peek() != "" {
		err = fmt.Errorf("unexpected %q in condition", c.peek())
		if c.peek() == "|" {
			err = errors.New("pipes (aggregations) in a condition are not taken")
		}
	}
	if err != nil {
		return nil, c.tokens[0].offset, err
	}
	return p, 0, nil
}

func (c *conditionParser) peek() string { return c.tokens[0].text }

// keyword returns the next word in lower case.
func (c *conditionParser) keyword() string { return lower(c.peek()) }

func (c *conditionParser) next() string {
	t := c.tokens[0].text
	if len(c.tokens) > 1 {
		c.tokens = c.tokens[1:]
	}
	return t
}

func (c *conditionParser) or() (predicate, error) {
	return c.chain("or", c.and, newAnyOf)
}

func (c *conditionParser) and() (predicate, error) {
	return c.chain("and", c.not, newAllOf)
}

func (c *conditionParser) chain(word string, operand func() (predicate, error), join func([]predicate) predicate) (predicate, error) {
	var ps []predicate
	for {
		p, err := operand()
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
		if c.keyword() != word {
			return join(ps), nil
		}
		c.next()
	}
}

func (c *conditionParser) not() (predicate, error) {
	if c.depth++; c.depth > maxNesting {
		return nil, fmt.Errorf("condition is nested deeper than %d", maxNesting)
	}
	defer func() { c.depth-- }()
	if c.keyword() != "not" {
		return c.primary()
	}
	c.next()
	p, err := c.not()
	if err != nil {
		return nil, err
	}
	return not{p}, nil
}

func (c *conditionParser) primary() (predicate, error) {
	switch word := c.keyword(); word {
	case "":
		return nil, errors.New("condition ends where a selection is expected")
	case "(":
		c.next()
		p, err := c.or()
		if err != nil {
			return nil, err
		}
		if c.peek() != ")" {
			return nil, errors.New("parenthesis is not closed")
		}
		c.next()
		return p, nil
	case ")", "|", "and", "or", "of", "them":
		return nil, fmt.Errorf("unexpected %q where a selection is expected", c.peek())
	case "1", "any", "all":
		if len(c.tokens) > 1 && lower(c.tokens[1].text) == "of" {
			c.next()
			c.next()
			return c.quantified(word == "all")
		}
	}
	i := slices.Index(c.sel.names, c.peek())
	if i < 0 {
		return nil, fmt.Errorf("condition names the selection %q, which does not exist", c.peek())
	}
	c.next()
	return c.sel.predicates[i], nil
}

// quantified compiles what follows "1 of" and "all of": them or a name with
// wildcards. Names that start with an underscore are not among "them".
func (c *conditionParser) quantified(all bool) (predicate, error) {
	pat := c.peek()
	them := lower(pat) == "them"
	if !them && (pat == "" || strings.ContainsAny(pat, "()|")) {
		return nil, errors.New(`"of" needs a selection, a name with * or "them"`)
	}
	var m matcher
	if !them {
		var err error
		if m, err = compileValue(pat, opEqual, true); err != nil {
			return nil, err
		}
	}
	var ps []predicate
	for i, name := range c.sel.names {
		if them && !strings.HasPrefix(name, "_") || !them && m.match(name) {
			ps = append(ps, c.sel.predicates[i])
		}
	}
	if len(ps) == 0 {
		return nil, fmt.Errorf("no selection is named %q", pat)
	}
	c.next()
	if all {
		return newAllOf(ps), nil
	}
	return newAnyOf(ps), nil
}
