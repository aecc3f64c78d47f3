package simulate

import (
	"cmp"
	"slices"
)

// launchFleets are the events, in order of time, of the first hour in which
// every instance is launched and every node gets its second interface, so
// that each interface in the flow logs has its instance in CloudTrail.
func launchFleets(cfg Config, org *organization) []event {
	if !cfg.wide() {
		return nil
	}
	dice := &dice{derive(uint64(cfg.Seed), "launches")}
	start := cfg.start().Unix()
	var events []event
	for _, a := range org.accounts {
		scaler := org.actorOf(a, byLinked, "AutoScaling")
		at := start + 60 + int64(dice.below(60))
		s := roleSession(scaler.principal, scaler.name, keyID("ASIA", dice.next()), at, at+3600, roleExtras{invokedBy: scaler.service})
		who := caller{session: s, address: scaler.service, agent: scaler.service}
		add := func(name string, m *machine, n *networkInterface) {
			e := who.record(at, org.calls[name], m.region)
			e.seed = dice.next()
			e.fixed = values{slotInstance: m.id, slotImage: m.image, slotInterface: n.id, slotSubnet: n.subnet,
				slotVPC: n.vpc, slotAddress: n.address.String()}
			events = append(events, e)
			who.principal.events++
			at += int64(dice.below(40))
		}
		for _, m := range a.fleet.machines {
			add("ec2:RunInstances", m, m.primary)
		}
		if node := org.actorOf(a, byInstance, ""); node != nil {
			s := roleSession(node.principal, a.fleet.nodeIDs(homeRegion)[0], keyID("ASIA", dice.next()), at, at+6*3600, roleExtras{ec2: true})
			who = caller{session: s, address: node.machines[0], agent: node.device.agent(sdk, int(start/86400))}
		}
		for _, m := range a.fleet.machines {
			if m.secondary != nil {
				add("ec2:CreateNetworkInterface", m, m.secondary)
				add("ec2:AttachNetworkInterface", m, m.secondary)
			}
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	return events
}

// actorOf returns an account's first actor that begins in a way and has a
// name, or any name; nil if there is none.
func (o *organization) actorOf(a *account, how beginning, name string) *actor {
	for _, x := range o.actors {
		if x.account == a && x.beginning == how && (name == "" || x.name == name) {
			return x
		}
	}
	return nil
}
