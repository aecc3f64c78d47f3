package ocsf

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// member says where a record's member is in an event: at the first of these
// paths that has a value.
type member struct {
	name string
	from []string
}

// trailMembers are the members of CloudTrail records that OCSF keeps as they
// are.
var trailMembers = []member{
	{"eventID", []string{"metadata.uid"}},
	{"eventVersion", []string{"metadata.product.version"}},
	{"eventType", []string{"metadata.event_code"}},
	{"eventName", []string{"api.operation"}},
	{"eventSource", []string{"api.service.name"}},
	{"requestID", []string{"api.request.uid"}},
	{"apiVersion", []string{"api.version"}},
	{"errorCode", []string{"api.response.error"}},
	{"errorMessage", []string{"api.response.message", "api.response.error_message"}},
	{"awsRegion", []string{"cloud.region"}},
	{"userAgent", []string{"http_request.user_agent"}},
	{"sourceIPAddress", []string{"src_endpoint.ip", "src_endpoint.domain", "src_endpoint.hostname", "src_endpoint.svc_name"}},
	{"vpcEndpointId", []string{"src_endpoint.uid"}},
	{"userIdentity.type", []string{"actor.user.type"}},
	{"userIdentity.userName", []string{"actor.user.name"}},
	{"userIdentity.accountId", []string{"actor.user.account.uid", "actor.user.account_uid"}},
	{"userIdentity.accessKeyId", []string{"actor.user.credential_uid", "actor.session.credential_uid"}},
	{"userIdentity.invokedBy", []string{"actor.invoked_by"}},
	{"userIdentity.sessionContext.sessionIssuer.arn", []string{"actor.session.issuer"}},
	{"userIdentity.sessionContext.attributes.mfaAuthenticated", []string{"actor.session.is_mfa", "actor.session.mfa"}},
}

// activity reads an event that CloudTrail logged: API Activity,
// Authentication, Account Change.
func (p *Parser) activity(e *event, rec *Record) error {
	if !strings.Contains(e.product(), "cloudtrail") && !strings.HasSuffix(e.first("api.service.name"), ".amazonaws.com") {
		return reject(ReasonProduct, "class %d from %.64q", e.class, e.product())
	}
	o := object{}
	if err := o.unmap(e); err != nil {
		return err
	}
	for _, m := range trailMembers {
		o.set(m.name, e.first(m.from...))
	}
	o.set("eventTime", stamp(moment(e.Value, "time")))
	o.add("recipientAccountId", e.account())
	switch feature := e.first("metadata.product.feature.name"); feature {
	case "Management", "Data", "Insight", "NetworkActivity":
		o.add("eventCategory", feature)
	}
	o.set("requestParameters", document(e.Get("api", "request", "data")))
	o.set("responseElements", document(e.Get("api", "response", "data")))
	for _, name := range []string{"requestParameters", "responseElements", "additionalEventData"} {
		if _, ok := o[name].(string); ok { // the whole element under one name
			o.set(name, document(e.unmapped.Get(name)))
		}
	}
	identity(o, e)
	switch e.class {
	case classAccountChange:
		accountChange(o, e)
	case classAuthentication:
		authentication(o, e)
	}
	if resources := resourcesOf(e); len(resources) > 0 {
		o["resources"] = resources
	}
	if err := p.begin(o); err != nil {
		return err
	}
	raw := p.buf.Bytes()
	raw = raw[:len(raw)-1] // the line break
	rec.Kind = decode.KindCloudTrail
	if err := p.trail.Parse(&p.native, &rec.CloudTrail); err != nil {
		return end(err)
	}
	rec.CloudTrail.Raw = raw
	return nil
}

// identity puts what is left of userIdentity together.
func identity(o object, e *event) {
	user := e.Get("actor", "user")
	// Until 1.0.0-rc.2 uid is the principal id and uuid the ARN, later uid is
	// the ARN and uid_alt the principal id.
	for _, name := range []string{"uid", "uuid", "uid_alt"} {
		if id := user.Get(name).Text(); strings.HasPrefix(id, "arn:") {
			o.add("userIdentity.arn", id)
		} else {
			o.add("userIdentity.principalId", id)
		}
	}
	arn, _ := o.get("userIdentity.arn").(string)
	kind, _ := o.get("userIdentity.type").(string)
	if kind = typeOf(kind, arn); kind != "" {
		o.set("userIdentity.type", kind)
	}
	o.add("userIdentity.sessionContext.attributes.creationDate", stamp(moment(e.Get("actor", "session"), "created_time")))
	if issuer, _ := o.get("userIdentity.sessionContext.sessionIssuer.arn").(string); strings.Contains(issuer, ":role/") {
		o.add("userIdentity.sessionContext.sessionIssuer.type", "Role")
	}
	provider := e.first("actor.idp.name")
	switch kind {
	case "SAMLUser", "WebIdentityUser":
		o.add("userIdentity.identityProvider", provider)
	case "IdentityCenterUser":
		// Their ids are in the same places, but they are not of IAM.
		who := o.within("userIdentity")
		who.add("onBehalfOf.userId", who["principalId"])
		who.add("onBehalfOf.identityStoreArn", e.first("actor.idp.uid"))
		who.add("credentialId", who["accessKeyId"])
		delete(who, "principalId")
		delete(who, "accessKeyId")
	default:
		o.add("userIdentity.sessionContext.webIdFederationData.federatedProvider", provider)
	}
}

// typeOf is the type of an identity. AWS's mapping keeps CloudTrail's word;
// where somebody has put OCSF's own there, the ARN tells.
func typeOf(kind, arn string) string {
	switch kind {
	case "", "Unknown", "User", "Admin", "System", "Other":
	default:
		return kind
	}
	a, ok := entity.ParseARN(arn)
	switch {
	case !ok:
		return ""
	case a.Service == "iam" && a.Resource == "root":
		return "Root"
	case a.Service == "iam" && strings.HasPrefix(a.Resource, "user/"):
		return "IAMUser"
	case a.Service == "sts" && strings.HasPrefix(a.Resource, "assumed-role/"):
		return "AssumedRole"
	case a.Service == "sts" && strings.HasPrefix(a.Resource, "federated-user/"):
		return "FederatedUser"
	}
	return ""
}

// accountChange puts back the name of the user or role that was changed.
func accountChange(o object, e *event) {
	name, id, call := e.first("user.name"), e.first("user.uid"), e.first("api.operation")
	switch {
	case strings.Contains(call, "User"):
		addTo(o, "requestParameters", "userName", name)
	case strings.Contains(call, "Role"):
		addTo(o, "requestParameters", "roleName", name)
	}
	switch {
	case call == "CreateUser" && strings.HasPrefix(id, "AIDA"):
		addTo(o, "responseElements", "user.userName", name)
		addTo(o, "responseElements", "user.userId", id)
	case call == "CreateRole" && strings.HasPrefix(id, "AROA"):
		addTo(o, "responseElements", "role.roleName", name)
		addTo(o, "responseElements", "role.roleId", id)
	}
}

// authentication puts back what a sign-in, or the assuming of a role, has in
// its parameters and its response.
func authentication(o object, e *event) {
	call := e.first("api.operation")
	if strings.HasPrefix(call, "AssumeRole") {
		for _, arn := range []string{e.first("user.uuid"), e.first("user.uid")} {
			if strings.Contains(arn, ":role/") {
				addTo(o, "requestParameters", "roleArn", arn)
				addTo(o, "requestParameters", "roleSessionName", e.first("user.name"))
				break
			}
		}
	}
	addTo(o, "additionalEventData", "LoginTo", e.first("dst_endpoint.svc_name"))
	if call != "ConsoleLogin" {
		return
	}
	switch e.first("is_mfa", "mfa") {
	case "true":
		addTo(o, "additionalEventData", "MFAUsed", "Yes")
	case "false":
		addTo(o, "additionalEventData", "MFAUsed", "No")
	}
	switch status := e.first("status"); {
	case status == "Success" || status == "Failure":
		addTo(o, "responseElements", "ConsoleLogin", status)
	case e.Get("status_id").Int() == 1:
		addTo(o, "responseElements", "ConsoleLogin", "Success")
	case e.Get("status_id").Int() == 2:
		addTo(o, "responseElements", "ConsoleLogin", "Failure")
	}
}

// addTo adds a value to one of a record's free-form elements, unless the
// event has that as a whole.
func addTo(o object, element, path, value string) {
	switch o[element].(type) {
	case nil, object:
		o.add(element+"."+path, value)
	}
}

// resourcesOf is the resources list of a record.
func resourcesOf(e *event) []any {
	var all []any
	for v := range e.Get("resources").Elements() {
		if len(all) == maxList {
			break
		}
		if r := resourceOf(v); len(r) > 0 {
			all = append(all, r)
		}
	}
	return all
}

func resourceOf(v field.Value) object {
	r := object{}
	r.set("ARN", firstOf(v, "uid"))
	r.set("accountId", firstOf(v, "account.uid", "account_uid", "owner.account.uid"))
	r.set("type", firstOf(v, "type"))
	return r
}
