package indicators

import (
	"math/rand/v2"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// at returns a time so many minutes after the start of the test scope.
func at(minutes int) time.Time {
	return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
}

// trained returns facts of a principal with a full baseline in Berlin and
// nothing in the scope.
func trained() *Facts {
	scope := Window{at(0), at(24 * 60)}
	return &Facts{
		Scope: scope, Baseline: Window{scope.From.AddDate(0, 0, -BaselineDays), scope.From},
		GraphFirst: scope.From.AddDate(0, 0, -100),
		Strings:    map[string]string{},
		Principal: Past{
			Days: 31, First: scope.From.AddDate(0, 0, -44),
			Agents:    map[string]int64{"aws-cli/2": 900, "Chrome/126": 20},
			Locations: map[string]int64{"Berlin, Germany": 920},
			ASOs:      map[string]int64{"Example Telecom": 920},
			Addresses: map[string]int64{"192.0.2.10": 920},
		},
		Account: Past{
			Agents:    map[string]int64{"aws-cli/2": 900, "Chrome/126": 20, "Boto3/1": 5000},
			Locations: map[string]int64{"Berlin, Germany": 920, "Dublin, Ireland": 70},
			ASOs:      map[string]int64{"Example Telecom": 920, "Example Cloud": 70},
		},
		HasPlaces: true, HasASO: true,
	}
}

func berlin() Address {
	return Address{"192.0.2.10", entity.PublicAddress, "Berlin, Germany", "Germany", "Example Telecom"}
}

func reykjavik() Address {
	return Address{"203.0.113.77", entity.PublicAddress, "Reykjavik, Iceland", "Iceland", "Example Hosting"}
}

func dublin() Address {
	return Address{"198.51.100.4", entity.PublicAddress, "Dublin, Ireland", "Ireland", "Example Cloud"}
}

func service(name string) Address { return Address{Key: name, Class: entity.ServiceAddress} }

func calls(success, failure int64, first, last int) Seen {
	return Seen{success, failure, at(first), at(last)}
}

// shuffled returns f with its slices in another order.
func shuffled(f *Facts, seed uint64) *Facts {
	r := rand.New(rand.NewPCG(seed, 1))
	g := *f
	g.Uses = append([]Use(nil), f.Uses...)
	g.Hits = append([]Hit(nil), f.Hits...)
	r.Shuffle(len(g.Uses), func(i, j int) { g.Uses[i], g.Uses[j] = g.Uses[j], g.Uses[i] })
	r.Shuffle(len(g.Hits), func(i, j int) { g.Hits[i], g.Hits[j] = g.Hits[j], g.Hits[i] })
	return &g
}
