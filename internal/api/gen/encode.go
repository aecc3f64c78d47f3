package main

// emitEncoding writes a method appendJSON for every structure that an answer
// can hold. A list of 200 members takes a tenth of the time that reflection
// takes, and answers are most of what the server does.
//
// Each member and element is followed by a comma, which the end of its object
// or list then takes the place of.
func emitEncoding(m *model, s *source) {
	s.header("strconv")
	outputs := m.outputs()
	for _, name := range m.outputShapes() {
		shape := m.Shapes[name]
		if shape.Type != "structure" {
			continue
		}
		if len(shape.Members) == 0 {
			s.line("func (*%s) appendJSON(b []byte) []byte { return append(b, '{', '}') }", name)
			s.line("")
			continue
		}
		s.line("func (v *%s) appendJSON(b []byte) []byte {", name)
		s.line("b = append(b, '{')")
		for _, member := range sortedKeys(shape.Members) {
			emitMember(m, s, member, shape.Members[member], outputs[name])
		}
		s.line("return closed(b, '}')")
		s.line("}")
		s.line("")
	}
}

// emitMember writes a member: always, if clients index it without a default,
// else if it is there.
func emitMember(m *model, s *source, member string, r ref, output bool) {
	field := "v." + member
	always := output && (m.Shapes[r.Shape].Type == "list" || m.Shapes[r.Shape].Type == "map")
	if !always {
		s.line("if %s != nil {", field)
	}
	s.line("b = append(b, %q...)", `"`+member+`":`)
	emitValue(m, s, r.Shape, field, true, 0)
	s.line("b = append(b, ',')")
	if !always {
		s.line("}")
	}
}

// emitValue writes a value of the shape. value is an expression of its Go
// type, see goType; depth tells the variables of nested loops apart.
func emitValue(m *model, s *source, name, value string, member bool, depth int) {
	shape := m.Shapes[name]
	scalar := value
	if member {
		scalar = "*" + value
	}
	switch shape.Type {
	case "structure":
		s.line("b = %s.appendJSON(b)", value)
	case "string":
		s.line("b = appendString(b, string(%s))", scalar)
	case "timestamp":
		s.line("b = %s.appendJSON(b)", value)
	case "boolean":
		s.line("b = strconv.AppendBool(b, %s)", scalar)
	case "integer", "long":
		s.line("b = strconv.AppendInt(b, int64(%s), 10)", scalar)
	case "double":
		s.line("b = appendFloat(b, %s)", scalar)
	case "list":
		s.line("b = append(b, '[')")
		i := variable("i", depth)
		s.line("for %s := range %s {", i, value)
		emitValue(m, s, shape.Member.Shape, value+"["+i+"]", false, depth+1)
		s.line("b = append(b, ',')")
		s.line("}")
		s.line("b = closed(b, ']')")
	case "map":
		s.line("b = append(b, '{')")
		k, e := variable("k", depth), variable("e", depth)
		s.line("var %sbuf [4]%s", k, m.goType(shape.Key.Shape, false))
		s.line("for _, %s := range keysInto(%sbuf[:0], %s) {", k, k, value)
		s.line("%s := %s[%s]", e, value, k)
		s.line("b = append(appendString(b, string(%s)), ':')", k)
		emitValue(m, s, shape.Value.Shape, e, false, depth+1)
		s.line("b = append(b, ',')")
		s.line("}")
		s.line("b = closed(b, '}')")
	default:
		panic("BUG: shape " + name + " has unknown type " + shape.Type)
	}
}

func variable(name string, depth int) string {
	for range depth {
		name += name[:1]
	}
	return name
}
