package ingest

import (
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// firstEphemeralPort is where the ports begin that systems pick at random:
// Linux takes them from 32768 on, the IANA range begins at 49152, NAT
// gateways and load balancers use all from 1024 on.
const (
	firstEphemeralPort = 32768
	firstFreePort      = 1024
)

// flowFolder folds the flow records of one batch after the other.
type flowFolder struct {
	kept  []keptFlow
	ends  table[flowEnd, int32] // how many records of an interface have an address
	rows  table[flowKey, warehouse.Traffic]
	peers table[flowPeerKey, dayTraffic]
}

// keptFlow is a record that waits for what the others say of its interface.
type keptFlow struct {
	*flow
	srcEnd, dstEnd int32 // places in ends, unless the record is directed
}

// flowEnd is an address that an interface has, or talks to.
type flowEnd struct{ of, address entity.ID }

func (k flowEnd) hash() uint64 { return mix(uint64(k.of), uint64(k.address)) }

// flowKey is a key of a Flow row.
type flowKey warehouse.FlowKey

func (k flowKey) hash() uint64 {
	h := mix(uint64(k.Hour)<<32|uint64(k.LocalPort)<<16|uint64(k.PeerPort), uint64(k.Protocol)<<16|uint64(k.Direction)<<8|uint64(k.Action))
	return mixIDs(h, k.Interface, k.Local)
}

// flowPeerKey is a key of a FlowPeer row.
type flowPeerKey warehouse.FlowPeerKey

func (k flowPeerKey) hash() uint64 {
	return mixIDs(uint64(k.Day)<<16|uint64(k.Direction)<<8|uint64(k.Action), k.Interface, k.Local, k.Peer)
}

// dayTraffic is a FlowPeer row without its key.
type dayTraffic struct {
	hours warehouse.HourSet
	warehouse.Traffic
}

// reset makes f ready for another batch.
func (f *flowFolder) reset() {
	clear(f.kept)
	f.kept = f.kept[:0]
	f.ends.reset()
	f.rows.reset()
	f.peers.reset()
}

// addFlow remembers a flow record that is not a duplicate. Which end of it is
// the interface's is clear only from all records of the interface together.
func (f *folder) addFlow(r *flow) {
	hour := warehouse.HourOfUnix(r.Start)
	c := warehouse.Counts{Success: 1, First: r.Start, Last: max(r.Start, r.End)}
	c.Last = min(c.Last, (hour+1).Time().Unix()-1)
	f.coverage.of(coverageKey{hour, r.Account, r.region, warehouse.FromVPCFlow}).Merge(c)
	if r.instance != 0 && r.Interface != 0 {
		f.links.of(linkKey{hour, r.instance, r.Interface, warehouse.HasInterface}).Merge(c)
	}
	if r.src == 0 || r.dst == 0 {
		return // no traffic
	}
	kept := keptFlow{flow: r}
	if !r.directed {
		kept.srcEnd, kept.dstEnd = f.flows.addEnd(flowEnd{r.Interface, r.src}), f.flows.addEnd(flowEnd{r.Interface, r.dst})
	}
	f.flows.kept = append(f.flows.kept, kept)
}

// addEnd counts a record and returns the place of its end.
func (f *flowFolder) addEnd(e flowEnd) int32 {
	i, _ := f.ends.place(e)
	f.ends.values[i]++
	return int32(i)
}

// foldFlows folds the flow records.
func (f *folder) foldFlows(b *warehouse.Batch) {
	for i := range f.flows.kept {
		f.foldFlow(&f.flows.kept[i])
	}
	for i, k := range f.flows.rows.keys {
		b.Flows = append(b.Flows, warehouse.Flow{FlowKey: warehouse.FlowKey(k), Traffic: f.flows.rows.values[i]})
	}
	for i, k := range f.flows.peers.keys {
		t := &f.flows.peers.values[i]
		b.FlowPeers = append(b.FlowPeers, warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey(k), Hours: t.hours, Traffic: t.Traffic})
	}
}

func (f *folder) foldFlow(r *keptFlow) {
	hour := warehouse.HourOfUnix(r.Start)
	k := flowKey{Hour: hour, Account: r.Account, Interface: r.Interface, Local: r.dst, Direction: f.flows.directionOf(r), Action: r.Action}
	peer := r.src
	if r.Protocol >= 0 {
		k.Protocol = uint8(r.Protocol)
	}
	k.LocalPort, k.PeerPort = servicePorts(r.DstPort, r.SrcPort)
	if k.Direction == warehouse.Outbound {
		k.Local, peer, k.LocalPort, k.PeerPort = r.src, r.dst, k.PeerPort, k.LocalPort
	}
	add := warehouse.Traffic{Records: 1, Packets: r.Packets, Bytes: r.Bytes}
	at, fresh := f.flows.rows.place(k)
	f.flows.rows.values[at].Add(add)
	if fresh && k.Interface != 0 {
		f.links.of(linkKey{hour, k.Interface, k.Local, warehouse.HoldsAddress}).Merge(
			warehouse.Counts{Success: 1, First: r.Start, Last: r.Start})
	}
	at, _ = f.flows.peers.place(flowPeerKey{Day: hour.Day(), Account: k.Account, Interface: k.Interface, Local: k.Local, Peer: peer,
		Direction: k.Direction, Action: k.Action})
	row := &f.flows.peers.values[at]
	row.hours |= hour.InDay()
	row.Add(add)
}

// directionOf tells which way a record went. Records before version 5 do not
// say; an interface's own address is the one that more of its records have.
// Of two that are in as many, the private one is, else the destination.
func (f *flowFolder) directionOf(r *keptFlow) warehouse.Direction {
	if r.directed {
		return r.direction
	}
	src, dst := f.ends.values[r.srcEnd], f.ends.values[r.dstEnd]
	if src > dst || src == dst && r.private[0] && !r.private[1] {
		return warehouse.Outbound
	}
	return warehouse.Inbound
}

// servicePorts returns both ports, with EphemeralPort in place of one that
// was picked at random: the larger one, where it is in the range that systems
// pick from, or where the other one is a well-known port; and both where both
// are in that range.
func servicePorts(a, b int32) (uint16, uint16) {
	a, b = max(a, 0), max(b, 0)
	switch {
	case a >= firstEphemeralPort && b >= firstEphemeralPort:
		return warehouse.EphemeralPort, warehouse.EphemeralPort
	case a > b && (a >= firstEphemeralPort || b > 0 && b < firstFreePort && a >= firstFreePort):
		a = warehouse.EphemeralPort
	case b > a && (b >= firstEphemeralPort || a > 0 && a < firstFreePort && b >= firstFreePort):
		b = warehouse.EphemeralPort
	}
	return uint16(a), uint16(b)
}
