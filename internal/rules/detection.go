package rules

import (
	"go.yaml.in/yaml/v3"
)

// Bounds on one rule's detection.
const (
	maxSelections = 200
	maxValues     = 5000 // values of one field
)

// compileDetection compiles the detection block of a rule.
func compileDetection(n *yaml.Node) (predicate, error) {
	ms, err := members(n, "detection")
	if err != nil {
		return nil, err
	}
	if len(ms) > maxSelections {
		return nil, errorAt(n, "detection has %d selections, more than %d", len(ms), maxSelections)
	}
	var cond *yaml.Node
	sel := selections{}
	for _, m := range ms {
		switch m.key {
		case "condition":
			cond = m.value
		case "timeframe":
			return nil, errorAt(m.keyAt, "timeframe belongs to old aggregations; rules here look at one event")
		default:
			p, err := compileSelection(m)
			if err != nil {
				return nil, err
			}
			sel.names = append(sel.names, m.key)
			sel.predicates = append(sel.predicates, p)
		}
	}
	if cond == nil {
		return nil, errorAt(n, "detection has no condition")
	}
	if len(sel.names) == 0 {
		return nil, errorAt(n, "detection has no selection")
	}
	return compileConditions(cond, sel)
}

// compileConditions compiles a condition, or a list of which one must hold.
func compileConditions(n *yaml.Node, sel selections) (predicate, error) {
	if n.Kind != yaml.SequenceNode {
		return compileConditionNode(n, sel)
	}
	var ps []predicate
	for _, c := range n.Content {
		p, err := compileConditionNode(c, sel)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	if len(ps) == 0 {
		return nil, errorAt(n, "condition is empty")
	}
	return newAnyOf(ps), nil
}

func compileConditionNode(n *yaml.Node, sel selections) (predicate, error) {
	s, err := text(n, "condition")
	if err != nil {
		return nil, err
	}
	p, offset, err := parseCondition(s, sel)
	if err != nil {
		e := &LoadError{Line: n.Line, Column: n.Column + offset, Err: err}
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			e.Column++
		}
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			e.Line, e.Column = n.Line+1, 0
		}
		return nil, e
	}
	return p, nil
}

// compileSelection compiles a selection: a mapping of which all entries must
// match, or a list of mappings of which one must.
func compileSelection(m member) (predicate, error) {
	switch m.value.Kind {
	case yaml.MappingNode:
		return compileMap(m.value, m.key)
	case yaml.SequenceNode:
		var ps []predicate
		for _, c := range m.value.Content {
			if c.Kind != yaml.MappingNode {
				return nil, errorAt(c, "selection %q: keyword lists are not taken, name the field", m.key)
			}
			p, err := compileMap(c, m.key)
			if err != nil {
				return nil, err
			}
			ps = append(ps, p)
		}
		if len(ps) == 0 {
			return nil, errorAt(m.value, "selection %q is empty", m.key)
		}
		return newAnyOf(ps), nil
	default:
		return nil, errorAt(m.value, "selection %q: keywords are not taken, name the field", m.key)
	}
}

func compileMap(n *yaml.Node, name string) (predicate, error) {
	ms, err := members(n, "selection "+name)
	if err != nil {
		return nil, err
	}
	if len(ms) == 0 {
		return nil, errorAt(n, "selection %q is empty", name)
	}
	ps := make([]predicate, 0, len(ms))
	for _, m := range ms {
		p, err := compileItem(m)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return newAllOf(ps), nil
}
