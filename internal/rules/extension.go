package rules

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"go.yaml.in/yaml/v3"
)

// extend reads the gumshoe block; see the package comment for its members.
func (r *Rule) extend(n *yaml.Node) error {
	ms, err := members(n, "gumshoe")
	if err != nil {
		return err
	}
	r.anyCaller = false
	for _, m := range ms {
		s := ""
		if m.key != "tests" {
			if s, err = text(m.value, m.key); err != nil {
				return err
			}
		}
		switch m.key {
		case "procedure":
			r.Procedure = s
		case "weight":
			r.Weight, err = strconv.Atoi(s)
			if err != nil || r.Weight < 1 || r.Weight > 100 {
				return errorAt(m.value, "weight must be a number from 1 to 100")
			}
		case "data":
			r.Data = Data(s)
			if r.Data != ManagementEvents && r.Data != DataEvents {
				return errorAt(m.value, "data must be management or data")
			}
		case "per_hour":
			r.PerHour, err = strconv.Atoi(s)
			if err != nil || r.PerHour < 2 {
				return errorAt(m.value, "per_hour must be a number above 1")
			}
		case "callers":
			if s != "customer" && s != "any" {
				return errorAt(m.value, "callers must be customer or any")
			}
			r.anyCaller = s == "any"
		case "tests":
			if r.Tests, err = parseTests(m.value); err != nil {
				return err
			}
		default:
			return errorAt(m.keyAt, "unknown member %q in gumshoe", m.key)
		}
	}
	return nil
}

// Test is an event that a rule must match, or must not.
type Test struct {
	Match bool
	Event []byte // a CloudTrail record, JSON
	Line  int    // in the rule's file, from 1
}

func parseTests(n *yaml.Node) ([]Test, error) {
	ms, err := members(n, "tests")
	if err != nil {
		return nil, err
	}
	var out []Test
	for _, m := range ms {
		if m.key != "match" && m.key != "miss" {
			return nil, errorAt(m.keyAt, "unknown member %q in tests", m.key)
		}
		if m.value.Kind != yaml.SequenceNode {
			return nil, errorAt(m.value, "%s must be a list of events", m.key)
		}
		for _, e := range m.value.Content {
			t, err := parseTest(e)
			if err != nil {
				return nil, err
			}
			t.Match = m.key == "match"
			out = append(out, t)
		}
	}
	return out, nil
}

func parseTest(n *yaml.Node) (Test, error) {
	var v map[string]any
	if err := n.Decode(&v); err != nil {
		return Test{}, errorAt(n, "test event: %w", err)
	}
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return Test{}, errorAt(n, "test event: %w", err)
	}
	return Test{Event: b, Line: n.Line}, nil
}
