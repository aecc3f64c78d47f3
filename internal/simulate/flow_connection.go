package simulate

import "net/netip"

// endpoint is one end of a connection.
type endpoint struct {
	address netip.Addr
	port    uint16
	nic     *networkInterface // nil outside the organization
	pod     netip.Addr        // behind nic's primary address, if valid
	service string            // AWS service, outside
}

// connection is what two ends say to each other.
type connection struct {
	from, to    endpoint
	protocol    uint8
	start       int64 // Unix seconds
	seconds     int64 // 0 = within one
	out, in     uint64
	outPackets  uint64
	inPackets   uint64 // 0 = no answer
	reject      bool
	path        uint8
	via         *networkInterface // a NAT gateway, nil = none
	translation uint16            // source port behind it
}

// records appends the flow log records of c: at each interface that it
// passes and in each window of so many seconds, a line a direction. Counters
// are spread evenly over the windows.
func (c *connection) records(to []flowRecord, window int64) []flowRecord {
	// Windows begin at a time of each interface's own; here all agree.
	first := c.start - c.start%window
	last := c.start + c.seconds
	n := uint64((last-first)/window) + 1
	// The clock of an interface is up to a minute late (AWS: end).
	late := int64(c.from.port+c.to.port) % 60
	for w := range n {
		begin := first + int64(w)*window
		t := flowRecord{start: max(begin, c.start), end: min(begin+window-1, last+late), protocol: c.protocol, reject: c.reject}
		out, in := t, t
		out.packets, out.bytes = spread(c.outPackets, c.out, w, n)
		in.packets, in.bytes = spread(c.inPackets, c.in, w, n)
		if c.protocol == tcp {
			out.tcpFlags, in.tcpFlags = c.flags(w, n)
		}
		to = c.pair(to, out, in)
	}
	return to
}

// spread is the w-th of n even parts of so many packets, and the bytes that
// these carry.
func spread(packets, bytes, w, n uint64) (p, b uint64) {
	if packets == 0 {
		return 0, 0
	}
	// Rounded up, so that the first window has the first packet.
	from, to := (packets*w+n-1)/n, (packets*(w+1)+n-1)/n
	return to - from, bytes*to/packets - bytes*from/packets
}

// flags are the TCP flags of both directions in the w-th of n windows: SYN
// and FIN of short connections stand in one record (AWS: tcp-flags).
func (c *connection) flags(w, n uint64) (out, in uint8) {
	const fin, syn, synAck = 1, 2, 18
	if w == 0 {
		out, in = syn, synAck
	}
	if w == n-1 && c.inPackets > 1 {
		out, in = out|fin, in|fin
	}
	return out, in
}

// pair appends the records of one window at every interface on the way.
func (c *connection) pair(to []flowRecord, out, in flowRecord) []flowRecord {
	if c.from.nic != nil {
		to = addFlow(to, out, c.from.nic, c.from, c.to, true, c.path)
		to = addFlow(to, in, c.from.nic, c.to, c.from, false, 0)
	}
	if c.via != nil {
		// The gateway's log has both sides of the translation; the packets'
		// own addresses stand in pkt-srcaddr and pkt-dstaddr.
		gate := endpoint{address: c.via.address, port: c.translation}
		inner, far := c.from, c.to
		inner.pod, inner.nic = netip.Addr{}, nil
		to = addFlow(to, out, c.via, inner, endpoint{address: gate.address, port: far.port, pod: far.address, service: far.service}, false, 0)
		to = addFlow(to, out, c.via, gate, far, true, pathInternet)
		to = addFlow(to, in, c.via, far, gate, false, 0)
		to = addFlow(to, in, c.via, endpoint{address: gate.address, port: far.port, pod: far.address, service: far.service}, inner, true, pathVPC)
	}
	if c.to.nic != nil {
		to = addFlow(to, out, c.to.nic, c.from, c.to, false, 0)
		to = addFlow(to, in, c.to.nic, c.to, c.from, true, c.path)
	}
	return to
}

// addFlow appends f, from src to dst as seen at nic, unless nothing passed.
func addFlow(to []flowRecord, f flowRecord, nic *networkInterface, src, dst endpoint, egress bool, path uint8) []flowRecord {
	if f.packets == 0 {
		return to
	}
	f.nic, f.egress, f.path = nic, egress, path
	f.src, f.srcPort, f.pktSrc, f.srcService = src.address, src.port, src.pod, src.service
	f.dst, f.dstPort, f.pktDst, f.dstService = dst.address, dst.port, dst.pod, dst.service
	return append(to, f)
}
