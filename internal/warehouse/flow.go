package warehouse

import (
	"math"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Direction says which way packets went, as seen from a network interface.
type Direction uint8

// The numbers are stored: never renumber.
const (
	Inbound Direction = iota
	Outbound
)

// FlowAction says what security groups and network ACLs did with packets.
type FlowAction uint8

// The numbers are stored: never renumber.
const (
	NoAction FlowAction = iota // the record does not say
	Accepted
	Rejected
)

// FlowStatus is the log-status of a flow record.
type FlowStatus uint8

// The numbers are stored: never renumber.
const (
	NoStatus FlowStatus = iota // the record does not say
	FlowOK
	FlowNoData
	FlowSkipData
)

// FlowKey is what a Flow row is about: a port of an interface, and not who is
// at the other end, which FlowPeerKey is about. Both in one row fold badly,
// for nearly every record has another pair of them: 2 M records of three days
// had 1.36 M rows of 17 bytes, as many bytes as their gzipped text has, where
// they have a quarter of that in two tables.
//
// The port of the side that asked is nearly always one of the thousands that
// systems pick at random, so it says nothing and would keep rows from
// folding: it is EphemeralPort. Where both look random, both are. The flow
// records have them.
type FlowKey struct {
	Hour      Hour
	Account   entity.ID
	Interface entity.ID // entity.NetworkInterface
	Local     entity.ID // entity.IPAddress of the interface, behind NAT of the packet
	LocalPort uint16
	PeerPort  uint16
	Protocol  uint8 // IANA protocol number
	Direction Direction
	Action    FlowAction
}

// EphemeralPort stands in a FlowKey for a port that was picked at random.
const EphemeralPort = 0

// Traffic is how much went through.
type Traffic struct {
	Records uint32 // flow records
	Packets uint64
	Bytes   uint64
}

// Add adds u to t. Packets and bytes that 64 bits cannot hold, which only a
// false record has, stay at the greatest number.
func (t *Traffic) Add(u Traffic) {
	t.Records += u.Records
	t.Packets = addUpTo(t.Packets, u.Packets)
	t.Bytes = addUpTo(t.Bytes, u.Bytes)
}

// Flow counts the traffic of one hour through a port of a network interface.
type Flow struct {
	FlowKey
	Traffic
}

// FlowPeerKey is what a FlowPeer row is about. It has a day and no ports, see
// FlowKey: what one peer did by the hour and the port is a question for the
// flow records.
type FlowPeerKey struct {
	Day       Day
	Account   entity.ID
	Interface entity.ID // entity.NetworkInterface
	Local     entity.ID // as in FlowKey
	Peer      entity.ID // entity.IPAddress of the other side
	Direction Direction
	Action    FlowAction
}

// FlowPeer counts the traffic of one day between a network interface and a
// peer.
type FlowPeer struct {
	FlowPeerKey
	Hours HourSet // in which there was traffic
	Traffic
}

// Merge adds g's traffic to f.
func (f *FlowPeer) Merge(g FlowPeer) {
	f.Hours |= g.Hours
	f.Add(g.Traffic)
}

// HourSet is a set of hours of one UTC day: bit n is the hour from n to n+1
// o'clock.
type HourSet uint32

// InDay returns the set that has h alone.
func (h Hour) InDay() HourSet { return 1 << (h - Hour(h.Day())*24) }

func addUpTo(a, b uint64) uint64 {
	if sum := a + b; sum >= a {
		return sum
	}
	return math.MaxUint64
}

// FlowRecord is one VPC flow log record. What identifies it is everything in
// it but Key and Raw.
type FlowRecord struct {
	Start, End int64  // Unix seconds
	Key        uint64 // keyed hash of the record, see KnownFlows; written only
	Version    uint8
	Account    entity.ID
	Interface  entity.ID
	Src, Dst   entity.ID // entity.IPAddress, as in srcaddr and dstaddr
	SrcPort    int32     // -1 when the record has none
	DstPort    int32
	Protocol   int16 // IANA protocol number, -1 when the record has none
	Packets    uint64
	Bytes      uint64
	Action     FlowAction
	Status     FlowStatus
	Format     string // the names of the record's columns, in order, with a space between them
	Rest       string // the values of columns that have no field here, in order, with a space between them
	// Raw is the line as logged where the fields do not give exactly that;
	// empty otherwise.
	Raw string
}

// FlowQuery selects flow records. Zero values select everything.
type FlowQuery struct {
	From, To  time.Time // half-open; of the start of records
	Interface entity.ID
	Address   entity.ID // source or destination
	Limit     int       // 0 means DefaultEvents
}
