package source

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// ErrBadPattern says that an include pattern is malformed.
var ErrBadPattern = errors.New("bad include pattern")

// Patterns choose names. The zero value takes them all.
type Patterns struct {
	globs [][]string // the segments between the slashes
}

// ParsePatterns returns the patterns, or an error that wraps ErrBadPattern
// and names the first bad one. A pattern is as of path.Match, in which
//
//   - a segment ** stands for any number of folders, none included;
//   - there are no alternatives in braces: give two patterns, and write a
//     brace in a name as \{;
//   - an empty one, a trailing slash and a doubled slash are mistakes.
//
// Programs call it to refuse a bad setting before anything runs; a source that
// was made with one lists nothing but its error.
func ParsePatterns(patterns ...string) (Patterns, error) {
	p := Patterns{globs: make([][]string, 0, len(patterns))}
	for _, text := range patterns {
		glob := strings.Split(text, "/")
		for _, segment := range glob {
			if err := checkSegment(segment); err != nil {
				return Patterns{}, fmt.Errorf("%w %q: %w", ErrBadPattern, text, err)
			}
		}
		p.globs = append(p.globs, glob)
	}
	return p, nil
}

func checkSegment(s string) error {
	if s == "" {
		return errors.New("nothing before, after or between slashes")
	}
	if s != "**" && strings.Contains(s, "**") {
		return errors.New("** must stand alone between slashes")
	}
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '{', '}':
			return errors.New("no alternatives in braces")
		}
	}
	_, err := path.Match(s, "")
	return err
}

// Match reports whether one of the patterns matches the whole of name, which
// has slashes between its folders, or its last segment.
func (p Patterns) Match(name string) bool {
	if len(p.globs) == 0 {
		return true
	}
	segments := strings.Split(name, "/")
	last := segments[len(segments)-1:]
	return slices.ContainsFunc(p.globs, func(glob []string) bool {
		return matchSegments(glob, segments) || len(glob) == 1 && matchSegments(glob, last)
	})
}

// matchSegments goes back to the last ** only, since what that one may stand
// for covers what an earlier one could change.
func matchSegments(glob, name []string) bool {
	g, n := 0, 0
	star, from := -1, 0
	for n < len(name) {
		if g < len(glob) && glob[g] == "**" {
			star, from = g, n
			g++
			continue
		}
		if g < len(glob) {
			if ok, err := path.Match(glob[g], name[n]); ok && err == nil {
				g, n = g+1, n+1
				continue
			}
		}
		if star < 0 {
			return false
		}
		from++
		g, n = star+1, from
	}
	for g < len(glob) && glob[g] == "**" {
		g++
	}
	return g == len(glob)
}
