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
	f.flows = append(f.flows, r)
	if !r.directed {
		f.ends[flowEnd{r.Interface, r.src}] += 1
		f.ends[flowEnd{r.Interface, r.dst}] += 1
	}
}

// flowEnd is an address that an interface has, or talks to.
type flowEnd struct{ of, address entity.ID }

// foldFlows folds the flow records.
func (f *folder) foldFlows() {
	for _, r := range f.flows {
		k := warehouse.FlowKey{Hour: warehouse.HourOfUnix(r.Start), Account: r.Account, Interface: r.Interface,
			Local: r.dst, Peer: r.src, Direction: f.directionOf(r), Action: r.Action}
		if r.Protocol >= 0 {
			k.Protocol = uint8(r.Protocol)
		}
		k.LocalPort, k.PeerPort = servicePorts(r.DstPort, r.SrcPort)
		if k.Direction == warehouse.Outbound {
			k.Local, k.Peer, k.LocalPort, k.PeerPort = k.Peer, k.Local, k.PeerPort, k.LocalPort
		}
		add := warehouse.Flow{FlowKey: k, Records: 1, Packets: r.Packets, Bytes: r.Bytes, First: r.Start, Last: max(r.Start, r.End)}
		if i, ok := f.flowIndex[k]; ok {
			f.flowRows[i].Merge(add)
			continue
		}
		f.flowIndex[k] = int32(len(f.flowRows))
		f.flowRows = append(f.flowRows, add)
		if k.Interface != 0 {
			f.links.of(linkKey{k.Hour, k.Interface, k.Local, warehouse.HoldsAddress}).Merge(
				warehouse.Counts{Success: 1, First: r.Start, Last: r.Start})
		}
	}
}

// directionOf tells which way a record went. Records before version 5 do not
// say; an interface's own address is the one that more of its records have.
// Of two that are in as many, the private one is, else the destination.
func (f *folder) directionOf(r *flow) warehouse.Direction {
	if r.directed {
		return r.direction
	}
	src, dst := f.ends[flowEnd{r.Interface, r.src}], f.ends[flowEnd{r.Interface, r.dst}]
	if src > dst || src == dst && r.private[0] && !r.private[1] {
		return warehouse.Outbound
	}
	return warehouse.Inbound
}

// servicePorts returns both ports, with EphemeralPort in place of one that
// was picked at random: the larger one, where it is in the range that systems
// pick from, or where the other one is a well-known port.
func servicePorts(a, b int32) (uint16, uint16) {
	a, b = max(a, 0), max(b, 0)
	switch {
	case a > b && (a >= firstEphemeralPort || b > 0 && b < firstFreePort && a >= firstFreePort):
		a = warehouse.EphemeralPort
	case b > a && (b >= firstEphemeralPort || a > 0 && a < firstFreePort && b >= firstFreePort):
		b = warehouse.EphemeralPort
	}
	return uint16(a), uint16(b)
}
