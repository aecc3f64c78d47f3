package simulate

// fromInternet is a probe or a customer at a public instance. Measured:
// protocols tcp 81 %, icmp 13 %, udp 5 %; states REJ 52 %, SF 30 %, OTH 14 %,
// RSTO 2 %, S0 1.6 %. REJ and S0 are refused by a security group, so only the
// request is seen.
func (t *traffic) fromInternet(c *connection) {
	six := t.six()
	target := t.machine(t.public)
	c.to = endpoint{address: ownAddress(target.primary, six), nic: target.primary}
	c.path = pathInternet
	state := t.rng.IntN(1000)
	c.reject = state < 536
	hostile := c.reject || state < 676
	c.from = endpoint{address: t.peer(hostile, six), port: t.ephemeral()}
	switch n := t.rng.IntN(100); {
	case n < 13:
		c.protocol, c.from.port = icmp, 0
		if six {
			c.protocol = icmpV6
		}
	case n < 18:
		c.protocol, c.to.port = udp, []uint16{53, 123, 161, 1900, 5060}[t.rng.IntN(5)]
	default:
		c.to.port = probedPorts[weighted(probedWeights, 100, t.rng.Uint64())]
		if c.to.port == 0 {
			c.to.port = uint16(1 + t.rng.IntN(65535))
		}
	}
	switch {
	case c.reject: // a probe or two
		c.seconds = 0
		c.outPackets = 1 + uint64(t.rng.IntN(2))
		c.out, c.in, c.inPackets = c.outPackets*[]uint64{40, 44, 60}[t.rng.IntN(3)], 0, 0
	case hostile: // the end of something that began unseen; half is answered
		if t.rng.IntN(2) == 0 {
			c.in, c.inPackets = 0, 0
		}
	case c.protocol == tcp: // a customer of the web servers
		c.to.port = 443
		if t.rng.IntN(5) == 0 {
			c.to.port = 80
		}
	}
}

// eastWest is one instance asking another of its account and Region.
func (t *traffic) eastWest(c *connection) {
	from := t.machine(t.machines)
	peers := from.primary.account.fleet.in(from.region)
	to := t.machine(peers)
	if to == from {
		to = peers[(t.rng.IntN(len(peers)-1)+1)%len(peers)]
	}
	if to == from {
		to = peers[0]
	}
	c.from, c.to = t.inside(from), endpoint{address: to.primary.address, nic: to.primary}
	c.path = pathVPC
	c.to.port = innerPorts[weighted(innerWeights, 100, t.rng.Uint64())]
	if c.to.port == 53 {
		c.protocol = udp
		c.out, c.in, c.outPackets, c.inPackets, c.seconds = 70, 140, 1, 1, 0
	}
	if t.rng.IntN(200) == 0 { // a port that the group does not allow
		c.to.port = uint16(1024 + t.rng.IntN(60000))
		c.reject, c.in, c.inPackets, c.seconds = true, 0, 0, 0
		c.out, c.outPackets = 60, 1
	}
}

// inside is the client's end at an instance: a node's pods have addresses of
// their own behind its second interface.
func (t *traffic) inside(m *machine) endpoint {
	e := endpoint{address: m.primary.address, nic: m.primary, port: t.ephemeral()}
	if m.secondary != nil && t.rng.IntN(3) > 0 {
		e.nic, e.address = m.secondary, m.secondary.address
		e.pod = e.nic.pods[t.rng.IntN(len(e.nic.pods))]
	}
	return e
}

// toService is an instance using an AWS service: S3 and DynamoDB by a gateway
// endpoint, others over the Internet gateway or NAT.
func (t *traffic) toService(c *connection) {
	m := t.machine(t.machines)
	c.from = t.inside(m)
	n := t.rng.IntN(60)
	c.to = endpoint{address: addrAt(t.org.places.services.prefix, uint64(1+n)), port: 443, service: "AMAZON"}
	c.path = pathGateway
	switch {
	case n < 24:
		c.to.service = "S3"
	case n < 36:
		c.to.service = "DYNAMODB"
	default:
		t.outside(c, m)
	}
}

// toInternet is an instance asking somebody's API.
func (t *traffic) toInternet(c *connection) {
	m := t.machine(t.machines)
	six := t.six()
	c.from = t.inside(m)
	c.to = endpoint{address: t.peer(false, six), port: 443}
	if six {
		c.from = endpoint{address: m.primary.address6, nic: m.primary, port: t.ephemeral()}
		c.path = pathInternet
		return
	}
	t.outside(c, m)
}

// outside sends c to the Internet, through NAT from a private subnet.
func (t *traffic) outside(c *connection, m *machine) {
	c.path = pathInternet
	if m.workload == webServer {
		return
	}
	for _, gate := range m.primary.account.fleet.natGates {
		if gate.region == m.region {
			c.via, c.translation = gate, uint16(1024+t.rng.IntN(60000))
			c.path = pathVPC
		}
	}
}

// fromOffice is an employee's shell on a public instance.
func (t *traffic) fromOffice(c *connection) {
	m := t.machine(t.public)
	var office *network
	for office == nil || !office.prefix.Addr().Is4() {
		office = t.org.places.sites[t.rng.IntN(len(t.org.places.sites))].office
	}
	c.from = endpoint{address: addrAt(office.prefix, uint64(1+t.rng.IntN(3))), port: t.ephemeral()}
	c.to = endpoint{address: m.primary.address, nic: m.primary, port: 22}
	c.path = pathInternet
	c.seconds = int64(60 + t.rng.IntN(1400))
	c.outPackets, c.inPackets = 200+uint64(t.rng.IntN(900)), 220+uint64(t.rng.IntN(1200))
	c.out, c.in = 90*c.outPackets, 160*c.inPackets
}
