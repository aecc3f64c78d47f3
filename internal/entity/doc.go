// Package entity names the things of the behavior graph and resolves log
// fields to them: entity types and ids, principals, role sessions, access
// keys, address classes and user agents.
//
// It is pure: no I/O, no clock, no state beyond its arguments. It imports
// nothing of gumshoe.
package entity
