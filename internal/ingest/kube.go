package ingest

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/zeebo/xxh3"

	"github.com/gumshoe-detective/gumshoe/internal/decode/eksaudit"
	"github.com/gumshoe-detective/gumshoe/internal/decode/logs"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// kube is what an audit event adds to the rollups.
type kube struct {
	cluster, subject, pod entity.ID
}

// audit fills ev from an event of a cluster's audit log. account and region
// are those of the cluster.
func (r *resolver) audit(rec *eksaudit.Record, c logs.Context, raw []byte, ev *event) {
	ev.Origin = warehouse.FromEKSAudit
	ev.Time = rec.Time
	ev.EventID = auditID(rec, raw)
	ev.Raw = raw
	ev.Account = r.name(entity.AwsAccount, c.Account, c.Account)
	ev.Region = r.name(entity.Region, c.Region, "")
	ev.API = r.name(entity.API, apiOf(rec), "")
	ev.Outcome = auditOutcome(rec.Status)
	if rec.Status.Code >= 400 {
		ev.Error = r.name(entity.Code, first(rec.Status.Reason, strconv.Itoa(rec.Status.Code)), "")
	}
	if n := len(rec.SourceIPs); n > 0 {
		// The last one is the only one that the API server has seen itself.
		r.place(rec.SourceIPs[n-1], ev)
	}
	if rec.UserAgent != "" {
		ev.Agent = r.agent(rec.UserAgent).entity.ID
	}

	k := &kube{}
	ev.kube = k
	cluster := clusterARN(c)
	k.cluster = r.entity(entity.Ref{Type: entity.ContainerCluster, Key: cluster, Account: c.Account, Label: c.Cluster})
	user := &rec.User
	k.subject = r.subject(cluster, c.Account, user)
	ev.Principal = k.subject
	ev.links = nil
	if id, ok := rec.Identity(); ok {
		caller := r.caller(&id, c.Account)
		ev.Session, ev.AccessKey = caller.session.ID, caller.accessKey.ID
		if of := first(caller.session.ID, caller.principal.ID); of != 0 {
			ev.links = append(ev.links, link{k.subject, of, warehouse.MapsTo})
		}
		ev.links = append(ev.links, caller.links...)
	}
	r.pods(rec, cluster, c, ev)
	ev.Key = r.duplicateKey(ev.EventID, c.Account)
	ev.Print = auditPrint(rec)
}

// auditID names an audit event: of one request there is an event for each
// stage.
func auditID(rec *eksaudit.Record, raw []byte) string {
	if uuid.Validate(rec.AuditID) != nil {
		return syntheticID(rec.AuditID, raw)
	}
	return rec.AuditID + "/" + rec.Stage
}

// auditPrint tells one request from another under the same audit id, which
// the client may choose. The bytes would not do: the same event is written
// differently by the API server and by what reads its log, and OCSF has its
// time in milliseconds.
func auditPrint(rec *eksaudit.Record) uint32 {
	return printOf(xxh3.HashString(strings.Join([]string{rec.Verb, rec.RequestURI, rec.User.Username,
		rec.Time.UTC().Format("2006-01-02T15:04:05.000")}, "\x00")))
}

// maxPathLength is how much of a path outside of resources becomes part of an
// API's name, in bytes.
const maxPathLength = 64

// apiOf names the call. Long paths outside of resources are cut behind their
// first parts.
func apiOf(rec *eksaudit.Record) string {
	api := rec.API()
	if rec.Object.Resource != "" || len(api) <= maxPathLength {
		return api
	}
	return clip(api[:maxPathLength])
}

func auditOutcome(s eksaudit.Status) warehouse.Outcome {
	switch {
	case s.Code == 401 || s.Code == 403:
		return warehouse.Denied
	case s.Code >= 400:
		return warehouse.Failure
	}
	return warehouse.Success
}

// clusterARN names the cluster whose log it is. One that the log does not
// name is "unknown", one for each account and Region.
func clusterARN(c logs.Context) string {
	return "arn:aws:eks:" + c.Region + ":" + c.Account + ":cluster/" + first(c.Cluster, "unknown")
}

// subject reports who made a request of a cluster.
func (r *resolver) subject(cluster, account string, u *eksaudit.User) entity.ID {
	kind, name := eksaudit.Subject(u)
	return r.entity(entity.Ref{Type: entity.KubernetesSubject, Key: cluster + "/" + kind + "/" + name, Account: account, Label: name})
}

// pods reports the pod that a request is about and what it is made of.
func (r *resolver) pods(rec *eksaudit.Record, cluster string, c logs.Context, ev *event) {
	namespace, name := rec.Object.Namespace, rec.Object.Name
	if rec.Object.Resource != "pods" {
		return
	}
	if !rec.Pod.Template && rec.Pod.Name != "" {
		namespace, name = first(rec.Pod.Namespace, namespace), rec.Pod.Name
	}
	if name == "" {
		return
	}
	pod := r.entity(entity.Ref{Type: entity.ContainerPod, Key: cluster + "/" + namespace + "/" + name, Account: c.Account, Label: name})
	ev.kube.pod, ev.Target = pod, pod
	ev.links = append(ev.links, link{pod, ev.kube.cluster, warehouse.InCluster})
	if ev.Outcome != warehouse.Success {
		return
	}
	for _, image := range rec.Pod.Images {
		ev.links = append(ev.links, link{pod, r.entity(entity.Ref{Type: entity.ContainerImage, Key: image, Label: image}), warehouse.RunsImage})
	}
	if sa := rec.Pod.ServiceAccount; sa != "" && !rec.Pod.Template {
		as := r.entity(entity.Ref{Type: entity.KubernetesSubject, Key: cluster + "/ServiceAccount/" + namespace + "/" + sa, Account: c.Account, Label: namespace + "/" + sa})
		ev.links = append(ev.links, link{pod, as, warehouse.RunsAs})
	}
}
