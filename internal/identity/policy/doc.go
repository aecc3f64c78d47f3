// Package policy decides what a caller may do: it reads IAM identity policies
// and evaluates requests against them as IAM documents it.
//
// # Documents
//
// Parse reads Version, Id and Statement; a statement has Sid, Effect, Action
// or NotAction, Resource or NotResource, and Condition. The wildcards are *
// (any characters, none too) and ? (one character). Actions compare without
// regard to case, resources with it.
//
// A misspelt policy must never silently allow more than was meant, and a
// misspelt Deny does. What is not understood is therefore an error that says
// where it stands: unknown members, operators and condition keys, operators
// on keys of another type, Principal, policy variables (${...}), detective
// actions that do not exist, detective resources that are no graphs, empty
// lists, a JSON name given twice. Actions of other services are taken and
// never match a request here.
//
// # Conditions
//
// Operators within a Condition and keys within an operator must all hold; of
// the values of a key one is enough, and for a negated operator none may
// match. When the request does not have the key:
//
//	positive operator          false
//	negated operator           true
//	...IfExists                true
//	Null                       compares the absence itself
//	ForAllValues:...           true, so that an Allow should ask Null too
//	ForAnyValue:...            false, negated operators as well
//
// Sources: IAM user guide, "Condition operators", "Single-valued vs.
// multivalued context keys" and "Policy evaluation logic".
//
// # Imports
//
// The package is pure: no I/O and no clock, the time of a request is part of
// it. It may import nothing of gumshoe.
package policy
