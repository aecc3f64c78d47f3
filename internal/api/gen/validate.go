package main

import (
	"fmt"
	"slices"
	"strings"
)

// notRequired are members that the model calls required and the service does
// not: for accounts of the organization no e-mail address is needed, which
// the operation itself decides.
var notRequired = map[string]bool{"Account.EmailAddress": true}

// byHand are patterns with a lookahead, which Go's regexp lacks, and the
// functions in package api that decide them.
var byHand = map[string]string{
	"EmailAddress": "isEmailAddress",
	"TagKey":       "isTagKey",
}

// emitValidation writes the checks of every constraint that a request can
// break: a validate method for each structure and a function check<Shape> for
// each constrained string, number, list and map.
func emitValidation(m *model, s *source) {
	var imports []string
	names := m.inputShapes()
	if slices.ContainsFunc(names, func(n string) bool { return m.Shapes[n].Pattern != "" && byHand[n] == "" }) {
		imports = append(imports, "regexp")
	}
	s.header(imports...)
	for _, name := range names {
		shape := m.Shapes[name]
		if shape.Type == "structure" {
			emitStructCheck(m, s, name, shape)
			continue
		}
		if !m.constrained(name) {
			continue
		}
		switch shape.Type {
		case "string":
			emitStringCheck(s, name, shape)
		case "integer":
			emitIntegerCheck(s, name, shape)
		case "list":
			emitListCheck(m, s, name, shape)
		case "map":
			emitMapCheck(m, s, name, shape)
		default:
			panic("BUG: no check for constrained shape " + name + " of type " + shape.Type)
		}
	}
}

// constrained says whether a value of the shape can break a constraint.
func (m *model) constrained(name string) bool {
	shape := m.Shapes[name]
	if shape.Min != nil || shape.Max != nil || shape.Pattern != "" || len(shape.Enum) > 0 {
		return true
	}
	switch shape.Type {
	case "structure":
		return true
	case "list":
		return m.constrained(shape.Member.Shape)
	case "map":
		return m.constrained(shape.Key.Shape) || m.constrained(shape.Value.Shape)
	}
	return false
}

func emitStructCheck(m *model, s *source, name string, shape shape) {
	s.line("// validate returns the first constraint of the model that in breaks, or nil.")
	s.line("func (in *%s) validate() *violation {", name)
	for _, member := range sortedKeys(shape.Members) {
		r := shape.Members[member]
		required := slices.Contains(shape.Required, member) && !notRequired[name+"."+member]
		if required {
			s.line("if in.%s == nil { return missing(%q, %t) }", member, member, r.Location == "")
		}
		if !m.constrained(r.Shape) {
			continue
		}
		check := fmt.Sprintf("if v := %s; v != nil { return v.in(%q) }", m.checkOf(r.Shape, "in."+member, true), member)
		if !required {
			check = fmt.Sprintf("if in.%s != nil { %s }", member, check)
		}
		s.line("%s", check)
	}
	s.line("return nil")
	s.line("}")
	s.line("")
}

// checkOf is the call that checks the value of an expression, which as a
// member of a structure may be a pointer.
func (m *model) checkOf(name, expr string, member bool) string {
	switch m.Shapes[name].Type {
	case "structure":
		return expr + ".validate()"
	case "list", "map":
		return "check" + name + "(" + expr + ")"
	}
	if member {
		expr = "*" + expr
	}
	return "check" + name + "(" + expr + ")"
}

func emitStringCheck(s *source, name string, shape shape) {
	goType := "string"
	if len(shape.Enum) > 0 {
		goType = name
	}
	pattern := strings.ToLower(name[:1]) + name[1:] + "Pattern"
	if shape.Pattern != "" && byHand[name] == "" {
		s.line("var %s = regexp.MustCompile(`%s`)", pattern, shape.Pattern)
		s.line("")
	}
	s.line("func check%s(value %s) *violation {", name, goType)
	if len(shape.Enum) > 0 {
		s.line("switch value {")
		s.line("case %s:", quoted(shape.Enum))
		s.line("return nil")
		s.line("}")
		s.line("return notInEnum(%s)", quoted(shape.Enum))
		s.line("}")
		s.line("")
		return
	}
	emitLength(s, shape, "stringLength(value)")
	switch {
	case byHand[name] != "":
		s.line("if !%s(value) { return mismatch(%q, `%s`) }", byHand[name], name, shape.Pattern)
	case shape.Pattern != "":
		s.line("if !%s.MatchString(value) { return mismatch(%q, %s.String()) }", pattern, name, pattern)
	}
	s.line("return nil")
	s.line("}")
	s.line("")
}

func emitIntegerCheck(s *source, name string, shape shape) {
	s.line("func check%s(value int32) *violation {", name)
	if shape.Min != nil {
		s.line("if value < %d { return tooSmall(%d, value) }", *shape.Min, *shape.Min)
	}
	if shape.Max != nil {
		s.line("if value > %d { return tooLarge(%d, value) }", *shape.Max, *shape.Max)
	}
	s.line("return nil")
	s.line("}")
	s.line("")
}

func emitListCheck(m *model, s *source, name string, shape shape) {
	s.line("func check%s(list %s) *violation {", name, m.goType(name, false))
	emitLength(s, shape, "len(list)")
	if m.constrained(shape.Member.Shape) {
		s.line("for i := range list {")
		s.line("if v := %s; v != nil { return v.at(i) }", m.checkOf(shape.Member.Shape, "list[i]", false))
		s.line("}")
	}
	s.line("return nil")
	s.line("}")
	s.line("")
}

func emitMapCheck(m *model, s *source, name string, shape shape) {
	s.line("func check%s(entries %s) *violation {", name, m.goType(name, false))
	emitLength(s, shape, "len(entries)")
	s.line("for _, key := range sortedKeys(entries) {")
	if m.constrained(shape.Key.Shape) {
		s.line("if v := %s; v != nil { return v.inKey() }", m.checkOf(shape.Key.Shape, "key", false))
	}
	if m.constrained(shape.Value.Shape) {
		s.line("value := entries[key]")
		s.line("if v := %s; v != nil { return v.atKey(string(key)) }", m.checkOf(shape.Value.Shape, "value", false))
	}
	s.line("}")
	s.line("return nil")
	s.line("}")
	s.line("")
}

// emitLength writes the checks of a length, which is counted by the
// expression length.
func emitLength(s *source, shape shape, length string) {
	if shape.Min == nil && shape.Max == nil {
		return
	}
	s.line("length := %s", length)
	if shape.Min != nil && *shape.Min > 0 {
		s.line("if length < %d { return tooShort(%d, length) }", *shape.Min, *shape.Min)
	}
	if shape.Max != nil {
		s.line("if length > %d { return tooLong(%d, length) }", *shape.Max, *shape.Max)
	}
}

func quoted(values []string) string {
	q := make([]string, len(values))
	for i, v := range values {
		q[i] = `"` + v + `"`
	}
	return strings.Join(q, ", ")
}
