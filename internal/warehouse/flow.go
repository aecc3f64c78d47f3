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

// FlowKey is what a Flow row is about.
//
// The port of the side that asked is nearly always one of the thousands that
// systems pick at random, so it says nothing and would keep rows from
// folding: it is EphemeralPort. The flow records have it.
type FlowKey struct {
	Hour      Hour
	Account   entity.ID
	Interface entity.ID // entity.NetworkInterface
	Local     entity.ID // entity.IPAddress of the interface, behind NAT of the packet
	Peer      entity.ID // entity.IPAddress of the other side
	LocalPort uint16
	PeerPort  uint16
	Protocol  uint8 // IANA protocol number
	Direction Direction
	Action    FlowAction
}

// EphemeralPort stands in a FlowKey for a port that was picked at random.
const EphemeralPort = 0

// Flow counts the traffic of one hour between a network interface and a peer.
type Flow struct {
	FlowKey
	Records     uint32
	Packets     uint64
	Bytes       uint64
	First, Last int64 // Unix seconds: start of the first, end of the last record
}

// Merge adds g's traffic to f. Numbers that 64 bits cannot hold, which only a
// false record has, stay at the greatest.
func (f *Flow) Merge(g Flow) {
	f.Records += g.Records
	f.Packets = addUpTo(f.Packets, g.Packets)
	f.Bytes = addUpTo(f.Bytes, g.Bytes)
	f.First = min(f.First, g.First)
	f.Last = max(f.Last, g.Last)
}

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
