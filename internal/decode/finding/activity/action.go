package activity

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/finding"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Reader reads the elements of one finding into its builder.
type Reader struct {
	B         *finding.Builder
	Account   string     // the finding's: 12 digits or empty
	Partition string     // of ARNs: "aws", "aws-cn", …
	Instance  entity.Ref // the instance that the finding is about, if there is one
}

// IsCall reports whether an action is a call of an API, AWS's or a cluster's.
// Whoever holds the credentials of a call acts with them, even where
// GuardDuty takes the resource for a target since somebody else got hold of
// them.
func IsCall(action field.Value) bool {
	for _, name := range []string{"awsApiCallAction", "kubernetesApiCallAction", "kubernetesPermissionCheckedDetails",
		"kubernetesRoleBindingDetails", "kubernetesRoleDetails"} {
		if hasMembers(action.Get(name)) {
			return true
		}
	}
	return false
}

// hasMembers tells an action from the empty objects that some put in place
// of those that are not there.
func hasMembers(v field.Value) bool {
	for range v.Members() {
		return true
	}
	return false
}

// Action reads an action. part is that of the finding's resources.
func (r Reader) Action(action field.Value, part finding.Role) {
	r.apiCall(action.Get("awsApiCallAction").Indexed(), part)
	r.kubernetesCall(action.Get("kubernetesApiCallAction").Indexed(), part)
	checked := action.Get("kubernetesPermissionCheckedDetails")
	r.B.ClusterCall(checked.Get("verb").Text(), checked.Get("resource").Text(), "", "")

	connection := action.Get("networkConnectionAction").Indexed()
	r.remote(connection, finding.ParseDirection(connection.Get("connectionDirection").Text()), connection.Get("blocked").Bool(), part)
	r.local(connection)

	probes := action.Get("portProbeAction")
	for probe := range probes.Get("portProbeDetails").Elements() {
		r.remote(probe, finding.Inbound, probes.Get("blocked").Bool(), part)
		r.local(probe)
	}
	r.B.Domain(action.Get("dnsRequestAction", "domain").Text())
	r.remote(action.Get("rdsLoginAttemptAction"), finding.Inbound, false, part)
}

// remote adds the address at the other end of v.
func (r Reader) remote(v field.Value, d finding.Direction, blocked bool, part finding.Role) {
	for _, name := range []string{"ipAddressV4", "ipAddressV6"} {
		r.B.Remote(v.Get("remoteIpDetails", name).Text(), d, blocked, part)
	}
}

// local adds the address at this end of v, and the network interface that
// has it.
func (r Reader) local(v field.Value) {
	addresses := append(v.Get("localIpDetails", "ipAddressV4").Texts(), v.Get("localIpDetails", "ipAddressV6").Texts()...)
	if id := v.Get("localNetworkInterface").Text(); id != "" {
		r.B.Interface(id, r.Account, r.Instance, addresses)
	}
	for _, text := range addresses {
		r.B.Local(text)
	}
}

func (r Reader) apiCall(call field.Value, part finding.Role) {
	r.B.Call(call.Get("serviceName").Text(), call.Get("api").Text())
	r.remote(call, finding.Inbound, false, part)
	r.B.Resource(finding.ServiceRef(call.Get("domainDetails", "domain").Text()), finding.Actor)
	r.B.Resource(finding.AccountRef(call.Get("remoteAccountDetails", "accountId").Text()), finding.Actor)
	r.B.Resource(finding.AgentRef(call.Get("userAgent").Text()), finding.Involved)
	for kind, name := range call.Get("affectedResources").Members() {
		r.B.Resource(r.affected(kind, name.Text()), finding.Target)
	}
}

func (r Reader) kubernetesCall(call field.Value, part finding.Role) {
	r.B.ClusterCall(call.Get("verb").Text(), call.Get("resource").Text(), call.Get("subresource").Text(), call.Get("requestUri").Text())
	r.remote(call, finding.Inbound, false, part)
	for _, ip := range call.Get("sourceIPs").Texts() {
		r.B.Remote(ip, finding.Inbound, false, part)
	}
	r.B.Resource(finding.AgentRef(call.Get("userAgent").Text()), finding.Involved)
}

// affected names an affected resource by its CloudFormation type and its ARN
// or name.
func (r Reader) affected(kind, name string) entity.Ref {
	if name == "" || strings.HasPrefix(name, "arn:") {
		return finding.RefOfARN(name)
	}
	switch strings.ToUpper(kind) {
	case "AWS::S3::BUCKET":
		return finding.BucketRef(name, "")
	case "AWS::EC2::INSTANCE":
		return finding.InstanceRef(name, r.Account)
	case "AWS::EC2::NETWORKINTERFACE":
		return finding.InterfaceRef(name, r.Account)
	case "AWS::IAM::USER":
		if r.Account != "" {
			return finding.RefOfARN("arn:" + r.Partition + ":iam::" + r.Account + ":user/" + name)
		}
	}
	return entity.Ref{}
}
