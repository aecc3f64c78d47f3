package finding

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// SubjectRef names who acts in a cluster by the user name that its API server
// knows. The kinds are ServiceAccount, whose name is "<namespace>/<name>",
// Node and, for all others, User.
func SubjectRef(cluster entity.Ref, username string) entity.Ref {
	if cluster.IsZero() || username == "" {
		return entity.Ref{}
	}
	kind, name := "User", username
	if rest, ok := strings.CutPrefix(username, "system:serviceaccount:"); ok {
		if namespace, account, ok := strings.Cut(rest, ":"); ok && namespace != "" && account != "" {
			kind, name = "ServiceAccount", namespace+"/"+account
		}
	} else if node, ok := strings.CutPrefix(username, "system:node:"); ok && node != "" {
		kind, name = "Node", node
	}
	return subject(cluster, kind, name)
}

func subject(cluster entity.Ref, kind, name string) entity.Ref {
	return entity.Ref{Type: entity.KubernetesSubject, Key: cluster.Key + "/" + kind + "/" + name,
		Account: cluster.Account, Label: name}
}

// Workload is what runs in a cluster.
type Workload struct {
	Kind           string // "pods", "deployments", …
	Namespace      string
	Name           string
	ServiceAccount string
	Images         []string
}

// IsPod reports whether w is a pod and not a template of pods.
func (w Workload) IsPod() bool {
	return strings.EqualFold(w.Kind, "pods") || strings.EqualFold(w.Kind, "pod")
}

// Workload adds a workload of a cluster: the pod, if it is one, its images
// and its service account. It returns the pod.
func (b *Builder) Workload(cluster entity.Ref, w Workload, role Role) entity.Ref {
	var pod entity.Ref
	if w.IsPod() && !cluster.IsZero() && w.Namespace != "" && w.Name != "" {
		pod = entity.Ref{Type: entity.ContainerPod, Key: cluster.Key + "/" + w.Namespace + "/" + w.Name,
			Account: cluster.Account, Label: w.Name}
	}
	b.Resource(pod, role)
	b.Link(pod, cluster, InCluster)
	b.Images(pod, cluster, w.Images)
	if !cluster.IsZero() && w.Namespace != "" && w.ServiceAccount != "" {
		account := b.Resource(subject(cluster, "ServiceAccount", w.Namespace+"/"+w.ServiceAccount), Involved)
		b.Link(pod, account, RunsAs)
	}
	return pod
}

// Images adds the images of a pod, or of something in a cluster that is none.
func (b *Builder) Images(pod, cluster entity.Ref, images []string) {
	for _, reference := range images {
		image := b.Resource(ImageRef(reference), Involved)
		if pod.IsZero() {
			b.Link(image, cluster, InCluster)
		} else {
			b.Link(pod, image, RunsImage)
		}
	}
}

// Identity links a user or role, by its session if there is one, to the
// subject that it is in a cluster.
func (b *Builder) Identity(who entity.Caller, subject entity.Ref) {
	if who.Session.IsZero() {
		b.Link(who.Principal, subject, IdentityOf)
	} else {
		b.Link(who.Session, subject, IdentityOf)
	}
}

// ClusterCall adds a call to a cluster's API server, named by what it is done
// to or, where it is no resource, by its path without parameters.
func (b *Builder) ClusterCall(verb, resource, subresource, uri string) {
	what := resource
	if what != "" && subresource != "" {
		what += "/" + subresource
	}
	if what == "" {
		what, _, _ = strings.Cut(uri, "?")
	}
	if verb != "" && what != "" {
		b.Call("k8s", verb+":"+what)
	}
}
