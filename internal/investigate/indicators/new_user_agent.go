package indicators

import (
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// FindNewUserAgents finds user agents of the scope that the principal did not use
// in the baseline, at the grain of entity.AgentProduct: product and major
// version. One row a product; the detail shows the full user agent that was
// used most.
//
// Calls that an AWS service makes on the principal's behalf (their source
// address is a service's name) are no use of an agent by the principal and
// are left out. A caller cannot forge that: AWS writes the source address.
// An agent that merely looks like a service ("console.amazonaws.com", also
// any name that somebody chose) but comes from an address counts like every
// other.
func FindNewUserAgents(f *Facts) Result {
	var r Result
	products := map[string]*Seen{}
	services := map[string]bool{}
	for _, u := range f.Uses {
		switch {
		case u.Agent == "":
		case madeByService(u):
			services[u.Agent] = true
		default:
			merge(products, u.Agent, u.Seen)
		}
	}
	for product, seen := range products {
		if _, known := f.Principal.Agents[product]; known {
			continue
		}
		full := f.Strings[product]
		if full == "" {
			full = product
		}
		_, inAccount := f.Account.Agents[product]
		r.Indicators = append(r.Indicators, Indicator{
			IndicatorType: NewUserAgent,
			IndicatorDetail: Detail{NewUserAgentDetail: &NewUserAgentObs{
				UserAgent: full, IsNewForEntireAccount: !inAccount}},
			Evidence: f.novelty(*seen, f.Principal.Agents),
		})
	}
	if n := len(services); n > 0 {
		r.Notices = append(r.Notices, fmt.Sprintf(
			"%s of AWS services that acted on the principal's behalf %s not compared.",
			plural(n, "user agent", "user agents"), plural1(n, "was", "were")))
	}
	Sort(r.Indicators)
	return r
}

// madeByService reports whether an AWS service made the calls. Where a
// record has no address at all the agent's own name has to do.
func madeByService(u Use) bool {
	switch u.Address.Class {
	case entity.ServiceAddress:
		return true
	case entity.NoAddress:
		return u.Agent == "AWS Internal" || strings.HasSuffix(u.Agent, ".amazonaws.com")
	default:
		return false
	}
}

func merge(m map[string]*Seen, key string, s Seen) {
	if m[key] == nil {
		m[key] = new(Seen)
	}
	m[key].Merge(s)
}

// plural returns "1 user agent" or "2 user agents".
func plural(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, plural1(n, one, many))
}

func plural1(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
