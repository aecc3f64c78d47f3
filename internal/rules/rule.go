package rules

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Level is Sigma's estimate of how serious a match is.
type Level string

// The levels of the Sigma specification.
const (
	Informational Level = "informational"
	Low           Level = "low"
	Medium        Level = "medium"
	High          Level = "high"
	Critical      Level = "critical"
)

// levelWeights are the points of rules that name none (a guess, on the scale
// of packs/README.md).
var levelWeights = map[Level]int{Informational: 1, Low: 5, Medium: 15, High: 40, Critical: 70}

// Data says which CloudTrail events a rule needs.
type Data string

// Management events are logged by every trail, data events only by trails
// that select them.
const (
	ManagementEvents Data = "management"
	DataEvents       Data = "data"
)

// Rule is a compiled rule. It is immutable and safe for concurrent use; its
// slices must not be changed.
type Rule struct {
	ID             string // Sigma's id; the path without its ending when the rule has none
	Title          string
	Description    string
	Status         string
	Level          Level
	References     []string
	FalsePositives []string
	Tactics        []Tactic    // in the order of the tags
	Techniques     []Technique // in the order of the tags
	Procedure      string      // what was done, one sentence
	Weight         int         // points toward severity, 1 to 100
	Data           Data
	PerHour        int // calls of one hour from one address that it takes; 0 means one
	Tests          []Test
	Path           string // file within the file system it was loaded from

	anyCaller bool
	detect    predicate
}

// Tactic returns the primary tactic, that of the first tactic tag; the zero
// Tactic when the rule has none.
func (r *Rule) Tactic() Tactic {
	if len(r.Tactics) == 0 {
		return Tactic{}
	}
	return r.Tactics[0]
}

// Technique returns the primary technique, that of the first technique tag;
// the zero Technique when the rule has none.
func (r *Rule) Technique() Technique {
	if len(r.Techniques) == 0 {
		return Technique{}
	}
	return r.Techniques[0]
}

// Match reports whether ev matches r.
func (r *Rule) Match(ev *Event) bool {
	return (r.anyCaller || !ev.byService()) && r.detect.eval(ev)
}

// parseRule compiles one YAML document. Members that Sigma or others may add
// are ignored; members of the gumshoe block are not.
func parseRule(doc *yaml.Node, path, fallbackID string) (*Rule, error) {
	if err := refuseAliases(doc); err != nil {
		return nil, err
	}
	ms, err := members(doc, "rule")
	if err != nil {
		return nil, err
	}
	r := &Rule{ID: fallbackID, Level: Medium, Data: ManagementEvents, Path: path, anyCaller: true}
	var detection, logsource *yaml.Node
	for _, m := range ms {
		switch m.key {
		case "detection":
			detection = m.value
		case "logsource":
			logsource = m.value
		case "correlation", "action":
			return nil, errorAt(m.keyAt, "%s: correlation rules and rule collections are not taken", m.key)
		default:
			if err := r.set(m); err != nil {
				return nil, err
			}
		}
	}
	if r.Title == "" {
		return nil, errorAt(doc, "rule has no title")
	}
	if err := checkLogsource(doc, logsource); err != nil {
		return nil, err
	}
	if detection == nil {
		return nil, errorAt(doc, "rule has no detection")
	}
	if r.detect, err = compileDetection(detection); err != nil {
		return nil, err
	}
	if r.Procedure == "" {
		r.Procedure = r.Title
	}
	if r.Weight == 0 {
		r.Weight = levelWeights[r.Level]
	}
	return r, nil
}

// set reads one descriptive member.
func (r *Rule) set(m member) error {
	var err error
	put := func(to *string) {
		var s string
		if s, err = text(m.value, m.key); err == nil && s != "" {
			*to = s
		}
	}
	switch m.key {
	case "title":
		put(&r.Title)
	case "id":
		put(&r.ID)
	case "status":
		put(&r.Status)
	case "description":
		put(&r.Description)
	case "level":
		level := string(r.Level)
		put(&level)
		r.Level = Level(level)
		if _, ok := levelWeights[r.Level]; !ok && err == nil {
			err = errorAt(m.value, "unknown level %q", level)
		}
	case "references":
		r.References, err = texts(m.value, m.key)
	case "falsepositives":
		r.FalsePositives, err = texts(m.value, m.key)
	case "tags":
		err = r.setTags(m.value)
	case "gumshoe":
		err = r.extend(m.value)
	}
	return err
}

func (r *Rule) setTags(n *yaml.Node) error {
	tags, err := texts(n, "tags")
	if err != nil {
		return err
	}
	for i, t := range tags {
		at := n
		if n.Kind == yaml.SequenceNode {
			at = n.Content[i]
		}
		if err := pinnedAttack().resolve(t, r); err != nil {
			return errorAt(at, "%w", err)
		}
	}
	return nil
}

// checkLogsource refuses rules for logs whose fields this package does not
// know: they would never match, in silence.
func checkLogsource(doc, n *yaml.Node) error {
	if n == nil {
		return errorAt(doc, "rule has no logsource")
	}
	ms, err := members(n, "logsource")
	if err != nil {
		return err
	}
	got := map[string]string{}
	for _, m := range ms {
		if got[m.key], err = text(m.value, "logsource "+m.key); err != nil {
			return err
		}
	}
	if !slices.Contains([]string{"", "aws"}, got["product"]) || got["service"] != "cloudtrail" {
		return errorAt(n, "logsource %s/%s is not known; only aws/cloudtrail is", got["product"], got["service"])
	}
	return nil
}
