package simulate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// auditFeed writes Kubernetes audit events of the EKS clusters, in the
// envelopes of a CloudWatch Logs subscription: one an API server and up to
// envelopeEvents events, one a line.
type auditFeed struct {
	cfg      Config
	org      *organization
	out      *outbox
	rng      *rand.Rand
	dice     *dice
	rhythm   *schedule
	pace     pace
	clusters []*cluster
	weights  []int
	truth    *StoryManifest
	attack   attackShell
	open     map[*cluster][]*auditEvent
	again    map[*cluster][]logEvent // to be delivered once more
	began    map[*cluster]bool
	interval int64 // seconds that a file covers
}

// attackShell is the story's role session in production, which is used for
// the clusters there too.
type attackShell struct {
	who     caller
	at      int64
	pending bool
}

const (
	envelopeEvents = 60
	// One event in auditDuplicateOdds is delivered twice: a subscription
	// delivers at least once. A guess.
	auditDuplicateOdds = 400
	fewAuditEvents     = 200 // a file, at least
)

func newAuditFeed(cfg Config, org *organization, plot *story, out *outbox) *auditFeed {
	seed := derive(uint64(cfg.Seed), "audit")
	_, _, service, _, _ := newSchedules()
	f := &auditFeed{cfg: cfg, org: org, out: out, rng: rand.New(rand.NewPCG(seed, derive(seed, "second"))), dice: &dice{derive(seed, "events")},
		rhythm: service, truth: plot.truth, open: map[*cluster][]*auditEvent{}, again: map[*cluster][]logEvent{}, began: map[*cluster]bool{}}
	for _, a := range org.accounts {
		f.clusters = append(f.clusters, newClusters(org, a, seed)...)
	}
	for i := range f.clusters {
		f.weights = append(f.weights, 1+60/(i+1))
	}
	for _, e := range plot.events {
		if e.who.principal == org.admin && e.recipient == org.production() && e.call.name == "GetSecretValue" {
			f.attack = attackShell{who: caller{session: e.who, address: e.address}, at: e.at, pending: true}
		}
	}
	f.pace.on, f.pace.left = true, float64(cfg.AuditEvents)
	for h := range cfg.Days * 24 {
		f.pace.natural += f.weight(cfg.start().Add(time.Duration(h) * time.Hour))
	}
	f.pace.most = 2 * f.pace.left / f.pace.natural
	f.interval = 86400
	if cfg.AuditEvents/(cfg.Days*24*len(f.clusters)) >= fewAuditEvents {
		f.interval = 3600
	}
	return f
}

func (f *auditFeed) weight(t time.Time) float64 { return 0.03 + f.rhythm.share(t, 0) }

func (f *auditFeed) hour(now hourInfo) error {
	weight := f.weight(time.Unix(now.start, 0).UTC())
	want := int(f.pace.scale()*weight + f.rng.Float64())
	made := 0
	if f.attack.pending && f.attack.at < now.end {
		f.attack.pending = false
		n, err := f.intrude(now)
		if err != nil {
			return err
		}
		made += n
	}
	total := 0
	for _, w := range f.weights {
		total += w
	}
	people := f.people(now)
	for made < want {
		c := f.clusters[weighted(f.weights, total, f.rng.Uint64())]
		n, err := f.request(c, people[c.account], now)
		if err != nil {
			return err
		}
		made += n
	}
	f.pace.spend(weight, made)
	if now.end%f.interval != 0 {
		return nil
	}
	return f.close(now.end)
}

// people returns by account whose sessions are in use: those that CloudTrail
// has just shown.
func (f *auditFeed) people(now hourInfo) map[*account][]subject {
	out := map[*account][]subject{}
	for _, a := range f.org.actors {
		if a.shell != nil && (a.beginning == byKey || a.beginning == bySSO && a.shell.until >= now.end && a.shell.until-shiftSeconds <= now.start) {
			group := "developers"
			if a.principal.kind == kindIAMAdmin {
				group = "system:masters"
			}
			out[a.account] = append(out[a.account], human(a.shell, a.addressOn(now.day), "kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0", group))
		}
	}
	return out
}

// request makes one request of a cluster and returns how many events it
// has: watches and execs log their beginning too.
func (f *auditFeed) request(c *cluster, people []subject, now hourInfo) (int, error) {
	var who subject
	var from []auditRequest
	switch n := f.rng.IntN(1000); {
	case n < 330:
		names := []string{"system:kube-controller-manager", "system:kube-scheduler", "system:serviceaccount:kube-system:replicaset-controller", "system:serviceaccount:kube-system:deployment-controller", "system:serviceaccount:kube-system:generic-garbage-collector"}
		who, from = c.system(names[f.rng.IntN(len(names))]), controllerRequests
	case n < 560:
		names := []string{"system:serviceaccount:kube-system:aws-node", "system:serviceaccount:kube-system:coredns", "system:serviceaccount:monitoring:prometheus", "system:serviceaccount:default:orders"}
		who, from = c.system(names[f.rng.IntN(len(names))]), agentRequests
	case n < 880:
		who, from = c.node(f.rng.Uint64()), nodeRequests
	case n < 930:
		who, from = c.system([]string{"eks:addon-manager", "eks:node-manager", "kubernetes-admin"}[f.rng.IntN(3)]), managerRequests
	case n < 998 && len(people) > 0:
		who, from = people[f.rng.IntN(len(people))], humanRequests
	case n < 998:
		who, from = c.system("system:apiserver"), controllerRequests
	default:
		who, from = stranger(f.org.places, f.rng.IntN(1000)), strangerRequests
	}
	at := now.start*1000 + f.rng.Int64N(3_600_000)
	return f.add(c, pickRequest(from, f.rng.Uint64()), who, at)
}

func (f *auditFeed) add(c *cluster, q *auditRequest, who subject, at int64) (int, error) {
	e, err := q.event(c, who, at, f.dice)
	if err != nil {
		return 0, err
	}
	n := 1
	if q.verb == "watch" || q.sub == "exec" || q.sub == "log" {
		first := *e
		first.Stage = responseStarted
		f.open[c] = append(f.open[c], &first)
		e.at = min(e.at+int64(1000*(1+f.dice.below(400))), f.cfg.End.UnixMilli()-1)
		e.StageTimestamp = microTime(e.at)
		n++
	}
	f.open[c] = append(f.open[c], e)
	return n, nil
}

// intrude is the attacker's work in the first production cluster.
func (f *auditFeed) intrude(now hourInfo) (int, error) {
	made := 0
	at := f.attack.at * 1000
	for i := range attackRequests {
		who := human(f.attack.who.session, f.attack.who.address, "kubectl/v1.26.0 (linux/amd64) kubernetes/b46a3f8", "system:masters")
		n, err := f.add(f.clusters[0], &attackRequests[i], who, min(at, now.end*1000-1))
		if err != nil {
			return 0, err
		}
		made += n
		at += int64(2000 + f.dice.below(30_000))
	}
	f.truth.AuditEvents += made
	return made, nil
}

// close sends each cluster's events up to a time.
func (f *auditFeed) close(end int64) error {
	for _, c := range f.clusters {
		events := f.open[c]
		slices.SortStableFunc(events, func(a, b *auditEvent) int { return cmp.Compare(a.at, b.at) })
		due, _ := slices.BinarySearchFunc(events, end*1000, func(e *auditEvent, at int64) int { return cmp.Compare(e.at, at) })
		if due == 0 {
			continue
		}
		later := slices.Clone(events[due:])
		if err := f.send(c, events[:due], end); err != nil {
			return err
		}
		f.open[c] = later
	}
	return nil
}

// finish has nothing to do: no event lies after the last day.
func (f *auditFeed) finish() error { return nil }

// send sends one file with a cluster's events, those of its API servers in
// turn, and what is delivered twice.
func (f *auditFeed) send(c *cluster, events []*auditEvent, end int64) error {
	var b []byte
	line := func(v any) error {
		j, err := json.Marshal(v)
		b = append(append(b, j...), '\n')
		return err
	}
	if !f.began[c] { // a subscription begins with a test message
		f.began[c] = true
		test := envelope{MessageType: "CONTROL_MESSAGE", Owner: "CloudwatchLogs", SubscriptionFilters: []string{},
			LogEvents: []logEvent{{Timestamp: f.cfg.start().UnixMilli(), Message: "CWL CONTROL MESSAGE: Checking health of destination Firehose."}}}
		if err := line(test); err != nil {
			return err
		}
	}
	records, duplicates := 0, len(f.again[c])
	logs := make([][]logEvent, len(c.streams))
	logs[0] = f.again[c]
	f.again[c] = nil
	for _, e := range events {
		message, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode audit event %s: %w", e.AuditID, err)
		}
		// CloudWatch's ids are 56 digits.
		l := logEvent{ID: fmt.Sprintf("3%019d%018d%018d", e.at*1000, f.dice.next()>>8, f.dice.next()>>8), Timestamp: e.at, Message: string(message)}
		// Both messages of a request come from the same API server.
		s := int(e.AuditID[0]) % len(logs)
		logs[s] = append(logs[s], l)
		if f.dice.below(auditDuplicateOdds) == 0 && end < f.cfg.End.Unix() {
			f.again[c] = append(f.again[c], l)
		}
	}
	for s, events := range logs {
		records += len(events)
		for part := range slices.Chunk(events, envelopeEvents) {
			if err := line(envelope{MessageType: "DATA_MESSAGE", Owner: c.account.id, LogGroup: "/aws/eks/" + c.name + "/cluster",
				LogStream: c.streams[s], SubscriptionFilters: []string{"audit-to-s3"}, LogEvents: part}); err != nil {
				return err
			}
		}
	}
	t := time.Unix(end-1, 0).UTC()
	path := fmt.Sprintf("%s/%s/%s/%s/%s-audit-%s-%s.gz", AuditFolder, c.account.id, homeRegion, t.Format("2006/01/02"), c.name,
		t.Format("2006-01-02-15-04-05"), appendUUID(nil, f.dice.next(), f.dice.next()))
	return f.out.post(parcel{source: eksAudit, path: path, content: text(b)}, records, duplicates)
}
