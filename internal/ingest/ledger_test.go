package ingest

import (
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// totals is short for warehouse.Totals.
func totals(seen, stored, duplicate, rejected int64) warehouse.Totals {
	return warehouse.Totals{Seen: seen, Stored: stored, Duplicate: duplicate, Rejected: rejected}
}

// fates returns what the ledger says of each object, by base name.
func (g *graph) fates() map[string]warehouse.Totals {
	g.t.Helper()
	fates := map[string]warehouse.Totals{}
	for uri, o := range g.ledger() {
		fates[filepath.Base(uri)] = totals(o.Seen, o.Stored, o.Duplicate, o.Rejected)
	}
	return fates
}

// summaries runs an ingest of dir and returns the account of each object, by
// its name there.
func (g *graph) summaries(dir string, o Options) (Summary, map[string]ObjectSummary) {
	g.t.Helper()
	all := map[string]ObjectSummary{}
	o.Done = func(s ObjectSummary) {
		name := strings.TrimPrefix(s.URI, dir+string(filepath.Separator))
		if _, ok := all[name]; ok {
			g.t.Errorf("%s was accounted for twice", s.URI)
		}
		all[name] = s
	}
	s := ingestDir(g.t, g, dir, o)
	var sum warehouse.Totals
	for _, o := range all {
		sum.Add(o.Totals)
		if o.Totals.Seen != o.Totals.Stored+o.Totals.Duplicate+o.Totals.Rejected {
			g.t.Errorf("%s does not add up: %+v", o.URI, o.Totals)
		}
	}
	if sum != s.Totals || int64(len(all)) != s.Objects {
		g.t.Errorf("%d objects with %+v; the summary has %d with %+v", len(all), sum, s.Objects, s.Totals)
	}
	return s, all
}

func TestEveryRecordIsAccountedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string][]byte{
		"a.json":      delivery(calls(t, 0, 20)...),
		"b.json":      delivery(append(calls(t, 15, 10), `{"eventVersion":"1.08"}`)...), // 5 of a
		"lines.json":  []byte(strings.Join(calls(t, 30, 4), "\n")),
		"z-copy.json": delivery(calls(t, 0, 20)...),
	})
	g := newGraph(t, false)
	o := Options{limits: limits{batchEvents: 7, batchBytes: 1 << 20, chunkEvents: 3, chunkBytes: 1 << 20, jobObjects: 2, jobBytes: 1 << 20, planBlock: 3}}
	want := map[string]warehouse.Totals{"a.json": totals(20, 20, 0, 0), "b.json": totals(11, 5, 5, 1), "lines.json": totals(4, 4, 0, 0), "z-copy.json": totals(20, 0, 20, 0)}
	s, objects := g.summaries(dir, o)
	if s.Totals != totals(55, 29, 25, 1) || g.totals() != s.Totals {
		t.Errorf("%+v; ledger %+v", s.Totals, g.totals())
	}
	got := map[string]warehouse.Totals{}
	for name, x := range objects {
		got[name] = x.Totals
		if x.Unchanged || x.Bytes == 0 || x.Seconds <= 0 {
			t.Errorf("%s: unchanged %t, %d bytes, %v s", name, x.Unchanged, x.Bytes, x.Seconds)
		}
	}
	if diff := gocmp.Diff(want, got) + gocmp.Diff(want, g.fates()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for uri, o := range g.ledger() {
		if !o.Done || o.Kind != "cloudtrail" || o.Readings != 1 || o.Next != o.Seen || o.SHA256 == [32]byte{} || o.Size == 0 || o.Membership != 1 {
			t.Errorf("%s: %+v", uri, o)
		}
	}

	// Again: nothing is read, what was stored or a duplicate is a duplicate.
	batches, before := len(g.batches), g.content()
	s, objects = g.summaries(dir, o)
	if s.Totals != totals(55, 0, 54, 1) || s.Objects != 4 || len(g.batches) != batches {
		t.Errorf("second run: %+v, %d batches", s, len(g.batches)-batches)
	}
	for name, x := range objects {
		if !x.Unchanged {
			t.Errorf("%s was read again", name)
		}
	}
	if x := objects["b.json"]; x.Reasons["no-event-source"]+x.Reasons["unrecognized"] != 1 || len(x.Samples) != 1 {
		t.Errorf("the second run does not repeat why a record was refused: %+v", x)
	}
	if diff := gocmp.Diff(before, g.content()); diff != "" {
		t.Errorf("a second run changed the graph:\n%s", diff)
	}

	// A copy under another name.
	write(t, dir, map[string][]byte{"moved/a.json.gz": packed(t, delivery(calls(t, 0, 20)...))})
	_, objects = g.summaries(dir, o)
	if x := objects["moved/a.json.gz"]; x.Totals != totals(20, 0, 20, 0) || x.Unchanged {
		t.Errorf("a copy: %+v", x)
	}
	if diff := gocmp.Diff(before, g.content()); diff != "" {
		t.Errorf("a copy changed the graph:\n%s", diff)
	}
}

// A file that grew is read again; only what is new is stored.
func TestGrowingObject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := newGraph(t, false)
	lines := func(n int) map[string][]byte {
		return map[string][]byte{"log.json": []byte(strings.Join(calls(t, 0, n), "\n"))}
	}
	for _, step := range []struct {
		records int
		want    warehouse.Totals
	}{{3, totals(3, 3, 0, 0)}, {8, totals(8, 5, 3, 0)}, {8, totals(8, 0, 8, 0)}, {2, totals(2, 0, 2, 0)}, {9, totals(9, 1, 8, 0)}} {
		write(t, dir, lines(step.records))
		if s, _ := g.summaries(dir, Options{}); s.Totals != step.want {
			t.Errorf("with %d records: %+v; want %+v", step.records, s.Totals, step.want)
		}
	}
	if n := len(g.eventIDs()); n != 9 {
		t.Errorf("%d events stored; want 9", n)
	}
	// Back to a version that was read before: all of it is known.
	write(t, dir, lines(3))
	if s, _ := g.summaries(dir, Options{}); s.Totals != totals(3, 0, 3, 0) {
		t.Errorf("an old version again: %+v", s.Totals)
	}
}

// The same id with other content: both are kept as evidence, one counts.
func TestConflicts(t *testing.T) {
	t.Parallel()
	first, second, third := call(t, 1), call(t, 1, `"eventName":"B"`), call(t, 1, `"eventName":"C"`)
	other := call(t, 1, foreign, `"userIdentity":null`) // another account's trail: an event of its own
	nextDay := call(t, 1, `"eventTime":"2026-03-05T00:00:00Z"`)
	for name, c := range map[string]struct {
		limits limits
		files  map[string][]byte
	}{
		"one batch":   {limits{}, map[string][]byte{"a": delivery(first, second, first, third, second, other, nextDay)}},
		"two batches": {tiny(), map[string][]byte{"a": delivery(append([]string{first, second}, calls(t, 100, 50)...)...), "b": delivery(first, third, second, other, nextDay)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, c.files)
			g := newGraph(t, false)
			s, objects := g.summaries(dir, Options{limits: c.limits})
			conflicts, rejected := int64(0), s.Totals.Rejected
			for _, o := range objects {
				conflicts += o.Reasons["conflict"]
			}
			extra := s.Totals.Seen - 7
			if conflicts != 2 || rejected != 0 || s.Totals.Stored != 3+extra || s.Totals.Duplicate != 4 {
				t.Errorf("%d conflicts, %+v", conflicts, s.Totals)
			}
			got := map[string]bool{}
			for _, b := range g.batches {
				for _, e := range b.Events {
					if strings.HasSuffix(e.EventID, "-000000000001") {
						if _, ok := got[string(e.Raw)]; ok {
							t.Errorf("stored twice: %s", e.Raw)
						}
						got[string(e.Raw)] = e.Conflict
					}
				}
			}
			want := map[string]bool{first: false, second: true, third: true, other: false, nextDay: false}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("events and whether they are conflicts (-want +got):\n%s", diff)
			}
			for k := range g.content().Rows {
				if strings.Contains(k, "Api ec2.amazonaws.com:B") || strings.Contains(k, "Api ec2.amazonaws.com:C") {
					t.Errorf("a conflict is in the rollups: %s", k)
				}
			}
		})
	}
}

// Ids that identify nothing do not make different records duplicates.
func TestPlaceholderIDs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b, none := call(t, 1, `"eventID":"1"`), call(t, 2, `"eventID":"1"`), call(t, 3, `"eventID":null`)
	write(t, dir, map[string][]byte{"a": delivery(a, b, none, a), "b": delivery(none, b, a)})
	g := newGraph(t, false)
	s, objects := g.summaries(dir, Options{limits: limits{batchEvents: 1, batchBytes: 1, chunkEvents: 1, chunkBytes: 1, jobObjects: 1, jobBytes: 1, planBlock: 1}})
	if s.Totals != totals(7, 3, 4, 0) || len(objects["a"].Reasons)+len(objects["b"].Reasons) != 0 {
		t.Errorf("%+v, %v", s.Totals, objects)
	}
}

// An empty listing is no error and commits nothing.
func TestNothingToRead(t *testing.T) {
	t.Parallel()
	g := newGraph(t, false)
	if s, _ := g.summaries(t.TempDir(), Options{}); s.Totals != totals(0, 0, 0, 0) || s.Objects != 0 || len(g.batches) != 0 {
		t.Errorf("%+v, %d batches", s, len(g.batches))
	}
}
