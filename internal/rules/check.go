package rules

import (
	"errors"
	"fmt"
	"strings"
)

// byService reports whether an AWS service made the call on its own behalf.
// Calls that a service makes for a principal (userIdentity is the principal,
// invokedBy the service) are the principal's.
func (ev *Event) byService() bool {
	switch ev.IdentityType {
	case "AWSService":
		return true
	case "":
		return ev.InvokedBy != ""
	}
	return strings.Contains(ev.IssuerARN, ":role/aws-service-role/") ||
		strings.Contains(ev.IdentityARN, ":assumed-role/AWSServiceRoleFor")
}

// Check runs the tests of r and returns what failed, nil when nothing did or
// r has no tests.
func (r *Rule) Check() error {
	var errs []error
	for _, t := range r.Tests {
		ev, err := ParseEvent(t.Event)
		if err != nil {
			errs = append(errs, &LoadError{File: r.Path, Line: t.Line, Err: err})
			continue
		}
		if got := r.Match(ev); got != t.Match {
			errs = append(errs, &LoadError{File: r.Path, Line: t.Line,
				Err: fmt.Errorf("rule %q: match is %t, want %t: %s", r.Title, got, t.Match, t.Event)})
		}
	}
	return errors.Join(errs...)
}
