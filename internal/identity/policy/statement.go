package policy

// statement is one statement of a policy.
type statement struct {
	deny         bool
	actions      []pattern
	notActions   bool // actions is the NotAction element
	resources    []pattern
	notResources bool // resources is the NotResource element
	conditions   []condition
}

// applies reports whether the statement is about the request.
func (s *statement) applies(r *Request) bool {
	if matchesAny(s.actions, r.Action) == s.notActions || matchesAny(s.resources, r.Resource) == s.notResources {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(r) {
			return false
		}
	}
	return true
}

// readStatement reads a statement. sids has the Sids of those before, which
// must be unique within a policy.
func readStatement(r reader, sids map[string]bool) (statement, error) {
	var s statement
	seen := map[string]bool{}
	err := r.object(func(member string) (err error) {
		seen[member] = true
		switch member {
		case "Sid":
			return readSid(r, sids)
		case "Effect":
			s.deny, err = readEffect(r)
			return err
		case "Action", "NotAction":
			s.notActions = member == "NotAction"
			s.actions, err = readPatterns(r, parseAction)
			return err
		case "Resource", "NotResource":
			s.notResources = member == "NotResource"
			s.resources, err = readPatterns(r, parseResource)
			return err
		case "Condition":
			s.conditions, err = readConditions(r)
			return err
		case "Principal", "NotPrincipal":
			return r.fail("an identity policy has no %s: it applies to whom it is attached to", member)
		}
		return r.fail("unknown member %q", member)
	})
	switch {
	case err != nil:
		return s, err
	case !seen["Effect"]:
		return s, r.fail("Effect is missing")
	case seen["Action"] == seen["NotAction"]:
		return s, r.fail("must have either Action or NotAction")
	case seen["Resource"] == seen["NotResource"]:
		return s, r.fail("must have either Resource or NotResource")
	}
	return s, nil
}

func readEffect(r reader) (deny bool, err error) {
	effect, err := r.text()
	if err == nil && effect != "Allow" && effect != "Deny" {
		return false, r.fail("%q is no effect: Allow or Deny", effect)
	}
	return effect == "Deny", err
}

// readSid checks a statement's identifier: letters and digits, unique unless
// empty.
func readSid(r reader, sids map[string]bool) error {
	sid, err := r.text()
	if err != nil {
		return err
	}
	if !consistsOf(sid, isAlphanumeric) {
		return r.fail("%q may have letters and digits only", sid)
	}
	if sid != "" && sids[sid] {
		return r.fail("%q is the Sid of two statements", sid)
	}
	sids[sid] = true
	return nil
}

// readPatterns reads one text or a list of them.
func readPatterns(r reader, parse func(string) (pattern, error)) ([]pattern, error) {
	var patterns []pattern
	err := r.oneOrMany(func() error {
		text, err := r.text()
		if err != nil {
			return err
		}
		p, err := parse(text)
		if err != nil {
			return r.fail("%w", err)
		}
		patterns = append(patterns, p)
		return nil
	})
	return patterns, err
}

func consistsOf(s string, allowed func(byte) bool) bool {
	for i := range len(s) {
		if !allowed(s[i]) {
			return false
		}
	}
	return true
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
