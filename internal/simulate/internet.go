package simulate

import "net/netip"

// addInternet adds the networks of those who reach the organization's
// instances, and of what these reach. IPv4 has hardly any addresses left
// that are reserved for documentation: scanners share the hosting providers
// with a story's attacker and a reserved range that nobody routes
// (192.88.99.0/24, RFC 7526), customers share the employees' providers; the
// long tail of both is on IPv6.
func (p *places) addInternet() {
	add := func(prefix, country, area, city string, lat, lon float64, asn int, owner string) *network {
		n := &network{netip.MustParsePrefix(prefix), country, area, city, lat, lon, asn, owner}
		p.all = append(p.all, n)
		return n
	}
	p.services = add("192.88.99.0/26", "US", "Virginia", "Ashburn", 39.0438, -77.4874, 65536, "Example Cloud Services Inc.")
	crawlers := add("192.88.99.64/26", "US", "Michigan", "Ann Arbor", 42.2808, -83.743, 65537, "Example Internet Census LLC")
	bots := add("192.88.99.128/25", "BR", "Sao Paulo", "Sao Paulo", -23.5505, -46.6333, 65538, "Example Banda Larga S.A.")
	p.scanners = append([]*network{crawlers, bots}, p.attackers...)
	for _, s := range p.sites {
		if s.home.prefix.Addr().Is4() {
			p.customers = append(p.customers, s.home)
		}
	}
	// The VPCs' own IPv6 addresses, see newFleet.
	add("2001:db8:4000::/36", "US", "Virginia", "Ashburn", 39.0438, -77.4874, 64503, "Example Cloud Compute Inc.")
	p.theirs = add("2001:db8:5000::/36", "JP", "Tokyo", "Tokyo", 35.6762, 139.6503, 65539, "Example Mobile Broadband K.K.")
}

// scanner returns the n-th prober of the Internet, wrapping; never a story's
// attacker.
func (p *places) scanner(n int) netip.Addr {
	from := p.scanners[n%len(p.scanners)]
	size := 1<<(32-from.prefix.Bits()) - 2
	a := addrAt(from.prefix, uint64(1+n/len(p.scanners)%size))
	if p.attackerAddress(a) {
		return p.scanner(n + len(p.scanners))
	}
	return a
}

func (p *places) attackerAddress(a netip.Addr) bool {
	return a == p.attackerHost() || a == p.attackerExit()
}

// Where the attacker of [StoryStolenKey] calls from.
func (p *places) attackerHost() netip.Addr { return addrAt(p.attackers[0].prefix, 17) }
func (p *places) attackerExit() netip.Addr { return addrAt(p.attackers[1].prefix, 9) }

// customer returns the n-th customer's IPv4 address, wrapping: at an
// employee's provider at home.
func (p *places) customer(n int) netip.Addr {
	from := p.customers[n%len(p.customers)]
	return addrAt(from.prefix, uint64(1+n/len(p.customers)%(1<<(32-from.prefix.Bits())-2)))
}
