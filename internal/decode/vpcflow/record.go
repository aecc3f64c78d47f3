package vpcflow

import "net/netip"

// Record is one flow log record: what went between two addresses through one
// network interface within a capture window of at most ten minutes.
//
// A record has a value only where its line does. Has tells for the columns
// whose zero value means something; a string that is absent is empty, an
// address the zero Addr.
//
// Raw and Rest are valid until the next call of the decoder or parser that
// filled the Record; strings and Format are the caller's to keep.
type Record struct {
	Has Columns

	Version     uint8  // of the line's newest column: 2 to 10 so far
	AccountID   string // empty also where the line has "unknown"
	InterfaceID string
	Src, Dst    netip.Addr // as the interface saw them; see PktSrc
	SrcPort     uint16
	DstPort     uint16
	Protocol    uint8  // IANA number
	Packets     uint64 // in the capture window
	Bytes       uint64
	Start, End  int64 // Unix seconds, at least one of them present; see Time
	Action      Action
	Status      Status

	VPCID         string
	SubnetID      string
	InstanceID    string
	TCPFlags      uint16     // or-ed over the window: FIN 1, SYN 2, RST 4, SYN-ACK 18
	PktSrc        netip.Addr // of the packet itself, behind a NAT gateway or load balancer
	PktDst        netip.Addr
	Region        string
	AZID          string
	PktSrcService string // AWS service that the address belongs to, such as S3
	PktDstService string
	Direction     Direction
	TrafficPath   uint8  // 1 to 8, 0 when absent
	RejectReason  string // BPA, EC

	// Raw is the record as logged: the line without its line break, or the
	// JSON object. A Parquet row has no text of its own: its Raw is a line in
	// the order of the file's columns, see Parquet.
	Raw []byte

	// Format says what the columns of the line are. All records of a file
	// share it. For a JSON object it is the default format.
	Format *Format
	// Rest is the text of the columns that have none in the store (all but
	// the fourteen of version 2) and of those behind the format's last,
	// joined by spaces in the line's order. A JSON object has none.
	Rest []byte
	// Canonical says that AppendLine gives exactly Raw. It does unless the
	// line has other white space than single spaces, or a value in an
	// unusual spelling, such as a number with leading zeros.
	Canonical bool
}

// Time is when the record's window begins, or ends if only that is known:
// Unix seconds.
func (r *Record) Time() int64 {
	if r.Has&HasStart != 0 {
		return r.Start
	}
	return r.End
}

// Columns is a set of columns for which absent and zero differ.
type Columns uint16

// The columns. A record has a column if its line does, with a value that is
// not "-".
const (
	HasVersion Columns = 1 << iota
	HasSrcPort
	HasDstPort
	HasProtocol
	HasPackets
	HasBytes
	HasStart
	HasEnd
	HasTCPFlags
)

// Action is what became of the traffic.
type Action uint8

// The actions. Records without traffic have none.
const (
	ActionNone Action = iota
	Accept
	Reject
)

// String returns the action as logged, "-" for ActionNone.
func (a Action) String() string { return pick(a, "-", "ACCEPT", "REJECT") }

// Status says whether the record is one of traffic.
type Status uint8

// The statuses.
const (
	StatusNone Status = iota // the line has no log-status
	OK
	NoData   // no traffic in the window
	SkipData // some records were lost in the window, to a limit or an error of AWS
)

// String returns the status as logged, "-" for StatusNone.
func (s Status) String() string { return pick(s, "-", "OK", "NODATA", "SKIPDATA") }

// Direction is the traffic's, seen from the interface.
type Direction uint8

// The directions. Lines before version 5 have none.
const (
	DirectionNone Direction = iota
	Ingress
	Egress
)

// String returns the direction as logged, "-" for DirectionNone.
func (d Direction) String() string { return pick(d, "-", "ingress", "egress") }

// pick returns the word for v, "-" if there is none.
func pick[T ~uint8](v T, words ...string) string {
	if int(v) < len(words) {
		return words[v]
	}
	return words[0]
}
