package rules

import (
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// matcher tests one text.
type matcher interface{ match(s string) bool }

// operator is how a value is compared with a field.
type operator string

// The operators, named as their modifiers; equality has none.
const (
	opEqual    operator = ""
	opContains operator = "contains"
	opStarts   operator = "startswith"
	opEnds     operator = "endswith"
	opRegexp   operator = "re"
	opCIDR     operator = "cidr"
	opGt       operator = "gt"
	opGte      operator = "gte"
	opLt       operator = "lt"
	opLte      operator = "lte"
)

// folded compares without regard to case; text is in lower case.
type folded struct {
	op   operator
	text string
}

func (m folded) match(s string) bool {
	if m.op == opEqual {
		return equalLower(s, m.text)
	}
	return compare(m.op, lower(s), m.text)
}

// exact compares with regard to case.
type exact struct {
	op   operator
	text string
}

func (m exact) match(s string) bool { return compare(m.op, s, m.text) }

// compare applies a text operator.
func compare(op operator, s, text string) bool {
	switch op {
	case opContains:
		return strings.Contains(s, text)
	case opStarts:
		return strings.HasPrefix(s, text)
	case opEnds:
		return strings.HasSuffix(s, text)
	default:
		return s == text
	}
}

// pattern is a regular expression, or a value with wildcards in the middle.
type pattern struct {
	re   *regexp.Regexp
	fold bool // the expression is in lower case, so the text must be
}

func (m pattern) match(s string) bool {
	if m.fold {
		s = lower(s)
	}
	return m.re.MatchString(s)
}

// network holds addresses of a CIDR block, read as sourceIPAddress is.
type network struct{ prefix netip.Prefix }

func (m network) match(s string) bool {
	a := entity.ParseAddress(s)
	return a.Class.IsIP() && m.prefix.Contains(a.IP)
}

// number compares numerically; a text that is no number never matches.
type number struct {
	op operator
	to float64
}

func (m number) match(s string) bool {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return false
	}
	switch m.op {
	case opGt:
		return v > m.to
	case opGte:
		return v >= m.to
	case opLt:
		return v < m.to
	default:
		return v <= m.to
	}
}

// Bounds on one rule's values. RE2 takes time in proportion to text ×
// program, so the program is bounded, not only the text of the expression.
const (
	maxValue   = 4096 // bytes of a value
	maxRegexp  = 1024 // bytes of a regular expression
	maxProgram = 5000 // instructions of the compiled expression
)

// compileRegexp compiles an RE2 expression within the bounds.
func compileRegexp(expr, flags string) (*regexp.Regexp, error) {
	if len(expr) > maxRegexp {
		return nil, fmt.Errorf("regular expression of %d bytes is longer than %d", len(expr), maxRegexp)
	}
	if flags != "" {
		expr = "(?" + flags + ")" + expr
	}
	if err := boundProgram(expr); err != nil {
		return nil, err
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	return re, nil
}

// boundProgram refuses expressions whose repetitions multiply.
func boundProgram(expr string) error {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return fmt.Errorf("regular expression: %w", err)
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return fmt.Errorf("regular expression: %w", err)
	}
	if len(prog.Inst) > maxProgram {
		return fmt.Errorf("regular expression compiles to %d instructions, more than %d", len(prog.Inst), maxProgram)
	}
	return nil
}
