package ingest

import (
	"encoding/binary"
	"net/netip"

	"github.com/gumshoe-detective/gumshoe/internal/decode/logs"
	"github.com/gumshoe-detective/gumshoe/internal/decode/vpcflow"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// flowSpace keeps the keys of flow records apart from entity ids, see
// Hasher.Sum.
const flowSpace = 257

// flow fills f from a flow record. c is what is known of account and Region.
func (r *resolver) flow(rec *vpcflow.Record, c logs.Context, f *flow) {
	f.Start, f.End = rec.Time(), rec.End
	f.Version = rec.Version
	f.Account = r.nameAgain(&r.recent.account, entity.AwsAccount, c.Account, c.Account)
	f.region = r.nameAgain(&r.recent.region, entity.Region, first(rec.Region, c.Region), "")
	f.Interface = r.nameAgain(&r.recent.nic, entity.NetworkInterface, rec.InterfaceID, c.Account)
	f.SrcPort, f.DstPort, f.Protocol = -1, -1, -1
	if rec.Has&vpcflow.HasSrcPort != 0 {
		f.SrcPort = int32(rec.SrcPort)
	}
	if rec.Has&vpcflow.HasDstPort != 0 {
		f.DstPort = int32(rec.DstPort)
	}
	if rec.Has&vpcflow.HasProtocol != 0 {
		f.Protocol = int16(rec.Protocol)
	}
	f.Packets, f.Bytes = rec.Packets, rec.Bytes
	f.Action = warehouse.FlowAction(rec.Action)
	f.Status = warehouse.FlowStatus(rec.Status)
	var privateSrc, privateDst bool
	f.Src, privateSrc = r.flowAddress(rec.Src)
	f.Dst, privateDst = r.flowAddress(rec.Dst)
	f.src, f.dst, f.private = f.Src, f.Dst, [2]bool{privateSrc, privateDst}
	if rec.PktSrc.IsValid() && rec.PktSrc != rec.Src {
		f.src, f.private[0] = r.flowAddress(rec.PktSrc)
	}
	if rec.PktDst.IsValid() && rec.PktDst != rec.Dst {
		f.dst, f.private[1] = r.flowAddress(rec.PktDst)
	}
	switch rec.Direction {
	case vpcflow.Ingress:
		f.direction, f.directed = warehouse.Inbound, true
	case vpcflow.Egress:
		f.direction, f.directed = warehouse.Outbound, true
	}
	f.instance = 0
	if rec.InstanceID != "" {
		f.instance = r.name(entity.EC2Instance, rec.InstanceID, c.Account)
	}
	f.bytes = len(rec.Raw)
	f.Format = rec.Format.String()
	f.Rest, f.Raw = "", ""
	// The account of a record that does not name one is not in its line.
	if rec.Canonical && (rec.AccountID == c.Account) {
		if len(rec.Rest) > 0 {
			f.Rest = r.texts.String(rec.Rest)
		}
	} else {
		f.Raw = string(rec.Raw)
	}
	f.Key = r.flowKey(&f.FlowRecord)
}

// flowKey hashes all that identifies a flow record.
func (r *resolver) flowKey(f *warehouse.FlowRecord) uint64 {
	var room [256]byte
	b := room[:0]
	for _, n := range [...]uint64{uint64(f.Start), uint64(f.End), uint64(f.Account), uint64(f.Interface), uint64(f.Src), uint64(f.Dst),
		uint64(uint32(f.SrcPort))<<32 | uint64(uint32(f.DstPort)), uint64(uint16(f.Protocol))<<48 | uint64(f.Version)<<16 | uint64(f.Action)<<8 | uint64(f.Status),
		f.Packets, f.Bytes} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	if f.Rest != "" || f.Raw != "" {
		b = append(append(append(append(append(b, f.Rest...), 0), f.Raw...), 0), f.Format...)
	}
	return r.hasher.Sum(flowSpace, b)
}

// flowAddress returns the entity of an address, and whether it is private.
func (r *resolver) flowAddress(ip netip.Addr) (entity.ID, bool) {
	if !ip.IsValid() {
		return 0, false
	}
	var a *peer
	if ip.Is4() {
		four := ip.As4()
		key := binary.BigEndian.Uint32(four[:])
		if a = r.peers4[key]; a == nil {
			a = r.newPeer(ip)
			r.peers4[key] = a
		}
	} else if a = r.peers[ip]; a == nil {
		a = r.newPeer(ip)
		r.peers[ip] = a
	}
	r.report(&a.seen, a.Entity)
	return a.ID, a.private
}

func (r *resolver) newPeer(ip netip.Addr) *peer {
	r.hold(len("2001:db8:1234:a100:8d6e:3477:df66:f105"))
	parsed := entity.ParseAddress(ip.String())
	a := &peer{private: parsed.Class == entity.PrivateAddress}
	a.Entity = r.ref(entity.Ref{Type: entity.IPAddress, Key: parsed.Key, Label: parsed.Key})
	return a
}

// recentNames are those of the last flow record: the next one mostly has the
// same.
type recentNames struct{ account, region, nic recentName }

type recentName struct {
	key nameKey
	*named
}

// nameAgain is name, with a look at a recent one first.
func (r *resolver) nameAgain(recent *recentName, t entity.Type, key, account string) entity.ID {
	if key == "" {
		return 0
	}
	if k := (nameKey{t, key, account}); recent.named == nil || recent.key != k {
		recent.key, recent.named = k, r.named(t, clip(key), account)
	}
	r.report(&recent.seen, recent.Entity)
	return recent.ID
}

// peer is a cached address of flow records.
type peer struct {
	named
	private bool
}
