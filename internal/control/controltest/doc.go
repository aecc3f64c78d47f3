// Package controltest is the conformance suite of control.Store: each engine
// runs it in its tests. The cases follow the MUST lines of the interface.
//
// It may import control and what tests import.
package controltest
