package duckdb

import (
	"bytes"
	"compress/gzip"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// writeFlowFile writes a segment of records to a file.
func writeFlowFile(t testing.TB, w *flowWriter, records []warehouse.FlowRecord) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flows.parquet")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.write(f, pointers(records)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// foundFlows returns the indexes of asked that are in the segment at path.
func foundFlows(t testing.TB, path string, asked []warehouse.FlowRecord) (found []int) {
	t.Helper()
	wanted := newFlowsWanted()
	for i := range asked {
		wanted.add(&asked[i], i)
	}
	if err := findFlows(path, wanted, func(i int) { found = append(found, i) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestFindFlows writes records of interfaces with few and many addresses, in
// both directions, with one writer, and looks for them and for such as differ
// in one field.
func TestFindFlows(t *testing.T) {
	t.Parallel()
	w := newFlowWriter()
	small := func() *rapid.Generator[entity.ID] {
		return rapid.Map(rapid.SampledFrom([]uint64{0, 1, 2, 1 << 63, math.MaxUint64}), func(n uint64) entity.ID { return entity.ID(n) })
	}
	record := rapid.Custom(func(t *rapid.T) warehouse.FlowRecord {
		port := rapid.SampledFrom([]int32{-1, 0, 22, 65535, math.MaxInt32, math.MinInt32})
		return warehouse.FlowRecord{
			Start: rapid.Int64Range(-3, 3).Draw(t, "start"), End: rapid.Int64().Draw(t, "end"),
			Version: rapid.Uint8().Draw(t, "version"), Account: small().Draw(t, "account"),
			Interface: small().Draw(t, "interface"), Src: small().Draw(t, "src"), Dst: small().Draw(t, "dst"),
			SrcPort: port.Draw(t, "src port"), DstPort: port.Draw(t, "dst port"), Protocol: rapid.Int16().Draw(t, "protocol"),
			Packets: rapid.Uint64().Draw(t, "packets"), Bytes: rapid.Uint64().Draw(t, "bytes"),
			Action: warehouse.FlowAction(rapid.Uint8().Draw(t, "action")), Status: warehouse.FlowStatus(rapid.Uint8().Draw(t, "status")),
			Format: rapid.SampledFrom([]string{"", "a b", "c\xff"}).Draw(t, "format"), Rest: rapid.String().Draw(t, "rest"),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		records := rapid.SliceOfNDistinct(record, 1, 600, func(r warehouse.FlowRecord) warehouse.FlowRecord { return identity(&r) }).Draw(rt, "records")
		path := writeFlowFile(t, w, records)
		if found := foundFlows(t, path, records); len(found) != len(records) {
			rt.Fatalf("%d of %d records are found: %v", len(found), len(records), found)
		}
		others := slices.Clone(records)
		in := map[warehouse.FlowRecord]bool{}
		for i := range records {
			in[identity(&records[i])] = true
		}
		for i := range others {
			r := &others[i]
			switch rapid.IntRange(0, 4).Draw(rt, "change") {
			case 0:
				r.Src, r.Dst = r.Dst, r.Src
			case 1:
				r.SrcPort, r.DstPort = r.DstPort, r.SrcPort
			case 2:
				r.Bytes++
			case 3:
				r.Interface++
			case 4:
				r.Rest += "x"
			}
		}
		var want []int
		for i := range others {
			if in[identity(&others[i])] {
				want = append(want, i)
			}
		}
		// Of those that are the same, one is found.
		for _, i := range foundFlows(t, path, others) {
			if !slices.Contains(want, i) {
				rt.Fatalf("%+v is found, which is not there", others[i])
			}
		}
	})
}

// TestFindFlowsGroups has more records than a row group.
func TestFindFlowsGroups(t *testing.T) {
	t.Parallel()
	batch, _ := benchFlows(rowGroupRows+5000, true, 1)
	path := writeFlowFile(t, newFlowWriter(), batch.FlowRecords)
	seen := map[warehouse.FlowRecord]bool{}
	var distinct []warehouse.FlowRecord
	for _, r := range batch.FlowRecords {
		if id := identity(&r); !seen[id] {
			seen[id] = true
			distinct = append(distinct, r)
		}
	}
	if found := foundFlows(t, path, distinct); len(found) != len(distinct) {
		t.Errorf("%d of %d records are found", len(found), len(distinct))
	}
}

// TestFlowSegmentSize holds what the segments of flow records may take, next
// to the same records as gzipped text.
func TestFlowSegmentSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wide  bool
		share float64
	}{{false, 0.46}, {true, 0.62}} {
		batch, text := benchFlows(50_000, c.wide, 1)
		info, err := os.Stat(writeFlowFile(t, newFlowWriter(), batch.FlowRecords))
		if err != nil {
			t.Fatal(err)
		}
		var gz bytes.Buffer
		z := gzip.NewWriter(&gz)
		if _, err := z.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		share := float64(info.Size()) / float64(gz.Len())
		t.Logf("wide %v: %d bytes, %.2f of the gzipped text", c.wide, info.Size(), share)
		if share > c.share {
			t.Errorf("wide %v: a segment takes %.2f of the gzipped text; want at most %.2f", c.wide, share, c.share)
		}
	}
}

func TestOwnAddress(t *testing.T) {
	t.Parallel()
	f := func(want entity.ID, pairs ...[2]entity.ID) {
		t.Helper()
		own := ownAddress{pairs[0][0], pairs[0][1]}
		for _, p := range pairs {
			own.see(p[0], p[1])
		}
		if own.a != want {
			t.Errorf("the address that %v have in common is %d; want %d", pairs, own.a, want)
		}
	}
	type p = [2]entity.ID
	f(1, p{1, 2})
	f(1, p{1, 2}, p{2, 1})
	f(1, p{1, 2}, p{3, 1})
	f(2, p{1, 2}, p{3, 2}, p{1, 2})
	f(2, p{1, 2}, p{2, 1}, p{2, 4}, p{5, 6})
	f(1, p{1, 2}, p{5, 6}, p{1, 7}) // another address of the interface
	f(1, p{1, 1}, p{2, 3})
}

// TestDamagedFlowFiles has a run and a segment that are cut short: KnownFlows
// must not say that nothing was there.
func TestDamagedFlowFiles(t *testing.T) {
	t.Parallel()
	for _, kind := range []fileKind{flowRunFile, flowFile} {
		s := testStore(t, Options{})
		batch, _ := benchFlows(1000, false, 1)
		if err := s.Commit(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		f := s.files.of(kind, warehouse.DayOf(benchStart))[0]
		if err := os.Truncate(f.path(s.dir), f.bytes-1); err != nil {
			t.Fatal(err)
		}
		if verdicts, err := s.KnownFlows(t.Context(), batch.FlowRecords); err == nil {
			t.Errorf("%s is damaged: %d verdicts and no error", fileDirs[kind], len(verdicts))
		}
	}
}
