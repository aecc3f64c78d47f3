package indicators

import (
	"fmt"
	"strings"
)

// FindNewGeolocations finds places of the scope's public addresses at which no
// address of the principal's baseline lay. One row a place and address.
//
// Places are compared at the finest grain that both sides know: a city is
// not new when the baseline has an address of its country without a city,
// and a country without a city is not new when the baseline has any place in
// it. Half-known places are common for mobile networks and would otherwise
// raise a row a day.
func FindNewGeolocations(f *Facts) Result {
	var r Result
	if !f.HasPlaces {
		r.NotEvaluated = "no geolocation database is loaded"
		return r
	}
	unknown := 0
	for _, a := range f.publicAddresses() {
		if a.Location == "" {
			unknown++
			continue
		}
		if knowsPlace(f.Principal.Locations, a.Address) {
			continue
		}
		r.Indicators = append(r.Indicators, Indicator{
			IndicatorType: NewGeolocation,
			IndicatorDetail: Detail{NewGeolocationDetail: &NewGeolocationObs{
				Location: a.Location, IpAddress: a.Key,
				IsNewForEntireAccount: !knowsPlace(f.Account.Locations, a.Address)}},
			Evidence: f.novelty(a.Seen, f.Principal.Locations),
		})
	}
	if unknown > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("The place of %s is not known to the databases in use.",
			plural(unknown, "public address", "public addresses")))
	}
	Sort(r.Indicators)
	return r
}

// addressSeen is an address of the scope with all its calls.
type addressSeen struct {
	Address
	Seen
}

// publicAddresses returns the scope's public addresses, in no certain order.
func (f *Facts) publicAddresses() map[string]*addressSeen {
	all := map[string]*addressSeen{}
	for _, u := range f.Uses {
		if !u.Address.IsPublic() {
			continue
		}
		a := all[u.Address.Key]
		if a == nil {
			a = &addressSeen{Address: u.Address}
			all[u.Address.Key] = a
		}
		a.Merge(u.Seen)
	}
	return all
}

// knowsPlace reports whether a's place is one of places, at the finest grain
// that both know.
func knowsPlace(places map[string]int64, a Address) bool {
	if _, ok := places[a.Location]; ok {
		return true
	}
	if a.Location != a.Country {
		_, ok := places[a.Country]
		return ok
	}
	for place := range places {
		if strings.HasSuffix(place, ", "+a.Country) {
			return true
		}
	}
	return false
}
