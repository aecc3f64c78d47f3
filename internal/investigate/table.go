package investigate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

const (
	tableWidth = 100 // characters
	// tableRows bounds the rows of one indicator type; the heaviest come
	// first and the JSON form has all.
	tableRows = 30
)

// WriteTable writes the report for a terminal: plain text of at most 100
// columns, no colours, times in UTC. Text from logs is made safe to print.
// It returns the first error of w.
func WriteTable(w io.Writer, r *Report) error {
	t := &table{w: w}
	t.head(r)
	t.paragraph("", r.Summary)
	kinds := []struct {
		kind  indicators.Kind
		first string
		row   func(*table, indicators.Indicator, int)
	}{
		{indicators.TTPObserved, "API", (*table).ttp},
		{indicators.NewUserAgent, "product", (*table).userAgent},
		{indicators.NewGeolocation, "place", (*table).geolocation},
		{indicators.NewASO, "operator", (*table).aso},
	}
	for _, k := range kinds {
		t.section(r, k.kind, k.first, k.row)
	}
	t.points(r)
	t.basis(r)
	t.list("Notices", r.Notices)
	var missing []string
	for _, n := range r.NotEvaluated {
		missing = append(missing, string(n.IndicatorType)+": "+n.Reason)
	}
	t.list("Not evaluated", missing)
	return t.err
}

// table writes lines and remembers the first error.
type table struct {
	w   io.Writer
	err error
	// group is the last technique that was printed.
	group string
}

func (t *table) line(format string, args ...any) {
	if t.err != nil {
		return
	}
	text := strings.TrimRight(clean(fmt.Sprintf(format, args...)), " ")
	_, t.err = io.WriteString(t.w, cut(text, tableWidth)+"\n")
}

// paragraph writes wrapped text after an empty line; indent starts each line.
func (t *table) paragraph(indent, text string) {
	t.line("")
	for _, l := range wrap(clean(text), tableWidth-len(indent)) {
		t.line("%s%s", indent, l)
	}
}

func (t *table) list(title string, items []string) {
	if len(items) == 0 {
		return
	}
	t.line("")
	t.line("%s", title)
	for _, item := range items {
		mark := "- "
		for _, l := range wrap(clean(item), tableWidth-4) {
			t.line("  %s%s", mark, l)
			mark = "  "
		}
	}
}

func (t *table) head(r *Report) {
	t.line("Severity   %s, %d points%s", r.Severity, r.Points.Total, bandWords(r))
	t.line("Entity     %s (%s)", r.EntityArn, r.EntityType)
	t.line("Scope      %s to %s", stamp(r.ScopeStartTime), stamp(r.ScopeEndTime))
}

// basis says what the report was made from.
func (t *table) basis(r *Report) {
	t.line("")
	t.line("Baseline   %s to %s, active on %s", stamp(r.Baseline.From), stamp(r.Baseline.To), several(r.Baseline.Days, "day", "days"))
	t.line("Created    %s", stamp(r.CreatedTime))
	if r.Databases != "" {
		t.line("Places     %s", r.Databases)
	}
}

func bandWords(r *Report) string {
	if r.Points.Note != "" {
		return ""
	}
	for _, b := range r.Points.Bands {
		if b.Severity != r.Severity {
			continue
		}
		if b.To == 0 {
			return fmt.Sprintf(" (%d and more)", b.From)
		}
		return fmt.Sprintf(" (%d to %d)", b.From, b.To)
	}
	return ""
}

// section writes the rows of one type.
func (t *table) section(r *Report, k indicators.Kind, first string, row func(*table, indicators.Indicator, int)) {
	var list []indicators.Indicator
	width, sum := utf8.RuneCountInString(first), 0
	for _, i := range r.Indicators {
		if i.IndicatorType == k {
			list = append(list, i)
			width = max(width, utf8.RuneCountInString(clean(label(i))))
			sum += i.Points
		}
	}
	if len(list) == 0 {
		return
	}
	t.line("")
	t.line("%s  %s, %s", k, several(len(list), "row", "rows"), several(sum, "point", "points"))
	width = min(width, labelWidth)
	t.columns(first, width)
	t.group = ""
	for _, i := range together(list[:min(tableRows, len(list))]) {
		row(t, i, width)
	}
	if more := len(list) - tableRows; more > 0 {
		t.line("        … %s, see the JSON form", several(more, "more row", "more rows"))
	}
}

// together brings the rows of one technique together, in the order in which
// the techniques first appear.
func together(list []indicators.Indicator) []indicators.Indicator {
	at := map[string]int{}
	for n, i := range list {
		if _, ok := at[technique(i)]; !ok {
			at[technique(i)] = n
		}
	}
	return slices.SortedStableFunc(slices.Values(list), func(a, b indicators.Indicator) int {
		return at[technique(a)] - at[technique(b)]
	})
}

// technique names the tactic and technique of a TTP; empty for other types.
func technique(i indicators.Indicator) string {
	d := i.IndicatorDetail.TTPsObservedDetail
	if d == nil {
		return ""
	}
	return strings.Join(nonEmpty(d.Tactic, strings.Join(nonEmpty(i.Evidence.TechniqueID, d.Technique), " ")), ", ")
}

func (t *table) points(r *Report) {
	t.line("")
	t.line("Points")
	for _, l := range r.Points.Table {
		if l.Points > 0 {
			t.line("  %4d  of at most %-3d  %-15s  %-22s  %s", l.Points, l.Cap, l.IndicatorType, l.Item, l.Note)
		}
	}
	t.line("  %4d  total", r.Points.Total)
	if r.Points.Note != "" {
		t.paragraph("  ", r.Points.Note+".")
	}
}
