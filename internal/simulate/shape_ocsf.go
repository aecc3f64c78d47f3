package simulate

import (
	"encoding/json"
	"fmt"
)

// ocsfEvent is an event of OCSF 1.1.0 as Security Lake stores it: the fields
// of the classes that come from CloudTrail (API Activity, 6003) and from flow
// logs (Network Activity, 4001).
type ocsfEvent struct {
	ActivityID   int32           `json:"activity_id" parquet:"activity_id"`
	ActivityName string          `json:"activity_name" parquet:"activity_name"`
	CategoryUID  int32           `json:"category_uid" parquet:"category_uid"`
	CategoryName string          `json:"category_name" parquet:"category_name"`
	ClassUID     int32           `json:"class_uid" parquet:"class_uid"`
	ClassName    string          `json:"class_name" parquet:"class_name"`
	TypeUID      int64           `json:"type_uid" parquet:"type_uid"`
	TypeName     string          `json:"type_name" parquet:"type_name"`
	SeverityID   int32           `json:"severity_id" parquet:"severity_id"`
	Severity     string          `json:"severity" parquet:"severity"`
	Status       string          `json:"status,omitempty" parquet:"status,optional"`
	StatusID     int32           `json:"status_id,omitempty" parquet:"status_id,optional"`
	StatusCode   string          `json:"status_code,omitempty" parquet:"status_code,optional"`
	Time         int64           `json:"time" parquet:"time"` // Unix milliseconds
	StartTime    int64           `json:"start_time,omitempty" parquet:"start_time,optional"`
	EndTime      int64           `json:"end_time,omitempty" parquet:"end_time,optional"`
	Action       string          `json:"action,omitempty" parquet:"action,optional"`
	ActionID     int32           `json:"action_id,omitempty" parquet:"action_id,optional"`
	Cloud        ocsfCloud       `json:"cloud" parquet:"cloud"`
	Metadata     ocsfMetadata    `json:"metadata" parquet:"metadata"`
	Actor        *ocsfActor      `json:"actor,omitempty" parquet:"actor,optional"`
	API          *ocsfAPI        `json:"api,omitempty" parquet:"api,optional"`
	HTTPRequest  *ocsfHTTP       `json:"http_request,omitempty" parquet:"http_request,optional"`
	Src          ocsfEndpoint    `json:"src_endpoint" parquet:"src_endpoint"`
	Dst          *ocsfEndpoint   `json:"dst_endpoint,omitempty" parquet:"dst_endpoint,optional"`
	Connection   *ocsfConnection `json:"connection_info,omitempty" parquet:"connection_info,optional"`
	Traffic      *ocsfTraffic    `json:"traffic,omitempty" parquet:"traffic,optional"`
}

type ocsfCloud struct {
	Provider string  `json:"provider" parquet:"provider"`
	Region   string  `json:"region" parquet:"region"`
	Account  ocsfUID `json:"account" parquet:"account"`
}

type ocsfUID struct {
	UID string `json:"uid" parquet:"uid"`
}

type ocsfMetadata struct {
	Version  string      `json:"version" parquet:"version"`
	UID      string      `json:"uid,omitempty" parquet:"uid,optional"`
	EventRef string      `json:"event_code,omitempty" parquet:"event_code,optional"`
	Profiles []string    `json:"profiles" parquet:"profiles,list"`
	Product  ocsfProduct `json:"product" parquet:"product"`
}

type ocsfProduct struct {
	Name    string      `json:"name" parquet:"name"`
	Vendor  string      `json:"vendor_name" parquet:"vendor_name"`
	Version string      `json:"version,omitempty" parquet:"version,optional"`
	Feature ocsfFeature `json:"feature" parquet:"feature"`
}

type ocsfFeature struct {
	Name string `json:"name" parquet:"name"`
}

type ocsfActor struct {
	User ocsfUser `json:"user" parquet:"user"`
}

type ocsfUser struct {
	Type       string  `json:"type" parquet:"type"`
	Name       string  `json:"name" parquet:"name"`
	UID        string  `json:"uid" parquet:"uid"`
	UIDAlt     string  `json:"uid_alt" parquet:"uid_alt"`
	Credential string  `json:"credential_uid" parquet:"credential_uid"`
	Account    ocsfUID `json:"account" parquet:"account"`
}

type ocsfAPI struct {
	Operation string      `json:"operation" parquet:"operation"`
	Service   ocsfFeature `json:"service" parquet:"service"`
	Request   ocsfUID     `json:"request" parquet:"request"`
}

type ocsfHTTP struct {
	UserAgent string `json:"user_agent" parquet:"user_agent"`
}

type ocsfEndpoint struct {
	IP        string `json:"ip,omitempty" parquet:"ip,optional"`
	Domain    string `json:"domain,omitempty" parquet:"domain,optional"`
	Port      int32  `json:"port,omitempty" parquet:"port,optional"`
	Interface string `json:"interface_uid,omitempty" parquet:"interface_uid,optional"`
	Instance  string `json:"instance_uid,omitempty" parquet:"instance_uid,optional"`
	VPC       string `json:"vpc_uid,omitempty" parquet:"vpc_uid,optional"`
	Subnet    string `json:"subnet_uid,omitempty" parquet:"subnet_uid,optional"`
}

type ocsfConnection struct {
	Direction   string `json:"direction" parquet:"direction"`
	DirectionID int32  `json:"direction_id" parquet:"direction_id"`
	Protocol    int32  `json:"protocol_num" parquet:"protocol_num"`
	Version     string `json:"protocol_ver" parquet:"protocol_ver"`
	TCPFlags    int32  `json:"tcp_flags" parquet:"tcp_flags"`
}

type ocsfTraffic struct {
	Packets int64 `json:"packets" parquet:"packets"`
	Bytes   int64 `json:"bytes" parquet:"bytes"`
}

// ocsf are Security Lake's forms of the sample.
func (s *shapes) ocsf() error {
	var calls, flows []ocsfEvent
	for i := range s.calls {
		e, err := s.apiActivity(i)
		if err != nil {
			return err
		}
		calls = append(calls, e)
	}
	for i := range s.flows {
		flows = append(flows, networkActivity(&s.flows[i]))
	}
	for _, f := range []struct {
		name string
		rows []ocsfEvent
	}{{"ocsf-api-activity", calls}, {"ocsf-network-activity", flows}} {
		if err := addLines(s, f.name+".jsonl", f.rows); err != nil {
			return err
		}
		if err := addParquet(s, f.name+".parquet", f.rows); err != nil {
			return err
		}
	}
	return addLines(s, "ocsf-detection-finding.jsonl", []object{s.detectionFinding()})
}

func (s *shapes) apiActivity(i int) (ocsfEvent, error) {
	e := &s.calls[i]
	var r struct{ EventID, RequestID string }
	if err := json.Unmarshal(s.plain[i], &r); err != nil {
		return ocsfEvent{}, fmt.Errorf("read a record again: %w", err)
	}
	activity, name := int32(2), "Read"
	if !e.call.readOnly() {
		activity, name = 1, "Create"
	}
	p := e.who.principal
	return ocsfEvent{ActivityID: activity, ActivityName: name, CategoryUID: 6, CategoryName: "Application Activity", ClassUID: 6003, ClassName: "API Activity",
		TypeUID: 600300 + int64(activity), TypeName: "API Activity: " + name, SeverityID: 1, Severity: "Informational", Status: "Success", StatusID: 1, Time: e.at * 1000,
		Cloud: ocsfCloud{Provider: "AWS", Region: e.region, Account: ocsfUID{e.recipient.id}},
		Metadata: ocsfMetadata{Version: "1.1.0", UID: r.EventID, EventRef: "AwsApiCall", Profiles: []string{"cloud", "datetime"},
			Product: ocsfProduct{Name: "CloudTrail", Vendor: "AWS", Version: version(e.call), Feature: ocsfFeature{"Management, Data, and Insights"}}},
		Actor:       &ocsfActor{ocsfUser{Type: "IAMUser", Name: p.name, UID: p.arn, UIDAlt: e.who.callerID, Credential: e.who.keyID, Account: ocsfUID{p.account.id}}},
		API:         &ocsfAPI{Operation: e.call.name, Service: ocsfFeature{e.call.source}, Request: ocsfUID{r.RequestID}},
		HTTPRequest: &ocsfHTTP{e.agent}, Src: ocsfEndpoint{IP: e.address}}, nil
}

// networkActivity is a flow log record. Only the interface's own end has its
// names.
func networkActivity(f *flowRecord) ocsfEvent {
	src := ocsfEndpoint{IP: f.src.String(), Port: int32(f.srcPort)}
	dst := ocsfEndpoint{IP: f.dst.String(), Port: int32(f.dstPort)}
	own, direction, id := &dst, "Inbound", int32(1)
	if f.egress {
		own, direction, id = &src, "Outbound", 2
	}
	own.Interface, own.Instance, own.VPC, own.Subnet = f.nic.id, f.instance(), f.nic.vpc, f.nic.subnet
	e := ocsfEvent{ActivityID: 6, ActivityName: "Traffic", CategoryUID: 4, CategoryName: "Network Activity", ClassUID: 4001, ClassName: "Network Activity",
		TypeUID: 400106, TypeName: "Network Activity: Traffic", SeverityID: 1, Severity: "Informational", StatusCode: "OK", Status: "Success", StatusID: 1,
		Time: f.start * 1000, StartTime: f.start * 1000, EndTime: f.end * 1000, Action: "Allowed", ActionID: 1,
		Cloud: ocsfCloud{Provider: "AWS", Region: f.nic.region, Account: ocsfUID{f.nic.account.id}},
		Metadata: ocsfMetadata{Version: "1.1.0", Profiles: []string{"cloud", "security_control", "datetime"},
			Product: ocsfProduct{Name: "Amazon VPC", Vendor: "AWS", Version: "5", Feature: ocsfFeature{"Flowlogs"}}},
		Src: src, Dst: &dst, Connection: &ocsfConnection{Direction: direction, DirectionID: id, Protocol: int32(f.protocol), Version: "IPv4", TCPFlags: int32(f.tcpFlags)},
		Traffic: &ocsfTraffic{Packets: int64(f.packets), Bytes: int64(f.bytes)}}
	if f.src.Is6() {
		e.Connection.Version = "IPv6"
	}
	if f.reject {
		e.Action, e.ActionID, e.Status, e.StatusID = "Denied", 2, "Failure", 2
	}
	return e
}

// detectionFinding is a GuardDuty finding that came through Security Hub.
func (s *shapes) detectionFinding() object {
	m := s.org.accounts[0].fleet.machines[0]
	a := m.primary.account
	uid := "arn:aws:guardduty:" + m.region + ":" + a.id + ":detector/" + a.detector + "/finding/" + string(appendHex(appendHex(nil, s.dice.next(), 16), s.dice.next(), 16))
	at := s.day + 5400
	remote := s.org.places.scanner(3).String()
	return object{"activity_id": 1, "activity_name": "Create", "category_uid": 2, "category_name": "Findings", "class_uid": 2004, "class_name": "Detection Finding",
		"type_uid": 200401, "type_name": "Detection Finding: Create", "severity_id": 2, "severity": "Low", "status": "New", "status_id": 1, "time": at * 1000,
		"cloud": object{"provider": "AWS", "region": m.region, "account": object{"uid": a.id}},
		"metadata": object{"version": "1.1.0", "profiles": []string{"cloud", "datetime"}, "log_version": "2018-10-08",
			"product": object{"name": "GuardDuty", "vendor_name": "Amazon", "uid": "arn:aws:securityhub:" + m.region + "::product/aws/guardduty"}},
		"finding_info": object{"uid": uid, "title": "Unprotected port on EC2 instance " + m.id + " is being probed.", "types": []string{"TTPs/Discovery/Recon:EC2-PortProbeUnprotectedPort"},
			"desc": "EC2 instance has an unprotected port which is being probed by a known malicious host.", "created_time": at * 1000, "modified_time": at * 1000,
			"first_seen_time": (at - 600) * 1000, "last_seen_time": (at - 300) * 1000},
		"resources": []object{{"type": "AwsEc2Instance", "uid": "arn:aws:ec2:" + m.region + ":" + a.id + ":instance/" + m.id, "region": m.region, "cloud_partition": "aws"}},
		"evidences": []object{{"src_endpoint": object{"ip": remote}, "dst_endpoint": object{"ip": m.primary.address.String(), "port": 22}}}}
}
