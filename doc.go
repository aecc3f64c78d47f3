// Package gumshoe holds the tests of the house: which package may import
// which. The program is in cmd/gumshoe.
package gumshoe
