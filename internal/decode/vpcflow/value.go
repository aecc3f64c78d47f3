package vpcflow

import (
	"bytes"
	"math"
	"net/netip"
)

// maxTime is the largest time that is one, in Unix seconds: the end of the
// year 9999. Milliseconds and garbage lie above it.
const maxTime = 253402300799

// set stores a value, which is not "-", in the record's field. The record is
// undefined if the verdict is wrong.
func (p *Parser) set(f field, word []byte, rec *Record) verdict {
	var n uint64
	v := exact
	switch f {
	case fieldVersion:
		n, v = number(word, math.MaxUint8)
		rec.Version, rec.Has = uint8(n), rec.Has|HasVersion
	case fieldAccountID:
		if string(word) != "unknown" {
			rec.AccountID = p.shared.String(word)
		}
	case fieldInterfaceID:
		rec.InterfaceID = p.shared.String(word)
	case fieldSrcAddr:
		rec.Src, v = address(word)
	case fieldDstAddr:
		rec.Dst, v = address(word)
	case fieldSrcPort:
		n, v = number(word, math.MaxUint16)
		rec.SrcPort, rec.Has = uint16(n), rec.Has|HasSrcPort
	case fieldDstPort:
		n, v = number(word, math.MaxUint16)
		rec.DstPort, rec.Has = uint16(n), rec.Has|HasDstPort
	case fieldProtocol:
		n, v = number(word, math.MaxUint8)
		rec.Protocol, rec.Has = uint8(n), rec.Has|HasProtocol
	case fieldPackets:
		rec.Packets, v = number(word, math.MaxUint64)
		rec.Has |= HasPackets
	case fieldBytes:
		rec.Bytes, v = number(word, math.MaxUint64)
		rec.Has |= HasBytes
	case fieldStart:
		n, v = number(word, maxTime)
		rec.Start, rec.Has = int64(n), rec.Has|HasStart
	case fieldEnd:
		n, v = number(word, maxTime)
		rec.End, rec.Has = int64(n), rec.Has|HasEnd
	case fieldAction:
		switch string(word) {
		case "ACCEPT":
			rec.Action = Accept
		case "REJECT":
			rec.Action = Reject
		default:
			v = wrong
		}
	case fieldLogStatus:
		switch string(word) {
		case "OK":
			rec.Status = OK
		case "NODATA":
			rec.Status = NoData
		case "SKIPDATA":
			rec.Status = SkipData
		default:
			v = wrong
		}
	default:
		return p.setMore(f, word, rec)
	}
	return v
}

// setMore is set for the columns that are kept as text anyway. What they hold
// is never wrong, but it may not fit, which tells that the column is another.
func (p *Parser) setMore(f field, word []byte, rec *Record) verdict {
	ok := true
	switch f {
	case fieldVPCID:
		rec.VPCID, ok = p.shared.String(word), bytes.HasPrefix(word, []byte("vpc-"))
	case fieldSubnetID:
		rec.SubnetID, ok = p.shared.String(word), bytes.HasPrefix(word, []byte("subnet-"))
	case fieldInstanceID:
		rec.InstanceID, ok = p.shared.String(word), bytes.HasPrefix(word, []byte("i-"))
	case fieldTCPFlags:
		if n, v := number(word, math.MaxUint16); v <= inexact {
			rec.TCPFlags, rec.Has = uint16(n), rec.Has|HasTCPFlags
		} else {
			ok = false
		}
	case fieldType:
		ok = string(word) == "IPv4" || string(word) == "IPv6" || string(word) == "EFA"
	case fieldPktSrcAddr:
		rec.PktSrc, ok = fitting(address(word))
	case fieldPktDstAddr:
		rec.PktDst, ok = fitting(address(word))
	case fieldRegion:
		rec.Region = p.shared.String(word)
	case fieldAZID:
		rec.AZID = p.shared.String(word)
	case fieldPktSrcService:
		rec.PktSrcService = p.shared.String(word)
	case fieldPktDstService:
		rec.PktDstService = p.shared.String(word)
	case fieldFlowDirection:
		switch string(word) {
		case "ingress":
			rec.Direction = Ingress
		case "egress":
			rec.Direction = Egress
		default:
			ok = false
		}
	case fieldTrafficPath:
		n, v := number(word, math.MaxUint8)
		rec.TrafficPath, ok = uint8(n), v <= inexact
	case fieldRejectReason:
		rec.RejectReason = p.shared.String(word)
	}
	if !ok {
		return unfit
	}
	return exact
}

func fitting(a netip.Addr, v verdict) (netip.Addr, bool) { return a, v <= inexact }
