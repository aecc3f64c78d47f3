package simulate

import (
	"fmt"
	"net/netip"
)

// fleet is an account's EC2 instances in two Regions, and the network
// interfaces that VPC flow logs see.
type fleet struct {
	machines []*machine
	natGates []*networkInterface // one a Region
	idle     []*networkInterface // attached to nothing that talks

	byRegion, nodesByRegion map[string][]*machine
}

// duty of an instance, in turn.
type workload uint8

const (
	webServer workload = iota // in a public subnet, with an Elastic IP address
	appNode                   // a Kubernetes node
	batchNode                 // another
	database
	workloads
)

// machine is an EC2 instance.
type machine struct {
	id, region, zone, image string
	vpc                     string
	workload                workload
	primary, secondary      *networkInterface // the second one is a node's, for pods
}

// networkInterface is an ENI.
type networkInterface struct {
	id, subnet, vpc string
	region, zone    string // zone is an availability zone id
	account         *account
	machine         *machine // nil for NAT gateways and what is idle
	address         netip.Addr
	address6        netip.Addr
	pods            []netip.Addr // secondary private addresses
}

// newFleet gives the instances, interfaces, subnets and VPCs of a's stock
// each other. Private addresses are unique in the organization.
func newFleet(a *account, index int, seed uint64) *fleet {
	f := &fleet{byRegion: map[string][]*machine{}, nodesByRegion: map[string][]*machine{}}
	ids := a.stock.interfaces
	next := func() string {
		id := ids[0]
		ids = ids[1:]
		return id
	}
	// The home Region has four subnets and three quarters of the instances,
	// the other one the rest; the first subnet of each is the public one.
	at := func(subnet, host int) *networkInterface {
		n := &networkInterface{id: next(), subnet: a.subnets[subnet], account: a, region: a.regions[0], vpc: a.vpcs[0]}
		n.zone = fmt.Sprintf("use1-az%d", 1+subnet)
		third := 64 + 16*subnet
		if subnet >= 4 {
			n.region, n.vpc, n.zone, third = a.regions[1], a.vpcs[1], fmt.Sprintf("euw1-az%d", subnet-3), 192+16*(subnet-4)
		}
		n.address = netip.AddrFrom4([4]byte{10, byte(index), byte(third), byte(10 + host)})
		n.address6 = netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0x40, byte(index), byte(subnet), 0, 15: byte(10 + host)})
		return n
	}
	home := len(a.stock.instances) * 3 / 4
	for i, id := range a.stock.instances {
		m := &machine{id: id, workload: workload(i % int(workloads)), image: skewed(a.images, derive(seed, id))}
		subnet := i % 4
		if i >= home {
			subnet = 4 + min(i%4, 1)
		}
		m.primary = at(subnet, i)
		m.primary.machine, m.region, m.zone, m.vpc = m, m.primary.region, m.primary.zone, m.primary.vpc
		f.machines = append(f.machines, m)
		f.byRegion[m.region] = append(f.byRegion[m.region], m)
	}
	for i, m := range f.machines {
		if m.workload != appNode && m.workload != batchNode {
			continue
		}
		subnet := i % 4
		if i >= home {
			subnet = 5
		}
		n := at(subnet, 60+i)
		n.machine = m
		base := n.address.As4()
		for pod := range 8 {
			n.pods = append(n.pods, netip.AddrFrom4([4]byte{base[0], base[1], base[2] + 1, byte(8*i + pod)}))
		}
		m.secondary = n
		f.nodesByRegion[m.region] = append(f.nodesByRegion[m.region], m)
	}
	f.natGates = []*networkInterface{at(0, 200), at(4, 200)}
	for len(ids) > 0 {
		f.idle = append(f.idle, at(len(ids)%4, 220+len(ids)))
	}
	return f
}

// in returns the instances of a Region, those of the home Region if it has
// none.
func (f *fleet) in(region string) []*machine { return orHome(f.byRegion, region) }

// nodes returns the Kubernetes nodes of a Region, like in.
func (f *fleet) nodes(region string) []*machine { return orHome(f.nodesByRegion, region) }

func orHome(by map[string][]*machine, region string) []*machine {
	if m := by[region]; m != nil {
		return m
	}
	return by[homeRegion]
}

func (f *fleet) nodeIDs(region string) []string {
	var ids []string
	for _, m := range f.nodes(region) {
		ids = append(ids, m.id)
	}
	return ids
}

// value is what a slot about an instance or an interface says, "" for other
// slots: all slots of one event are about the same instance.
func (f *fleet) value(s slot, e *event) string {
	switch s {
	case slotInstance, slotInterface, slotAddress, slotSubnet, slotVPC:
	default:
		return ""
	}
	machines := f.in(e.region)
	second := false
	switch e.call.name {
	case "CreateNetworkInterface", "AttachNetworkInterface", "AssignPrivateIpAddresses":
		machines, second = f.nodes(e.region), true
	}
	draw := scramble(e.seed ^ uint64(slotInstance)<<56)
	m := skewed(machines, draw)
	n := m.primary
	if second {
		n = m.secondary
	}
	switch s {
	case slotInstance:
		return m.id
	case slotInterface:
		return n.id
	case slotSubnet:
		return n.subnet
	case slotVPC:
		return n.vpc
	default:
		if e.call.name == "AssignPrivateIpAddresses" {
			return n.pods[draw>>48%uint64(len(n.pods))].String()
		}
		return n.address.String()
	}
}
