package duckdb

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// flowGenerator makes flow records as a network of 200 interfaces logs them,
// 10,000 a minute: peers by Zipf's law, half of them elsewhere in the
// network; connections to a few services from ephemeral ports, of which both
// directions are logged; and one in seven a scan that was rejected.
type flowGenerator struct {
	r     *rand.Rand
	hash  entity.Hasher
	peers *rand.Zipf
	nics  *rand.Zipf
	wide  bool // with the columns up to version 5
	batch warehouse.Batch
	text  *bytes.Buffer // as logged
}

const flowFormat = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

// benchFlows makes n records, with their text.
func benchFlows(n int, wide bool, seed uint64) (*warehouse.Batch, []byte) {
	r := rand.New(rand.NewPCG(seed, 1))
	g := flowGenerator{r: r, hash: entity.NewHasher(entity.Secret{1}), peers: rand.NewZipf(r, 1.1, 4, 20_000),
		nics: rand.NewZipf(r, 1.2, 10, 199), wide: wide, text: &bytes.Buffer{}}
	for len(g.batch.FlowRecords) < n {
		g.connection(seed)
	}
	g.batch.ID = fmt.Sprint("flows-", seed)
	return &g.batch, g.text.Bytes()
}

func (g *flowGenerator) connection(seed uint64) {
	r, nic, peer := g.r, int(g.nics.Uint64()), int(g.peers.Uint64())
	base := benchStart.Unix() + int64(seed)*300 + int64(len(g.batch.FlowRecords)/10_000)*60 + int64(nic%60)
	start, end := base, base+59
	if r.IntN(100) < 40 {
		start += r.Int64N(50)
		end = start + r.Int64N(base+60-start)
	}
	local := fmt.Sprintf("10.%d.%d.%d", nic%4, nic/16, 4+nic)
	remote := fmt.Sprintf("10.%d.%d.%d", peer%4, peer%200/16, 4+peer%200)
	kind := r.IntN(100)
	if kind >= 45 {
		x := uint64(g.hash.ID(entity.IPAddress, fmt.Sprint(peer)))
		remote = fmt.Sprintf("%d.%d.%d.%d", 1+x%220, x>>8%256, x>>16%256, x>>24%256)
	}
	services := []int32{443, 443, 443, 80, 22, 53, 3306, 5432, 8080, 6379, 9092, 2049}
	record := warehouse.FlowRecord{Start: start, End: end, Version: 2, Protocol: 6, Format: flowFormat, Status: warehouse.FlowOK}
	add := func(src, dst string, srcPort, dstPort int32, packets, size uint64, action warehouse.FlowAction) {
		record.SrcPort, record.DstPort, record.Packets, record.Bytes, record.Action = srcPort, dstPort, packets, size, action
		g.add(record, nic, src, dst, src == local)
	}
	if kind >= 70 && kind < 85 {
		probed := []int32{22, 23, 3389, 445, 8728, 80, 443, 8080, r.Int32N(65536)}
		add(remote, local, 1024+r.Int32N(64000), probed[r.IntN(9)], 1, []uint64{40, 44, 52}[r.IntN(3)], warehouse.Rejected)
		return
	}
	port, ephemeral := services[(peer*7+nic)%len(services)], 32768+r.Int32N(28232)
	if port == 53 {
		record.Protocol = 17
	}
	there := uint64(1 + r.ExpFloat64()*8)
	back := uint64(1 + float64(there)*(0.5+r.Float64()))
	thereBytes, backBytes := there*uint64(40+4*r.IntN(18)), back*(40+uint64(r.ExpFloat64()*400))
	if r.IntN(3) == 0 {
		thereBytes, backBytes = there*60, back*52
	}
	from, to := local, remote
	if r.IntN(2) == 0 {
		from, to = remote, local
	}
	add(from, to, ephemeral, port, there, thereBytes, warehouse.Accepted)
	add(to, from, port, ephemeral, back, backBytes, warehouse.Accepted)
}

// add adds a record and its text.
func (g *flowGenerator) add(r warehouse.FlowRecord, nic int, src, dst string, out bool) {
	account, name := fmt.Sprintf("%012d", 111111111111+nic%5), fmt.Sprintf("eni-%017x", uint64(nic)*0x9e3779b97f4a7c15>>8)
	r.Account, r.Interface = g.hash.ID(entity.AwsAccount, account), g.hash.ID(entity.NetworkInterface, name)
	r.Src, r.Dst = g.hash.ID(entity.IPAddress, src), g.hash.ID(entity.IPAddress, dst)
	r.Key = g.r.Uint64()
	if g.wide {
		r.Version = 5
		direction, path := "ingress", "-"
		if out {
			direction, path = "egress", "8"
		}
		r.Rest = fmt.Sprintf("vpc-0123456789abcdef0 subnet-%017x i-%017x %d IPv4 %s %s us-east-1 use1-az%d - - - - %s %s",
			nic%8*0x1234567, nic*0x7654321, []int{2, 3, 18, 19, 0, 1}[g.r.IntN(6)], src, dst, nic%3, direction, path)
	}
	action := "ACCEPT"
	if r.Action == warehouse.Rejected {
		action = "REJECT"
	}
	fmt.Fprintf(g.text, "%d %s %s %s %s %d %d %d %d %d %d %d %s OK %s\n", r.Version, account, name, src, dst, r.SrcPort, r.DstPort,
		r.Protocol, r.Packets, r.Bytes, r.Start, r.End, action, r.Rest)
	g.batch.FlowRecords = append(g.batch.FlowRecords, r)
}

// BenchmarkFlowSegment writes the Parquet of flow records to nowhere.
func BenchmarkFlowSegment(b *testing.B) {
	for _, n := range []int{50_000, 200_000} {
		for _, wide := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/wide=%v", n, wide), func(b *testing.B) {
				batch, text := benchFlows(n, wide, 1)
				gz := &countWriter{w: io.Discard}
				z := gzip.NewWriter(gz)
				if _, err := z.Write(text); err != nil {
					b.Fatal(err)
				}
				if err := z.Close(); err != nil {
					b.Fatal(err)
				}
				records, writer := pointers(batch.FlowRecords), newFlowWriter()
				b.ReportAllocs()
				var w countWriter
				clock := newCPUClock(b)
				for b.Loop() {
					w = countWriter{w: io.Discard}
					if err := writer.write(&w, records); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(w.n)/float64(len(records)), "B/record")
				b.ReportMetric(float64(gz.n)/float64(len(records)), "gz-B/record")
				clock.report(b, len(records), "record")
			})
		}
	}
}

// BenchmarkCommitFlows commits batches of 100,000 flow records, without
// rollups.
func BenchmarkCommitFlows(b *testing.B) {
	const n = 100_000
	s := testStore(b, Options{})
	var batches []*warehouse.Batch
	for i := range 4 {
		batch, _ := benchFlows(n, false, uint64(i))
		batches = append(batches, batch)
	}
	count, clock := 0, newCPUClock(b)
	b.ReportAllocs()
	for b.Loop() {
		batch := *batches[count%len(batches)]
		batch.ID = fmt.Sprint("bench-", count)
		if err := s.Commit(b.Context(), &batch); err != nil {
			b.Fatal(err)
		}
		count++
	}
	clock.report(b, n, "record")
	st, err := s.Status(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(st.Bytes)/float64(st.FlowRecords), "disk-B/record")
}

// BenchmarkKnownFlows asks for 40,000 records of a day of 5 M: all new, one
// false hit among them, and all known.
func BenchmarkKnownFlows(b *testing.B) {
	s := testStore(b, Options{})
	var asked *warehouse.Batch
	for i := range 3 { // segments that overlap
		batch, _ := benchFlows(40_000, false, uint64(i))
		if err := s.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
		asked = batch
	}
	addRuns(b, s, flowRunFile, 5_000_000)
	for _, c := range []struct {
		name  string
		known int // of 40,000
	}{{"new", 0}, {"one false hit", 1}, {"known", 40_000}} {
		b.Run(c.name, func(b *testing.B) {
			records := append([]warehouse.FlowRecord(nil), asked.FlowRecords[:40_000]...)
			for i := range records {
				if i >= c.known {
					records[i].Key = rand.Uint64()
					records[i].Bytes += 1 << 40
				}
			}
			if c.known == 1 {
				records[0].Bytes += 1 << 40 // with the key of another
			}
			clock := newCPUClock(b)
			for b.Loop() {
				verdicts, err := s.KnownFlows(b.Context(), records)
				if err != nil {
					b.Fatal(err)
				}
				if known := verdicts[20_000] == warehouse.Duplicate; known != (c.known > 1) {
					b.Fatalf("known: %v", known)
				}
			}
			clock.report(b, len(records), "record")
		})
	}
}
