package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// section is what a part reports.
type section struct {
	name, title string
	budgets     []budget
	text        bytes.Buffer
}

// budget is a row of the table on top of the report.
type budget struct{ what, measured, held string }

// The answers to whether a budget is held.
const (
	held   = "yes"
	missed = "**no**"
)

// Limits of all parts.
const (
	million   = 1e6
	rssBudget = 1500.0 // MB
)

func (s *section) atMost(what string, got, most float64, unit string) {
	s.add(what, "≤", got, most, unit, got <= most)
}

func (s *section) atLeast(what string, got, least float64, unit string) {
	s.add(what, "≥", got, least, unit, got >= least)
}

func (s *section) add(what, relation string, got, limit float64, unit string, ok bool) {
	s.budgets = append(s.budgets, budget{fmt.Sprintf("%s: %s %s%s", what, relation, figure(limit), unit), figure(got) + unit, answer(ok)})
}

func answer(ok bool) string {
	if ok {
		return held
	}
	return missed
}

// unmeasured says why a budget was not measured, here and in the text.
func (s *section) unmeasured(what, why string) {
	s.budgets = append(s.budgets, budget{what, "", "not measured: " + why})
	fmt.Fprintf(&s.text, "Not measured: %s, because %s.\n\n", what, why)
}

// memoryBudget adds the row for the largest ingest of all parts so far.
func (b *bench) memoryBudget(s *section) {
	if len(b.peak) == 0 {
		return
	}
	names := slices.SortedFunc(maps.Keys(b.peak), func(x, y string) int { return int(b.peak[y] - b.peak[x]) })
	s.atMost("peak RSS of any ingest above (the largest: "+names[0]+")", float64(b.peak[names[0]])/million, rssBudget, " MB")
}

// ingested notes the memory of an ingest.
func (b *bench) ingested(part string, u usage) { b.peak[part] = max(b.peak[part], u.rss) }

// figure writes a number with three digits, or all of those before the point.
func figure(f float64) string {
	if f >= 1000 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'g', 3, 64)
}
