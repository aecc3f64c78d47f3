package simulate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// flowLine is a line and the places of its header's field names.
type flowLine struct {
	file   string
	place  map[string]int
	values []string
}

// field returns "" for a field that the version does not have.
func (l *flowLine) field(name string) string {
	if i, ok := l.place[name]; ok {
		return l.values[i]
	}
	return ""
}

func (l *flowLine) number(t *testing.T, name string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(l.field(name), 10, 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", name, l.values, err)
	}
	return n
}

func flowLinesOf(t *testing.T, c *corpus) []flowLine {
	t.Helper()
	var out []flowLine
	for _, f := range c.read(t, "/vpcflowlogs/") {
		lines := strings.Split(strings.TrimSuffix(string(f.plain), "\n"), "\n")
		place := map[string]int{}
		for i, n := range strings.Fields(lines[0]) {
			place[n] = i
		}
		for _, l := range lines[1:] {
			values := strings.Split(l, " ")
			if len(values) != len(place) {
				t.Fatalf("%s: %d values for %d fields: %s", f.name, len(values), len(place), l)
			}
			out = append(out, flowLine{f.name, place, values})
		}
	}
	return out
}

func TestFlowLogs(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"version 2":       {Seed: 1, Days: 3, Events: 2000, EventsPerFile: 500, Flows: 10_000, Story: StoryStolenKey},
		"version 5, 60 s": {Seed: 2, Days: 2, Events: 500, EventsPerFile: 500, Flows: 12_000, FlowVersion: 5, FlowWindow: 60},
		"hourly files":    {Seed: 3, Days: 1, Events: 500, EventsPerFile: 500, Flows: 50_000, Accounts: 1},
		"hardly any":      {Seed: 5, Days: 30, Events: 500, EventsPerFile: 500, Flows: 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := simulate(t, cfg)
			checkFlowLines(t, c, cfg, flowLinesOf(t, c))
		})
	}
}

var flowName = regexp.MustCompile(`^AWSLogs/(\d{12})/vpcflowlogs/([a-z0-9-]+)/(\d{4}/\d\d/\d\d)/(\d{12})_vpcflowlogs_([a-z0-9-]+)_(fl-[0-9a-f]{17})_(\d{8}T\d{4})Z_[0-9a-f]{8}\.log\.gz$`)

func checkFlowLines(t *testing.T, c *corpus, cfg Config, lines []flowLine) {
	t.Helper()
	if got := c.counts(t, "vpcflow"); got.Records != len(lines) || got.Files != len(c.read(t, "/vpcflowlogs/")) || got.Duplicates != 0 {
		t.Errorf("manifest %+v, found %d lines", got, len(lines))
	}
	if least, most := cfg.Flows*95/100-50, cfg.Flows*105/100+150; len(lines) < least || len(lines) > most {
		t.Errorf("asked for %d records, got %d", cfg.Flows, len(lines))
	}
	window := int64(max(cfg.FlowWindow, 600))
	if cfg.FlowWindow == 60 {
		window = 60
	}
	for _, l := range lines {
		m := flowName.FindStringSubmatch(l.file)
		if m == nil {
			t.Fatalf("file name %s", l.file)
		}
		stamp, err := time.Parse("20060102T1504", m[7])
		if err != nil || m[1] != m[4] || m[2] != m[5] || m[3] != stamp.Format("2006/01/02") || m[1] != l.field("account-id") {
			t.Errorf("%s contradicts itself, or holds a record of %s (%v)", l.file, l.field("account-id"), err)
		}
		start, end := l.number(t, "start"), l.number(t, "end")
		if start > end || start/window != end/window || end >= stamp.Unix() || end < stamp.Unix()-86400 || end >= c.end(cfg) {
			t.Errorf("record from %d to %d in windows of %d s lies in %s", start, end, window, l.file)
		}
		if l.field("log-status") == "OK" {
			checkFlowNumbers(t, &l)
		} else if l.field("srcaddr") != "-" || l.field("bytes") != "-" || l.field("action") != "-" {
			t.Errorf("%s with data: %v", l.field("log-status"), l.values)
		}
		if t.Failed() {
			return
		}
	}
}

func (c *corpus) end(cfg Config) int64 {
	if cfg.End.IsZero() {
		cfg.End = defaultEnd
	}
	return cfg.End.Unix()
}

func checkFlowNumbers(t *testing.T, l *flowLine) {
	t.Helper()
	packets, bytes := l.number(t, "packets"), l.number(t, "bytes")
	if packets < 1 || bytes < 20*packets || bytes > 1500*packets {
		t.Errorf("%d bytes in %d packets: %v", bytes, packets, l.values)
	}
	src, dst := netip.MustParseAddr(l.field("srcaddr")), netip.MustParseAddr(l.field("dstaddr"))
	if src.Is4() != dst.Is4() || src == dst {
		t.Errorf("from %v to %v", src, dst)
	}
	if p := l.number(t, "protocol"); p == icmp || p == icmpV6 {
		if l.field("srcport") != "0" || l.field("dstport") != "0" || (p == icmp) != src.Is4() {
			t.Errorf("ICMP with ports, or of the other IP version: %v", l.values)
		}
	}
	if kind := l.field("type"); kind != "" {
		if (kind == "IPv6") != src.Is6() || (l.field("flow-direction") == "egress") != (l.field("traffic-path") != "-") {
			t.Errorf("type, direction or path: %v", l.values)
		}
	}
}

// The bounds are wide: they hold the shape, not a value.
func TestFlowsHaveTheMeasuredShape(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 8, Days: 2, Events: 100, EventsPerFile: 500, Flows: 30_000, FlowVersion: 5})
	share, total := map[string]int{}, 0
	tuples, rejected := map[[5]string]bool{}, [][5]string{}
	peers := map[string]int{}
	for _, l := range flowLinesOf(t, c) {
		total++
		f := l.field
		share[f("log-status")]++
		if f("log-status") != "OK" {
			continue
		}
		share[f("action")]++
		share["protocol "+f("protocol")]++
		share[f("type")]++
		for _, name := range []string{"pkt-src-aws-service", "pkt-dst-aws-service"} {
			share[f(name)]++
		}
		if f("srcaddr") != f("pkt-srcaddr") || f("dstaddr") != f("pkt-dstaddr") {
			share["translated"]++
		}
		k := [5]string{f("interface-id"), f("srcaddr"), f("srcport"), f("dstaddr"), f("dstport")}
		if f("action") == "REJECT" {
			rejected = append(rejected, k)
		} else {
			tuples[k] = true
		}
		if a := netip.MustParseAddr(f("srcaddr")); !a.IsPrivate() && f("flow-direction") == "ingress" {
			peers[f("srcaddr")]++
		}
	}
	within := func(what string, least, most float64) {
		t.Helper()
		got := float64(share[what]) / float64(total)
		t.Logf("%s: %.4f", what, got)
		if got < least || got > most {
			t.Errorf("share of %s is %.4f, want %.4f to %.4f", what, got, least, most)
		}
	}
	within("REJECT", 0.05, 0.2)
	within("NODATA", 0.002, 0.02)
	within("SKIPDATA", 0.00002, 0.002)
	within("protocol 6", 0.8, 0.97)
	within("protocol 17", 0.01, 0.1)
	within("protocol 1", 0.01, 0.1)
	within("IPv6", 0.005, 0.1)
	within("S3", 0.01, 0.15)
	within("translated", 0.1, 0.6)
	answered := 0
	for k := range tuples {
		if tuples[[5]string{k[0], k[3], k[4], k[1], k[2]}] {
			answered++
		}
	}
	if answered*10 < len(tuples)*8 {
		t.Errorf("%d of %d accepted flows go both ways", answered, len(tuples))
	}
	for _, k := range rejected {
		if k[2] != "0" && tuples[[5]string{k[0], k[3], k[4], k[1], k[2]}] {
			t.Errorf("a refused flow is answered: %v", k)
		}
	}
	if len(peers) < 500 {
		t.Errorf("%d Internet peers", len(peers))
	}
}

// Files are as short as they can be without being mostly headers.
func TestFlowFileInterval(t *testing.T) {
	t.Parallel()
	f := func(flows, days int, want int64) {
		t.Helper()
		cfg, err := Config{Flows: flows, Days: days, Accounts: 1}.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		if got := newFlowFeed(cfg, wideOrganization(t, cfg), &story{}, nil).interval; got != want {
			t.Errorf("%d records in %d days: a file covers %d s, want %d", flows, days, got, want)
		}
	}
	f(100, 30, 86400)
	f(50_000, 1, 3600)
	f(600_000, 1, 300)
	f(600_000, 2, 3600)
}

// Whatever is cut into windows sums up again.
func TestRecordsOfAConnection(t *testing.T) {
	t.Parallel()
	org := wideOrganization(t, Config{Flows: 1})
	rng := rand.New(rand.NewPCG(1, 2))
	traffic := newTraffic(Config{}, org, rng)
	for range 20_000 {
		c := traffic.next(1_790_000_000 + rng.Int64N(86400))
		window := []int64{60, 600}[rng.IntN(2)]
		type sum struct{ packets, bytes uint64 }
		got := map[string]sum{}
		for _, f := range c.records(nil, window) {
			k := fmt.Sprint(f.nic.id, f.egress, f.src, f.dst)
			s := got[k]
			got[k] = sum{s.packets + f.packets, s.bytes + f.bytes}
			if f.start < c.start || f.end < f.start || f.end > c.start+c.seconds+60 || f.start/window != f.end/window {
				t.Fatalf("window %d of %+v: %d to %d", window, c, f.start, f.end)
			}
		}
		for k, s := range got {
			if s != (sum{c.outPackets, c.out}) && s != (sum{c.inPackets, c.in}) {
				t.Fatalf("%s sums to %+v, connection %+v", k, s, c)
			}
		}
		if c.reject && len(got) > 2 { // at most both ends of an inside connection
			t.Fatalf("refused and seen %d times: %+v", len(got), c)
		}
	}
}

func wideOrganization(t testing.TB, cfg Config) *organization {
	t.Helper()
	cfg, err := cfg.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	org, err := newOrganization(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func TestFlowLine(t *testing.T) {
	t.Parallel()
	a := &account{id: "111122223333"}
	m := &machine{id: "i-1"}
	nic := &networkInterface{id: "eni-1", subnet: "subnet-1", vpc: "vpc-1", region: "us-east-1", zone: "use1-az1", account: a, machine: m}
	f := func(r flowRecord, version int, want string) {
		t.Helper()
		if diff := cmp.Diff(want, string(r.append(nil, version))); diff != "" {
			t.Errorf("version %d (-want +got):\n%s", version, diff)
		}
		if names, values := len(strings.Fields(flowFields(version))), len(strings.Fields(want)); names != values {
			t.Errorf("version %d: %d fields, %d values", version, names, values)
		}
	}
	ok := flowRecord{nic: nic, src: netip.MustParseAddr("10.0.0.5"), dst: netip.MustParseAddr("192.88.99.1"), pktSrc: netip.MustParseAddr("10.0.0.9"), dstService: "S3",
		packets: 3, bytes: 180, start: 100, end: 159, srcPort: 40000, dstPort: 443, protocol: tcp, tcpFlags: 3, path: pathGateway, egress: true}
	f(ok, 2, "2 111122223333 eni-1 10.0.0.5 192.88.99.1 40000 443 6 3 180 100 159 ACCEPT OK")
	f(ok, 5, "5 111122223333 eni-1 10.0.0.5 192.88.99.1 40000 443 6 3 180 100 159 ACCEPT OK vpc-1 subnet-1 i-1 3 IPv4 10.0.0.9 192.88.99.1 us-east-1 use1-az1 - - - S3 egress 7")
	refused := flowRecord{nic: nic, src: netip.MustParseAddr("2001:db8::1"), dst: netip.MustParseAddr("2001:db8::2"), packets: 1, bytes: 40, start: 1, end: 1, protocol: icmpV6, reject: true}
	f(refused, 2, "2 111122223333 eni-1 2001:db8::1 2001:db8::2 0 0 58 1 40 1 1 REJECT OK")
	f(refused, 5, "5 111122223333 eni-1 2001:db8::1 2001:db8::2 0 0 58 1 40 1 1 REJECT OK vpc-1 subnet-1 i-1 0 IPv6 2001:db8::1 2001:db8::2 us-east-1 use1-az1 - - - - ingress -")
	idle := flowRecord{nic: &networkInterface{id: "eni-2", subnet: "subnet-1", vpc: "vpc-1", region: "us-east-1", zone: "use1-az1", account: a}, start: 60, end: 119, status: flowNoData}
	f(idle, 2, "2 111122223333 eni-2 - - - - - - - 60 119 - NODATA")
	f(idle, 5, "5 111122223333 eni-2 - - - - - - - 60 119 - NODATA vpc-1 subnet-1 - - - - - us-east-1 use1-az1 - - - - - -")
	idle.status = flowSkipData
	f(idle, 2, "2 111122223333 eni-2 - - - - - - - 60 119 - SKIPDATA")
}

// CloudTrail says whose each interface is, always the same.
func TestInterfacesAreInCloudTrail(t *testing.T) {
	t.Parallel()
	c := simulate(t, Config{Seed: 4, Days: 2, Events: 6000, EventsPerFile: 500, Flows: 10_000, FlowVersion: 5})
	type home struct{ instance, address, subnet, vpc string }
	launched, attached := map[string]home{}, map[string]string{}
	enter := func(eni string, h home) {
		if before, ok := launched[eni]; ok && before != h {
			t.Errorf("%s is %+v and %+v", eni, before, h)
		}
		launched[eni] = h
	}
	for _, r := range c.distinct {
		if r.ErrorCode != "" {
			continue
		}
		var request struct{ InstanceID, NetworkInterfaceID string }
		var response struct {
			InstancesSet struct {
				Items []struct {
					InstanceID, PrivateIPAddress, SubnetID, VpcID string
					NetworkInterfaceSet                           struct {
						Items []struct{ NetworkInterfaceID, PrivateIPAddress string }
					}
				}
			}
			NetworkInterface struct{ NetworkInterfaceID, PrivateIPAddress, SubnetID, VpcID string }
		}
		switch r.EventName {
		case "RunInstances", "CreateNetworkInterface", "AttachNetworkInterface":
			if err := json.Unmarshal(r.ResponseElements, &response); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(r.RequestParameters, &request); err != nil {
				t.Fatal(err)
			}
		}
		switch r.EventName {
		case "RunInstances":
			for _, i := range response.InstancesSet.Items {
				for _, n := range i.NetworkInterfaceSet.Items {
					enter(n.NetworkInterfaceID, home{i.InstanceID, n.PrivateIPAddress, i.SubnetID, i.VpcID})
				}
			}
		case "CreateNetworkInterface":
			n := response.NetworkInterface
			enter(n.NetworkInterfaceID, home{"", n.PrivateIPAddress, n.SubnetID, n.VpcID})
		case "AttachNetworkInterface":
			attached[request.NetworkInterfaceID] = request.InstanceID
		}
	}
	seen := map[string]bool{}
	for _, l := range flowLinesOf(t, c) {
		f := l.field
		if f("instance-id") == "-" {
			continue // a NAT gateway, or nothing
		}
		seen[f("interface-id")] = true
		h, ok := launched[f("interface-id")]
		if h.instance == "" {
			h.instance = attached[f("interface-id")]
		}
		if !ok || h.instance != f("instance-id") || h.subnet != f("subnet-id") || h.vpc != f("vpc-id") {
			t.Fatalf("CloudTrail has %+v of %s, the flow log %v", h, f("interface-id"), l.values)
		}
		if f("log-status") == "OK" && f("type") == "IPv4" && f("srcaddr") != h.address && f("dstaddr") != h.address {
			t.Fatalf("a record of %s without its address %s: %v", f("interface-id"), h.address, l.values)
		}
	}
	if len(seen) < 3*24 {
		t.Errorf("%d interfaces in the flow logs", len(seen))
	}
}

func TestGeoCoversFlows(t *testing.T) {
	t.Parallel()
	for _, stress := range []bool{false, true} {
		cfg := Config{Seed: 4, Events: 500, Days: 2, EventsPerFile: 1000, Accounts: 5, Flows: 8_000, Story: StoryStolenKey, StressKeys: stress}
		c := simulate(t, cfg)
		places := wideOrganization(t, cfg).places
		attacker := map[string]bool{}
		public := map[string]bool{}
		for _, l := range flowLinesOf(t, c) {
			for _, name := range []string{"srcaddr", "dstaddr"} {
				a, err := netip.ParseAddr(l.field(name))
				if err != nil || a.IsPrivate() {
					continue
				}
				public[a.String()] = true
				if !slices.ContainsFunc(places.all, func(n *network) bool { return n.prefix.Contains(a) }) {
					t.Errorf("geo.csv does not cover %v", a)
				}
				if slices.Contains(c.manifest.Story.Addresses, a.String()) {
					attacker[l.file+l.field("start")+l.field("srcport")+l.field("dstport")+l.field("interface-id")+l.field("srcaddr")] = true
				}
			}
		}
		if len(attacker) != c.manifest.Story.Flows || len(attacker) == 0 {
			t.Errorf("%d records with the attacker's addresses, manifest has %d", len(attacker), c.manifest.Story.Flows)
		}
		if stress && len(public) < 1000 {
			t.Errorf("%d addresses under stress", len(public))
		}
	}
	org := wideOrganization(t, Config{Flows: 1})
	for i, p := range org.places.all {
		for _, q := range org.places.all[:i] {
			if p.prefix.Overlaps(q.prefix) {
				t.Errorf("%v overlaps %v", p.prefix, q.prefix)
			}
		}
	}
}

// What is held back is what still belongs to open files, however many days
// there are.
func TestFlowFeedHoldsOnlyOpenFiles(t *testing.T) {
	t.Parallel()
	cfg, err := Config{Seed: 1, Days: 20, Flows: 40_000}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	org := wideOrganization(t, cfg)
	f := newFlowFeed(cfg, org, &story{}, &outbox{send: func(parcel) error { return nil }})
	g := generator{cfg: cfg}
	most := 0
	for h := range cfg.Days * 24 {
		now, _ := g.hourAt(h)
		if err := f.hour(now); err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, l := range f.order {
			for _, records := range l.open {
				held += len(records)
			}
		}
		most = max(most, held)
		if now.end == cfg.End.Unix() && held > 0 {
			t.Errorf("%d records are never sent", held)
		}
	}
	if most > 2*cfg.Flows/cfg.Days {
		t.Errorf("%d records held back, of %d a day", most, cfg.Flows/cfg.Days)
	}
}

func BenchmarkFlows(b *testing.B) {
	for _, version := range []int{2, 5} {
		b.Run(fmt.Sprintf("version=%d", version), func(b *testing.B) {
			b.ReportAllocs()
			records, packed := 0, int64(0)
			for b.Loop() {
				m, err := Write(b.Context(), b.TempDir(), Config{Seed: 1, Events: 1, Days: 2, Flows: 300_000, FlowVersion: version})
				if err != nil {
					b.Fatal(err)
				}
				for _, s := range m.Sources {
					if s.Source == sourceNames[vpcFlow] {
						records += s.Records
						packed += s.CompressedBytes
						b.SetBytes(s.Bytes)
					}
				}
			}
			b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(packed)/float64(records), "gz-B/record")
		})
	}
}
