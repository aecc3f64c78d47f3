package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// TestSynthetic holds that the stream goes through its days in order, as many
// events each, and that no two events are the same.
func TestSynthetic(t *testing.T) {
	t.Parallel()
	for _, total := range []int64{30, 31, 1000, 1007} {
		s := newSynthetic(total)
		days := map[warehouse.Day]int64{}
		ids := map[string]bool{}
		var before warehouse.Event
		for n := range total {
			e := s.event(n)
			if e.Time.Before(before.Time) {
				t.Errorf("%d events: event %d is at %v, the one before at %v", total, n, e.Time, before.Time)
			}
			days[warehouse.DayOf(e.Time)]++
			ids[e.EventID] = true
			before = e
		}
		if int64(len(ids)) != total || len(days) != syntheticDays {
			t.Errorf("%d events: %d ids on %d days", total, len(ids), len(days))
		}
		for d, n := range days {
			if n < total/syntheticDays || n > total/syntheticDays+1 {
				t.Errorf("%d events: %d on day %v", total, n, d.Time())
			}
		}
	}
	if guid := regexp.MustCompile(`^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`); !guid.MatchString(eventIDOf(7)) {
		t.Errorf("no GUID: %s", eventIDOf(7))
	}
}

// TestFillAndAsk holds that a graph knows what was put into it and nothing
// else: every answer is checked, and a wrong one ends the run.
func TestFillAndAsk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "g")
	answer, err := runFill(t.Context(), []string{dir, "2000"})
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.(fillAnswer); got.Events != 2000 || got.Segments < syntheticDays || got.Took <= 0 {
		t.Errorf("filled: %+v", got)
	}
	answer, err = runAsk(t.Context(), []string{dir, "2000"})
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.(askAnswer); len(got.Names) != len(questions()) || int64(len(got.Took[0])) != questions()[0].times {
		t.Errorf("asked: %+v", got)
	}
	if _, err := runAsk(t.Context(), []string{dir, "1970"}); err == nil || !strings.Contains(err.Error(), "want 0") && !strings.Contains(err.Error(), "want 1") {
		t.Errorf("asked about another stream: %v; want a wrong verdict", err)
	}
	if _, err := runFill(t.Context(), []string{t.TempDir(), "29"}); err == nil {
		t.Error("29 events on 30 days: no error")
	}
}
