package indicators

import (
	"cmp"
	"slices"
)

// kindOrder is the order of the types in a report: what weighs most first.
var kindOrder = []Kind{TTPObserved, FlaggedIPAddress, ImpossibleTravel, NewUserAgent,
	NewGeolocation, NewASO, RelatedFinding, RelatedFindingGroup}

// Sort orders indicators by type, then TTPs by weight (heaviest first) and
// novelties by reach (new for the account first), then by first sight and at
// last by their text, so that equal facts give equal reports.
func Sort(list []Indicator) { slices.SortFunc(list, compare) }

func compare(a, b Indicator) int {
	return cmp.Or(
		cmp.Compare(slices.Index(kindOrder, a.IndicatorType), slices.Index(kindOrder, b.IndicatorType)),
		cmp.Compare(rank(b), rank(a)),
		a.Evidence.FirstSeen.Compare(b.Evidence.FirstSeen),
		cmp.Compare(a.Evidence.RuleID, b.Evidence.RuleID),
		cmp.Compare(a.Evidence.EventSource, b.Evidence.EventSource),
		cmp.Compare(a.Subject(), b.Subject()),
		cmp.Compare(a.Address(), b.Address()),
	)
}

// rank is what counts within a type.
func rank(i Indicator) int {
	if i.IndicatorType == TTPObserved {
		return i.Evidence.Weight
	}
	if i.NewForAccount() {
		return 1
	}
	return 0
}

// Subject returns what i is about: the API, the place, the organization or
// the user agent.
func (i Indicator) Subject() string {
	d := i.IndicatorDetail
	switch {
	case d.TTPsObservedDetail != nil:
		return d.TTPsObservedDetail.APIName
	case d.NewGeolocationDetail != nil:
		return d.NewGeolocationDetail.Location
	case d.NewAsoDetail != nil:
		return d.NewAsoDetail.Aso
	case d.NewUserAgentDetail != nil:
		return d.NewUserAgentDetail.UserAgent
	default:
		return ""
	}
}

// Address returns the address that i names, empty for types without one.
func (i Indicator) Address() string {
	d := i.IndicatorDetail
	switch {
	case d.TTPsObservedDetail != nil:
		return d.TTPsObservedDetail.IpAddress
	case d.NewGeolocationDetail != nil:
		return d.NewGeolocationDetail.IpAddress
	default:
		return ""
	}
}

// NewForAccount reports whether i is a novelty that nobody in the account
// had in the baseline.
func (i Indicator) NewForAccount() bool {
	d := i.IndicatorDetail
	switch {
	case d.NewGeolocationDetail != nil:
		return d.NewGeolocationDetail.IsNewForEntireAccount
	case d.NewAsoDetail != nil:
		return d.NewAsoDetail.IsNewForEntireAccount
	case d.NewUserAgentDetail != nil:
		return d.NewUserAgentDetail.IsNewForEntireAccount
	default:
		return false
	}
}

func compareHits(a, b Hit) int {
	return cmp.Or(a.First.Compare(b.First), a.Last.Compare(b.Last),
		cmp.Compare(a.Success, b.Success), cmp.Compare(a.Failure, b.Failure),
		slices.Compare(a.EventIDs, b.EventIDs))
}
