package eksaudit

import (
	"strings"
	"time"
)

// Record is one audit event. Strings that an event does not have are empty;
// null and absent are the same.
//
// Slices are reused when a Record is parsed into again. They have at most
// 256 entries; of longer lists in the log the first 255 and the last are
// kept. Strings are the caller's to keep.
type Record struct {
	// AuditID is the request's. Events of several stages share it, and the
	// client may choose it (header Audit-ID), so it may come twice.
	AuditID string
	Stage   string // RequestReceived, ResponseStarted, ResponseComplete or Panic
	Level   string // Metadata, Request or RequestResponse

	// Time is when the API server received the request, UTC. It is
	// requestReceivedTimestamp or, failing that, timestamp (audit v1beta1),
	// metadata.creationTimestamp or stageTimestamp, whichever is a time.
	Time time.Time
	// StageTime is when the request reached Stage, UTC; zero when not logged.
	StageTime time.Time

	Verb       string // get, create, …; the HTTP method in lower case where RequestURI is no resource
	RequestURI string // path and query
	UserAgent  string
	// SourceIPs are the addresses of client and proxies as logged. Only the
	// last was seen by the API server: the client may claim any others
	// (X-Forwarded-For).
	SourceIPs []string

	User         User // who authenticated
	Impersonated User // with whose rights the request ran, if User acted as somebody else
	Object       Object
	Status       Status

	Decision string // annotation authorization.k8s.io/decision: allow or forbid
	Reason   string // annotation authorization.k8s.io/reason: which RBAC binding allowed it

	Pod     Pod     // zero unless pods or what makes pods was written
	Binding Binding // zero unless a role binding was written

	// Raw is the event as logged. The caller sets it.
	Raw []byte
}

// Object is the objectRef of an event: what the request is about. It is zero
// for requests of no resource, such as /healthz.
type Object struct {
	Resource    string // in plural: pods, rolebindings
	Subresource string // exec, attach, portforward, log, status, token, …
	Namespace   string
	Name        string // of a pod with exec and the like; empty while the server has yet to make one up
	APIGroup    string // empty for the core group
	APIVersion  string
	UID         string
}

// Status is the responseStatus of an event.
type Status struct {
	Code   int    // HTTP status, 100 to 999; 0 when absent
	Status string // Success or Failure, often absent on success
	Reason string // Forbidden, NotFound, AlreadyExists, …
}

// Pod is what a create, update or patch request says about the pods that
// come of it. It is read from the requestObject, and from the responseObject
// where the request is a JSON patch; names that the request leaves to the
// server come from the response. The request may have failed: see Status.
type Pod struct {
	// Name and Namespace are those of the object written: of the pod itself,
	// or of the workload when Template is set.
	Name, Namespace string
	// Template says that the object is a workload (deployment, daemonset,
	// statefulset, replicaset, replicationcontroller, job, cronjob) and the
	// rest its template for pods whose names are not known.
	Template       bool
	ServiceAccount string // without the namespace
	Node           string

	Images      []string // of init, ephemeral and other containers; each once
	HostPaths   []string // mounted from the node; each once
	HostNetwork bool
	HostPID     bool
	HostIPC     bool
	Privileged  bool // any of the containers is
}

// Binding is what a create, update or patch of a rolebinding or
// clusterrolebinding grants: Role to Subjects.
type Binding struct {
	RoleKind string   // Role or ClusterRole
	Role     string   // its name
	Subjects []string // "kind/namespace/name", such as "User//alice"
}

// API names the call that an event records: "k8s:<verb>:<resource>", with
// "/<subresource>" if there is one. Requests of no resource have their path
// without parameters instead. A part that was not logged is "unknown".
func (r *Record) API() string {
	verb, what := r.Verb, r.Object.Resource
	if verb == "" {
		verb = "unknown"
	}
	switch {
	case what != "" && r.Object.Subresource != "":
		return "k8s:" + verb + ":" + what + "/" + r.Object.Subresource
	case what == "":
		what, _, _ = strings.Cut(r.RequestURI, "?")
	}
	if what == "" {
		what = "unknown"
	}
	return "k8s:" + verb + ":" + what
}
