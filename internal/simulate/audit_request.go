package simulate

import (
	"encoding/json"
	"fmt"
)

// auditRequest is a request that some subjects make: what a control plane
// logs of it depends on the resource.
type auditRequest struct {
	weight            int
	verb, group, kind string // API group "" is the core one; kind is the resource
	sub, name, in     string // name "" = of the whole namespace, "*" = a pod; in "*" = a pod's namespace
	code              int
	level             string
	request           string // kind of request object: "", "pod", "binding", "lease", "exec"
}

// Who asks for what. EKS logs secrets and config maps at level Metadata, most
// changes with request and response; no real cluster was at hand, so weights
// and cardinalities are guesses.
var (
	controllerRequests = []auditRequest{
		{30, "update", "coordination.k8s.io", "leases", "", "kube-controller-manager", "kube-system", 200, "Metadata", "lease"},
		{24, "get", "coordination.k8s.io", "leases", "", "kube-controller-manager", "kube-system", 200, "Metadata", ""},
		{14, "list", "", "pods", "", "", "", 200, "Request", ""},
		{10, "watch", "", "pods", "", "", "", 200, "Request", ""},
		{6, "create", "", "pods", "", "*", "*", 201, "RequestResponse", "pod"},
		{6, "delete", "", "pods", "", "*", "*", 200, "RequestResponse", ""},
		{4, "update", "apps", "replicasets", "status", "*", "*", 200, "RequestResponse", ""},
		{4, "update", "apps", "deployments", "status", "*", "*", 409, "RequestResponse", ""},
		{2, "create", "", "serviceaccounts", "token", "default", "*", 201, "Metadata", ""},
	}
	agentRequests = []auditRequest{
		{40, "watch", "", "endpoints", "", "", "", 200, "Request", ""},
		{20, "list", "", "services", "", "", "", 200, "Request", ""},
		{14, "get", "", "configmaps", "", "amazon-vpc-cni", "kube-system", 200, "Metadata", ""},
		{10, "list", "", "nodes", "", "", "", 200, "Request", ""},
		{4, "patch", "", "pods", "status", "*", "*", 200, "RequestResponse", ""},
		{2, "get", "", "secrets", "", "database", "production", 403, "Metadata", ""},
	}
	nodeRequests = []auditRequest{
		{30, "update", "coordination.k8s.io", "leases", "", "node", "kube-node-lease", 200, "Metadata", "lease"},
		{20, "patch", "", "pods", "status", "*", "*", 200, "RequestResponse", ""},
		{16, "get", "", "nodes", "", "node", "", 200, "Request", ""},
		{10, "patch", "", "nodes", "status", "node", "", 200, "RequestResponse", ""},
		{8, "get", "", "secrets", "", "database", "*", 200, "Metadata", ""},
		{6, "get", "", "configmaps", "", "kube-root-ca.crt", "*", 200, "Metadata", ""},
		{4, "create", "", "events", "", "", "*", 201, "Request", ""},
		{3, "create", "", "serviceaccounts", "token", "app", "*", 201, "Metadata", ""},
	}
	managerRequests = []auditRequest{
		{20, "get", "apps", "daemonsets", "", "aws-node", "kube-system", 200, "Request", ""},
		{10, "patch", "apps", "daemonsets", "", "kube-proxy", "kube-system", 200, "RequestResponse", ""},
		{6, "get", "", "configmaps", "", "aws-auth", "kube-system", 200, "Metadata", ""},
		{3, "get", "", "nodes", "", "", "", 429, "Request", ""},
	}
	humanRequests = []auditRequest{
		{30, "list", "", "pods", "", "", "*", 200, "Request", ""},
		{24, "get", "", "pods", "", "*", "*", 200, "Request", ""},
		{16, "get", "", "pods", "log", "*", "*", 200, "Request", ""},
		{8, "list", "apps", "deployments", "", "", "*", 200, "Request", ""},
		{6, "get", "", "pods", "", "*", "*", 404, "Request", ""},
		{5, "patch", "apps", "deployments", "", "*", "*", 200, "RequestResponse", ""},
		{4, "create", "", "pods", "exec", "*", "*", 101, "Request", "exec"},
		{3, "list", "", "secrets", "", "", "*", 403, "Metadata", ""},
		{2, "delete", "", "pods", "", "*", "*", 200, "RequestResponse", ""},
		{1, "create", "rbac.authorization.k8s.io", "clusterrolebindings", "", "debug-view", "", 201, "RequestResponse", "binding"},
	}
	strangerRequests = []auditRequest{
		{6, "get", "", "", "", "/version", "", 200, "Metadata", ""},
		{3, "get", "", "", "", "/healthz", "", 200, "Metadata", ""},
		{2, "list", "", "secrets", "", "", "default", 403, "Metadata", ""},
	}
	// What the attacker of StoryStolenKey does in production.
	attackRequests = []auditRequest{
		{1, "list", "", "secrets", "", "", "", 200, "Metadata", ""},
		{1, "list", "", "pods", "", "", "", 200, "Request", ""},
		{1, "create", "", "pods", "exec", "*", "*", 101, "Request", "exec"},
		{1, "create", "rbac.authorization.k8s.io", "clusterrolebindings", "", "backup-sync", "", 201, "RequestResponse", "binding"},
		{1, "create", "", "pods", "", "*", "kube-system", 201, "RequestResponse", "privileged"},
	}
)

// pickRequest draws one by weight.
func pickRequest(from []auditRequest, draw uint64) *auditRequest {
	total := 0
	for i := range from {
		total += from[i].weight
	}
	n := int(draw % uint64(total))
	for i := range from {
		if n -= from[i].weight; n < 0 {
			return &from[i]
		}
	}
	return &from[len(from)-1]
}

// event is s making the request of cluster c at a time, Unix milliseconds;
// the dice settle what stays open.
func (q *auditRequest) event(c *cluster, s subject, at int64, d *dice) (*auditEvent, error) {
	set := c.pods[d.below(len(c.pods))]
	draw := d.next()%8 + uint64(at/86_400_000)*8
	ref := &objectRef{Resource: q.kind, Namespace: q.in, Name: q.name, APIGroup: q.group, APIVersion: "v1", Subresource: q.sub}
	if q.in == "*" {
		ref.Namespace = set.namespace
	}
	if q.name == "*" {
		ref.Name = set.name
		if q.kind == "pods" {
			ref.Name = set.pod(draw)
		}
	}
	if q.name == "node" {
		ref.Name = "ip-" + s.address
	}
	e := &auditEvent{Kind: "Event", APIVersion: "audit.k8s.io/v1", Level: q.level, AuditID: string(appendUUID(nil, d.next(), d.next())),
		Stage: responseComplete, Verb: q.verb, User: s.user, SourceIPs: []string{s.address}, UserAgent: s.agent, ObjectRef: ref,
		ResponseStatus:  &responseStatus{Code: q.code},
		RequestReceived: microTime(at), StageTimestamp: microTime(at + int64(d.below(40))), at: at,
		Annotations: map[string]string{"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""}}
	e.RequestURI = ref.uri(q.verb)
	if q.kind == "" { // not an object of the API
		e.ObjectRef, e.RequestURI = nil, q.name
	}
	switch q.code {
	case 403:
		e.Annotations["authorization.k8s.io/decision"] = "forbid"
		e.refuse("Forbidden", fmt.Sprintf("%s is forbidden: User %q cannot %s resource %q in API group %q", q.kind, s.user.Username, q.verb, q.kind, q.group))
	case 404:
		e.refuse("NotFound", fmt.Sprintf("%s %q not found", q.kind, ref.Name))
	case 409:
		e.refuse("Conflict", "the object has been modified; please apply your changes to the latest version and try again")
	case 429:
		e.refuse("TooManyRequests", "too many requests, please try again later")
	}
	var err error
	if e.RequestObject, err = q.object(c, set, ref); err != nil {
		return nil, err
	}
	if q.level == "RequestResponse" && q.verb != "delete" {
		e.ResponseObject = e.RequestObject
	}
	if q.sub == "exec" {
		e.RequestURI += "?command=sh&container=app&stdin=true&stdout=true&tty=true"
	}
	return e, nil
}

func (e *auditEvent) refuse(reason, message string) {
	e.ResponseStatus.Status, e.ResponseStatus.Reason, e.ResponseStatus.Message = "Failure", reason, message
}

func (o *objectRef) uri(verb string) string {
	path := "/api/v1"
	if o.APIGroup != "" {
		path = "/apis/" + o.APIGroup + "/v1"
	}
	if o.Namespace != "" {
		path += "/namespaces/" + o.Namespace
	}
	path += "/" + o.Resource
	if o.Name != "" && (verb != "create" || o.Subresource != "") {
		path += "/" + o.Name
	}
	if o.Subresource != "" {
		path += "/" + o.Subresource
	}
	switch verb {
	case "list":
		path += "?limit=500"
	case "watch":
		path += "?allowWatchBookmarks=true&timeoutSeconds=480&watch=true"
	}
	return path
}

// object is the request's body, nil if it has none or the level keeps it out.
func (q *auditRequest) object(c *cluster, set *podSet, ref *objectRef) (json.RawMessage, error) {
	if q.level == "Metadata" {
		return nil, nil
	}
	type object = map[string]any
	meta := object{"name": ref.Name}
	if ref.Namespace != "" {
		meta["namespace"] = ref.Namespace
	}
	var body object
	switch q.request {
	case "pod", "privileged":
		container := object{"name": "app", "image": set.image, "resources": object{"limits": object{"cpu": "500m", "memory": "512Mi"}}}
		spec := object{"containers": []object{container}, "serviceAccountName": set.serviceAccount, "restartPolicy": "Always"}
		if q.request == "privileged" {
			container["image"], container["securityContext"] = "docker.io/library/alpine:3.20", object{"privileged": true}
			container["volumeMounts"] = []object{{"name": "host", "mountPath": "/host"}}
			spec["volumes"] = []object{{"name": "host", "hostPath": object{"path": "/", "type": ""}}}
			spec["hostNetwork"], spec["hostPID"] = true, true
		}
		meta["labels"] = object{"app": set.name}
		body = object{"kind": "Pod", "apiVersion": "v1", "metadata": meta, "spec": spec}
	case "binding":
		body = object{"kind": "ClusterRoleBinding", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": meta,
			"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
			"subjects": []object{{"kind": "ServiceAccount", "name": set.serviceAccount, "namespace": set.namespace}}}
	case "exec":
		body = object{"kind": "PodExecOptions", "apiVersion": "v1", "command": []string{"sh"}, "container": "app", "stdin": true, "stdout": true, "tty": true}
	default:
		if q.verb != "patch" && q.verb != "update" {
			return nil, nil
		}
		body = object{"metadata": meta, "status": object{"phase": "Running", "observedGeneration": len(c.nodes)}}
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode a %s: %w", q.kind, err)
	}
	return b, nil
}
