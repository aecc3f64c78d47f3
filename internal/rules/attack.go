package rules

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// Tactic is an ATT&CK tactic, e.g. {"TA0003", "Persistence"}.
type Tactic struct{ ID, Name string }

// Technique is an ATT&CK technique or sub-technique. The name of a
// sub-technique begins with its parent's: "Impair Defenses: Disable or Modify
// Cloud Logs". A technique that the pinned data does not have is named by its
// id.
type Technique struct{ ID, Name string }

// attackData is the pinned ATT&CK release, the one place that names it.
//
//go:embed attack/enterprise-v18.tsv
var attackData string

// attack resolves tags.
type attack struct {
	version    string
	tactics    map[string]Tactic    // by short name and by lower-case id
	techniques map[string]Technique // by id
	aliases    map[string]string    // of other releases
}

// pinnedAttack returns the pinned release. A mistake in the embedded data is
// a bug that a test finds.
var pinnedAttack = sync.OnceValue(func() attack {
	a, err := parseAttack(attackData)
	if err != nil {
		panic("BUG: embedded ATT&CK data: " + err.Error())
	}
	return a
})

// parseAttack reads the table; see its first lines for the format.
func parseAttack(data string) (attack, error) {
	a := attack{tactics: map[string]Tactic{}, techniques: map[string]Technique{}, aliases: map[string]string{}}
	line := 0
	for l := range strings.Lines(data) {
		line++
		l = strings.TrimRight(l, "\r\n")
		if l == "" || l[0] == '#' {
			continue
		}
		f := strings.Split(l, "\t")
		switch {
		case f[0] == "version" && len(f) == 2:
			a.version = f[1]
		case f[0] == "tactic" && len(f) == 4:
			t := Tactic{f[1], f[3]}
			a.tactics[f[2]] = t
			a.tactics[lower(f[1])] = t
		case f[0] == "technique" && len(f) == 3:
			name := f[2]
			if parent, _, sub := strings.Cut(f[1], "."); sub {
				p, ok := a.techniques[parent]
				if !ok {
					return a, fmt.Errorf("line %d: %s stands before its parent", line, f[1])
				}
				name = p.Name + ": " + name
			}
			a.techniques[f[1]] = Technique{f[1], name}
		case f[0] == "alias" && len(f) == 3:
			a.aliases[f[1]] = f[2]
		default:
			return a, fmt.Errorf("line %d: cannot read %q", line, l)
		}
	}
	return a, nil
}

// resolve reads one Sigma tag into r. Tags of other namespaces, of groups and
// of software are left alone.
func (a attack) resolve(tag string, r *Rule) error {
	name, ok := strings.CutPrefix(lower(tag), "attack.")
	if !ok {
		return nil
	}
	name = strings.ReplaceAll(name, "_", "-")
	if isTechnique(name) {
		id := strings.ToUpper(name)
		if v, ok := a.aliases[id]; ok {
			id = v
		}
		t, ok := a.techniques[id]
		if !ok {
			t = Technique{id, id}
		}
		r.Techniques = append(r.Techniques, t)
		return nil
	}
	if v, ok := a.aliases[name]; ok {
		name = v
	}
	if t, ok := a.tactics[name]; ok {
		r.Tactics = append(r.Tactics, t)
		return nil
	}
	if len(name) == 5 && (name[0] == 's' || name[0] == 'g' || name[0] == 'c') && digits(name[1:]) {
		return nil
	}
	return fmt.Errorf("unknown ATT&CK tag %q", tag)
}

// isTechnique reports whether s has the form t1078 or t1078.004.
func isTechnique(s string) bool {
	id, sub, dotted := strings.Cut(s, ".")
	return len(id) == 5 && id[0] == 't' && digits(id[1:]) && (!dotted || len(sub) == 3 && digits(sub))
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
