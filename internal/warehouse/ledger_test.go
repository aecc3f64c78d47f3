package warehouse_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestFoldObject(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	part := func(reading int32, first, seen, stored, duplicate int64, done bool) warehouse.ObjectPart {
		p := warehouse.ObjectPart{URI: "o", Reading: reading, First: first, Seen: seen, Stored: stored, Duplicate: duplicate,
			Rejected: seen - stored - duplicate, Done: done, Seconds: 1, Tag: fmt.Sprint("tag-", reading), Membership: int64(reading), At: day.AddDate(0, 0, int(reading))}
		if p.Rejected > 0 {
			p.Reasons = map[string]int64{"r": p.Rejected}
			for i := range p.Rejected {
				p.Samples = append(p.Samples, warehouse.Rejection{Record: first + i, Reason: "r"})
			}
		}
		return p
	}
	type counts struct {
		Readings                         int32
		Next                             int64
		Seen, Stored, Duplicate, Rejects int64
		Reason                           int64
		Samples                          int
		Done                             bool
	}
	for _, c := range []struct {
		name  string
		parts []warehouse.ObjectPart
		want  counts
	}{
		{"one", []warehouse.ObjectPart{part(1, 0, 10, 7, 1, true)}, counts{1, 10, 10, 7, 1, 2, 2, 2, true}},
		{"empty object", []warehouse.ObjectPart{part(1, 0, 0, 0, 0, true)}, counts{1, 0, 0, 0, 0, 0, 0, 0, true}},
		{"parts", []warehouse.ObjectPart{part(1, 0, 10, 2, 0, false), part(1, 10, 10, 3, 0, true)}, counts{1, 20, 20, 5, 0, 15, 15, 10, true}},
		{"begun", []warehouse.ObjectPart{part(1, 0, 10, 10, 0, false)}, counts{1, 10, 10, 10, 0, 0, 0, 0, false}},
		// What was stored at first is a duplicate for the second reading, but
		// was stored once.
		{"second reading", []warehouse.ObjectPart{part(1, 0, 10, 6, 0, true), part(2, 0, 10, 4, 6, true)}, counts{2, 10, 10, 10, 0, 0, 0, 0, true}},
		{"true duplicates stay", []warehouse.ObjectPart{part(1, 0, 10, 6, 2, true), part(2, 0, 10, 2, 8, true)}, counts{2, 10, 10, 8, 2, 0, 0, 0, true}},
		{"second reading begun", []warehouse.ObjectPart{part(1, 0, 10, 6, 0, true), part(2, 0, 4, 1, 3, false)}, counts{2, 4, 10, 6, 0, 4, 4, 4, false}},
		{"neither complete", []warehouse.ObjectPart{part(1, 0, 10, 10, 0, false), part(2, 0, 4, 0, 4, false)}, counts{2, 4, 10, 10, 0, 0, 0, 0, false}},
		{"neither complete, second further", []warehouse.ObjectPart{part(1, 0, 10, 10, 0, false), part(2, 0, 12, 2, 10, false)}, counts{2, 12, 12, 12, 0, 0, 0, 0, false}},
	} {
		o := warehouse.FoldObject(c.parts)
		got := counts{o.Readings, o.Next, o.Seen, o.Stored, o.Duplicate, o.Rejected, o.Reasons["r"], len(o.Samples), o.Done}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		last := c.parts[len(c.parts)-1]
		if o.Seconds != float64(len(c.parts)) || o.Tag != last.Tag || o.Membership != last.Membership || !o.At.Equal(last.At) {
			t.Errorf("%s: seconds %v, membership %d, at %v", c.name, o.Seconds, o.Membership, o.At)
		}
	}
}

// TestFoldObjectAddsUp reads an object of which each record has a fate, any
// number of times, each reading broken off anywhere, and counts.
func TestFoldObjectAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		const records = 12
		stored := map[int64]bool{}
		foreign := rapid.SliceOfN(rapid.Bool(), records, records).Draw(rt, "duplicates of another object")
		var parts []warehouse.ObjectPart
		for reading := range int32(rapid.IntRange(1, 4).Draw(rt, "readings")) {
			rejected := rapid.SliceOfN(rapid.Bool(), records, records).Draw(rt, fmt.Sprint("rejected ", reading))
			end := rapid.Int64Range(1, records).Draw(rt, "end")
			for at := int64(0); at < end; {
				p := warehouse.ObjectPart{URI: "o", Reading: reading + 1, First: at}
				for n := rapid.Int64Range(1, end-at).Draw(rt, "part"); n > 0; n-- {
					p.Seen++
					switch {
					case stored[at] || foreign[at]:
						p.Duplicate++
					case rejected[at]:
						p.Rejected++
					default:
						p.Stored++
						stored[at] = true
					}
					at++
				}
				p.Done = at == records
				parts = append(parts, p)
			}
		}
		o := warehouse.FoldObject(parts)
		if o.Seen != o.Stored+o.Duplicate+o.Rejected || min(o.Seen, o.Stored, o.Duplicate, o.Rejected) < 0 {
			rt.Fatalf("counts do not add up: %+v", o)
		}
		if last := parts[len(parts)-1]; last.Done && o.Stored != int64(len(stored)) {
			rt.Fatalf("%d records stored after a complete reading; the object says %d", len(stored), o.Stored)
		}
	})
}

func TestSettled(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC) }
	failed := warehouse.Object{URI: "o", Rejected: 1, Seen: 1, Done: true, At: at(1)}
	broken := warehouse.Object{URI: "o", Stored: 3, Rejected: 1, Seen: 4, Done: true, At: at(1)}
	read := warehouse.Object{URI: "o", SHA256: [32]byte{1}, Stored: 5, Seen: 5, Done: true, At: at(2)}
	before, part := read, read
	before.At, part.Done = at(0), false
	f := func(name string, versions, want []warehouse.Object) {
		t.Helper()
		if d := cmp.Diff(want, warehouse.Settled(versions)); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	f("read later", []warehouse.Object{failed, read}, []warehouse.Object{read})
	f("only failed", []warehouse.Object{failed}, []warehouse.Object{failed})
	f("failed since", []warehouse.Object{failed, before}, []warehouse.Object{failed, before})
	f("not read to the end", []warehouse.Object{failed, part}, []warehouse.Object{failed, part})
	f("stored some", []warehouse.Object{broken, read}, []warehouse.Object{broken, read})
}
