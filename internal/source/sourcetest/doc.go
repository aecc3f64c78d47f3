// Package sourcetest is the conformance suite of source.Source: one test for
// each MUST in its comments. Every implementation runs it.
//
// It may import source.
package sourcetest
