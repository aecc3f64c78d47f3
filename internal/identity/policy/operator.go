package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// test compares a value of the request with one of the policy.
type test func(value) bool

// operator is a condition operator without quantifier and suffix.
type operator struct {
	kinds    kind // of keys it can be used on
	negated  bool
	literals []jsontext.Kind // that a value may be besides a string
	compile  func(literal string) (test, error)
}

// parseOperator reads the name of an operator with its quantifier and its
// suffix. Names are taken as IAM documents them, in their case.
func parseOperator(name string) (condition, operator, error) {
	var c condition
	base := name
	if s, ok := strings.CutPrefix(base, "ForAllValues:"); ok {
		base, c.quantifier = s, allOf
	} else if s, ok := strings.CutPrefix(base, "ForAnyValue:"); ok {
		base, c.quantifier = s, someOf
	}
	base, c.ifExists = strings.CutSuffix(base, "IfExists")
	op, ok := operatorNamed(base)
	if !ok {
		return c, op, fmt.Errorf("unknown condition operator %q", name)
	}
	if base == "Null" {
		if base != name {
			return c, op, fmt.Errorf("%q: Null takes no quantifier and no IfExists", name)
		}
		c.quantifier = presence
	}
	c.negated = op.negated
	return c, op, nil
}

// operatorNamed returns the operator of a name. Numeric and binary operators
// are missing because no key has such a value.
func operatorNamed(name string) (operator, bool) {
	const texts = textKind | tagKind | arnKind
	booleans := []jsontext.Kind{jsontext.KindTrue, jsontext.KindFalse}
	date := func(holds func(request, policy time.Time) bool) operator {
		return operator{kinds: dateKind, literals: []jsontext.Kind{jsontext.KindNumber}, compile: compileDate(holds)}
	}
	not := func(op operator) operator {
		op.negated = true
		return op
	}
	var op operator
	switch name {
	case "StringEquals":
		op = operator{kinds: texts, compile: compileEquals}
	case "StringNotEquals":
		op = not(operator{kinds: texts, compile: compileEquals})
	case "StringEqualsIgnoreCase":
		op = operator{kinds: texts, compile: compileEqualsIgnoreCase}
	case "StringNotEqualsIgnoreCase":
		op = not(operator{kinds: texts, compile: compileEqualsIgnoreCase})
	case "StringLike":
		op = operator{kinds: texts, compile: compileLike}
	case "StringNotLike":
		op = not(operator{kinds: texts, compile: compileLike})
	case "ArnEquals", "ArnLike": // IAM documents them as the same
		op = operator{kinds: arnKind, compile: compileARN}
	case "ArnNotEquals", "ArnNotLike":
		op = not(operator{kinds: arnKind, compile: compileARN})
	case "Bool":
		op = operator{kinds: tagKind, literals: booleans, compile: compileBool}
	case "Null":
		op = operator{kinds: anyKind, literals: booleans, compile: compileBool}
	case "IpAddress":
		op = operator{kinds: addressKind, compile: compileAddress}
	case "NotIpAddress":
		op = not(operator{kinds: addressKind, compile: compileAddress})
	case "DateEquals":
		op = date(time.Time.Equal)
	case "DateNotEquals":
		op = not(date(time.Time.Equal))
	case "DateLessThan":
		op = date(time.Time.Before)
	case "DateLessThanEquals":
		op = date(func(t, u time.Time) bool { return !t.After(u) })
	case "DateGreaterThan":
		op = date(time.Time.After)
	case "DateGreaterThanEquals":
		op = date(func(t, u time.Time) bool { return !t.Before(u) })
	default:
		return operator{}, false
	}
	return op, true
}
