package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/graph"
)

// coverageEntry is a line of the coverage calendar in JSON.
type coverageEntry struct {
	Account string    `json:"account"`
	Kind    string    `json:"kind"`
	First   time.Time `json:"firstHour"`
	Last    time.Time `json:"lastHour"`
	Hours   int       `json:"hours"` // with records
	Records uint64    `json:"records"`
	Regions []string  `json:"regions"`
}

// gapEntry is a gap in the logs in JSON.
type gapEntry struct {
	Kind    string    `json:"kind"`
	Account string    `json:"account,omitempty"`
	Region  string    `json:"region,omitempty"`
	Source  string    `json:"source,omitempty"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Files   int       `json:"files,omitempty"`
	Left    int       `json:"left,omitempty"` // gaps that this one stands for
	Detail  string    `json:"detail"`
}

// maxGaps is how many gaps a status shows, maxGapLines how many of them to a
// person.
const (
	maxGaps     = 1000
	maxGapLines = 10
)

// coverageEntries renders a report in JSON.
func coverageEntries(r graph.CoverageReport) ([]coverageEntry, []gapEntry) {
	lines, gaps := []coverageEntry{}, []gapEntry{}
	for _, l := range r.Calendar {
		lines = append(lines, coverageEntry{Account: l.Account, Kind: l.Origin.String(), First: l.First.Time(), Last: l.Last.Time(),
			Hours: l.Hours, Records: l.Records, Regions: l.Regions})
	}
	for _, g := range r.Gaps {
		e := gapEntry{Kind: string(g.Kind), Account: g.Account, Region: g.Region, From: g.From, To: g.To, Files: g.Files, Left: g.Left, Detail: g.Detail}
		if g.Origin != 0 {
			e.Source = g.Origin.String()
		}
		gaps = append(gaps, e)
	}
	return lines, gaps
}

// printCoverage prints a report for people.
func printCoverage(w io.Writer, r graph.CoverageReport) {
	for _, l := range r.Calendar {
		regions := strings.Join(l.Regions, ", ")
		if len(l.Regions) > 3 {
			regions = fmt.Sprintf("%s and %d more Regions", strings.Join(l.Regions[:3], ", "), len(l.Regions)-3)
		}
		fmt.Fprintf(w, "  %-12s %-10s %s to %s, %s of %d, %s; %s\n", printable(l.Account), l.Origin, l.First.Time().Format(time.DateOnly),
			l.Last.Time().Format(time.DateOnly), count(l.Hours, "hour"), int(l.Last-l.First)+1, count(int(l.Records), "record"), printable(regions))
	}
	if len(r.Gaps) == 0 {
		return
	}
	fmt.Fprintln(w, "gaps in the logs:")
	for i, g := range r.Gaps {
		if i == maxGapLines {
			fmt.Fprintf(w, "  and %d more; -o json has %d\n", gapCount(r.Gaps[i:]), gapCount(r.Gaps)-r.Gaps[len(r.Gaps)-1].Left)
			break
		}
		fmt.Fprintf(w, "  %s\n", g)
	}
}

// gapCount counts gaps, those that were left out too.
func gapCount(gaps []graph.Gap) (n int) {
	for _, g := range gaps {
		n += max(1, g.Left)
	}
	return n
}
