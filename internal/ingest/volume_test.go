package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// volumes returns all volumes, by account and day ("999988887777 2026-03-04").
func (g *graph) volumes() map[string]warehouse.Amount {
	g.t.Helper()
	rows, err := g.Volumes(g.t.Context(), time.Time{})
	if err != nil {
		g.t.Fatal(err)
	}
	all := map[string]warehouse.Amount{}
	for _, v := range rows {
		k := v.Account + " " + v.Day.Time().Format(time.DateOnly)
		if _, ok := all[k]; ok || v.Kind != "cloudtrail" {
			g.t.Errorf("a second row, or one of no kind: %+v", v)
		}
		all[k] = warehouse.Amount{Records: v.Records, Bytes: v.Bytes}
	}
	return all
}

// amount counts records as they are in a log.
func amount(records ...string) (a warehouse.Amount) {
	for _, r := range records {
		a.Add(warehouse.Amount{Records: 1, Bytes: int64(len(r))})
	}
	return a
}

// What the bytes of a record are, and which records count.
func TestVolumes(t *testing.T) {
	t.Parallel()
	const us, them = "111122223333 2026-03-04", "999988887777 2026-03-04"
	one, two, other := call(t, 1), call(t, 2), call(t, 3, foreign)
	spaced := "{\n\t" + call(t, 4)[1:len(call(t, 4))-1] + " \n }" // within a record everything counts
	large := call(t, 5, `"requestParameters":{"x":"`+strings.Repeat("é", 300_000)+`"}`)
	odd := strings.Repeat("9", maxText+1)
	nobody := call(t, 6, `"recipientAccountId":null,"userIdentity":{"type":"AWSService"}`)
	when := func(text string) string { return `"eventTime":"` + text + `"` }
	for name, c := range map[string]struct {
		files map[string][]byte
		want  map[string]warehouse.Amount
	}{
		"nothing":             {map[string][]byte{"a": nil, "b": []byte("no log"), "c": delivery()}, nil},
		"delivery":            {map[string][]byte{"a": delivery(one, two)}, map[string]warehouse.Amount{us: amount(one, two)}},
		"packed":              {map[string][]byte{"a": packed(t, delivery(one, two))}, map[string]warehouse.Amount{us: amount(one, two)}},
		"separators":          {map[string][]byte{"a": []byte(" {\"Records\" : [\n  " + one + "\t,\r\n " + spaced + " \n] } ")}, map[string]warehouse.Amount{us: amount(one, spaced)}},
		"lines":               {map[string][]byte{"a": []byte("\n" + one + "\r\n\n  " + other + "  \n" + two)}, map[string]warehouse.Amount{us: amount(one, two), them: amount(other)}},
		"large":               {map[string][]byte{"a": delivery(large)}, map[string]warehouse.Amount{us: amount(large)}},
		"duplicates":          {map[string][]byte{"a": delivery(one, two, one), "b": delivery(two, one)}, map[string]warehouse.Amount{us: amount(one, two)}},
		"refused twice":       {map[string][]byte{"a": delivery(other), "b": delivery(other)}, map[string]warehouse.Amount{them: amount(other, other)}},
		"conflict":            {map[string][]byte{"a": delivery(one, call(t, 1, `"eventName":"Other"`))}, map[string]warehouse.Amount{us: amount(one)}},
		"bad records":         {map[string][]byte{"a": delivery(one, `{"eventVersion":"1.08"}`, `{"bad" 1}`), "b": delivery(two)[:200]}, map[string]warehouse.Amount{us: amount(one)}},
		"implausible times":   {map[string][]byte{"a": delivery(call(t, 7, foreign, when("2005-01-01T00:00:00Z")), call(t, 8, foreign, when("2030-01-01T00:00:00Z")))}, nil},
		"no account":          {map[string][]byte{"a": delivery(nobody)}, nil},
		"account that is odd": {map[string][]byte{"a": delivery(call(t, 9, `"recipientAccountId":"`+odd+`"`))}, map[string]warehouse.Amount{odd[:maxText] + " 2026-03-04": amount(call(t, 9, `"recipientAccountId":"`+odd+`"`))}},
		"midnight": {map[string][]byte{"a": delivery(call(t, 10, when("2026-03-04T23:59:59.999Z")), call(t, 11, when("2026-03-05T00:00:00Z")), call(t, 12, foreign, when("2026-03-05T00:00:00Z")))},
			map[string]warehouse.Amount{us: amount(call(t, 10, when("2026-03-04T23:59:59.999Z"))), "111122223333 2026-03-05": amount(call(t, 11, when("2026-03-05T00:00:00Z"))),
				"999988887777 2026-03-05": amount(call(t, 12, foreign, when("2026-03-05T00:00:00Z")))}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, c.files)
			for _, l := range []limits{{}, tiny(), small()} {
				g := newGraph(t, false)
				for range 2 { // the second run reads nothing
					ingestDir(t, g, dir, Options{Membership: members{1, map[string]bool{"111122223333": true}}, limits: l})
					if diff := gocmp.Diff(c.want, g.volumes(), equateEmpty); diff != "" {
						t.Errorf("-want +got:\n%s", diff)
					}
				}
			}
		})
	}
}

// Records without an account count under no name when somebody takes them.
func TestVolumeOfNobody(t *testing.T) {
	t.Parallel()
	dir, g := t.TempDir(), newGraph(t, false)
	nobody := call(t, 6, `"recipientAccountId":null,"userIdentity":{"type":"AWSService"}`)
	write(t, dir, map[string][]byte{"a": delivery(nobody)})
	ingestDir(t, g, dir, Options{})
	if diff := gocmp.Diff(map[string]warehouse.Amount{" 2026-03-04": amount(nobody)}, g.volumes()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// An account that leaves, and whose records are refused when the object is
// read again for another one's sake, has sent them once.
func TestVolumeOfLeaver(t *testing.T) {
	t.Parallel()
	dir, g := t.TempDir(), newGraph(t, false)
	own, other := calls(t, 0, 7), calls(t, 20, 4, foreign)
	write(t, dir, map[string][]byte{"log": delivery(append(slices.Clone(own), other...)...)})
	want := map[string]warehouse.Amount{"111122223333 2026-03-04": amount(own...), "999988887777 2026-03-04": amount(other...)}
	for i, us := range []map[string]bool{{"111122223333": true}, {"999988887777": true}, {}, {"111122223333": true}, {"111122223333": true, "999988887777": true}} {
		ingestDir(t, g, dir, Options{Membership: members{int64(i + 1), us}, limits: small()})
		if diff := gocmp.Diff(want, g.volumes()); diff != "" {
			t.Errorf("members %v (-want +got):\n%s", us, diff)
		}
	}
}

// An object may name another account in every record: what is held and
// committed at once stays bounded.
func TestVolumeRowsAreBounded(t *testing.T) {
	t.Parallel()
	g := newGraph(t, false)
	var records []string
	for i := range 500 {
		records = append(records, call(t, i, fmt.Sprintf(`"recipientAccountId":"no account %d"`, i)))
	}
	src := memory{names: []string{"many"}, contents: map[string][]byte{"many": delivery(records...)}}
	l := limits{batchEvents: 50, batchBytes: 1 << 20, chunkEvents: 20, chunkBytes: 1 << 20, jobObjects: 3, jobBytes: 1 << 20, planBlock: 3}
	if _, err := g.run(t.Context(), src, Options{Membership: members{}, limits: l}); err != nil {
		t.Fatal(err)
	}
	if len(g.batches) < 500/(l.batchEvents+l.chunkEvents) {
		t.Errorf("%d batches for 500 accounts", len(g.batches))
	}
	for _, b := range g.batches {
		for _, p := range b.Ledger {
			if n := len(p.Volumes); n > l.batchEvents+l.chunkEvents {
				t.Errorf("a part with %d rows", n)
			}
		}
	}
	if n := len(g.volumes()); n != 500 {
		t.Errorf("volumes of %d accounts; want 500", n)
	}
}

// recount is the volume the plain way: of members, each event once, wherever
// it is delivered; of all others, each delivery.
func recount(t reporter, logs map[string][]byte, members map[string]bool) map[string]warehouse.Amount {
	all, seen := map[string]warehouse.Amount{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(logs)) {
		var d delivered
		if err := json.Unmarshal(logs[name], &d); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, raw := range d.Records {
			var v struct{ RecipientAccountID, EventID, EventTime string }
			if err := json.Unmarshal(raw, &v); err != nil {
				t.Fatalf("%s: %v", raw, err)
			}
			k := v.RecipientAccountID + " " + v.EventTime[:len(time.DateOnly)]
			if members[v.RecipientAccountID] && seen[k+v.EventID] {
				continue
			}
			seen[k+v.EventID] = true
			sum := all[k]
			sum.Add(warehouse.Amount{Records: 1, Bytes: int64(len(raw))})
			all[k] = sum
		}
	}
	return all
}

// reporter is what both testing.T and rapid.T have.
type reporter interface{ Fatalf(string, ...any) }

// TestVolumesAgainstRecount reads files with duplicates and records of
// several accounts again and again, while files grow, accounts join and
// commits fail, and counts the bytes in the files.
func TestVolumesAgainstRecount(t *testing.T) {
	t.Parallel()
	accounts := []string{"111122223333", "222233334444", "333344445555"}
	rapid.Check(t, func(rt *rapid.T) {
		g := newGraph(t, false)
		us := members{1, map[string]bool{accounts[0]: true}}
		files := map[string][]string{}
		for step := range rapid.IntRange(1, 5).Draw(rt, "steps") {
			for range rapid.IntRange(0, 3).Draw(rt, "files") {
				name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "file")
				for range rapid.IntRange(1, 12).Draw(rt, "records") {
					n := rapid.IntRange(0, 15).Draw(rt, "event")
					files[name] = append(files[name], call(t, n*500, fmt.Sprintf(`"eventTime":"2026-03-%02dT01:00:00Z","userAgent":"%s","recipientAccountId":"%s"`,
						1+n%3, strings.Repeat("x", n), accounts[n%len(accounts)])))
				}
			}
			if rapid.Bool().Draw(rt, "joins") {
				us.version++
				us.accounts = maps.Clone(us.accounts)
				us.accounts[rapid.SampledFrom(accounts).Draw(rt, "account")] = true
			}
			logs := map[string][]byte{}
			for name, records := range files {
				logs[name] = delivery(records...)
			}
			src := memory{names: slices.Sorted(maps.Keys(logs)), contents: logs}
			now := after2026().Add(time.Duration(step) * time.Hour)
			run := func(store warehouse.Store) error {
				now = now.Add(time.Minute)
				clock := now
				_, err := Run(t.Context(), src, Options{Store: store, Places: world, Membership: us, Now: func() time.Time { return clock },
					Workers: rapid.IntRange(1, 2).Draw(rt, "workers"), limits: small()})
				return err
			}
			for range rapid.IntRange(0, 2).Draw(rt, "crashes") {
				err := run(&failing{graph: g, at: rapid.IntRange(1, 4).Draw(rt, "crash at"), after: rapid.Bool().Draw(rt, "after")})
				if err != nil && !errors.Is(err, errStorage) {
					rt.Fatalf("run: %v", err)
				}
			}
			if err := run(g); err != nil {
				rt.Fatalf("run: %v", err)
			}
			if diff := gocmp.Diff(recount(rt, logs, us.accounts), g.volumes(), equateEmpty); diff != "" {
				rt.Fatalf("step %d, members %v (-recount +ingest):\n%s", step, us.accounts, diff)
			}
		}
	})
}
