package ocsf

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

const guardDutyAction = "aws/guardduty/service/action/"

// evidences puts back what the finding's activity was: into the product fields
// from which Security Hub's mapping took it, where these say what kind of
// action it was, else into an action.
func evidences(o, fields object, e *event) {
	kind, _ := fields[guardDutyAction+"actionType"].(string)
	probes := 0
	for v := range e.Get("evidences").Elements() {
		if probes == maxList {
			break
		}
		v = v.Indexed()
		fields.addField("aws/guardduty/service/additionalInfo/value", firstOf(v, "data"))
		credentials(fields, e, v)
		switch {
		case kind == "AWS_API_CALL":
			call := guardDutyAction + "awsApiCallAction/"
			fields.addField(call+"api", firstOf(v, "api.operation"))
			fields.addField(call+"serviceName", firstOf(v, "api.service.name"))
			fields.addField(call+"remoteIpDetails/ipAddressV4", firstOf(v, "src_endpoint.ip"))
		case kind == "KUBERNETES_API_CALL":
			call := guardDutyAction + "kubernetesApiCallAction/"
			fields.addField(call+"verb", firstOf(v, "api.operation"))
			fields.addField(call+"remoteIpDetails/ipAddressV4", firstOf(v, "src_endpoint.ip"))
		case kind == "DNS_REQUEST":
			fields.addField(guardDutyAction+"dnsRequestAction/domain", firstOf(v, "query.hostname"))
		case kind != "":
			// All of it is in the product fields.
		case firstOf(v, "api.operation") != "" && firstOf(v, "api.service.name") != "":
			o.add("Action.AwsApiCallAction.Api", firstOf(v, "api.operation"))
			o.add("Action.AwsApiCallAction.ServiceName", firstOf(v, "api.service.name"))
			o.add("Action.AwsApiCallAction.RemoteIpDetails.IpAddressV4", firstOf(v, "src_endpoint.ip"))
		default:
			o.add("Action.DnsRequestAction.Domain", firstOf(v, "query.hostname"))
			probes += connection(o, v, probes)
		}
	}
}

// addField is add for a name with whatever in it.
func (o object) addField(name, value string) {
	if o[name] == nil && !empty(value) {
		o[name] = value
	}
}

// connection adds a connection of which the evidence has the two ends. It
// returns how many probes it added: several connections that came in fit into
// a finding only as these, and to the normal form it is all the same.
func connection(o object, v field.Value, i int) int {
	from, to := firstOf(v, "src_endpoint.ip"), firstOf(v, "dst_endpoint.ip")
	if from == "" && to == "" {
		return 0
	}
	action := o.within("Action")
	out := v.Get("connection_info", "direction_id").Int() == 2 || from != "" && to != "" && entity.ParseAddress(from).Class == entity.PrivateAddress &&
		entity.ParseAddress(to).Class == entity.PublicAddress
	if out {
		c := action.within("NetworkConnectionAction")
		c.add("ConnectionDirection", "OUTBOUND")
		c.add("RemoteIpDetails.IpAddressV4", to)
		return 0
	}
	c := action.within("PortProbeAction").element("PortProbeDetails", i)
	c.set("RemoteIpDetails.IpAddressV4", from)
	c.set("LocalIpDetails.IpAddressV4", to)
	return 1
}

// credentials puts back whose credentials were used, unless a resource says.
func credentials(fields object, e *event, v field.Value) {
	for r := range e.Get("resources").Elements() {
		if kind := firstOf(r, "type"); strings.HasSuffix(kind, "AccessKey") {
			return
		}
	}
	const details = "aws/guardduty/resource/accessKeyDetails/"
	user := v.Get("actor", "user")
	fields.addField(details+"accessKeyId", firstOf(user, "credential_uid"))
	fields.addField(details+"principalId", firstOf(user, "uid_alt"))
	if fields[details+"accessKeyId"] != nil || fields[details+"principalId"] != nil {
		fields.addField(details+"userName", firstOf(user, "name"))
	}
}
