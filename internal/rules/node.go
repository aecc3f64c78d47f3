package rules

import (
	"go.yaml.in/yaml/v3"
)

// member is one entry of a YAML mapping.
type member struct {
	key   string
	keyAt *yaml.Node
	value *yaml.Node
}

// members returns the entries of a mapping in their order. Twin keys and
// aliases are errors: the first hide a condition, the second multiply.
func members(n *yaml.Node, what string) ([]member, error) {
	if n.Kind != yaml.MappingNode {
		return nil, errorAt(n, "%s must be a mapping", what)
	}
	seen := make(map[string]bool, len(n.Content)/2)
	out := make([]member, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode {
			return nil, errorAt(k, "key in %s must be a text", what)
		}
		if seen[k.Value] {
			return nil, errorAt(k, "key %q stands twice in %s", k.Value, what)
		}
		seen[k.Value] = true
		out = append(out, member{k.Value, k, v})
	}
	return out, nil
}

// refuseAliases finds YAML aliases and merge keys anywhere below n. An alias
// can make a small file enormous.
func refuseAliases(n *yaml.Node) error {
	if n.Kind == yaml.AliasNode || n.Tag == "!!merge" {
		return errorAt(n, "YAML aliases are not taken")
	}
	for _, c := range n.Content {
		if err := refuseAliases(c); err != nil {
			return err
		}
	}
	return nil
}

// text returns a scalar's text; null is the empty text.
func text(n *yaml.Node, what string) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", errorAt(n, "%s must be a text", what)
	}
	if isNull(n) {
		return "", nil
	}
	return n.Value, nil
}

// texts returns a list of texts; a single text is a list of one.
func texts(n *yaml.Node, what string) ([]string, error) {
	if n.Kind != yaml.SequenceNode {
		s, err := text(n, what)
		if err != nil || s == "" {
			return nil, err
		}
		return []string{s}, nil
	}
	out := make([]string, 0, len(n.Content))
	for _, c := range n.Content {
		s, err := text(c, what)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
