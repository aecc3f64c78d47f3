package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/rules"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// A rule hit keeps the earliest events, whatever order they come in.
func TestSamplesAreTheEarliest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rule, f := &rules.Rule{ID: "r"}, newFolder()
		hour := time.Date(2026, 3, 4, 5, 0, 0, 0, time.UTC)
		var all []sample
		for i, minute := range rapid.SliceOfN(rapid.IntRange(0, 9), 1, 12).Draw(rt, "minutes") {
			s := sample{hour.Add(time.Duration(minute) * time.Minute), fmt.Sprintf("e%02d", 50-i)}
			all = append(all, s)
			f.add(&event{Event: warehouse.Event{Time: s.at, EventID: s.id, Principal: 1, API: 2}, hits: []*rules.Rule{rule}})
		}
		slices.SortFunc(all, func(a, b sample) int {
			if a.at.Equal(b.at) {
				return strings.Compare(a.id, b.id)
			}
			return a.at.Compare(b.at)
		})
		var want []string
		for _, s := range all[:min(len(all), warehouse.MaxSamples)] {
			want = append(want, s.id)
		}
		var b warehouse.Batch
		f.rows(&b)
		if len(b.RuleHits) != 1 || b.RuleHits[0].Total() != uint64(len(all)) {
			rt.Fatalf("%+v", b.RuleHits)
		}
		if diff := gocmp.Diff(want, b.RuleHits[0].Samples); diff != "" {
			rt.Fatalf("samples (-want +got):\n%s", diff)
		}
	})
}

func TestEntitiesOfABatch(t *testing.T) {
	t.Parallel()
	entities := func(all ...warehouse.Entity) *warehouse.Batch {
		f := newFolder()
		f.addEntities(all)
		b := &warehouse.Batch{ID: "b"}
		f.rows(b)
		return b
	}
	e := warehouse.Entity{ID: 1, Type: entity.AwsUser, Key: "arn"}
	named, aliased := e, e
	named.Label, named.Account = "alice", "1"
	aliased.Label, aliased.Alias = "other", "AIDA"
	want := warehouse.Entity{ID: 1, Type: entity.AwsUser, Key: "arn", Label: "alice", Account: "1", Alias: "AIDA"}
	if diff := gocmp.Diff([]warehouse.Entity{want}, entities(e, named, aliased, e).Entities); diff != "" {
		t.Errorf("the first thing said of an entity counts, gaps are filled (-want +got):\n%s", diff)
	}
	// Two entities with one id are the store's to refuse.
	for _, twin := range []warehouse.Entity{{ID: 1, Type: entity.AwsUser, Key: "other"}, {ID: 1, Type: entity.AwsRole, Key: "arn"}} {
		if err := newGraph(t, false).Store.Commit(context.Background(), entities(e, twin)); !errors.Is(err, warehouse.ErrCollision) {
			t.Errorf("%+v and %+v: %v", e, twin, err)
		}
	}
}

// A folder that has folded other batches before is as good as new.
func TestFolderIsReused(t *testing.T) {
	t.Parallel()
	batch := func(f *folder, n int) warehouse.Batch {
		f.reset()
		for i := range n {
			id := entity.ID(i%7 + 1)
			f.addEntities([]warehouse.Entity{{ID: id, Key: fmt.Sprint(id)}})
			f.add(&event{Event: warehouse.Event{Time: time.Unix(int64(i)*1000, 0), EventID: fmt.Sprint(i), Principal: id, Account: 9, API: id + 1, Outcome: warehouse.Outcome(i % 3)},
				links: []link{{id, 9, warehouse.Assumed}}, signin: &signin{user: id, kind: warehouse.ConsoleSignin}, hits: []*rules.Rule{{ID: "r"}}})
		}
		var b warehouse.Batch
		f.rows(&b)
		slices.SortFunc(b.Entities, func(x, y warehouse.Entity) int { return int(x.ID) - int(y.ID) })
		slices.SortFunc(b.RuleHits, func(x, y warehouse.RuleHit) int { return int(x.First - y.First) })
		return b
	}
	used := newFolder()
	for _, n := range []int{50, 3, 80, 0, 20} {
		if diff := gocmp.Diff(batch(newFolder(), n), batch(used, n)); diff != "" {
			t.Errorf("%d events (-new folder +used folder):\n%s", n, diff)
		}
	}
}

// Records stay as they were kept until their chunk is put back.
func TestChunksAreReused(t *testing.T) {
	t.Parallel()
	var free chunks
	var c *chunk
	for round := range 3 {
		c = free.get()
		if len(c.parts)+len(c.events)+len(c.entities)+c.rawBytes != 0 {
			t.Fatalf("round %d: a chunk that is not empty", round)
		}
		var kept [][]byte
		size := 0
		for i := range 300 {
			raw := bytes.Repeat([]byte{byte(i + round)}, (i*i*13)%20_000+1)
			if i == 150 {
				raw = bytes.Repeat([]byte{150}, rawBlock+1)
			}
			kept = append(kept, c.keep(raw))
			size += len(raw)
			clear(raw) // the decoder's buffer is the decoder's
			if k := kept[i]; len(k) != cap(k) && i != 150 {
				t.Fatal("a record with room behind it, where another one lies")
			}
		}
		for i, k := range kept {
			want := byte(i + round)
			if i == 150 {
				want = 150
			}
			if bytes.Count(k, []byte{want}) != len(k) {
				t.Fatalf("round %d: record %d has changed", round, i)
			}
		}
		if c.rawBytes != size {
			t.Errorf("%d bytes kept; want %d", c.rawBytes, size)
		}
		if most := size/rawBlock + 2; len(c.blocks) > most {
			t.Errorf("round %d: %d blocks; want at most %d", round, len(c.blocks), most)
		}
		c.parts, c.events, c.entities = make([]part, 2), make([]event, 3), make([]warehouse.Entity, 4)
		c.events[0].EventID = "x"
		free.put(c)
	}
	if e := c.events[:1]; e[0].EventID != "" {
		t.Error("an event that was put back still holds its strings")
	}
}
