package ingest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
	"github.com/gumshoe-detective/gumshoe/internal/source"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// allKinds writes a day or two of logs of every kind.
func allKinds(t testing.TB) (string, *simulate.Manifest) {
	t.Helper()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 3, Days: 2, Events: 600, Story: simulate.StoryStolenKey,
		Flows: 3000, AuditEvents: 400, Findings: true, Digests: true})
	if err != nil {
		t.Fatal(err)
	}
	return dir, m
}

// TestAllKinds ingests simulated logs of every kind: everything is stored once.
func TestAllKinds(t *testing.T) {
	t.Parallel()
	dir, _ := allKinds(t)
	g := newGraph(t, true)
	s, objects := g.summaries(dir, Options{Account: "999999999999", Region: "us-east-1"})
	if s.Totals != g.totals() || s.Totals.Stored == 0 {
		t.Errorf("%+v; ledger %+v", s.Totals, g.totals())
	}
	reasons := map[string]int64{}
	for name, o := range objects {
		for r, n := range o.Reasons {
			reasons[r] += n
		}
		if o.Totals.Seen == 0 && !strings.Contains(name, "Digest") {
			t.Errorf("%s: no records", name)
		}
	}
	delete(reasons, "unrecognized") // manifest.json
	delete(reasons, "not-json")     // geo.csv
	if len(reasons) > 0 {
		t.Errorf("rejected: %v", reasons)
	}
	origins, kinds := map[warehouse.Origin]int{}, map[string]int{}
	var flows, kube, findings, coverage int
	for _, b := range g.batches {
		for _, e := range b.Events {
			origins[e.Origin]++
		}
		origins[warehouse.FromVPCFlow] += len(b.FlowRecords)
		flows, kube, findings, coverage = flows+len(b.Flows), kube+len(b.Kube), findings+len(b.Findings), coverage+len(b.Coverage)
	}
	for _, o := range g.ledger() {
		kinds[o.Kind]++
	}
	for _, o := range []warehouse.Origin{warehouse.FromCloudTrail, warehouse.FromVPCFlow, warehouse.FromGuardDuty, warehouse.FromEKSAudit, warehouse.FromSecurityHub} {
		if origins[o] == 0 || kinds[o.String()] == 0 {
			t.Errorf("%s: %d records in %d objects", o, origins[o], kinds[o.String()])
		}
	}
	if flows == 0 || kube == 0 || findings == 0 || coverage == 0 {
		t.Errorf("%d rows of flows, %d of clusters, %d of findings, %d of coverage", flows, kube, findings, coverage)
	}
	if again, _ := g.summaries(dir, Options{}); again.Totals.Stored != 0 {
		t.Errorf("second run: %+v", again.Totals)
	}
}

// TestKindsTwice reads the same logs from two folders: the second time all
// are duplicates, also the GuardDuty findings that came through Security Hub.
func TestKindsTwice(t *testing.T) {
	t.Parallel()
	dir, _ := allKinds(t)
	g := newGraph(t, true)
	first, _ := g.summaries(filepath.Join(dir, simulate.LogFolder), Options{})
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(dir, simulate.LogFolder))); err != nil {
		t.Fatal(err)
	}
	second, _ := g.summaries(copied, Options{})
	if second.Totals.Stored != 0 || second.Totals.Rejected != first.Totals.Rejected || second.Totals.Seen != first.Totals.Seen {
		t.Errorf("first %+v, copies %+v", first.Totals, second.Totals)
	}
	if c := conflicts(g); c != 0 {
		t.Errorf("%d conflicts", c)
	}
}

// TestNoRaw leaves out the raw records and nothing else.
func TestNoRaw(t *testing.T) {
	t.Parallel()
	dir, _ := allKinds(t)
	with, without := newGraph(t, true), newGraph(t, true)
	o := Options{Rules: builtin(t), Workers: 1}
	a, _ := with.summaries(dir, o)
	o.NoRaw = true
	b, _ := without.summaries(dir, o)
	if a.Totals != b.Totals || a.Totals.Stored == 0 {
		t.Errorf("with raw records %+v, without %+v", a.Totals, b.Totals)
	}
	for i, batch := range with.batches {
		for j := range batch.Events {
			if len(batch.Events[j].Raw) == 0 {
				t.Fatalf("event %s has no raw record", batch.Events[j].EventID)
			}
			batch.Events[j].Raw = nil
			if r := without.batches[i].Events[j].Raw; len(r) > 0 {
				t.Fatalf("a raw record was kept: %s", r)
			}
		}
	}
	if diff := gocmp.Diff(with.content(), without.content()); diff != "" {
		t.Errorf("-with +without raw records:\n%s", diff)
	}
	volumes := func(g *graph) []warehouse.Volume {
		v, err := g.Volumes(t.Context(), time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if diff := gocmp.Diff(volumes(with), volumes(without)); diff != "" {
		t.Errorf("-with +without raw records:\n%s", diff)
	}
}

// TestDerivedCopies reads one call in CloudTrail's own form and in others, in
// either order: it counts once, and no form contradicts another.
func TestDerivedCopies(t *testing.T) {
	t.Parallel()
	own := string(delivery(call(t, 1)))
	lake := `[{"eventJson":` + strconv.Quote(call(t, 1)) + `}]`
	csv := "eventversion,eventid,eventtime,eventsource,eventname,awsregion,sourceipaddress,useragent,recipientaccountid\n" +
		"1.08,00000000-0000-4000-8000-000000000001,2026-03-04T05:06:07Z,ec2.amazonaws.com,DescribeInstances,us-east-1,203.0.113.7,aws-cli/2.15.1,111122223333\n"
	for _, order := range [][]string{{own, csv, lake}, {csv, own, lake}, {lake, csv, own}} {
		g := newGraph(t, true)
		var sum warehouse.Totals
		for _, content := range order {
			s, err := g.in(content, Options{})
			if err != nil {
				t.Fatal(err)
			}
			sum.Add(s.Totals)
		}
		if sum != totals(3, 1, 2, 0) || conflicts(g) != 0 {
			t.Errorf("%+v, %d conflicts, of\n%.60s", sum, conflicts(g), order)
		}
		// All in one batch, too.
		g = newGraph(t, true)
		dir := t.TempDir()
		write(t, dir, map[string][]byte{"1": []byte(order[0]), "2": []byte(order[1]), "3": []byte(order[2])})
		if s, _ := g.summaries(dir, Options{}); s.Totals != totals(3, 1, 2, 0) || conflicts(g) != 0 {
			t.Errorf("in one batch: %+v, %d conflicts", s.Totals, conflicts(g))
		}
	}
}

func conflicts(g *graph) (n int) {
	for _, b := range g.batches {
		for _, e := range b.Events {
			if e.Conflict {
				n++
			}
		}
	}
	return n
}

// in ingests one file with this content.
func (g *graph) in(content string, o Options) (Summary, error) {
	g.t.Helper()
	path := filepath.Join(g.t.TempDir(), "log")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		g.t.Fatal(err)
	}
	return g.run(g.t.Context(), source.NewFiles(path), o)
}

// linksOf renders the links of all batches by the names of their ends.
func (g *graph) linksOf() (out []string) {
	names := map[entity.ID]string{}
	for _, b := range g.batches {
		for _, e := range b.Entities {
			names[e.ID] = e.Key
		}
	}
	for _, b := range g.batches {
		for _, l := range b.Links {
			out = append(out, names[l.From]+" "+linkNames[l.Kind]+" "+names[l.To])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestFlows folds records of connections, seen from both their ends.
func TestFlows(t *testing.T) {
	t.Parallel()
	g := newGraph(t, false)
	if _, err := g.in(strings.Join([]string{
		"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
		"2 111122223333 eni-1 203.0.113.7 10.0.0.5 40001 443 6 10 1000 1767323000 1767323060 ACCEPT OK",
		"2 111122223333 eni-1 203.0.113.7 10.0.0.5 40002 443 6 1 100 1767326600 1767326660 ACCEPT OK", // an hour later
		"2 111122223333 eni-1 203.0.113.7 10.0.0.5 40003 443 6 1 100 1767323060 1767323120 ACCEPT OK",
		"2 111122223333 eni-1 198.51.100.9 10.0.0.5 40003 443 6 2 200 1767323060 1767323120 ACCEPT OK",
		"2 111122223333 eni-1 198.51.100.9 10.0.0.5 50000 40000 17 3 300 1767323060 1767323120 ACCEPT OK",
		"2 111122223333 eni-1 10.0.0.5 203.0.113.7 443 40001 6 20 9000 1767323000 1767323060 ACCEPT OK",
		"2 111122223333 eni-1 198.51.100.9 10.0.0.5 50000 22 6 1 44 1767323001 1767323061 REJECT OK",
		"2 111122223333 eni-1 - - - - - - - 1767323120 1767323180 - NODATA",
		"2 111122223333 eni-1 203.0.113.7 10.0.0.5 40001 443 6 10 1000 1767323000 1767323060 ACCEPT OK",
	}, "\n"), Options{}); err != nil {
		t.Fatal(err)
	}
	if got, want := g.totals(), (warehouse.Totals{Seen: 9, Stored: 8, Duplicate: 1}); got != want {
		t.Errorf("%+v; want %+v", got, want)
	}
	names := map[entity.ID]string{}
	for _, e := range g.batches[0].Entities {
		names[e.ID] = e.Key
	}
	var rows, peers []string
	for _, f := range g.batches[0].Flows {
		rows = append(rows, fmt.Sprintf("%s %s %s: %d %d %d %d %d, %d %d %d", f.Hour.Time().Format("15h"), names[f.Interface], names[f.Local],
			f.LocalPort, f.PeerPort, f.Protocol, f.Direction, f.Action, f.Records, f.Packets, f.Bytes))
	}
	for _, f := range g.batches[0].FlowPeers {
		peers = append(peers, fmt.Sprintf("%s %s %s %s: %d %d, %b, %d %d %d", f.Day.Time().Format(time.DateOnly), names[f.Interface], names[f.Local], names[f.Peer],
			f.Direction, f.Action, f.Hours, f.Records, f.Packets, f.Bytes))
	}
	want := []string{
		"03h eni-1 10.0.0.5: 443 0 6 0 1, 3 13 1300", // with two peers
		"04h eni-1 10.0.0.5: 443 0 6 0 1, 1 1 100",
		"03h eni-1 10.0.0.5: 0 0 17 0 1, 1 3 300",
		"03h eni-1 10.0.0.5: 443 0 6 1 1, 1 20 9000",
		"03h eni-1 10.0.0.5: 22 0 6 0 2, 1 1 44",
	}
	if diff := gocmp.Diff(want, rows); diff != "" {
		t.Errorf("flows (-want +got):\n%s", diff)
	}
	want = []string{
		"2026-01-02 eni-1 10.0.0.5 203.0.113.7: 0 1, 11000, 3 12 1200",
		"2026-01-02 eni-1 10.0.0.5 198.51.100.9: 0 1, 1000, 2 5 500",
		"2026-01-02 eni-1 10.0.0.5 203.0.113.7: 1 1, 1000, 1 20 9000",
		"2026-01-02 eni-1 10.0.0.5 198.51.100.9: 0 2, 1000, 1 1 44",
	}
	if diff := gocmp.Diff(want, peers); diff != "" {
		t.Errorf("peers (-want +got):\n%s", diff)
	}
	if got, want := g.linksOf(), []string{"eni-1 holds address 10.0.0.5"}; !slices.Equal(got, want) {
		t.Errorf("links %q; want %q", got, want)
	}
}

// TestAudit joins a call to a cluster with the role behind it.
func TestAudit(t *testing.T) {
	t.Parallel()
	g := newGraph(t, false)
	event := `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","stage":"ResponseComplete","requestReceivedTimestamp":"2026-03-04T05:06:07.5Z","verb":"create","requestURI":"/api/v1/namespaces/web/pods/p/exec","user":{"username":"admin","groups":["system:masters"],"extra":{"arn":["arn:aws:sts::111122223333:assumed-role/ops/eve"],"canonicalArn":["arn:aws:iam::111122223333:role/ops"],"accessKeyId":["ASIAEXAMPLE000000001"],"principalId":["AROAEXAMPLE000000001"],"sessionName":["eve"]}},"sourceIPs":["203.0.113.7"],"userAgent":"kubectl/1.30","objectRef":{"resource":"pods","subresource":"exec","namespace":"web","name":"p"},"responseStatus":{"code":101}}`
	other := strings.Replace(event, `"verb":"create"`, `"verb":"delete"`, 1)
	in := func(messages ...string) string {
		for i, m := range messages {
			messages[i] = `{"id":"1","timestamp":1,"message":` + strconv.Quote(m) + `}`
		}
		return `{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/aws/eks/prod/cluster","logStream":"s","logEvents":[` + strings.Join(messages, ",") + `]}`
	}
	if _, err := g.in(in(event, event, other), Options{Region: "eu-west-1"}); err != nil {
		t.Fatal(err)
	}
	// The same audit id with another call is one: the client may choose it.
	if got, want := g.totals(), (warehouse.Totals{Seen: 3, Stored: 2, Duplicate: 1}); got != want {
		t.Errorf("%+v; want %+v", got, want)
	}
	const cluster = "arn:aws:eks:eu-west-1:111122223333:cluster/prod"
	want := []string{
		"AROAEXAMPLE000000001:eve session of arn:aws:iam::111122223333:role/ops",
		cluster + "/User/admin is AROAEXAMPLE000000001:eve",
		cluster + "/web/p in cluster " + cluster,
	}
	if diff := gocmp.Diff(want, g.linksOf()); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if n := len(g.batches[0].Activity); n != 0 {
		t.Errorf("%d rows of API activity; calls to a cluster are none", n)
	}
	if n := len(g.batches[0].Kube); n != 2 {
		t.Errorf("%d rows of calls to clusters; want 2", n)
	}
}

// TestInsight: an Insights event is stored and is nobody's call.
func TestInsight(t *testing.T) {
	t.Parallel()
	g := newGraph(t, false)
	if _, err := g.in(`{"Records":[{"eventVersion":"1.09","eventTime":"2026-01-02T03:00:00Z","awsRegion":"us-east-1","eventID":"3f2504e0-4f89-41d3-9a0c-0305e82c3301","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","insightDetails":{"state":"Start","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","insightType":"ApiCallRateInsight"},"eventCategory":"Insight"}]}`, Options{}); err != nil {
		t.Fatal(err)
	}
	b := g.batches[0]
	if len(b.Events) != 1 || len(b.Activity)+len(b.Hours)+len(b.Values) != 0 || len(b.Coverage) != 1 {
		t.Errorf("%d events, %d, %d and %d rows", len(b.Events), len(b.Activity), len(b.Hours), len(b.Values))
	}
}

// since takes everybody's records, at a version.
type since int64

func (since) Accepts(context.Context, string) (bool, error) { return true, nil }
func (v since) Version() int64                              { return int64(v) }

// TestStoppedPackage refuses what the graph does not take now, and reads it
// again once it does.
func TestStoppedPackage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	audit := `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a","stage":"ResponseComplete","requestReceivedTimestamp":"2026-03-04T05:06:07Z","verb":"get","requestURI":"/api","user":{"username":"u"}}`
	if err := os.WriteFile(filepath.Join(dir, "a"), []byte(audit+"\n"+call(t, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	g := newGraph(t, false)
	o := Options{Account: "111122223333", Stopped: map[decode.Kind]bool{decode.KindEKSAudit: true}, Membership: since(1)}
	s, objects := g.summaries(dir, o)
	if want := (warehouse.Totals{Seen: 2, Stored: 1, Rejected: 1}); s.Totals != want || objects["a"].Reasons["package-stopped"] != 1 {
		t.Errorf("stopped: %+v", objects)
	}
	o.Stopped = nil
	if s, _ := g.summaries(dir, o); s.Totals.Stored != 0 {
		t.Errorf("the version has not changed: %+v", s.Totals)
	}
	o.Membership = since(2)
	if s, _ := g.summaries(dir, o); s.Totals != (warehouse.Totals{Seen: 2, Stored: 1, Duplicate: 1}) {
		t.Errorf("started: %+v", s.Totals)
	}
	if got, want := g.totals(), (warehouse.Totals{Seen: 2, Stored: 2}); got != want {
		t.Errorf("ledger %+v; want %+v", got, want)
	}
}

// TestInstanceFacts: CloudTrail tells whose interface it is.
func TestInstanceFacts(t *testing.T) {
	t.Parallel()
	g := newGraph(t, false)
	run := call(t, 1, `"eventSource":"ec2.amazonaws.com"`, `"eventName":"RunInstances"`, `"responseElements":{"instancesSet":{"items":[{"instanceId":"i-1","privateIpAddress":"10.0.0.5","networkInterfaceSet":{"items":[{"networkInterfaceId":"eni-1","privateIpAddress":"10.0.0.5","privateIpAddressesSet":{"items":[{"privateIpAddress":"10.0.0.5","association":{"publicIp":"203.0.113.9"}}]}}]}}]}}`)
	attach := call(t, 2, `"eventSource":"ec2.amazonaws.com"`, `"eventName":"AttachNetworkInterface"`, `"requestParameters":{"networkInterfaceId":"eni-2","instanceId":"i-1"}`)
	if _, err := g.in(string(delivery(run, attach)), Options{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"arn:aws:iam::111122223333:user/alice created i-1", "eni-1 holds address 10.0.0.5", "eni-1 holds address 203.0.113.9",
		"i-1 has interface eni-1", "i-1 has interface eni-2", "i-1 holds address 10.0.0.5"}
	got := slices.DeleteFunc(g.linksOf(), func(l string) bool { return !strings.Contains(l, "i-1") && !strings.Contains(l, "eni-") })
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
}

// TestRealKinds: every record of every public log is accounted for.
func TestRealKinds(t *testing.T) {
	t.Parallel()
	dir := filepath.Dir(realLogs(t))
	g := newGraph(t, true)
	s, objects := g.summaries(dir, Options{Account: "111122223333", Region: "us-east-1"})
	if s.Totals != g.totals() {
		t.Errorf("%+v; ledger %+v", s.Totals, g.totals())
	}
	for name, o := range objects {
		if o.Totals.Seen != o.Totals.Stored+o.Totals.Duplicate+o.Totals.Rejected {
			t.Errorf("%s does not add up: %+v", name, o.Totals)
		}
	}
	t.Logf("%+v", s.Totals)
}
