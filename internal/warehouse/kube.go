package warehouse

import "github.com/gumshoe-detective/gumshoe/internal/entity"

// Kube counts the calls of one hour to the API server of a Kubernetes
// cluster by one subject.
type Kube struct {
	Hour    Hour
	Account entity.ID
	Cluster entity.ID // entity.ContainerCluster
	Subject entity.ID // entity.KubernetesSubject
	API     entity.ID // entity.API, key "k8s:<verb>:<resource>"
	Address entity.ID // zero when there is no address
	Target  entity.ID // entity.ContainerPod that the call is about; zero for none
	Counts
}
