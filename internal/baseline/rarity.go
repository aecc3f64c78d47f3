package baseline

import "math"

// Level is how often a call was seen at one level: by a principal, by those
// like it, or by all of its account.
type Level struct {
	Calls   uint64 // of this API
	Service uint64 // of its service
	Total   uint64 // of all APIs
}

// Rarity is how surprising a call is.
type Rarity struct {
	Bits                      float64 // −log2 of how likely the principal is to make it
	Service, Action           float64 // the bits of the service and of the action in it, which add up to Bits
	Principal, Peers, Account Level
}

// backOff is for how many calls of a principal its own habits weigh as much as
// those of the level above.
const backOff = 50

// The number of services and of actions of one that there could be: what nobody
// has ever used gets the part of one of them.
const (
	knownServices = 400
	knownActions  = 100
)

// Surprise says how surprising a call is for a principal. How likely it is, is
// smoothed by how likely it is for its peers, and that by how likely it is for
// its account, so that the first call of something that all others do says
// little. Service and action are looked at one after the other: a new service
// says more than a new action of a known one.
func Surprise(principal, peers, account Level) Rarity {
	service, action := 1.0/knownServices, 1.0/knownActions
	for _, l := range []Level{account, peers, principal} {
		service = smooth(l.Service, l.Total, service)
		action = smooth(l.Calls, l.Service, action)
	}
	r := Rarity{Service: -math.Log2(service), Action: -math.Log2(action), Principal: principal, Peers: peers, Account: account}
	r.Bits = r.Service + r.Action
	return r
}

// smooth is how likely n of total is, where few calls leave it at what the
// level above says.
func smooth(n, total uint64, above float64) float64 {
	return (float64(n) + backOff*above) / (float64(total) + backOff)
}
