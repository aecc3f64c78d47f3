// Package intern lets the records of one object share the strings that they
// have in common.
//
// It imports the standard library only.
package intern
