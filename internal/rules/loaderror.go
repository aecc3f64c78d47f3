package rules

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// LoadError says where in a rule file something is wrong. Line and Column
// count from 1; Column is 0 where the YAML parser knows only the line, both
// are 0 for errors that concern the whole file.
type LoadError struct {
	File         string
	Line, Column int
	Err          error
}

// Error returns "file:line:column: message", without what is unknown.
func (e *LoadError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	for _, n := range []int{e.Line, e.Column} {
		if n == 0 {
			break
		}
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(n))
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	return b.String()
}

// Unwrap returns the cause.
func (e *LoadError) Unwrap() error { return e.Err }

// errorAt makes an error at a node; the file is filled in by the loader.
func errorAt(n *yaml.Node, format string, args ...any) error {
	e := &LoadError{Err: fmt.Errorf(format, args...)}
	if n != nil {
		e.Line, e.Column = n.Line, n.Column
	}
	return e
}

// yamlLine finds the line in the YAML parser's own messages.
var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

// inFile turns err into a LoadError of the file.
func inFile(file string, err error) *LoadError {
	var e *LoadError
	if errors.As(err, &e) {
		return &LoadError{File: file, Line: e.Line, Column: e.Column, Err: e.Err}
	}
	out := &LoadError{File: file, Err: err}
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			out.Line = n
			out.Err = errors.New("yaml: " + strings.TrimPrefix(err.Error(), m[0]))
		}
	}
	return out
}
