package api

import (
	"regexp"
	"strings"
)

// The two patterns of the model that have a lookahead, which Go's regexp
// lacks.

// emailAddressPattern is the model's
// ^.+@(?:(?:(?!-)[A-Za-z0-9-]{1,62})?[A-Za-z0-9]{1}\.)+[A-Za-z]{2,63}$
// where (?!-) before [A-Za-z0-9-]{1,62} only keeps the hyphen from the first
// place.
var emailAddressPattern = regexp.MustCompile(`^.+@(?:(?:[A-Za-z0-9][A-Za-z0-9-]{0,61})?[A-Za-z0-9]\.)+[A-Za-z]{2,63}$`)

func isEmailAddress(s string) bool { return emailAddressPattern.MatchString(s) }

// tagKeyPattern is the model's ^(?!aws:)[a-zA-Z+-=._:/]+$ without the
// lookahead. +-= is a range there: digits, comma and -./:;<= belong to it,
// the space and @ do not.
var tagKeyPattern = regexp.MustCompile(`^[a-zA-Z+-=._:/]+$`)

func isTagKey(s string) bool { return !strings.HasPrefix(s, "aws:") && tagKeyPattern.MatchString(s) }
