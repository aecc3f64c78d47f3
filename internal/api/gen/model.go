package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// model is the facts file, in the form of botocore's service description.
// Every key that the file has is named here: an unknown one is an error, so
// that a new kind of constraint is never passed over in silence.
type model struct {
	Version    string               `json:"version"`
	Metadata   map[string]any       `json:"metadata"`
	Operations map[string]operation `json:"operations"`
	Shapes     map[string]shape     `json:"shapes"`
}

type operation struct {
	Name string `json:"name"`
	HTTP struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"` // 0 stands for 200
	} `json:"http"`
	Input  *ref  `json:"input"`
	Output *ref  `json:"output"`
	Errors []ref `json:"errors"`
}

// ref points to a shape, from a member, a list, a map or an operation.
type ref struct {
	Shape        string `json:"shape"`
	Location     string `json:"location"` // "", "uri" or "querystring"
	LocationName string `json:"locationName"`
	Deprecated   bool   `json:"deprecated"`
}

type shape struct {
	Type            string         `json:"type"`
	Required        []string       `json:"required"`
	Members         map[string]ref `json:"members"`
	Member          *ref           `json:"member"` // of a list
	Key             *ref           `json:"key"`    // of a map
	Value           *ref           `json:"value"`  // of a map
	Enum            []string       `json:"enum"`
	Min             *int64         `json:"min"` // length of strings, lists and maps; value of numbers
	Max             *int64         `json:"max"`
	Pattern         string         `json:"pattern"`
	Sensitive       bool           `json:"sensitive"`
	Box             bool           `json:"box"`
	TimestampFormat string         `json:"timestampFormat"`
	Exception       bool           `json:"exception"`
	Error           *struct {
		HTTPStatusCode int `json:"httpStatusCode"`
	} `json:"error"`
}

// parseModel reads the facts file and checks that every shape that is
// referred to is there.
func parseModel(facts []byte) (*model, error) {
	var m model
	dec := json.NewDecoder(bytes.NewReader(facts))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, err
	}
	var errs []error
	check := func(from string, r *ref) {
		if r == nil {
			return
		}
		if _, ok := m.Shapes[r.Shape]; !ok {
			errs = append(errs, fmt.Errorf("%s refers to shape %q, which is not in the model", from, r.Shape))
		}
	}
	for _, name := range sortedKeys(m.Operations) {
		o := m.Operations[name]
		check(name, o.Input)
		check(name, o.Output)
		for _, e := range o.Errors {
			check(name, &e)
		}
	}
	for _, name := range sortedKeys(m.Shapes) {
		s := m.Shapes[name]
		check(name, s.Member)
		check(name, s.Key)
		check(name, s.Value)
		for _, member := range s.Members {
			check(name, &member)
		}
		if s.Type == "timestamp" && s.TimestampFormat != "iso8601" {
			errs = append(errs, fmt.Errorf("timestamp shape %s has format %q, only iso8601 is known", name, s.TimestampFormat))
		}
	}
	return &m, errors.Join(errs...)
}

// inputShapes returns the names of the shapes that can be reached from the
// input of an operation, sorted.
func (m *model) inputShapes() []string {
	return m.reached(func(o operation) *ref { return o.Input })
}

// outputShapes returns those that can be reached from an output.
func (m *model) outputShapes() []string {
	return m.reached(func(o operation) *ref { return o.Output })
}

func (m *model) reached(from func(operation) *ref) []string {
	seen := make(map[string]bool)
	var visit func(r *ref)
	visit = func(r *ref) {
		if r == nil || seen[r.Shape] {
			return
		}
		seen[r.Shape] = true
		s := m.Shapes[r.Shape]
		visit(s.Member)
		visit(s.Key)
		visit(s.Value)
		for _, member := range s.Members {
			visit(&member)
		}
	}
	for _, o := range m.Operations {
		visit(from(o))
	}
	return sortedKeys(seen)
}

// outputs returns the set of shapes that are the output of an operation.
func (m *model) outputs() map[string]bool {
	set := make(map[string]bool)
	for _, o := range m.Operations {
		if o.Output != nil {
			set[o.Output.Shape] = true
		}
	}
	return set
}

// sortedKeys makes the generated text independent of the order of maps.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
