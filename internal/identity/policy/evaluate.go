package policy

import (
	"strings"
	"time"
)

// Request is what a caller wants to do, and the context that conditions look
// at. A field with its zero value is a context key that the request does not
// have.
type Request struct {
	// Action is the IAM action, "detective:ListGraphs"; see ActionOf. Required.
	Action string
	// Resource is the ARN of the graph, or "*" for actions that are not on one
	// graph (the list operations, CreateGraph). Required.
	Resource string

	ResourceTags map[string]string // of the graph: aws:ResourceTag/KEY
	RequestTags  map[string]string // in the request: aws:RequestTag/KEY
	// TagKeys is aws:TagKeys for requests that name tags without values
	// (UntagResource). When it is nil, the keys of RequestTags count.
	TagKeys []string

	PrincipalARN string    // aws:PrincipalArn
	Account      string    // of the caller, twelve digits: aws:PrincipalAccount
	Region       string    // that the request was sent to: aws:RequestedRegion
	SourceIP     string    // without port; a text that is no address counts as missing: aws:SourceIp
	UserAgent    string    // aws:UserAgent
	Time         time.Time // of the request: aws:CurrentTime
}

// Decision is the outcome of an evaluation. The zero value denies.
type Decision uint8

const (
	ImplicitDeny Decision = iota // no statement allows it
	Allowed                      // a statement allows it and none denies it
	ExplicitDeny                 // a statement denies it, whatever others allow
)

func (d Decision) String() string {
	switch d {
	case Allowed:
		return "allowed"
	case ExplicitDeny:
		return "explicitly denied"
	}
	return "implicitly denied"
}

// Set is all policies that apply to one caller. An empty set allows nothing.
type Set []*Policy

// Evaluate decides on a request: an explicit deny wins over an allow, and
// what no statement allows is implicitly denied. A request without an action
// or a resource is implicitly denied, and a set with a nil policy denies
// everything: losing a policy must not allow more. It is safe for concurrent
// use.
func Evaluate(policies Set, request Request) Decision {
	if !strings.Contains(request.Action, ":") || request.Resource == "" {
		return ImplicitDeny
	}
	decision := ImplicitDeny
	unclear := ambiguous(request.ResourceTags) || ambiguous(request.RequestTags)
	for _, p := range policies {
		if p == nil || unclear && p.looksAtTags {
			return ExplicitDeny
		}
		for i := range p.statements {
			switch s := &p.statements[i]; {
			case !s.deny && decision == Allowed, !s.applies(&request):
			case s.deny:
				return ExplicitDeny
			default:
				decision = Allowed
			}
		}
	}
	return decision
}

// ambiguous reports whether tags have keys that differ in case only. Conditions
// do not tell them apart (IAM user guide, aws:ResourceTag), so a policy that
// looks at tags is not asked: whoever may set tags could add the one that it
// wants to see.
func ambiguous(tags map[string]string) bool {
	if len(tags) < 2 {
		return false
	}
	seen := make(map[string]bool, len(tags))
	for k := range tags {
		k = strings.ToLower(k)
		if seen[k] {
			return true
		}
		seen[k] = true
	}
	return false
}
