package ocsf

import (
	"encoding/json"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
)

// auditMembers are the members of Kubernetes audit events that OCSF keeps as
// they are.
var auditMembers = []member{
	{"apiVersion", []string{"metadata.product.version"}},
	{"level", []string{"metadata.log_level"}},
	{"auditID", []string{"api.request.uid"}},
	{"stage", []string{"message"}},
	{"verb", []string{"api.operation"}},
	{"userAgent", []string{"http_request.user_agent"}},
	{"user.username", []string{"actor.user.name"}},
	{"user.uid", []string{"actor.user.uid"}},
	{"user.extra.accessKeyId", []string{"actor.session.credential_uid"}},
	{"user.extra.sessionName", []string{"actor.session.uid"}},
	{"user.extra.canonicalArn", []string{"actor.session.issuer"}},
	{"objectRef.apiGroup", []string{"api.group.name"}},
	{"objectRef.apiVersion", []string{"api.version"}},
	{"responseStatus.code", []string{"api.response.code"}},
	{"responseStatus.reason", []string{"api.response.error"}},
	{"responseStatus.status", []string{"api.response.error_message"}},
	{"responseStatus.message", []string{"api.response.message"}},
}

// isAudit reports whether API Activity is that of a cluster.
func (e *event) isAudit() bool {
	product := e.product()
	return strings.Contains(product, "eks") || strings.Contains(product, "kubernetes") ||
		strings.HasPrefix(e.first("metadata.product.version"), "audit.k8s.io")
}

// kubernetes reads an event that an EKS audit log is the source of.
func (p *Parser) kubernetes(e *event, rec *Record) error {
	o := object{"kind": "Event"}
	if err := o.unmap(e, "annotations", "user.extra"); err != nil {
		return err
	}
	for _, m := range auditMembers {
		o.set(m.name, e.first(m.from...))
	}
	o.add("apiVersion", "audit.k8s.io/v1")
	o.set("user.groups", names(e.Get("actor", "user", "groups")))
	// AWS's mapping has the caller's ARN where the account belongs.
	if arn := e.account(); strings.HasPrefix(arn, "arn:") {
		o.add("user.extra.arn", arn)
	}
	path := e.first("http_request.url.path")
	if query := e.first("http_request.url.query_string"); path != "" && query != "" && !strings.Contains(path, "?") {
		path += "?" + query
	}
	o.set("requestURI", path)
	if o.get("sourceIPs") == nil {
		from := e.Get("src_endpoint")
		o.set("sourceIPs", anys(append(from.Get("ip").Texts(), from.Get("intermediate_ips").Texts()...)))
	}
	objectRef(o, e, path)
	written(o, "requestObject", e.Get("api", "request"))
	written(o, "responseObject", e.Get("api", "response"))
	o.set("stageTimestamp", stamp(moment(e.Value, "time")))
	o.set("requestReceivedTimestamp", stamp(moment(e.Value, "start_time", "time")))
	if err := p.begin(o); err != nil {
		return err
	}
	rec.Kind = decode.KindEKSAudit
	return end(p.audit.Parse(&p.native, &rec.Audit))
}

// names are the names of a list of objects, or of texts.
func names(list field.Value) []any {
	var all []any
	for v := range list.Elements() {
		name := v.Get("name").Text()
		if name == "" {
			name = v.Text()
		}
		if name != "" && len(all) < maxList {
			all = append(all, name)
		}
	}
	return all
}

func anys(texts []string) []any {
	var all []any
	for _, t := range texts[:min(len(texts), maxList)] {
		all = append(all, t)
	}
	return all
}

// objectRef puts back what the request is about. The type of the resource is
// its kind and subresource together, without a word on what is between them,
// so the path of the request tells them apart.
func objectRef(o object, e *event, path string) {
	ref := refOfPath(path)
	for v := range e.Get("resources").Elements() {
		o.set("objectRef.namespace", firstOf(v, "namespace"))
		o.set("objectRef.name", firstOf(v, "name"))
		o.set("objectRef.uid", firstOf(v, "uid"))
		if kind := firstOf(v, "type"); kind != "" && (ref.resource == "" || !strings.HasPrefix(kind, ref.resource)) {
			ref.resource, ref.subresource, _ = strings.Cut(kind, "/")
		}
		break
	}
	o.add("objectRef.resource", ref.resource)
	o.add("objectRef.subresource", ref.subresource)
	o.add("objectRef.namespace", ref.namespace)
	o.add("objectRef.name", ref.name)
	o.add("objectRef.apiGroup", ref.group)
}

// ref is what the path of a request names.
type ref struct{ group, namespace, resource, name, subresource string }

// refOfPath reads /api/v1/… and /apis/<group>/<version>/…. Kubernetes API
// concepts, Resource URIs.
func refOfPath(path string) ref {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	var r ref
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		r.group, parts = parts[1], parts[3:]
	default:
		return ref{}
	}
	if parts[0] == "watch" && len(parts) > 1 { // an old way to watch
		parts = parts[1:]
	}
	if parts[0] == "namespaces" && len(parts) > 2 && parts[2] != "status" && parts[2] != "finalize" {
		r.namespace, parts = parts[1], parts[2:]
	}
	r.resource = parts[0]
	if len(parts) > 1 {
		r.name = parts[1]
	}
	if len(parts) > 2 {
		r.subresource = parts[2]
	}
	return r
}

// written puts back an object that was sent or answered. OCSF has it as a
// whole from 1.5.0 on; before, its containers have a place of their own and
// the rest is unmapped.
func written(o object, name string, v field.Value) {
	if data, ok := document(v.Get("data")).(json.RawMessage); ok {
		o[name] = data
		return
	}
	if _, whole := o[name].(json.RawMessage); whole {
		return
	}
	i := 0
	for c := range v.Get("containers").Elements() {
		if i == maxList {
			break
		}
		image := firstOf(c, "image.name")
		if image == "" {
			continue
		}
		container := o.within(name).within("spec").element("containers", i)
		container.set("name", firstOf(c, "name"))
		container.set("image", image)
		i++
	}
}
