package control

import (
	"slices"
	"testing"
	"time"
)

func TestRanks(t *testing.T) {
	t.Parallel()
	up := []string{"", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"}
	if !slices.IsSortedFunc(up, func(a, b string) int { return int(SeverityRank(a) - SeverityRank(b)) }) || SeverityRank("CRITICAL") != 5 {
		t.Errorf("severities are not ranked in the order %q", up)
	}
	statuses := []string{InvestigationRunning, InvestigationSuccessful, InvestigationFailed}
	slices.Sort(statuses)
	for i, s := range statuses {
		if got := statusRank(s); got != int64(i+1) {
			t.Errorf("statusRank(%s) = %d; want its alphabetical place %d", s, got, i+1)
		}
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	i := Investigation{ID: "7", Created: time.UnixMicro(42), Severity: "HIGH", Status: InvestigationFailed}
	for sort, want := range map[InvestigationSort]int64{ByCreated: 42, BySeverity: 4, ByStatus: 1} {
		if got := (InvestigationQuery{Sort: sort}).Cursor(i); got != (InvestigationCursor{Key: want, ID: "7"}) {
			t.Errorf("sort %d: Cursor = %+v; want key %d", sort, got, want)
		}
	}
}
