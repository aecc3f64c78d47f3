package indicators

import (
	"fmt"
	"slices"
)

// MaxEventIDs bounds the sample event ids of one indicator.
const MaxEventIDs = 10

// FindTTPs groups the rule hits of the scope: one row a rule, address and
// API, with the successes and failures (denials included) as logged. The
// earliest event ids are its samples.
//
// The address is the one in the record, in canonical form. For calls that an
// AWS service made on the principal's behalf it is the service's name, and
// empty when the record has none.
func FindTTPs(f *Facts) Result {
	type key struct{ rule, address, source, api string }
	rows := map[key][]Hit{}
	for _, h := range f.Hits {
		k := key{h.Rule.ID, h.Address.Key, h.EventSource, h.EventName}
		rows[k] = append(rows[k], h)
	}
	var r Result
	for _, hits := range rows {
		r.Indicators = append(r.Indicators, f.ttp(hits))
	}
	Sort(r.Indicators)
	return r
}

// ttp makes the row of hits that share rule, address and API.
func (f *Facts) ttp(hits []Hit) Indicator {
	slices.SortFunc(hits, compareHits)
	var seen Seen
	ids := []string{}
	for _, h := range hits {
		seen.Merge(h.Seen)
		for _, id := range h.EventIDs {
			if len(ids) < MaxEventIDs && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	h := hits[0]
	ev := Evidence{
		RuleID: h.Rule.ID, TacticID: h.Rule.TacticID, TechniqueID: h.Rule.TechniqueID,
		Severity: h.Rule.Level, Weight: h.Rule.Weight, EventSource: h.EventSource,
		FirstSeen: seen.First, LastSeen: seen.Last,
		SuccessCount: seen.Success, FailureCount: seen.Failure, EventIDs: ids,
	}
	past := f.RuleDays[h.Rule.ID].count(seen.Success > 0)
	if past >= HabitDays && f.familiar(h.Address) {
		ev.Habitual = true
		ev.Note = fmt.Sprintf("habit: the same rule matched on %d days of the baseline", past)
	}
	return Indicator{
		IndicatorType: TTPObserved,
		IndicatorDetail: Detail{TTPsObservedDetail: &TTPsObserved{
			Tactic: h.Rule.Tactic, Technique: h.Rule.Technique, Procedure: h.Rule.Procedure,
			IpAddress: h.Address.Key, APIName: h.EventName,
			APISuccessCount: seen.Success, APIFailureCount: seen.Failure,
		}},
		Evidence: ev,
	}
}
