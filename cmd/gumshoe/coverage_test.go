package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/graph"
)

// Gaps that are not shown are counted all the same.
func TestManyGaps(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	var r graph.CoverageReport
	for range maxGapLines + 4 {
		r.Gaps = append(r.Gaps, graph.Gap{Account: "111122223333", From: at, To: at.Add(time.Hour), Kind: graph.SilentHours, Detail: "no records"})
	}
	f := func(want string) {
		t.Helper()
		var b strings.Builder
		printCoverage(&b, r)
		lines := strings.Split(strings.TrimSpace(b.String()), "\n")
		if diff := cmp.Diff(want, strings.TrimSpace(lines[len(lines)-1])); len(lines) != maxGapLines+2 || diff != "" {
			t.Errorf("%d lines, the last (-want)\n%s", len(lines), diff)
		}
	}
	f("and 4 more; -o json has 14")
	r.Gaps = append(r.Gaps, graph.Gap{From: at, To: at.Add(time.Hour), Kind: graph.MoreGaps, Left: 3, Detail: "and 3 more gaps"})
	f("and 7 more; -o json has 14")
	_, gaps := coverageEntries(r)
	if last := gaps[len(gaps)-1]; last.Left != 3 || last.Kind != "more-gaps" {
		t.Errorf("%+v", last)
	}
}
