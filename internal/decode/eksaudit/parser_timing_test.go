package eksaudit

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// trail is n events of about 1.5 KB, one after another: IAM identities, nodes
// and service accounts that read and lease, a tenth of it pods being made.
func trail(n int) (b []byte) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		who := random.IntN(100)
		b = fmt.Appendf(b, `{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"%08x-1111-4111-8111-%012x","stage":"ResponseComplete",`,
			random.Uint32(), random.Uint64N(1<<48))
		if i%10 == 0 {
			b = append(b, `"requestURI":"/api/v1/namespaces/shop/pods","verb":"create",`...)
		} else {
			b = fmt.Appendf(b, `"requestURI":"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/ip-10-0-%d-%d.ec2.internal?timeout=10s","verb":"get",`, who, who)
		}
		b = fmt.Appendf(b, `"user":{"username":"system:node:ip-10-0-%d-%d.ec2.internal","uid":"aws-iam-authenticator:111122223333:AROA%017d","groups":["system:bootstrappers","system:nodes","system:authenticated"],"extra":{"accessKeyId":["ASIA%016d"],"arn":["arn:aws:sts::111122223333:assumed-role/eks-nodes/i-%017d"],"canonicalArn":["arn:aws:iam::111122223333:role/eks-nodes"],"principalId":["AROA%017d"],"sessionName":["i-%017d"],"sigs.k8s.io/aws-iam-authenticator/principalId":["AROA%017d"]}},"sourceIPs":["10.0.%d.%d"],"userAgent":"kubelet/v1.30.4 (linux/amd64) kubernetes/a51b3b7",`,
			who, who, 7, who, who, 7, who, 7, who, who)
		if i%10 == 0 {
			b = fmt.Appendf(b, `"objectRef":{"resource":"pods","namespace":"shop","apiVersion":"v1"},"requestObject":{"kind":"Pod","apiVersion":"v1","metadata":{"generateName":"web-%d-"},"spec":{"containers":[{"name":"web","image":"111122223333.dkr.ecr.us-east-1.amazonaws.com/web:%d","env":[{"name":"A","value":"B"}],"resources":{}}],"serviceAccountName":"web"}},"responseObject":{"kind":"Pod","metadata":{"name":"web-%d-%05x","namespace":"shop"},"spec":{"serviceAccountName":"web"}},`, who, who, who, i)
		} else {
			b = fmt.Appendf(b, `"objectRef":{"resource":"leases","namespace":"kube-node-lease","name":"ip-10-0-%d-%d.ec2.internal","uid":"%08x-2222-4222-8222-000000000000","apiGroup":"coordination.k8s.io","apiVersion":"v1"},"responseObject":{"kind":"Lease","metadata":{"name":"ip-10-0-%d-%d.ec2.internal"},"spec":{"holderIdentity":"ip-10-0-%d-%d.ec2.internal","leaseDurationSeconds":40}},`, who, who, who, who, who, who, who)
		}
		b = fmt.Appendf(b, `"responseStatus":{"metadata":{},"code":%d},"requestReceivedTimestamp":"2024-05-06T%02d:%02d:%02d.%06dZ","stageTimestamp":"2024-05-06T%02d:%02d:%02d.%06dZ","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by ClusterRoleBinding \"system:node\""}}`+"\n",
			200+i%10/9, i/3600%24, i/60%60, i%60, i, i/3600%24, i/60%60, i%60, i+100)
	}
	return b
}

func BenchmarkParser(b *testing.B) {
	const events = 2000
	in := trail(events)
	var p Parser
	var s jsonscan.Scanner
	var rec Record
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		s.Reset(in, 0)
		for range events {
			if err := p.Parse(&s, &rec); err != nil {
				b.Fatal(err)
			}
		}
	}
	n := float64(b.N) * events
	b.ReportMetric(n/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/event")
	b.ReportMetric(float64(len(in))/events, "B/event")
}

// Parsing takes no more memory than the strings that are an event's own.
func TestAllocations(t *testing.T) {
	const events = 1000
	in := trail(events)
	var p Parser
	var s jsonscan.Scanner
	var rec Record
	all := func() {
		s.Reset(in, 0)
		for range events {
			if err := p.Parse(&s, &rec); err != nil {
				t.Fatal(err)
			}
		}
	}
	all()
	// The audit id, and the name of the pod in a tenth of them.
	if allocs := testing.AllocsPerRun(5, all); allocs > 1.5*events {
		t.Errorf("%.2f allocations an event; want at most 1.5", allocs/events)
	}
}
