package simulate

import (
	"bytes"
	"fmt"

	"github.com/parquet-go/parquet-go"
)

// flowRow is a record of a flow log in Parquet: field names with underscores
// (AWS: publish flow logs to Amazon S3).
type flowRow struct {
	Version     int32  `parquet:"version"`
	AccountID   string `parquet:"account_id"`
	InterfaceID string `parquet:"interface_id"`
	SrcAddr     string `parquet:"srcaddr,optional"`
	DstAddr     string `parquet:"dstaddr,optional"`
	SrcPort     int32  `parquet:"srcport,optional"`
	DstPort     int32  `parquet:"dstport,optional"`
	Protocol    int32  `parquet:"protocol,optional"`
	Packets     int64  `parquet:"packets,optional"`
	Bytes       int64  `parquet:"bytes,optional"`
	Start       int64  `parquet:"start"`
	End         int64  `parquet:"end"`
	Action      string `parquet:"action,optional"`
	LogStatus   string `parquet:"log_status"`
	VPCID       string `parquet:"vpc_id"`
	SubnetID    string `parquet:"subnet_id"`
	InstanceID  string `parquet:"instance_id,optional"`
	PktSrcAddr  string `parquet:"pkt_srcaddr,optional"`
	PktDstAddr  string `parquet:"pkt_dstaddr,optional"`
	Direction   string `parquet:"flow_direction,optional"`
}

// action is the record's action field.
func (f *flowRecord) action() string {
	if f.reject {
		return "REJECT"
	}
	return "ACCEPT"
}

func (f *flowRecord) direction() string {
	if f.egress {
		return "egress"
	}
	return "ingress"
}

func (f *flowRecord) instance() string {
	if f.nic.machine == nil {
		return ""
	}
	return f.nic.machine.id
}

func (s *shapes) flowParquet() error {
	var rows []flowRow
	for i := range s.flows {
		f := &s.flows[i]
		r := flowRow{Version: 5, AccountID: f.nic.account.id, InterfaceID: f.nic.id, SrcAddr: f.src.String(), DstAddr: f.dst.String(), SrcPort: int32(f.srcPort), DstPort: int32(f.dstPort),
			Protocol: int32(f.protocol), Packets: int64(f.packets), Bytes: int64(f.bytes), Start: f.start, End: f.end, Action: f.action(), LogStatus: "OK",
			VPCID: f.nic.vpc, SubnetID: f.nic.subnet, InstanceID: f.instance(), PktSrcAddr: f.src.String(), PktDstAddr: f.dst.String(), Direction: f.direction()}
		if f.pktSrc.IsValid() {
			r.PktSrcAddr = f.pktSrc.String()
		}
		if f.pktDst.IsValid() {
			r.PktDstAddr = f.pktDst.String()
		}
		rows = append(rows, r)
	}
	// An interface without traffic: nothing but nulls.
	nic := s.org.accounts[0].fleet.idle[0]
	rows = append(rows, flowRow{Version: 5, AccountID: nic.account.id, InterfaceID: nic.id, Start: s.day + 3600, End: s.day + 3659, LogStatus: "NODATA", VPCID: nic.vpc, SubnetID: nic.subnet})
	return addParquet(s, "vpcflow.parquet", rows)
}

// addParquet enters a Parquet file.
func addParquet[T any](s *shapes, name string, rows []T) error {
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, parquet.Compression(&parquet.Zstd))
	if _, err := w.Write(rows); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	s.add(name, len(rows), b.Bytes())
	return nil
}
