package duckdb

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// A batch as ingest makes it of an organization's busy hours.
const (
	benchEvents   = 50_000
	benchActivity = 20_000
	benchHours    = 25_000
	benchValues   = 40_000
	benchLinks    = 5_000
	benchRows     = benchActivity + benchHours + benchValues + benchLinks
)

var benchStart = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

func benchBatch(n int) *warehouse.Batch {
	r := rand.New(rand.NewPCG(uint64(n), 5))
	id := func(space, of int) entity.ID {
		return entity.NewHasher(entity.Secret{}).ID(entity.Type(space), fmt.Sprint(int(float64(of)*r.Float64()*r.Float64()*r.Float64())))
	}
	start := benchStart.Add(time.Duration(n) * time.Hour)
	counts := func() warehouse.Counts {
		at := start.Unix() + r.Int64N(3600)
		return warehouse.Counts{Success: r.Uint32N(50) + 1, First: at, Last: at + r.Int64N(600)}
	}
	b := &warehouse.Batch{ID: fmt.Sprint("bench-", n)}
	for i := range benchEvents {
		e := warehouse.Event{Time: start.Add(time.Duration(r.IntN(3_600_000)) * time.Millisecond),
			EventID: fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", n, r.Uint32N(1<<16), r.Uint32N(1<<16), r.Uint32N(1<<16), i),
			Key:     r.Uint64(), Print: r.Uint32(), Account: id(1, 10), Principal: id(2, 2000), Session: id(3, 4000), AccessKey: id(4, 4000),
			Address: id(5, 3000), Agent: id(6, 200), API: id(7, 300), Region: id(8, 8), Error: id(9, 5), Target: id(10, 500)}
		e.Raw = benchRecord(r, &e)
		b.Events = append(b.Events, e)
	}
	h := warehouse.HourOf(start)
	for range benchActivity {
		b.Activity = append(b.Activity, warehouse.Activity{Hour: h, Principal: id(2, 2000), Account: id(1, 10), Address: id(5, 3000),
			API: id(7, 300), Region: id(8, 8), Agent: id(6, 50), Counts: counts()})
	}
	for i := range benchHours {
		b.Hours = append(b.Hours, warehouse.EntityHour{Hour: h, Entity: id(2+i%6, 9000), Role: warehouse.Role(1 + i%7), Counts: counts()})
	}
	for i := range benchValues {
		b.Values = append(b.Values, warehouse.Value{Day: h.Day(), Entity: id(2, 2000), Dimension: warehouse.Dimension(1 + i%8), Value: id(7, 3000), Counts: counts()})
	}
	for range benchLinks {
		b.Links = append(b.Links, warehouse.Link{Hour: h, From: id(2, 2000), To: id(3, 4000), Kind: warehouse.Opened, Counts: counts()})
	}
	for i := range 2000 {
		b.Entities = append(b.Entities, warehouse.Entity{ID: entity.ID(n*2000 + i + 1), Type: entity.AwsRoleSession,
			Key: fmt.Sprintf("AROAEXAMPLE%09d:session-%d", i, n), Account: "123456789012", Label: fmt.Sprintf("session-%d", n)})
	}
	for i := range 100 {
		b.Ledger = append(b.Ledger, warehouse.ObjectPart{URI: fmt.Sprintf("s3://logs/AWSLogs/123456789012/CloudTrail/%d/%d.json.gz", n, i),
			Reading: 1, Seen: 500, Stored: 500, Done: true, At: start})
	}
	return b
}

// benchRecord makes 1.3 KB of JSON that repeats itself as CloudTrail does.
func benchRecord(r *rand.Rand, e *warehouse.Event) []byte {
	return fmt.Appendf(nil, `{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROA%X:session-%d","arn":"arn:aws:sts::123456789012:assumed-role/role-%x/session-%d","accountId":"123456789012","accessKeyId":"ASIA%016X","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA%X","arn":"arn:aws:iam::123456789012:role/role-%x","accountId":"123456789012","userName":"role-%x"},"attributes":{"creationDate":"%s","mfaAuthenticated":"false"}}},"eventTime":"%s","eventSource":"s3.amazonaws.com","eventName":"GetObject%x","awsRegion":"us-east-1","sourceIPAddress":"198.51.%d.%d","userAgent":"[Boto3/1.34.%d md/Botocore#1.34.%d ua/2.0 os/linux#6.1 md/arch#x86_64 lang/python#3.11.6 md/pyimpl#CPython cfg/retry-mode#legacy]","requestParameters":{"bucketName":"bucket-%x","Host":"bucket-%x.s3.us-east-1.amazonaws.com","key":"data/%08x/%08x.parquet"},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"%016x%016x%016x","bytesTransferredOut":%d},"requestID":"%016X","eventID":"%s","readOnly":true,"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"123456789012","eventCategory":"Data","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"bucket-%x.s3.us-east-1.amazonaws.com"}}`,
		e.Principal, e.Session%9999, e.Principal, e.Session%9999, e.AccessKey, e.Principal, e.Principal, e.Principal,
		e.Time.Format(time.RFC3339), e.Time.Format(time.RFC3339), e.API%4096, e.Address%256, e.Address>>8%256, e.Agent%200, e.Agent%200,
		e.Target, e.Target, r.Uint32(), r.Uint32(), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint32(), r.Uint64(), e.EventID, e.Target)
}

// BenchmarkCommit commits batches of 50,000 events of 1.3 KB with 90,000
// rollup rows, an hour each.
func BenchmarkCommit(b *testing.B) {
	s := testStore(b, Options{})
	var batches []*warehouse.Batch
	var raw int64
	for i := range 4 {
		batches = append(batches, benchBatch(i))
	}
	for _, e := range batches[0].Events {
		raw += int64(len(e.Raw))
	}
	b.SetBytes(raw)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		batch := *batches[n%len(batches)]
		batch.ID = fmt.Sprint("bench-", n)
		if err := s.Commit(b.Context(), &batch); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchEvents, "µs/event")
	st, err := s.Status(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(st.Bytes)/float64(st.Events), "disk-B/event")
}

// BenchmarkSegment writes the Parquet of a batch to nowhere.
func BenchmarkSegment(b *testing.B) {
	batch := benchBatch(0)
	writer := newSegmentWriter()
	b.ReportAllocs()
	for b.Loop() {
		w := &countWriter{w: io.Discard}
		if err := writer.write(w, pointers(batch.Events)); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(w.n)/benchEvents, "B/event")
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchEvents, "µs/event")
}

// cpuClock reports the processor time of the process since it was made, which
// says more than wall time where other processes run.
type cpuClock struct{ start syscall.Rusage }

func newCPUClock(b *testing.B) *cpuClock {
	c := &cpuClock{}
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &c.start); err != nil {
		b.Fatal(err)
	}
	return c
}

// report reports what passed by each of n things in b.N rounds.
func (c *cpuClock) report(b *testing.B, n int, unit string) {
	now := newCPUClock(b).start
	spent := now.Utime.Nano() + now.Stime.Nano() - c.start.Utime.Nano() - c.start.Stime.Nano()
	b.ReportMetric(float64(spent)/float64(b.N)/float64(n), "cpu-ns/"+unit)
}

type countWriter struct {
	w io.Writer
	n int64
}

func (c *countWriter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.w.Write(p)
}

// BenchmarkAppend commits the rollup rows of a batch alone.
func BenchmarkAppend(b *testing.B) {
	s := testStore(b, Options{})
	batch := benchBatch(0)
	batch.Events, batch.Entities, batch.Ledger = nil, nil, nil
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		batch.ID = fmt.Sprint("b", n)
		n++
		if err := s.Commit(b.Context(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/benchRows, "µs/row")
}

// BenchmarkKnown asks for 50,000 keys of a day. Its runs are as the merges
// leave them; the events that hits are confirmed in have the day's last hour.
func BenchmarkKnown(b *testing.B) {
	for _, size := range []int{1_000_000, 10_000_000} {
		for _, hits := range []int{0, 50, 100} {
			b.Run(fmt.Sprintf("%dM/%dpc", size/1_000_000, hits), func(b *testing.B) {
				s := testStore(b, Options{})
				batch := benchBatch(0)
				batch.Activity, batch.Hours, batch.Values, batch.Links = nil, nil, nil, nil
				if err := s.Commit(b.Context(), batch); err != nil {
					b.Fatal(err)
				}
				addRuns(b, s, runFile, size)
				keys := make([]warehouse.Key, benchEvents)
				for i := range keys {
					e := batch.Events[i]
					keys[i] = warehouse.Key{Time: e.Time, EventID: e.EventID, Account: e.Account, Hash: e.Key, Print: e.Print}
					if i%100 >= hits {
						keys[i].Hash = rand.Uint64()
					}
				}
				var found int
				clock := newCPUClock(b)
				for b.Loop() {
					verdicts, err := s.Known(b.Context(), keys)
					if err != nil {
						b.Fatal(err)
					}
					found = 0
					for _, v := range verdicts {
						if v == warehouse.Duplicate {
							found++
						}
					}
				}
				if want := benchEvents * hits / 100; found != want {
					b.Errorf("%d duplicates; want %d", found, want)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchEvents, "ns/key")
				clock.report(b, benchEvents, "key")
				b.ReportMetric(float64(len(s.files.of(runFile, warehouse.DayOf(benchStart)))), "runs")
			})
		}
	}
}

// addRuns gives the first day runs of a kind with n keys in batches of 50,000.
func addRuns(b *testing.B, s *Store, kind fileKind, n int) {
	b.Helper()
	day := warehouse.DayOf(benchStart)
	for i := range n / benchEvents {
		keys := make([]uint64, benchEvents)
		for j := range keys {
			keys[j] = rand.Uint64()
		}
		run, replaced, err := s.writeRun(kind, fmt.Sprint("run-", i), day, keys)
		if err != nil {
			b.Fatal(err)
		}
		for _, f := range replaced {
			s.files.remove(f)
			if err := os.Remove(f.path(s.dir)); err != nil {
				b.Fatal(err)
			}
		}
		s.files.add(run)
	}
}

// BenchmarkQueries reads a month of a busy principal from the committed
// batches, without a cache of results anywhere.
func BenchmarkQueries(b *testing.B) {
	s := testStore(b, Options{})
	for i := range 10 {
		if err := s.Commit(b.Context(), benchBatch(i)); err != nil {
			b.Fatal(err)
		}
	}
	busy := benchBatch(0).Activity[0].Principal
	day := warehouse.RangeOf(benchStart, benchStart.AddDate(0, 0, 1))
	for name, query := range map[string]func() (int, error){
		"activity": func() (int, error) { r, err := s.Activity(b.Context(), busy, day); return len(r), err },
		"hours": func() (int, error) {
			r, err := s.EntityHours(b.Context(), busy, warehouse.AsPrincipal, day)
			return len(r), err
		},
		"values": func() (int, error) { r, err := s.Values(b.Context(), busy, warehouse.ByAPI, day); return len(r), err },
		"events": func() (int, error) {
			r, err := s.Events(b.Context(), warehouse.EventQuery{Principal: busy, Limit: 100})
			return len(r), err
		},
		"status": func() (int, error) { r, err := s.Status(b.Context()); return int(r.Objects), err },
		"object": func() (int, error) { r, err := s.Objects(b.Context(), []string{"x"}); return len(r), err },
	} {
		b.Run(name, func(b *testing.B) {
			var rows int
			var err error
			for b.Loop() {
				if rows, err = query(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows), "rows")
		})
	}
}
