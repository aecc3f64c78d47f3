// Package orgs says which accounts belong to the organization. A Source
// returns the whole organization as it is now: AWS asks AWS Organizations,
// Own keeps a directory of gumshoe's own in the control store, which the
// functions of edit.go change for the command line.
//
// What a change of the organization means for members and graphs is decided
// by the caller.
//
// It may import control and entity.
package orgs
