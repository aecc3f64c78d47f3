package main

import (
	"slices"
	"strings"
)

const detectivePackage = "github.com/gumshoe-detective/gumshoe/internal/detective"

// emitRoutes writes the interface of all operations, the table of routes, the
// HTTP statuses of the errors and the binding of path labels and query
// parameters.
func emitRoutes(m *model, s *source) {
	s.header("context", "net/url", "", detectivePackage)
	s.line("// operations are the operations of the API on its own types. Inputs have")
	s.line("// passed validation.")
	s.line("type operations interface {")
	for _, name := range sortedKeys(m.Operations) {
		o := m.Operations[name]
		in, out := "", "error"
		if o.Input != nil {
			in = ", in *" + o.Input.Shape
		}
		if o.Output != nil {
			out = "(*" + o.Output.Shape + ", error)"
		}
		s.line("%s(ctx context.Context, caller detective.Caller%s) %s", name, in, out)
	}
	s.line("}")
	s.line("")
	s.line("// routes returns the routes of all operations, sorted by operation.")
	s.line("func routes() []route {")
	s.line("return []route{")
	for _, name := range sortedKeys(m.Operations) {
		emitRoute(m, s, name, m.Operations[name])
	}
	s.line("}")
	s.line("}")
	s.line("")
	emitStatuses(m, s)
	for _, name := range sortedKeys(m.Operations) {
		if o := m.Operations[name]; o.Input != nil {
			emitBinding(m, s, o.Input.Shape)
		}
	}
}

func emitRoute(m *model, s *source, name string, o operation) {
	status := o.HTTP.ResponseCode
	if status == 0 {
		status = 200
	}
	codes := make([]string, len(o.Errors))
	for i, e := range o.Errors {
		codes[i] = code(e.Shape)
	}
	slices.Sort(codes)
	s.line("{")
	s.line("operation: %q, method: %q, path: %q, status: %d,", name, o.HTTP.Method, o.HTTP.RequestURI, status)
	s.line("hasBody: %t, hasOutput: %t,", m.hasBody(o), o.Output != nil && len(m.Shapes[o.Output.Shape].Members) > 0)
	s.line("errors: []detective.Code{%s},", strings.Join(codes, ", "))
	wrap := "operation"
	if o.Input == nil {
		wrap = "withoutInput"
	} else if o.Output == nil {
		wrap = "withoutOutput"
	}
	s.line("call: %s(operations.%s),", wrap, name)
	s.line("},")
}

// code is the Go constant of an error shape: AccessDeniedException makes
// detective.AccessDenied.
func code(shape string) string { return "detective." + strings.TrimSuffix(shape, "Exception") }

// hasBody says whether a request of the operation carries a JSON document.
func (m *model) hasBody(o operation) bool {
	if o.Input == nil {
		return false
	}
	for _, r := range m.Shapes[o.Input.Shape].Members {
		if r.Location == "" {
			return true
		}
	}
	return false
}

func emitStatuses(m *model, s *source) {
	s.line("// statusOf returns the HTTP status of an error of the model, 500 for any other.")
	s.line("func statusOf(code detective.Code) int {")
	s.line("switch code {")
	for _, name := range sortedKeys(m.Shapes) {
		if shape := m.Shapes[name]; shape.Error != nil {
			s.line("case %s: return %d", code(name), shape.Error.HTTPStatusCode)
		}
	}
	s.line("}")
	s.line("return 500")
	s.line("}")
	s.line("")
}

// emitBinding writes how an input takes members from the path and the query.
func emitBinding(m *model, s *source, input string) {
	var lines []string
	shape := m.Shapes[input]
	for _, member := range sortedKeys(shape.Members) {
		r := shape.Members[member]
		switch r.Location {
		case "":
		case "uri":
			lines = append(lines, "in."+member+" = &label")
		case "querystring":
			lines = append(lines, "in."+member+` = query["`+r.LocationName+`"]`)
		default:
			panic("BUG: member " + input + "." + member + " has unknown location " + r.Location)
		}
	}
	if len(lines) == 0 {
		return
	}
	s.line("// bind takes the members that travel in the path and the query.")
	s.line("func (in *%s) bind(label string, query url.Values) {", input)
	for _, l := range lines {
		s.line("%s", l)
	}
	s.line("}")
	s.line("")
}
