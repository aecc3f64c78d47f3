package simulate

import (
	"net/netip"
	"strconv"
)

// flowRecord is one line of a VPC flow log.
type flowRecord struct {
	nic        *networkInterface
	src, dst   netip.Addr
	pktSrc     netip.Addr // of the packet itself, where that differs
	pktDst     netip.Addr
	srcService string // AWS service at that end, "" = none
	dstService string
	packets    uint64
	bytes      uint64
	start, end int64 // Unix seconds
	srcPort    uint16
	dstPort    uint16
	protocol   uint8
	tcpFlags   uint8 // of all packets of the record, or-ed
	path       uint8 // AWS's number of the way that egress takes, 0 = none
	status     flowStatus
	reject     bool
	egress     bool
}

// flowStatus is the log-status.
type flowStatus uint8

const (
	flowOK       flowStatus = iota
	flowNoData              // nothing came or went in the interval
	flowSkipData            // records were dropped
)

// The numbers of the protocols.
const (
	icmp   = 1
	tcp    = 6
	udp    = 17
	icmpV6 = 58
)

// Traffic paths (AWS: VPC flow log records, traffic-path).
const (
	pathVPC         = 1 // another resource in the same VPC
	pathGateway     = 7 // a gateway VPC endpoint
	pathInternet    = 8 // an Internet gateway
	flowFieldsV2    = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
	flowFieldsAbove = " vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id" +
		" pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path"
)

// flowFields is the header line of a version.
func flowFields(version int) string {
	if version == 2 {
		return flowFieldsV2
	}
	return flowFieldsV2 + flowFieldsAbove
}

// flowLines is the content of a flow log file.
type flowLines struct {
	version int
	records []flowRecord
}

func (f flowLines) writeTo(p *packer) error {
	p.plain = append(append(p.plain, flowFields(f.version)...), '\n')
	for i := range f.records {
		p.plain = append(f.records[i].append(p.plain, f.version), '\n')
		if err := p.spill(); err != nil {
			return err
		}
	}
	return nil
}

// append appends the record as a line of version 2 or 5, without its end.
func (f *flowRecord) append(b []byte, version int) []byte {
	b = append(strconv.AppendInt(b, int64(version), 10), ' ')
	b = append(append(b, f.nic.account.id...), ' ')
	b = append(append(b, f.nic.id...), ' ')
	if f.status == flowOK {
		b = append(f.src.AppendTo(b), ' ')
		b = append(f.dst.AppendTo(b), ' ')
		for _, n := range [...]uint64{uint64(f.srcPort), uint64(f.dstPort), uint64(f.protocol), f.packets, f.bytes} {
			b = append(strconv.AppendUint(b, n, 10), ' ')
		}
	} else {
		b = append(b, "- - - - - - - "...)
	}
	b = append(strconv.AppendInt(b, f.start, 10), ' ')
	b = strconv.AppendInt(b, f.end, 10)
	switch {
	case f.status == flowNoData:
		b = append(b, " - NODATA"...)
	case f.status == flowSkipData:
		b = append(b, " - SKIPDATA"...)
	case f.reject:
		b = append(b, " REJECT OK"...)
	default:
		b = append(b, " ACCEPT OK"...)
	}
	if version == 2 {
		return b
	}
	return f.appendAbove(b)
}

// appendAbove appends the fields of versions 3 to 5.
func (f *flowRecord) appendAbove(b []byte) []byte {
	word := func(s string) {
		if s == "" {
			s = "-"
		}
		b = append(append(b, ' '), s...)
	}
	word(f.nic.vpc)
	word(f.nic.subnet)
	if f.nic.machine != nil {
		word(f.nic.machine.id)
	} else {
		word("")
	}
	if f.status != flowOK {
		b = append(b, " - - - - "...)
		b = append(append(b, f.nic.region...), ' ')
		return append(append(b, f.nic.zone...), " - - - - - -"...)
	}
	b = strconv.AppendUint(append(b, ' '), uint64(f.tcpFlags), 10)
	kind := " IPv4 "
	if f.src.Is6() {
		kind = " IPv6 "
	}
	b = append(b, kind...)
	for _, end := range [...][2]netip.Addr{{f.pktSrc, f.src}, {f.pktDst, f.dst}} {
		if !end[0].IsValid() {
			end[0] = end[1]
		}
		b = append(end[0].AppendTo(b), ' ')
	}
	b = append(append(b, f.nic.region...), ' ')
	b = append(append(b, f.nic.zone...), " - -"...)
	word(f.srcService)
	word(f.dstService)
	switch {
	case !f.egress:
		return append(b, " ingress -"...)
	case f.path == 0:
		return append(b, " egress -"...)
	}
	return strconv.AppendUint(append(b, " egress "...), uint64(f.path), 10)
}
