package investigate

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// labelWidth is the most characters of the first column of a row.
const labelWidth = 34

// label is the first column: the API, the place, the organization, or the
// product of a user agent.
func label(i indicators.Indicator) string {
	if i.IndicatorType == indicators.NewUserAgent {
		return entity.AgentProduct(i.Subject())
	}
	return i.Subject()
}

// columns writes the heading of a section's rows.
func (t *table) columns(first string, width int) {
	t.line("  %4s  %-*s  %5s  %6s  %-11s  %s", "pts", width, cut(first, width), "ok", "failed", "first seen", "last seen")
}

// ttp writes a row under a heading for its tactic and technique.
func (t *table) ttp(i indicators.Indicator, width int) {
	d := i.IndicatorDetail.TTPsObservedDetail
	group := technique(i)
	if group != t.group {
		t.line("  %s", group)
		t.group = group
	}
	t.row(i, width, d.IpAddress)
	if i.Evidence.Habitual {
		t.detail(i.Evidence.Note)
	}
}

func (t *table) userAgent(i indicators.Indicator, width int) {
	t.row(i, width, newness(i))
	t.detail(i.Subject())
}

func (t *table) geolocation(i indicators.Indicator, width int) {
	t.row(i, width, strings.Join(nonEmpty(i.Address(), newness(i)), "  "))
}

func (t *table) aso(i indicators.Indicator, width int) { t.row(i, width, newness(i)) }

func newness(i indicators.Indicator) string {
	if i.NewForAccount() {
		return "new for account"
	}
	return ""
}

// row writes points, label, counts and times, then tail, on a line of its
// own when it does not fit.
func (t *table) row(i indicators.Indicator, width int, tail string) {
	e := i.Evidence
	name := cut(clean(label(i)), width)
	name += strings.Repeat(" ", width-utf8.RuneCountInString(name))
	text := fmt.Sprintf("  %4d  %s  %5d  %6d  %s  %s", i.Points, name, e.SuccessCount, e.FailureCount, minute(e.FirstSeen), minute(e.LastSeen))
	tail = clean(tail)
	if utf8.RuneCountInString(text)+2+utf8.RuneCountInString(tail) > tableWidth {
		t.line("%s", text)
		t.detail(tail)
		return
	}
	t.line("%s  %s", text, tail)
}

// detail writes a line that belongs to the row above.
func (t *table) detail(text string) { t.line("        %s", text) }

// minute is a time of fixed width without its year, which the scope in the
// head has.
func minute(t time.Time) string { return t.UTC().Format("01-02 15:04") }
