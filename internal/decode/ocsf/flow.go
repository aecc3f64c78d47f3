package ocsf

import (
	"strconv"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
)

// flowMembers are the columns of flow logs that OCSF keeps as they are. The
// interface and what it belongs to are with the endpoint that has it.
var flowMembers = []member{
	{"version", []string{"metadata.product.version"}},
	{"account-id", []string{"cloud.account.uid", "cloud.account_uid"}},
	{"region", []string{"cloud.region"}},
	{"az-id", []string{"cloud.zone"}},
	{"srcport", []string{"src_endpoint.port"}},
	{"dstport", []string{"dst_endpoint.port"}},
	{"protocol", []string{"connection_info.protocol_num"}},
	{"tcp-flags", []string{"connection_info.tcp_flags"}},
	{"type", []string{"connection_info.protocol_ver"}},
	{"packets", []string{"traffic.packets"}},
	{"bytes", []string{"traffic.bytes"}},
	{"pkt-src-aws-service", []string{"src_endpoint.svc_name"}},
	{"pkt-dst-aws-service", []string{"dst_endpoint.svc_name"}},
	{"interface-id", []string{"dst_endpoint.interface_uid", "src_endpoint.interface_uid"}},
	{"vpc-id", []string{"dst_endpoint.vpc_uid", "src_endpoint.vpc_uid"}},
	{"subnet-id", []string{"dst_endpoint.subnet_uid", "src_endpoint.subnet_uid"}},
	{"instance-id", []string{"dst_endpoint.instance_uid", "src_endpoint.instance_uid"}},
}

// network reads an event that a VPC flow log is the source of.
func (p *Parser) network(e *event, raw []byte, rec *Record) error {
	own := e.first("dst_endpoint.interface_uid", "src_endpoint.interface_uid")
	if !strings.Contains(e.product(), "vpc") && own == "" {
		return reject(ReasonProduct, "class %d from %.64q", e.class, e.product())
	}
	o := object{}
	for name, v := range e.unmapped.Members() {
		if text := v.Text(); !empty(text) {
			o[name] = text
		}
	}
	for _, m := range flowMembers {
		o.set(m.name, e.first(m.from...))
	}
	version, _ := strconv.Atoi(e.first("metadata.product.version"))
	addresses(o, e.Get("src_endpoint"), "srcaddr", "pkt-srcaddr", version)
	addresses(o, e.Get("dst_endpoint"), "dstaddr", "pkt-dstaddr", version)
	o.set("start", seconds(moment(e.Value, "start_time", "time")))
	o.set("end", seconds(moment(e.Value, "end_time")))
	o.set("action", flowAction(e))
	switch e.Get("connection_info", "direction_id").Int() {
	case 1:
		o.set("flow-direction", "ingress")
	case 2:
		o.set("flow-direction", "egress")
	}
	switch status := e.first("status_code"); status {
	case "OK", "NODATA", "SKIPDATA":
		o.set("log-status", status)
	}
	// The eight ways of traffic are OCSF's boundaries from 4, Same VPC, to
	// 11, Internet Gateway.
	if boundary := e.Get("connection_info", "boundary_id").Int(); boundary >= 4 && boundary <= 11 {
		o.set("traffic-path", strconv.Itoa(boundary-3))
	}
	if err := p.begin(o); err != nil {
		return err
	}
	rec.Kind = decode.KindVPCFlow
	if err := p.flow.Object(&p.native, &rec.Flow); err != nil {
		return end(err)
	}
	rec.Flow.Raw, rec.Flow.Canonical = raw, false
	return nil
}

// addresses puts back the two addresses of an endpoint: ip is that of the
// packet itself, and where the interface saw another, that is the first of
// the intermediate ones. Version 3 logs were the first to know the packet's.
func addresses(o object, v field.Value, seen, packet string, version int) {
	ip := firstOf(v, "ip")
	o.set(seen, ip)
	if through := v.Get("intermediate_ips").Texts(); len(through) > 0 {
		o.set(seen, through[0])
		o.set(packet, ip)
	} else if version >= 3 {
		o.set(packet, ip)
	}
}

func seconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}

// flowAction is what became of the traffic, which each version of the schema
// says in another place.
func flowAction(e *event) string {
	for _, name := range []string{"action", "disposition", "activity_name"} {
		switch strings.ToUpper(e.first(name)) {
		case "ACCEPT", "ALLOWED":
			return "ACCEPT"
		case "REJECT", "DENIED", "BLOCKED", "REFUSE":
			return "REJECT"
		}
	}
	for _, name := range []string{"action_id", "disposition_id"} {
		switch e.Get(name).Int() {
		case 1:
			return "ACCEPT"
		case 2:
			return "REJECT"
		}
	}
	return ""
}
