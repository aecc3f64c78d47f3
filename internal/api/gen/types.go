package main

import (
	"fmt"
	"strings"
)

// emitTypes writes a Go type for every structure and enumeration of the
// model. Errors are left out: their few members are written by hand.
//
// Scalars and structures are pointers and absent lists and maps are nil, so
// that a member that is missing can be told from one that is empty.
func emitTypes(m *model, s *source) {
	s.header()
	outputs := m.outputs()
	for _, name := range sortedKeys(m.Shapes) {
		shape := m.Shapes[name]
		switch {
		case shape.Exception:
		case len(shape.Enum) > 0:
			emitEnum(s, name, shape)
		case shape.Type == "structure":
			emitStruct(m, s, name, shape, outputs[name])
		}
	}
}

func emitEnum(s *source, name string, shape shape) {
	s.line("// %s is an enumeration of the API.", name)
	s.line("type %s string", name)
	s.line("")
	s.line("// The values of %s.", name)
	s.line("const (")
	for _, value := range shape.Enum {
		s.line("%s %s = %q", constant(name, value), name, value)
	}
	s.line(")")
	s.line("")
}

// constant names an enumeration's value: Status and RUNNING make StatusRunning.
func constant(enum, value string) string {
	var name strings.Builder
	name.WriteString(enum)
	for part := range strings.SplitSeq(value, "_") {
		name.WriteString(part[:1] + strings.ToLower(part[1:]))
	}
	return name.String()
}

func emitStruct(m *model, s *source, name string, shape shape, output bool) {
	s.line("// %s is a structure of the API.", name)
	if len(shape.Members) == 0 {
		s.line("type %s struct{}", name)
		s.line("")
		return
	}
	s.line("type %s struct {", name)
	for _, member := range sortedKeys(shape.Members) {
		r := shape.Members[member]
		var note string
		if r.Deprecated {
			note = " // deprecated in the API"
		}
		s.line("%s %s `json:%q`%s", member, m.goType(r.Shape, true), jsonTag(m, member, r, output), note)
	}
	s.line("}")
	s.line("")
}

// jsonTag says how a member goes over the wire. Lists and maps at the top of
// an output are always written, as [] or {} when empty, because clients index
// them without a default.
func jsonTag(m *model, name string, r ref, output bool) string {
	if r.Location != "" {
		return "-"
	}
	if t := m.Shapes[r.Shape].Type; output && (t == "list" || t == "map") {
		return name
	}
	return name + ",omitzero"
}

// goType is the Go type of a shape, as a member of a structure (where scalars
// and structures are pointers) or as an element of a list or map.
func (m *model) goType(name string, member bool) string {
	shape := m.Shapes[name]
	pointer := ""
	if member {
		pointer = "*"
	}
	switch shape.Type {
	case "string":
		if len(shape.Enum) > 0 {
			return pointer + name
		}
		return pointer + "string"
	case "structure":
		return pointer + name
	case "timestamp":
		return pointer + "Timestamp"
	case "boolean":
		return pointer + "bool"
	case "integer":
		return pointer + "int32"
	case "long":
		return pointer + "int64"
	case "double":
		return pointer + "float64"
	case "list":
		return "[]" + m.goType(shape.Member.Shape, false)
	case "map":
		return fmt.Sprintf("map[%s]%s", m.goType(shape.Key.Shape, false), m.goType(shape.Value.Shape, false))
	}
	panic("BUG: shape " + name + " has unknown type " + shape.Type)
}
