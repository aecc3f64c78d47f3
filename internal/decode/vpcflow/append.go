package vpcflow

import (
	"net/netip"
	"strconv"
)

// AppendLine appends the record as a line to dst, without a line break: the
// columns of its format, out of its fields and Rest, then what Rest has
// besides. Absent values are "-", but an absent account is "unknown", as AWS
// writes it. Fields must be as decoded, AccountID too: a caller that knows an
// unknown account from elsewhere must not put it there.
//
// The Raw of a Canonical record is what AppendLine gives. rec.Format must not
// be nil.
func AppendLine(dst []byte, rec *Record) []byte {
	rest := rec.Rest
	for i, field := range rec.Format.fields {
		if i > 0 {
			dst = append(dst, ' ')
		}
		if field <= lastStored {
			dst = appendStored(dst, field, rec)
			continue
		}
		word, n := nextWord(rest, 0)
		rest = rest[n:]
		if len(word) == 0 {
			word = []byte{'-'}
		}
		dst = append(dst, word...)
	}
	for word, i := nextWord(rest, 0); len(word) > 0; word, i = nextWord(rest, i) {
		dst = append(append(dst, ' '), word...)
	}
	return dst
}

// appendStored appends the value of a column that has one in the store.
func appendStored(dst []byte, f field, rec *Record) []byte {
	switch f {
	case fieldVersion:
		return appendNumber(dst, uint64(rec.Version), rec.Has&HasVersion)
	case fieldAccountID:
		if rec.AccountID == "" {
			return append(dst, "unknown"...)
		}
		return append(dst, rec.AccountID...)
	case fieldInterfaceID:
		if rec.InterfaceID == "" {
			return append(dst, '-')
		}
		return append(dst, rec.InterfaceID...)
	case fieldSrcAddr:
		return appendAddress(dst, rec.Src)
	case fieldDstAddr:
		return appendAddress(dst, rec.Dst)
	case fieldSrcPort:
		return appendNumber(dst, uint64(rec.SrcPort), rec.Has&HasSrcPort)
	case fieldDstPort:
		return appendNumber(dst, uint64(rec.DstPort), rec.Has&HasDstPort)
	case fieldProtocol:
		return appendNumber(dst, uint64(rec.Protocol), rec.Has&HasProtocol)
	case fieldPackets:
		return appendNumber(dst, rec.Packets, rec.Has&HasPackets)
	case fieldBytes:
		return appendNumber(dst, rec.Bytes, rec.Has&HasBytes)
	case fieldStart:
		return appendNumber(dst, uint64(rec.Start), rec.Has&HasStart)
	case fieldEnd:
		return appendNumber(dst, uint64(rec.End), rec.Has&HasEnd)
	case fieldAction:
		return append(dst, rec.Action.String()...)
	default:
		return append(dst, rec.Status.String()...)
	}
}

// appendNumber appends n, or "-" if it is not there.
func appendNumber(dst []byte, n uint64, there Columns) []byte {
	if there == 0 {
		return append(dst, '-')
	}
	return strconv.AppendUint(dst, n, 10)
}

func appendAddress(dst []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return append(dst, '-')
	}
	return a.AppendTo(dst)
}
