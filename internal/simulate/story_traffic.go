package simulate

import (
	"cmp"
	"slices"
)

// storyTraffic is what the attacker does on the network: while the stolen
// key is tried out, the public instances of development are probed; after the
// production account is taken, an instance of it is logged into and copied
// from.
func storyTraffic(cfg Config, org *organization, plot *story) []connection {
	if plot.truth == nil {
		return nil
	}
	d := &dice{derive(uint64(cfg.Seed), "story traffic")}
	host, exit := org.places.attackerHost(), org.places.attackerExit()
	begin := plot.events[0].at
	var out []connection
	for _, m := range org.development().fleet.in(homeRegion) {
		if m.workload != webServer {
			continue
		}
		for _, port := range []uint16{21, 22, 23, 80, 443, 445, 1433, 3306, 3389, 5432, 6379, 8080, 8443, 9200} {
			c := connection{start: begin + int64(d.below(1200)), protocol: tcp, outPackets: 1, out: 44, path: pathInternet,
				from: endpoint{address: host, port: uint16(40000 + d.below(20000))}, to: endpoint{address: m.primary.address, port: port, nic: m.primary}}
			c.reject = port != 22 && port != 80 && port != 443
			if !c.reject {
				c.in, c.inPackets = 44, 1
			}
			out = append(out, c)
		}
	}
	taken := plot.truth.ScopeEnd.Unix() - 3600
	for _, e := range plot.events {
		if e.recipient == org.production() && e.call.name == "GetPasswordData" && e.fault == "" {
			taken = e.at + 60
			break
		}
	}
	m := org.production().fleet.in(homeRegion)[0]
	for range 6 {
		out = append(out, connection{start: taken, seconds: int64(300 + d.below(600)), protocol: tcp, path: pathInternet,
			from: endpoint{address: exit, port: uint16(40000 + d.below(20000))}, to: endpoint{address: m.primary.address, port: 22, nic: m.primary},
			outPackets: 9000, out: 500_000, inPackets: 40_000, in: uint64(40_000_000 + d.below(20_000_000))})
		taken += int64(120 + d.below(300))
	}
	slices.SortStableFunc(out, func(a, b connection) int { return cmp.Compare(a.start, b.start) })
	return out
}
