package simulate

import (
	"fmt"
	"math"
)

// organization is the cast and its world, made from a seed and read-only
// while rendering.
type organization struct {
	seed       uint64
	places     *places
	calls      catalog
	accounts   []*account
	principals []*principal
	actors     []*actor

	victim, quiet *actor
	deploy        *principal // role that pipelines take, in development
	admin         *principal // role that administrators take, in production
}

// cast counts the people and workloads.
type cast struct{ developers, ssoPeople, admins, pipelines, functions, nodes int }

// newCast shares n principals out. The shares are a guess at a production
// organization, where roles outnumber users.
func newCast(n int) cast {
	part := func(share float64, least int) int { return max(least, int(math.Round(share*float64(n)))) }
	c := cast{developers: part(.15, 3), ssoPeople: part(.25, 2), admins: part(.07, 2), pipelines: part(.1, 1), nodes: part(.13, 1)}
	c.functions = max(2, n-c.developers-c.ssoPeople-c.admins-c.pipelines-c.nodes)
	return c
}

func newOrganization(cfg Config) (*organization, error) {
	calls, err := newCatalog()
	if err != nil {
		return nil, err
	}
	seed := derive(uint64(cfg.Seed), "organization")
	o := &organization{seed: seed, places: newPlaces(), calls: calls, accounts: newAccounts(cfg.Accounts, seed)}
	if cfg.wide() {
		o.places.addInternet()
		for i, a := range o.accounts {
			a.fleet = newFleet(a, i, seed)
		}
	}
	b := builder{organization: o, cast: newCast(cfg.Principals), kits: map[string]*kit{},
		storyDay: int(cfg.storyDay().Unix() / 86400)}
	b.person, b.pipeline, b.service, b.steady, b.nightly = newSchedules()
	if err := b.build(); err != nil {
		return nil, fmt.Errorf("build the organization: %w", err)
	}
	return o, nil
}

// account returns the i-th account, wrapping.
func (o *organization) account(i int) *account { return o.accounts[i%len(o.accounts)] }

// development is where developers work.
func (o *organization) development() *account { return o.account(1) }

// production is where an intruder wants to go.
func (o *organization) production() *account { return o.account(0) }
