package finding

import "github.com/gumshoe-detective/gumshoe/internal/entity"

// Link is a fact that a finding tells of two entities. Both are described in
// full; private addresses are in links only.
type Link struct {
	From, To entity.Ref
	Kind     LinkKind
}

// LinkKind says what From has to do with To.
type LinkKind uint8

// The kinds.
const (
	HasInterface LinkKind = iota + 1 // instance → network interface
	HasAddress                       // network interface, or instance, → its private or public address
	HasRole                          // instance → role of its instance profile
	KeyOf                            // access key → user, role or role session that holds it
	SessionOf                        // role session → role
	InCluster                        // pod, or image when no pod is named, → cluster
	RunsImage                        // pod → image of a container
	RunsOn                           // pod → instance
	RunsAs                           // pod → service account
	ActedOn                          // Kubernetes subject → pod
	Impersonated                     // Kubernetes subject → subject that it acted as
	IdentityOf                       // user, role or role session → Kubernetes subject that it is in a cluster
	SignalOf                         // finding → attack sequence made of it
)

// String returns the kind in words, e.g. "has interface".
func (k LinkKind) String() string {
	names := [...]string{"unknown", "has interface", "has address", "has role", "key of", "session of", "in cluster",
		"runs image", "runs on", "runs as", "acted on", "impersonated", "identity of", "signal of"}
	if int(k) < len(names) {
		return names[k]
	}
	return names[0]
}
