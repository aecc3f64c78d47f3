package investigate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// summarize says in two to four plain sentences who it is about, since when
// and from where, how bad it is and what to look at first.
func summarize(r *Report, who principal, f *indicators.Facts) string {
	name := nameOf(who)
	var calls indicators.Seen
	for _, u := range f.Uses {
		calls.Merge(u.Seen)
	}
	if calls.Total() == 0 && len(r.Indicators) == 0 {
		return clean(fmt.Sprintf("%s made no calls in the scope. There is nothing to rate: %s.", name, r.Severity))
	}
	made := fmt.Sprintf("made %s (%d failed)", several(int(calls.Total()), "call", "calls"), calls.Failure)
	s := []string{fmt.Sprintf("%s is rated %s with %s.", name, r.Severity, several(r.Points.Total, "point", "points"))}
	if counting := countingRows(r); len(counting) == 0 {
		s = append(s, fmt.Sprintf("It %s between %s and %s; nothing about them is out of the ordinary for it.",
			made, stamp(calls.First), stamp(calls.Last)))
	} else {
		first, last := extent(counting)
		s = append(s, fmt.Sprintf("It %s in the scope; what stands out begins at %s and ends at %s, from %s.",
			made, stamp(first), stamp(last), origins(counting, f)), whatWasFound(counting), whatFirst(counting))
	}
	return clean(strings.Join(s, " "))
}

func nameOf(who principal) string {
	switch {
	case who.Kind == IAMRole:
		return "IAM role " + who.Label + " of account " + who.Account
	case who.Label == "root":
		return "The root user of account " + who.Account
	default:
		return "IAM user " + who.Label + " of account " + who.Account
	}
}

// countingRows returns the rows that a summary is about: all but habits and
// everyday calls that gave no points, which stand in the report only.
func countingRows(r *Report) []indicators.Indicator {
	var out []indicators.Indicator
	for _, i := range r.Indicators {
		e := i.Evidence
		if i.Points > 0 || (!e.Habitual && (i.IndicatorType != indicators.TTPObserved || e.Weight > indicators.LowWeight)) {
			out = append(out, i)
		}
	}
	return out
}

// extent returns the first and the last sight over rows.
func extent(rows []indicators.Indicator) (first, last time.Time) {
	first, last = rows[0].Evidence.FirstSeen, rows[0].Evidence.LastSeen
	for _, i := range rows {
		if i.Evidence.FirstSeen.Before(first) {
			first = i.Evidence.FirstSeen
		}
		if i.Evidence.LastSeen.After(last) {
			last = i.Evidence.LastSeen
		}
	}
	return first, last
}

// origins names the public addresses of rows, those with the most points
// first.
func origins(rows []indicators.Indicator, f *indicators.Facts) string {
	known := map[string]indicators.Address{}
	for _, u := range f.Uses {
		known[u.Address.Key] = u.Address
	}
	points := map[string]int{}
	for _, i := range rows {
		if a := i.Address(); known[a].IsPublic() {
			points[a] += i.Points
		}
	}
	keys := slices.SortedFunc(maps.Keys(points), func(a, b string) int {
		return cmp.Or(cmp.Compare(points[b], points[a]), cmp.Compare(a, b))
	})
	if len(keys) == 0 {
		return "no new or conspicuous public address"
	}
	const most = 2
	var words []string
	for _, k := range keys[:min(most, len(keys))] {
		w := k
		if place := strings.Join(nonEmpty(known[k].Location, known[k].ASO), "; "); place != "" {
			w += " (" + place + ")"
		}
		words = append(words, w)
	}
	if more := len(keys) - most; more > 0 {
		words = append(words, several(more, "more address", "more addresses"))
	}
	return enumerate(words)
}

// whatWasFound counts rules by tactic, and novelties.
func whatWasFound(rows []indicators.Indicator) string {
	rules, tactics, everyday := map[string]bool{}, []string{}, 0
	count := map[indicators.Kind]int{}
	for _, i := range rows {
		count[i.IndicatorType]++
		if i.IndicatorType != indicators.TTPObserved || rules[i.Evidence.RuleID] {
			continue
		}
		rules[i.Evidence.RuleID] = true
		if i.Evidence.Weight <= indicators.LowWeight {
			everyday++
		}
		if t := i.IndicatorDetail.TTPsObservedDetail.Tactic; t != "" && !slices.Contains(tactics, t) {
			tactics = append(tactics, t)
		}
	}
	var parts []string
	if n := len(rules); n > 0 {
		w := several(n, "rule", "rules") + " matched"
		if everyday > 0 {
			w += fmt.Sprintf(" (%d for everyday calls)", everyday)
		}
		if len(tactics) > 0 {
			w += " in " + enumerate(tactics)
		}
		parts = append(parts, w)
	}
	var novel []string
	for _, k := range []struct {
		kind      indicators.Kind
		one, many string
	}{
		{indicators.NewUserAgent, "user agent", "user agents"},
		{indicators.NewGeolocation, "address in a new place", "addresses in new places"},
		{indicators.NewASO, "network operator", "network operators"},
	} {
		if n := count[k.kind]; n > 0 {
			novel = append(novel, several(n, k.one, k.many))
		}
	}
	if len(novel) > 0 {
		parts = append(parts, enumerate(novel)+plural(len(novel) == 1 && oneNovelty(count), " is", " are")+" new to it")
	}
	text := strings.Join(parts, "; ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func oneNovelty(count map[indicators.Kind]int) bool {
	return count[indicators.NewUserAgent]+count[indicators.NewGeolocation]+count[indicators.NewASO] == 1
}

// whatFirst names the row that gave the most points.
func whatFirst(rows []indicators.Indicator) string {
	i := slices.MaxFunc(rows, func(a, b indicators.Indicator) int { return a.Points - b.Points }) // the first of equals
	d := i.IndicatorDetail
	switch {
	case d.TTPsObservedDetail != nil:
		t := d.TTPsObservedDetail
		from := ""
		if t.IpAddress != "" {
			from = " from " + t.IpAddress
		}
		return fmt.Sprintf("Look first at %s (%s): %d succeeded and %d failed%s, first at %s.",
			t.APIName, strings.Join(nonEmpty(i.Evidence.TechniqueID, t.Technique), " "), t.APISuccessCount, t.APIFailureCount,
			from, stamp(i.Evidence.FirstSeen))
	case d.NewGeolocationDetail != nil:
		return fmt.Sprintf("Look first at %s in %s, first seen at %s.", i.Address(), cut(i.Subject(), tableWidth), stamp(i.Evidence.FirstSeen))
	default:
		return fmt.Sprintf("Look first at %s, first seen at %s.", cut(i.Subject(), tableWidth), stamp(i.Evidence.FirstSeen))
	}
}
