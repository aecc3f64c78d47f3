package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

func simulated(t *testing.T, cfg simulate.Config) (*corpus, *simulate.Manifest) {
	t.Helper()
	dir := t.TempDir()
	m, err := simulate.Write(t.Context(), dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &corpus{logs: filepath.Join(dir, simulate.LogFolder), counts: countsOf(m)}, m
}

// TestHash holds what a corpus is known by: the same logs in another folder
// have the same hash, other logs another, and a lost file is an error.
func TestHash(t *testing.T) {
	t.Parallel()
	write := func(seed int64) *corpus {
		t.Helper()
		c, _ := simulated(t, simulate.Config{Seed: seed, Events: 100, Days: 1})
		if err := c.hash(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	a, same, other := write(1), write(1), write(2)
	if a.sha256 != same.sha256 || a.sha256 == other.sha256 {
		t.Errorf("hashes of seeds 1, 1, 2: %s, %s, %s", a.sha256, same.sha256, other.sha256)
	}
	found, err := gzipFiles(a.logs)
	if err != nil || len(found) != a.Files {
		t.Fatalf("%d files, %v, want %d", len(found), err, a.Files)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	if err := a.hash(); err == nil {
		t.Error("no error with a file missing")
	}
}

// TestCopies holds that copies are as many different corpora, and that what
// is counted is what is there.
func TestCopies(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t, simulate.Config{Seed: 1, Events: 3000, Days: 2})
	if c.Records == c.Events {
		t.Fatal("there are no copies to find")
	}
	to := t.TempDir()
	answer, err := runCopies(t.Context(), []string{c.logs, to, "3", "0"})
	if err != nil {
		t.Fatal(err)
	}
	got := &corpus{logs: to, counts: answer.(counts)}
	if err := got.hash(); err != nil {
		t.Error(err)
	}
	want := counts{Files: 3 * c.Files, Records: 3 * c.Records, Events: 3 * c.Events, Bytes: 3 * c.Bytes, Gzip: got.Gzip, Unique: got.Unique}
	if diff := cmp.Diff(want, got.counts); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.Unique >= got.Gzip || got.Unique < got.Gzip*9/10 {
		t.Errorf("%d bytes without copies, %d with them", got.Unique, got.Gzip)
	}
	ids := map[string]bool{}
	paths, err := gzipFiles(to)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		records, _, err := readRecords(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			ids[r.eventID()] = true
		}
	}
	if int64(len(ids)) != want.Events {
		t.Errorf("%d event ids, want %d", len(ids), want.Events)
	}
	answer, err = runCopies(t.Context(), []string{c.logs, t.TempDir(), "1", "5"})
	if err != nil || answer.(counts).Files != 5 {
		t.Errorf("five files: %+v, %v", answer, err)
	}
}

func TestGiant(t *testing.T) {
	t.Parallel()
	c, _ := simulated(t, simulate.Config{Seed: 1, Events: 500, Days: 1})
	path := filepath.Join(t.TempDir(), "giant.json.gz")
	answer, err := runGiant(t.Context(), []string{c.logs, path, fmt.Sprint(2*c.Bytes + 1), "1"})
	if err != nil {
		t.Fatal(err)
	}
	got := answer.(counts)
	records, unpacked, err := readRecords(path)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, r := range records {
		ids[r.eventID()] = true
	}
	want := counts{Files: 1, Records: int64(len(records)), Events: int64(len(ids)), Bytes: unpacked, Gzip: got.Gzip, Unique: got.Gzip}
	if diff := cmp.Diff(want, got); diff != "" || got.Records != 3*c.Records || got.Bytes <= 2*c.Bytes {
		t.Errorf("of %+v; -want +got:\n%s", c.counts, diff)
	}
}

// TestBombs unpacks them: they hold what they say, and those that must be
// rejected pass the ratio of 1000.
func TestBombs(t *testing.T) {
	t.Parallel()
	for _, b := range bombs() {
		path := filepath.Join(t.TempDir(), "bomb")
		if err := b.write(path, 1); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, z)
		f.Close()
		if off := b.unpacked() - n; err != nil || off < -1 || off > int64(len(b.unit)) {
			t.Errorf("%s: %d bytes unpacked, %v, want about %d", b.what(), n, err, b.unpacked())
		}
		if ratio := n / b.packed; (ratio > 1000) != b.rejected || n < bombBlock {
			t.Errorf("%s: ratio %d over %d bytes", b.what(), ratio, n)
		}
	}
}

func TestFlowHelpers(t *testing.T) {
	t.Parallel()
	c, m := simulated(t, simulate.Config{Seed: 1, Events: 50, Days: 1, Flows: 3000})
	var flows int64
	for _, s := range m.Sources {
		if s.Source == "vpcflow" {
			flows = int64(s.Records)
		}
	}
	lines, err := runDistinct(t.Context(), []string{c.logs})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines.(counts); got.Records != flows || got.Events > flows || got.Events < flows*9/10 {
		t.Errorf("%d lines, %d of them distinct; the manifest says %d", got.Records, got.Events, flows)
	}
	decoded, err := runDecode(t.Context(), []string{c.logs})
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded.(decodeAnswer); got.Records != flows || flows == 0 {
		t.Errorf("decoded %d records; the manifest says %d", got.Records, flows)
	}
}
