package duckdb

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// Batch n of the crash test, all of whose rows name an entity of its own.
func crashBatch(n int) *warehouse.Batch {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	own := entity.ID(n + 1)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/20) // a new month now and then
	b := &warehouse.Batch{ID: fmt.Sprint("crash-", n),
		Entities: []warehouse.Entity{{ID: own, Type: entity.AwsUser, Key: fmt.Sprint("user-", n)}}}
	for i := range 200 + r.IntN(2000) {
		when := at.Add(time.Duration(i%2*24) * time.Hour)
		c := warehouse.Counts{Success: 1, First: when.Unix(), Last: when.Unix()}
		raw := make([]byte, 200)
		for j := range raw {
			raw[j] = byte(r.Uint32())
		}
		b.Events = append(b.Events, warehouse.Event{Time: when, EventID: fmt.Sprintf("%d-%d", n, i), Key: r.Uint64(), Principal: own, Raw: raw})
		h := warehouse.HourOf(when)
		b.FlowRecords = append(b.FlowRecords, warehouse.FlowRecord{Start: when.Unix(), End: int64(i), Key: r.Uint64(), Interface: own,
			Src: entity.ID(r.Uint64()), Dst: own, SrcPort: int32(r.Uint32N(1 << 16)), Bytes: uint64(n)})
		b.Flows = append(b.Flows, warehouse.Flow{FlowKey: warehouse.FlowKey{Hour: h, Interface: own, Local: entity.ID(r.Uint64())}, Traffic: warehouse.Traffic{Records: 1}})
		b.FlowPeers = append(b.FlowPeers, warehouse.FlowPeer{FlowPeerKey: warehouse.FlowPeerKey{Day: h.Day(), Interface: own, Peer: entity.ID(r.Uint64())},
			Traffic: warehouse.Traffic{Records: 1}})
		b.Hours = append(b.Hours, warehouse.EntityHour{Hour: h, Entity: own, Role: warehouse.AsPrincipal, Counts: c})
		b.Links = append(b.Links, warehouse.Link{Hour: h, From: own, To: entity.ID(r.Uint64()), Kind: warehouse.Created, Counts: c})
	}
	count := int64(len(b.Events))
	b.Findings = []warehouse.FindingVersion{{Finding: own, Updated: at, Count: count}}
	b.Digests = []warehouse.Digest{{Trail: b.ID, From: at.Unix(), To: at.Unix() + 3600, Files: make([]string, count)}}
	b.Ledger = []warehouse.ObjectPart{{URI: fmt.Sprint("object-", n), Reading: 1, Seen: count, Stored: count, Done: true, At: at,
		Volumes: []warehouse.PartVolume{{Account: b.Entities[0].Key, Day: warehouse.DayOf(at), Stored: warehouse.Amount{Records: count, Bytes: count * 200}}}}}
	return b
}

// checkCrashBatch checks that batch n is in s whole, or, unless it must be
// there, not at all; it reports which.
func checkCrashBatch(t *testing.T, s *Store, n int, must bool) bool {
	t.Helper()
	ctx, b := t.Context(), crashBatch(n)
	var got [13]int
	all := warehouse.Range{From: -1 << 30, To: 1 << 30}
	own := b.Entities[0].ID
	failed := func(what string, err error) {
		if err != nil {
			t.Fatalf("batch %d: %s: %v", n, what, err)
		}
	}
	events, err := s.Events(ctx, warehouse.EventQuery{Principal: own, Limit: 1 << 20, From: b.Events[0].Time, To: b.Events[0].Time.AddDate(0, 0, 3)})
	failed("events", err)
	got[0] = len(events)
	hours, err := s.EntityHours(ctx, own, warehouse.AsPrincipal, all)
	failed("hours", err)
	for _, h := range hours {
		got[1] += int(h.Total())
	}
	links, err := s.Links(ctx, []entity.ID{own}, all)
	failed("links", err)
	for _, l := range links {
		got[2] += int(l.Total())
	}
	objects, err := s.Objects(ctx, []string{b.Ledger[0].URI})
	failed("ledger", err)
	got[3] = int(objects[b.Ledger[0].URI].Stored)
	var keys []warehouse.Key
	for _, e := range b.Events {
		keys = append(keys, warehouse.Key{Time: e.Time, EventID: e.EventID, Hash: e.Key})
	}
	verdicts, err := s.Known(ctx, keys)
	failed("known", err)
	for _, v := range verdicts {
		if v == warehouse.Duplicate {
			got[4]++
		}
	}
	entities, err := s.Entities(ctx, []entity.ID{own})
	failed("entities", err)
	got[5] = len(entities) * len(b.Events)
	volumes, err := s.Volumes(ctx, time.Time{})
	failed("volumes", err)
	for _, v := range volumes {
		if v.Account == b.Entities[0].Key {
			got[6] += int(v.Bytes / 200)
		}
	}
	records, err := s.FlowRecords(ctx, warehouse.FlowQuery{Interface: own, Limit: 1 << 20, From: b.Events[0].Time, To: b.Events[0].Time.AddDate(0, 0, 3)})
	failed("flow records", err)
	got[7] = len(records)
	flows, err := s.KnownFlows(ctx, b.FlowRecords)
	failed("known flows", err)
	for _, v := range flows {
		if v == warehouse.Duplicate {
			got[8]++
		}
	}
	traffic, err := s.Flows(ctx, own, all)
	failed("flows", err)
	for _, f := range traffic {
		got[9] += int(f.Records)
	}
	peers, err := s.FlowPeers(ctx, own, all)
	failed("flow peers", err)
	for _, f := range peers {
		got[12] += int(f.Records)
	}
	findings, err := s.Findings(ctx, warehouse.FindingQuery{Findings: []entity.ID{own}})
	failed("findings", err)
	for _, f := range findings {
		got[10] += int(f.Count)
	}
	digests, err := s.Digests(ctx, b.Events[0].Time, b.Events[0].Time.Add(time.Hour))
	failed("digests", err)
	for _, d := range digests {
		if d.Trail == b.ID {
			got[11] += len(d.Files)
		}
	}
	e := len(b.Events)
	whole := [13]int{e, e, e, e, e, e, e, e, e, e, e, e, e}
	switch {
	case got == whole:
		return true
	case got != [13]int{} || must:
		t.Errorf("batch %d (acknowledged: %v): events, hours, links, ledger, known, entities, volumes, flow records, known flows, flows, findings, digests, flow peers are %v; want %d of each", n, must, got, e)
	}
	return false
}

// TestCrash kills a process that commits batches and compacts after each of
// them, again and again.
func TestCrash(t *testing.T) {
	if dir := os.Getenv("GUMSHOE_CRASH_DIR"); dir != "" {
		commitUntilKilled(t, dir)
		return
	}
	t.Parallel()
	kills := 4
	if os.Getenv("GUMSHOE_FULL") == "1" {
		kills = 200
	}
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, uint64(kills)))
	next, inFlight := 0, 0
	for kill := range kills {
		acknowledged := runUntilKilled(t, dir, next, 1+r.IntN(12), time.Duration(r.IntN(25_000))*time.Microsecond)
		e, err := New(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		opened, err := e.Open(t.Context(), testGraph)
		if err != nil {
			t.Fatalf("open after kill %d: %v", kill, err)
		}
		s := opened.(*Store)
		for n := max(0, next-3); n < next+acknowledged; n++ {
			checkCrashBatch(t, s, n, true)
		}
		next += acknowledged
		if checkCrashBatch(t, s, next, false) {
			next++ // committed, but killed before it could say so
			inFlight++
		}
		if checkCrashBatch(t, s, next, false) {
			t.Errorf("batch %d is there, which was never begun", next)
		}
		checkFiles(t, s)
		if kill == kills-1 {
			for n := range next {
				checkCrashBatch(t, s, n, true)
			}
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("after kill %d", kill)
		}
	}
	t.Logf("%d kills, %d batches, %d of them committed but not acknowledged", kills, next, inFlight)
}

// runUntilKilled starts a process that commits batches from number first on,
// kills it some time after it has acknowledged a number of them, and returns
// how many it acknowledged.
func runUntilKilled(t *testing.T, dir string, first, wait int, then time.Duration) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCrash$")
	cmd.Env = append(os.Environ(), "GUMSHOE_CRASH_DIR="+dir, "GUMSHOE_CRASH_FIRST="+strconv.Itoa(first))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	var killer *time.Timer
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		n, bad := strconv.Atoi(strings.TrimPrefix(strings.TrimSpace(line), "committed "))
		if err != nil || bad != nil || n != first+acknowledged {
			t.Fatalf("the process says %q (%v); want batch %d\n%s", line, err, first+acknowledged, &stderr)
		}
		if acknowledged++; acknowledged == wait {
			killer = time.AfterFunc(then, func() { _ = cmd.Process.Kill() })
		}
	}
	if killer == nil {
		t.Fatalf("the process ended by itself: %v\n%s", cmd.Wait(), &stderr)
	}
	_ = cmd.Wait() // killed
	return acknowledged
}

func commitUntilKilled(t *testing.T, dir string) {
	first, err := strconv.Atoi(os.Getenv("GUMSHOE_CRASH_FIRST"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(dir, Options{limits: limits{fewRows: 4096, looseRows: 1, gatherRows: 1, moveRows: 1000, fewFiles: 3}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if err := e.Create(ctx, testGraph, entity.Secret{1}); err != nil {
		t.Fatal(err)
	}
	s, err := e.Open(ctx, testGraph)
	if err != nil {
		t.Fatal(err)
	}
	for n := first; ; n++ {
		if err := s.Commit(ctx, crashBatch(n)); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("committed %d\n", n)
		for more := true; more; {
			if more, err = s.Compact(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
}
