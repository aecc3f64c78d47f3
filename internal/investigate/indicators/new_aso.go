package indicators

import "fmt"

// FindNewASOs finds autonomous system organizations of the scope's public
// addresses that no address of the principal's baseline belonged to. One row
// an organization. Addresses without a known organization are left out and
// counted.
func FindNewASOs(f *Facts) Result {
	var r Result
	if !f.HasASO {
		r.NotEvaluated = "no ASN database is loaded"
		return r
	}
	orgs := map[string]*Seen{}
	unknown := 0
	for _, a := range f.publicAddresses() {
		if a.ASO == "" {
			unknown++
			continue
		}
		merge(orgs, a.ASO, a.Seen)
	}
	for org, seen := range orgs {
		if _, known := f.Principal.ASOs[org]; known {
			continue
		}
		_, inAccount := f.Account.ASOs[org]
		r.Indicators = append(r.Indicators, Indicator{
			IndicatorType: NewASO,
			IndicatorDetail: Detail{NewAsoDetail: &NewAsoObs{
				Aso: org, IsNewForEntireAccount: !inAccount}},
			Evidence: f.novelty(*seen, f.Principal.ASOs),
		})
	}
	if unknown > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf("The network operator of %s is not known to the databases in use.",
			plural(unknown, "public address", "public addresses")))
	}
	Sort(r.Indicators)
	return r
}
