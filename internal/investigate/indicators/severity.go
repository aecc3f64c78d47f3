package indicators

import (
	"cmp"
	"fmt"
	"slices"
)

// Points is how a severity came about. The points of Table add up to Total.
type Points struct {
	Total int
	Table []Line
	Bands []Band
	Note  string `json:",omitempty"` // why the severity is below its band
}

// Line is one line of the points table.
type Line struct {
	IndicatorType Kind `json:",omitempty"` // of the indicators that the line counts
	Item          string
	Points        int
	Cap           int    // the most that this line can give; 0 when only the type's cap holds
	Note          string `json:",omitempty"`
}

// Rate sets the Points of each indicator of list, which it orders with Sort,
// and returns the severity with its account. An indicator's Points are what
// it added after all caps: of the rows of one rule only the strongest one
// has any. Breadth belongs to no row and stands in the table only.
//
// Adding an indicator never lowers the total or the severity.
func Rate(list []Indicator, t Training) (Severity, Points) { return rate(list, t, nil) }

// RateMade is Rate for a principal that maker, rated HIGH or above over the
// same scope, created in the scope.
func RateMade(list []Indicator, t Training, maker string) (Severity, Points) {
	return rate(list, t, []Line{{Item: "created in the scope", Points: MadePoints, Cap: MadePoints, Note: "by " + maker}})
}

func rate(list []Indicator, t Training, more []Line) (Severity, Points) {
	Sort(list)
	for i := range list {
		list[i].Points = 0
	}
	p := Points{Bands: Bands()}
	p.Table = append(rateTTPs(list),
		rateNovelty(list, NewUserAgent, UserAgentPoints, UserAgentAccountPoints, UserAgentCap, t),
		rateNovelty(list, NewGeolocation, GeolocationPoints, GeolocationAccountPoints, GeolocationCap, t),
		rateNovelty(list, NewASO, ASOPoints, ASOAccountPoints, ASOCap, t),
	)
	p.Table = append(p.Table, more...)
	for _, l := range p.Table {
		p.Total += l.Points
	}
	s := band(p.Total)
	if s == Critical && !supportsCritical(list, t) {
		s = High
		p.Note = "CRITICAL needs a successful call that a rule above low weight matched, and a second indicator type"
	}
	return s, p
}

// supportsCritical reports whether there are two independent types, a
// successful TTP among them (detection design, section 8). Everyday calls
// and habits are no such TTP, and novelty in training is no second type.
func supportsCritical(list []Indicator, t Training) bool {
	ttp, second := false, false
	for _, i := range list {
		switch {
		case i.IndicatorType == TTPObserved:
			e := i.Evidence
			ttp = ttp || (e.SuccessCount > 0 && e.Weight > LowWeight && !e.Habitual)
		case isNovelty(i.IndicatorType):
			second = second || (i.Points > 0 && t == Trained)
		}
	}
	return ttp && second
}

func isNovelty(k Kind) bool { return k == NewUserAgent || k == NewGeolocation || k == NewASO }

// rateTTPs gives each rule its points and returns the three lines of
// TTP_OBSERVED.
func rateTTPs(list []Indicator) []Line {
	low, strong := strongestRows(list)
	left := TTPCap
	tactics := map[string]bool{} // seen; true when more than a habit
	var sum int
	for _, i := range strong { // strongest first
		e := &list[i].Evidence
		points := rowPoints(*e)
		if _, seen := tactics[tactic(list[i])]; seen {
			points /= SameTacticDivisor
		}
		tactics[tactic(list[i])] = tactics[tactic(list[i])] || !e.Habitual
		list[i].Points = min(points, left)
		left -= list[i].Points
		sum += list[i].Points
	}
	lowLeft := min(left, LowWeightCap)
	lowSum := 0
	for _, i := range low {
		list[i].Points = min(rowPoints(list[i].Evidence), lowLeft)
		lowLeft -= list[i].Points
		lowSum += list[i].Points
	}
	left -= lowSum
	broad := 0
	for _, counts := range tactics {
		if counts {
			broad++
		}
	}
	breadth := min(max(0, broad-1)*TacticPoints, BreadthCap, left)
	return []Line{
		{TTPObserved, "rules above low weight", sum, TTPCap,
			fmt.Sprintf("%s in %s", plural(len(strong), "rule", "rules"), plural(len(tactics), "tactic", "tactics"))},
		{TTPObserved, "low-weight rules", lowSum, LowWeightCap, plural(len(low), "rule", "rules")},
		{TTPObserved, "breadth of tactics", breadth, BreadthCap,
			plural(broad, "tactic", "tactics") + " beyond habit"},
	}
}

// strongestRows returns the index of the strongest row of each rule, those
// of low-weight rules apart, the strongest first. Ties go to the row with
// more calls, then to the one that Sort puts first.
func strongestRows(list []Indicator) (low, strong []int) {
	best := map[string]int{}
	for i, ind := range list {
		if ind.IndicatorType != TTPObserved {
			continue
		}
		j, ok := best[ind.Evidence.RuleID]
		if !ok || stronger(ind.Evidence, list[j].Evidence) {
			best[ind.Evidence.RuleID] = i
		}
	}
	for _, i := range best {
		if list[i].Evidence.Weight <= LowWeight {
			low = append(low, i)
		} else {
			strong = append(strong, i)
		}
	}
	byPoints := func(i, j int) int {
		return cmp.Or(cmp.Compare(rowPoints(list[j].Evidence), rowPoints(list[i].Evidence)), cmp.Compare(i, j))
	}
	slices.SortFunc(low, byPoints)
	slices.SortFunc(strong, byPoints)
	return low, strong
}

func stronger(a, b Evidence) bool {
	return cmp.Or(cmp.Compare(rowPoints(a), rowPoints(b)),
		cmp.Compare(a.SuccessCount+a.FailureCount, b.SuccessCount+b.FailureCount)) > 0
}

// rowPoints is what a TTP row is worth before anything is shared with other
// rules.
func rowPoints(e Evidence) int {
	p := min(max(e.Weight, 0), 100)
	if e.SuccessCount == 0 {
		p = (p + FailedDivisor - 1) / FailedDivisor
	}
	if e.Habitual {
		p /= HabitDivisor
	}
	return p
}

// tactic is what breadth counts: the id, or the name where a rule has none.
func tactic(i Indicator) string {
	if i.Evidence.TacticID != "" {
		return i.Evidence.TacticID
	}
	return i.IndicatorDetail.TTPsObservedDetail.Tactic
}

// rateNovelty gives the rows of one NEW_ type their points up to its cap.
func rateNovelty(list []Indicator, k Kind, points, account, limit int, t Training) Line {
	limit /= t.Divisor()
	line := Line{IndicatorType: k, Item: "novelty", Cap: limit}
	rows := 0
	for i := range list {
		if list[i].IndicatorType != k {
			continue
		}
		rows++
		p := points
		if list[i].NewForAccount() {
			p = account
		}
		list[i].Points = min(p/t.Divisor(), limit-line.Points)
		line.Points += list[i].Points
	}
	line.Note = plural(rows, "row", "rows")
	switch t {
	case InTraining:
		line.Note += ", in training: half"
	case NoBaseline:
		line.Note += ", no baseline: a quarter"
	}
	return line
}
