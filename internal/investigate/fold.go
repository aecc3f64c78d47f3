package investigate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// uses folds the scope's activity by agent product and address.
func (g *gatherer) uses(activity []warehouse.Activity) []indicators.Use {
	type key struct{ agent, address entity.ID }
	folded := map[key]*indicators.Seen{}
	for _, a := range activity {
		k := key{a.Agent, a.Address}
		if folded[k] == nil {
			folded[k] = new(indicators.Seen)
		}
		folded[k].Merge(seen(a.Counts))
	}
	uses := make([]indicators.Use, 0, len(folded))
	for k, s := range folded {
		uses = append(uses, indicators.Use{Agent: g.name(k.agent), Address: g.address(k.address), Seen: *s})
	}
	return uses
}

// strings returns for each agent product of the scope's days the full user
// agent with the most calls, the smaller text among equals.
func (g *gatherer) strings(agents []warehouse.Value) map[string]string {
	calls := map[string]uint64{}
	for _, v := range agents {
		if v.Last >= unix(g.scope.From) && v.First < unix(g.scope.To) {
			calls[g.name(v.Value)] += v.Total()
		}
	}
	most := map[string]string{}
	for full, n := range calls {
		product := entity.AgentProduct(full)
		best, ok := most[product]
		if !ok || n > calls[best] || (n == calls[best] && full < best) {
			most[product] = full
		}
	}
	return most
}

// principalPast folds the principal's values in the baseline. Places come
// from the addresses, by the databases in use now: a place that was stored
// under an older database would be new by its spelling alone.
func (g *gatherer) principalPast(r rows) indicators.Past {
	p := newPast()
	days := map[warehouse.Day]bool{}
	var first int64
	note := func(c warehouse.Counts) {
		days[day(c.First)] = true
		if first == 0 || c.First < first {
			first = c.First
		}
	}
	for _, v := range r.agents {
		if g.before(v.Counts) {
			note(v.Counts)
			count(p.Agents, entity.AgentProduct(g.name(v.Value)), v)
		}
	}
	for _, v := range r.addresses {
		if !g.before(v.Counts) {
			continue
		}
		note(v.Counts)
		a := g.address(v.Value)
		p.Private = p.Private || a.Class == entity.PrivateAddress
		if a.IsPublic() {
			count(p.Addresses, a.Key, v)
			count(p.Locations, a.Location, v)
			count(p.ASOs, a.ASO, v)
		}
	}
	p.Days = len(days)
	if first != 0 {
		p.First = time.Unix(first, 0).UTC()
	}
	return p
}

// accountPast folds the account's values in the baseline.
func (g *gatherer) accountPast(r rows) indicators.Past {
	p := newPast()
	for values, to := range map[*[]warehouse.Value]map[string]int64{
		&r.accountAgents: p.Agents, &r.accountPlaces: p.Locations, &r.accountASOs: p.ASOs,
	} {
		for _, v := range *values {
			if g.before(v.Counts) {
				count(to, g.name(v.Value), v)
			}
		}
	}
	return p
}

func newPast() indicators.Past {
	return indicators.Past{Agents: map[string]int64{}, Locations: map[string]int64{},
		ASOs: map[string]int64{}, Addresses: map[string]int64{}}
}

func count(to map[string]int64, value string, v warehouse.Value) {
	if value != "" {
		to[value] += int64(v.Total())
	}
}

// hits resolves the rule hits of the scope and counts, for each rule, the
// days of the baseline on which it matched. Hits of rules that are not loaded
// any more are left out with a notice: nothing says what they meant.
func (g *gatherer) hits(all []warehouse.RuleHit) ([]indicators.Hit, map[string]indicators.RuleDays) {
	var scope []indicators.Hit
	type ruleDay struct {
		rule string
		day  warehouse.Day
	}
	past := map[ruleDay]bool{} // true when a call succeeded
	gone := map[string]uint64{}
	if g.rules == nil {
		return nil, nil
	}
	for _, h := range enough(all, g.rules) {
		if h.Hour < g.scope.From {
			d := ruleDay{h.Rule, h.Hour.Day()}
			past[d] = past[d] || h.Success > 0
			continue
		}
		rule, ok := g.rules.Rule(h.Rule)
		if !ok {
			gone[h.Rule] += h.Total()
			continue
		}
		source, name, _ := strings.Cut(g.name(h.API), ":")
		scope = append(scope, indicators.Hit{Rule: rule, EventSource: source, EventName: name,
			Address: g.address(h.Address), EventIDs: h.Samples, Seen: seen(h.Counts)})
	}
	for _, id := range slices.Sorted(maps.Keys(gone)) {
		g.notices = append(g.notices, fmt.Sprintf("%s of rule %q left out: the rule is not loaded.",
			several(int(gone[id]), "match", "matches"), id))
	}
	days := map[string]indicators.RuleDays{}
	for d, success := range past {
		n := days[d.rule]
		n.Any++
		if success {
			n.Success++
		}
		days[d.rule] = n
	}
	return scope, days
}

// enough leaves out the hits of rules of quantity in hours in which one
// address did not bring the quantity, neither alone nor together with the
// hour before or after: a burst over the full hour is one burst.
func enough(all []warehouse.RuleHit, rules Rules) []warehouse.RuleHit {
	type hour struct {
		rule    string
		address entity.ID
		at      warehouse.Hour
	}
	key := func(h warehouse.RuleHit) hour { return hour{h.Rule, h.Address, h.Hour} }
	calls := map[hour]uint64{}
	for _, h := range all {
		calls[key(h)] += h.Total()
	}
	return slices.DeleteFunc(slices.Clone(all), func(h warehouse.RuleHit) bool {
		rule, ok := rules.Rule(h.Rule)
		before, after := key(h), key(h)
		before.at--
		after.at++
		return ok && calls[key(h)]+max(calls[before], calls[after]) < uint64(max(rule.PerHour, 0))
	})
}
