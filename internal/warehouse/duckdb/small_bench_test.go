package duckdb

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// smallEvents is what a push or a notification brings.
const smallEvents = 20

// smallBatch is batch n of 2,000 that fill one day: a few principals that do
// much the same all day.
func smallBatch(n int) *warehouse.Batch {
	r := rand.New(rand.NewPCG(uint64(n), 6))
	hasher := entity.NewHasher(entity.Secret{})
	id := func(t entity.Type, of int) entity.ID {
		return hasher.ID(t, fmt.Sprint(int(float64(of)*r.Float64()*r.Float64())))
	}
	start := benchStart.Add(time.Duration(n) * 43 * time.Second)
	h := warehouse.HourOf(start)
	b := &warehouse.Batch{ID: fmt.Sprintf("small-%032d", n)}
	hours, values := map[warehouse.EntityHour]warehouse.Counts{}, map[warehouse.Value]warehouse.Counts{}
	for i := range smallEvents {
		e := warehouse.Event{Origin: warehouse.FromCloudTrail, Time: start.Add(time.Duration(r.IntN(30_000)) * time.Millisecond),
			EventID: fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", n, r.Uint32N(1<<16), r.Uint32N(1<<16), r.Uint32N(1<<16), i),
			Key:     r.Uint64(), Print: r.Uint32(), Account: id(entity.AwsAccount, 3), Principal: id(entity.AwsRole, 60), Session: id(entity.AwsRoleSession, 200),
			AccessKey: id(entity.AccessKey, 200), Address: id(entity.IPAddress, 80), Agent: id(entity.UserAgent, 20), API: id(entity.API, 120),
			Region: id(entity.Region, 4), Target: id(entity.S3Bucket, 30)}
		e.Raw = benchRecord(r, &e)
		b.Events = append(b.Events, e)
		c := warehouse.Counts{}
		c.Add(warehouse.Success, e.Time.Unix(), 1)
		b.Activity = append(b.Activity, warehouse.Activity{Hour: h, Principal: e.Principal, Account: e.Account, Address: e.Address,
			API: e.API, Region: e.Region, Agent: entity.ID(i), Counts: c})
		for role, of := range []entity.ID{e.Principal, e.Session, e.AccessKey, e.Address, e.Agent, e.Account, e.Target} {
			k := warehouse.EntityHour{Hour: h, Entity: of, Role: warehouse.Role(role + 1)}
			sum := hours[k]
			sum.Merge(c)
			hours[k] = sum
		}
		for d, v := range []entity.ID{e.API, e.Address, e.Region, e.Agent} {
			k := warehouse.Value{Day: h.Day(), Entity: e.Principal, Dimension: warehouse.Dimension(d + 1), Value: v}
			sum := values[k]
			sum.Merge(c)
			values[k] = sum
		}
	}
	for k, c := range hours {
		k.Counts = c
		b.Hours = append(b.Hours, k)
	}
	for k, c := range values {
		k.Counts = c
		b.Values = append(b.Values, k)
	}
	c := b.Activity[0].Counts
	b.Links = []warehouse.Link{{Hour: h, From: b.Events[0].Principal, To: b.Events[0].Session, Kind: warehouse.Opened, Counts: c}}
	b.Coverage = []warehouse.Coverage{{Hour: h, Account: b.Events[0].Account, Region: b.Events[0].Region, Origin: warehouse.FromCloudTrail, Counts: c}}
	for i := range 3 { // of which one is new
		key := fmt.Sprint("session-", n-i)
		b.Entities = append(b.Entities, warehouse.Entity{ID: hasher.ID(entity.AwsRoleSession, key), Type: entity.AwsRoleSession, Key: key})
	}
	b.Ledger = []warehouse.ObjectPart{{URI: "push://cloudtrail/" + b.ID, SHA256: [32]byte{byte(n)}, Reading: 1, Seen: smallEvents, Stored: smallEvents, Done: true, At: start,
		Volumes: []warehouse.PartVolume{{Account: "111122223333", Day: h.Day(), Stored: warehouse.Amount{Records: smallEvents, Bytes: smallEvents * 1300}}}}}
	return b
}

// BenchmarkSmallCommit commits batches of 20 events into one day.
func BenchmarkSmallCommit(b *testing.B) {
	s := testStore(b, Options{})
	clock := newCPUClock(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := s.Commit(b.Context(), smallBatch(n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
	clock.report(b, 1, "commit")
}

// BenchmarkCompact commits 2,000 batches of 20 events into one day, and
// compacts: ms are those of Compact, of its longest step and of queries before
// and after, kB what the graph takes on disk once it was opened anew.
func BenchmarkCompact(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		s := openBench(b, dir)
		for n := range 2000 {
			if err := s.Commit(b.Context(), smallBatch(n)); err != nil {
				b.Fatal(err)
			}
		}
		s = measureGraph(b, s, dir, "before")
		start, longest := time.Now(), time.Duration(0)
		for more := true; more; {
			step := time.Now()
			var err error
			if more, err = s.Compact(b.Context()); err != nil {
				b.Fatal(err)
			}
			longest = max(longest, time.Since(step))
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms")
		b.ReportMetric(float64(longest.Milliseconds()), "step-ms")
		measureGraph(b, s, dir, "after")
	}
}

// measureGraph reports what a graph takes, and what queries do.
func measureGraph(b *testing.B, s *Store, dir, when string) *Store {
	b.Helper()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	s = openBench(b, dir)
	st, err := s.Status(b.Context())
	if err != nil || st.Events != 2000*smallEvents {
		b.Fatalf("%d events, %v", st.Events, err)
	}
	b.ReportMetric(float64(st.Bytes>>10), "kB-"+when)
	b.ReportMetric(float64(st.Segments), "segments-"+when)
	busy := smallBatch(0).Events[0].Principal
	day := warehouse.RangeOf(benchStart, benchStart.AddDate(0, 0, 1))
	for name, query := range map[string]func() error{
		"events": func() error {
			_, err := s.Events(b.Context(), warehouse.EventQuery{Principal: busy, NoRaw: true, Limit: 100})
			return err
		},
		"activity": func() error { _, err := s.Activity(b.Context(), busy, day); return err },
		"values":   func() error { _, err := s.Values(b.Context(), busy, warehouse.ByAPI, day); return err },
	} {
		best := time.Hour
		for range 3 {
			start := time.Now()
			if err := query(); err != nil {
				b.Fatal(err)
			}
			best = min(best, time.Since(start))
		}
		b.ReportMetric(float64(best.Microseconds())/1000, name+"-ms-"+when)
	}
	return s
}

func openBench(b *testing.B, dir string) *Store {
	b.Helper()
	e, err := New(dir, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := e.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := e.Create(b.Context(), testGraph, entity.Secret{1}); err != nil {
		b.Fatal(err)
	}
	s, err := e.Open(b.Context(), testGraph)
	if err != nil {
		b.Fatal(err)
	}
	return s.(*Store)
}
