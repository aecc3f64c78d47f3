package simulate

import "strings"

// cluster is an EKS cluster: it runs on the account's nodes.
type cluster struct {
	account *account
	name    string
	streams []string   // of the API servers
	role    *principal // of the nodes
	nodes   []*machine
	pods    []*podSet
	seed    uint64
}

// podSet is a workload in a namespace.
type podSet struct{ name, namespace, image, serviceAccount string }

// pod returns the name of the n-th pod of a set; pods are replaced daily.
func (p *podSet) pod(n uint64) string {
	return p.name + "-" + string(appendHex(nil, scramble(n), 9)) + "-" + string(appendHex(nil, scramble(n+7), 5))
}

// subject is somebody who calls a cluster.
type subject struct {
	user    auditUser
	address string
	agent   string
}

const clusterAgent = "kube-controller-manager/v1.33.1 (linux/amd64) kubernetes/8adc0f0/system:serviceaccount:kube-system:"

// newClusters returns an account's clusters. What runs in them comes from the
// account's own repositories.
func newClusters(o *organization, a *account, seed uint64) []*cluster {
	role := newRole(kindNode, a, "", "eks-node", seed)
	if n := o.actorOf(a, byInstance, ""); n != nil {
		role = n.principal
	}
	var out []*cluster
	for i, name := range a.clusters {
		c := &cluster{account: a, name: name, role: role, seed: derive(seed, "cluster "+a.id+name)}
		d := &dice{c.seed}
		for range 2 {
			c.streams = append(c.streams, "kube-apiserver-audit-"+string(appendHex(appendHex(nil, d.next(), 16), d.next(), 16)))
		}
		for j, m := range a.fleet.nodes(homeRegion) {
			if j%len(a.clusters) == i {
				c.nodes = append(c.nodes, m)
			}
		}
		for _, product := range products {
			c.pods = append(c.pods, &podSet{name: product + "-api", namespace: []string{"default", "production", "payments"}[d.below(3)],
				image:          a.id + ".dkr.ecr." + homeRegion + ".amazonaws.com/example/" + product + ":" + string(appendHex(nil, d.next(), 12)),
				serviceAccount: product})
		}
		out = append(out, c)
	}
	return out
}

// system is a part of the control plane, known by its user name.
func (c *cluster) system(name string) subject {
	s := subject{user: auditUser{Username: name, Groups: []string{"system:authenticated"}}, address: "127.0.0.1"}
	switch short := name[strings.LastIndexByte(name, ':')+1:]; {
	case strings.HasPrefix(name, "system:serviceaccount:"):
		part := strings.Split(name, ":")
		s.user.UID = string(appendUUID(nil, derive(c.seed, name), derive(c.seed, name+"uid")))
		s.user.Groups = []string{"system:serviceaccounts", "system:serviceaccounts:" + part[2], "system:authenticated"}
		s.agent = clusterAgent + short
		if part[2] != "kube-system" || short == "aws-node" || short == "coredns" {
			n := c.nodes[derive(c.seed, name)%uint64(len(c.nodes))]
			s.address, s.agent = n.secondary.pods[derive(c.seed, name)%8].String(), short+"/v1.12.6 (linux/amd64) client-go/v0.33.1"
			s.user.Extra = map[string][]string{"authentication.kubernetes.io/pod-name": {short + "-" + string(appendHex(nil, derive(c.seed, name), 5))}}
		}
	case strings.HasPrefix(name, "eks:"):
		role := "arn:aws:sts::" + c.account.id + ":assumed-role/AWSWesleyClusterManagerLambda-" + short + "/" + short
		s.user.UID = "aws-iam-authenticator:" + c.account.id + ":" + principalID("AROA", derive(c.seed, name))
		s.user.Groups = []string{"system:masters", "system:authenticated"}
		s.user.Extra = iamExtra(role, role, keyID("ASIA", derive(c.seed, name)), short)
		s.address, s.agent = "10.0.147.12", "Go-http-client/1.1"
	case name == "system:anonymous":
		s.user.Groups = []string{"system:unauthenticated"}
		s.agent = "curl/8.5.0"
	default:
		s.agent = short + "/v1.33.1 (linux/amd64) kubernetes/8adc0f0"
	}
	return s
}

// node is a kubelet. Its user name carries the node's private DNS name.
func (c *cluster) node(n uint64) subject {
	m := c.nodes[n%uint64(len(c.nodes))]
	name := "ip-" + strings.ReplaceAll(m.primary.address.String(), ".", "-") + ".ec2.internal"
	role := "arn:aws:sts::" + c.account.id + ":assumed-role/" + c.role.name + "/" + m.id
	return subject{
		user: auditUser{Username: "system:node:" + name, UID: "aws-iam-authenticator:" + c.account.id + ":" + c.role.id,
			Groups: []string{"system:bootstrappers", "system:nodes", "system:authenticated"},
			Extra:  iamExtra(role, c.role.arn, keyID("ASIA", derive(c.seed, m.id)), m.id)},
		address: m.primary.address.String(), agent: "kubelet/v1.33.1 (linux/amd64) kubernetes/8adc0f0",
	}
}

// human is somebody whom IAM has let in, with the credentials of a session
// that CloudTrail shows too: who is the session's principal.
func human(s *session, address, agent string, groups ...string) subject {
	p := s.principal
	canonical, name := p.arn, ""
	if s.arn != p.arn { // a role session: the canonical ARN lacks the role's path
		canonical, name = "arn:aws:iam::"+p.account.id+":role/"+p.name, lastPart(s.arn)
	}
	username := p.name
	if name != "" {
		username = canonical + "/" + name
	}
	return subject{
		user: auditUser{Username: username, UID: "aws-iam-authenticator:" + p.account.id + ":" + p.id,
			Groups: append(groups, "system:authenticated"), Extra: iamExtra(s.arn, canonical, s.keyID, name)},
		address: address, agent: agent,
	}
}

// iamExtra is what the authenticator knows of an IAM caller: EKS writes each
// as a list.
func iamExtra(arn, canonical, key, session string) map[string][]string {
	return map[string][]string{"accessKeyId": {key}, "arn": {arn}, "canonicalArn": {canonical}, "sessionName": {session}}
}

// address of somebody outside who reaches the public endpoint.
func stranger(p *places, n int) subject {
	return subject{user: auditUser{Username: "system:anonymous", Groups: []string{"system:unauthenticated"}},
		address: p.scanner(n).String(), agent: "Go-http-client/1.1"}
}
