package investigate

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// TestDocsHaveTheConstants compares the points table of the user guide with
// the constants; -update rewrites it.
func TestDocsHaveTheConstants(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "investigations.md")
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- points:begin", "<!-- points:end -->"
	i, j := bytes.Index(doc, []byte(begin)), bytes.Index(doc, []byte(end))
	if i < 0 || j < i {
		t.Fatalf("%s has no points table", path)
	}
	i += bytes.IndexByte(doc[i:], '\n') + 1
	want := pointsTable()
	if *update {
		doc = []byte(string(doc[:i]) + want + string(doc[j:]))
		if err := os.WriteFile(path, doc, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(want, string(doc[i:j])); d != "" {
		t.Errorf("%s differs from the constants (-constants +docs); run the test with -update\n%s", path, d)
	}
	// The text around the table names these in prose.
	for _, s := range []string{
		fmt.Sprintf("The %d days before the scope", indicators.BaselineDays),
		fmt.Sprintf("at least %d days of history", indicators.TrainingDays),
		fmt.Sprintf("at most %d\n  different moments", sampleQueries),
	} {
		if !strings.Contains(string(doc), s) {
			t.Errorf("%s does not say %q", path, s)
		}
	}
}

// pointsTable renders the constants of severity as Markdown.
func pointsTable() string {
	var b strings.Builder
	b.WriteString("| what | points | at most |\n|---|---|---|\n")
	row := func(what, points string, limit int) {
		most := "-"
		if limit > 0 {
			most = fmt.Sprint(limit)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", what, points, most)
	}
	per := func(own, account int) string {
		return fmt.Sprintf("%d a row; %d when new for the account", own, account)
	}
	row("`TTP_OBSERVED`, all of it", "sum of the next lines", indicators.TTPCap)
	row("a rule", "its weight, 1 to 100", 0)
	row(fmt.Sprintf("rules of weight 1 to %d, together", indicators.LowWeight), "their weights", indicators.LowWeightCap)
	row("all of a rule's calls failed", fmt.Sprintf("divided by %d, rounded up", indicators.FailedDivisor), 0)
	row(fmt.Sprintf("a habit: the rule matched on %d days of the baseline", indicators.HabitDays),
		fmt.Sprintf("divided by %d", indicators.HabitDivisor), 0)
	row("each further rule of a tactic, after the strongest", fmt.Sprintf("divided by %d", indicators.SameTacticDivisor), 0)
	row(fmt.Sprintf("each further tactic with a rule above weight %d that is no habit", indicators.LowWeight),
		fmt.Sprint(indicators.TacticPoints), indicators.BreadthCap)
	row("created in the scope by a principal that is rated HIGH or above", fmt.Sprint(indicators.MadePoints), indicators.MadePoints)
	row("`NEW_USER_AGENT`", per(indicators.UserAgentPoints, indicators.UserAgentAccountPoints), indicators.UserAgentCap)
	row("`NEW_GEOLOCATION`", per(indicators.GeolocationPoints, indicators.GeolocationAccountPoints), indicators.GeolocationCap)
	row("`NEW_ASO`", per(indicators.ASOPoints, indicators.ASOAccountPoints), indicators.ASOCap)
	row("novelty in training, points and caps", fmt.Sprintf("divided by %d", indicators.InTrainingDivisor), 0)
	row("novelty without a baseline, points and caps", fmt.Sprintf("divided by %d", indicators.NoBaselineDivisor), 0)
	b.WriteString("\n| severity | points |\n|---|---|\n")
	for _, band := range indicators.Bands() {
		if band.To == 0 {
			fmt.Fprintf(&b, "| %s | %d and more |\n", band.Severity, band.From)
			continue
		}
		fmt.Fprintf(&b, "| %s | %d to %d |\n", band.Severity, band.From, band.To)
	}
	return b.String()
}
