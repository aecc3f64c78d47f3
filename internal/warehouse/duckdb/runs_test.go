package duckdb

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// runFileOf writes keys, sorted, to a file.
func runFileOf(t testing.TB, keys []uint64) string {
	t.Helper()
	slices.Sort(keys)
	path := filepath.Join(t.TempDir(), "run.keys")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := mergeRuns(f, keys, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func readRun(t testing.TB, path string) []uint64 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]uint64, len(b)/keyBytes)
	for i := range keys {
		keys[i] = binary.LittleEndian.Uint64(b[i*keyBytes:])
	}
	return keys
}

// shapes are distributions of keys; only the first is what hashes look like.
var shapes = map[string]func(*rand.Rand) uint64{
	"uniform":    func(r *rand.Rand) uint64 { return r.Uint64() },
	"all low":    func(r *rand.Rand) uint64 { return r.Uint64() % 5000 },
	"all high":   func(r *rand.Rand) uint64 { return math.MaxUint64 - r.Uint64()%5000 },
	"two ends":   func(r *rand.Rand) uint64 { return (r.Uint64() % 3000) * (math.MaxUint64 / 3000 * (r.Uint64() % 2)) },
	"one middle": func(r *rand.Rand) uint64 { return 1<<63 + r.Uint64()%100_000 },
	"powers":     func(r *rand.Rand) uint64 { return 1 << (r.Uint64() % 64) },
	"few":        func(r *rand.Rand) uint64 { return r.Uint64() % 3 * (math.MaxUint64 / 2) },
}

func TestFindInRun(t *testing.T) {
	t.Parallel()
	for name, draw := range shapes {
		for _, n := range []int{0, 1, 2, 511, 512, 513, 5000, 40_000} {
			r := rand.New(rand.NewPCG(uint64(n), 7))
			var keys []uint64
			in := map[uint64]bool{}
			for range n {
				k := draw(r)
				keys = append(keys, k)
				in[k] = true
			}
			path := runFileOf(t, keys)
			for _, sought := range []int{0, 1, 10, 3000} {
				ask := []uint64{0, math.MaxUint64, 1 << 63}[:min(sought, 3)]
				for len(ask) < sought {
					switch {
					case n > 0 && len(ask)%2 == 0:
						ask = append(ask, keys[r.IntN(n)]+uint64(r.IntN(2)))
					default:
						ask = append(ask, draw(r))
					}
				}
				ask = slices.Clone(ask)
				slices.Sort(ask)
				for _, block := range []int64{0, 1, 2, 512, 32768} {
					var got, want []int
					for i, k := range ask {
						if in[k] {
							want = append(want, i)
						}
					}
					hit := func(i int) { got = append(got, i) }
					var err error
					if block == 0 {
						err = findInRun(path, int64(n), ask, hit)
					} else {
						err = findWithBlock(path, int64(n), block, ask, hit)
					}
					if err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
						t.Fatalf("%s, %d keys, %d sought, blocks of %d (-want +got):\n%s", name, n, sought, block, diff)
					}
				}
			}
		}
	}
}

func findWithBlock(path string, n, block int64, keys []uint64, hit func(int)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := runReader{f: f, n: n, block: block}
	for i, k := range keys {
		found, err := r.seek(k)
		if err != nil {
			return err
		}
		if found {
			hit(i)
		}
	}
	return nil
}

// TestFindReads bounds how often the file is read: a few times a key for
// hashes, a logarithm at worst, and once a block when most of it is wanted.
func TestFindReads(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for name, draw := range shapes {
		r := rand.New(rand.NewPCG(1, 2))
		var keys []uint64
		for range n {
			keys = append(keys, draw(r))
		}
		path := runFileOf(t, keys)
		ask := make([]uint64, 100)
		for i := range ask {
			ask[i] = draw(r)
		}
		slices.Sort(ask)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		counted := &countReads{f: f}
		reader := runReader{f: counted, n: n, block: 512}
		for _, k := range ask {
			if _, err := reader.seek(k); err != nil {
				t.Fatal(err)
			}
		}
		limit := 100 * 12
		if name == "uniform" {
			limit = 100 * 3
		}
		if counted.n > limit {
			t.Errorf("%s: %d reads for 100 keys; want at most %d", name, counted.n, limit)
		}
		if name == "uniform" {
			counted.n = 0
			reader := runReader{f: counted, n: n, block: 32768}
			for _, k := range readRun(t, path) {
				if found, err := reader.seek(k); err != nil || !found {
					t.Fatalf("key %x: %v, %v", k, found, err)
				}
			}
			if blocks := (n + 32767) / 32768; counted.n > 2*blocks {
				t.Errorf("%d reads for all keys of %d blocks", counted.n, blocks)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

type countReads struct {
	f *os.File
	n int
}

func (c *countReads) ReadAt(p []byte, off int64) (int, error) {
	c.n++
	return c.f.ReadAt(p, off)
}

func TestFindInRunDamaged(t *testing.T) {
	t.Parallel()
	path := runFileOf(t, []uint64{1, 2, 3})
	if err := findInRun(path, 4, []uint64{3, math.MaxUint64}, func(int) {}); err == nil {
		t.Error("a run that is too short: no error")
	}
	if err := findInRun(path+"x", 3, []uint64{1}, func(int) {}); err == nil {
		t.Error("a run that is missing: no error")
	}
}

func TestMergeRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		runs := rapid.SliceOfN(rapid.SliceOfN(rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3)), 0, 50), 1, 10).Draw(rt, "runs")
		var want []uint64
		var paths []string
		for _, r := range runs {
			want = append(want, r...)
		}
		for _, r := range runs[1:] {
			paths = append(paths, runFileOf(t, slices.Clone(r)))
		}
		slices.Sort(want)
		slices.Sort(runs[0])
		out := filepath.Join(t.TempDir(), "merged")
		f, err := os.Create(out)
		if err != nil {
			rt.Fatal(err)
		}
		if err := mergeRuns(f, runs[0], paths); err != nil {
			rt.Fatal(err)
		}
		if err := f.Close(); err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, readRun(t, out), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("-want +got:\n%s", diff)
		}
	})
	half := filepath.Join(t.TempDir(), "half")
	if err := os.WriteFile(half, make([]byte, 12), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mergeRuns(&os.File{}, nil, []string{half}); err == nil {
		t.Error("a run of one and a half keys: no error")
	}
}

// TestPlanMerge commits batches of many sizes and counts runs and the keys
// that are written again.
func TestPlanMerge(t *testing.T) {
	t.Parallel()
	sizes := map[string]func(*rand.Rand, int) int64{
		"equal":          func(*rand.Rand, int) int64 { return 50_000 },
		"single events":  func(*rand.Rand, int) int64 { return 1 },
		"any":            func(r *rand.Rand, _ int) int64 { return 1 + r.Int64N(100_000) },
		"orders":         func(r *rand.Rand, _ int) int64 { return 1 << r.IntN(18) },
		"large and tiny": func(_ *rand.Rand, i int) int64 { return []int64{1, 1, 1, 1, 1, 1, 50_000}[i%7] },
		"falling":        func(_ *rand.Rand, i int) int64 { return max(1, 100_000-int64(i)*97) },
	}
	for name, size := range sizes {
		r := rand.New(rand.NewPCG(3, 4))
		var runs []file
		var total, written int64
		most := 0
		for i := range 5000 {
			n := size(r, i)
			gone := planMerge(runs, n)
			merged := file{name: fmt.Sprint(i), entries: n}
			for _, g := range gone {
				merged.entries += g.entries
				runs = slices.DeleteFunc(runs, func(f file) bool { return f.name == g.name })
			}
			runs = append(runs, merged)
			total += n
			written += merged.entries
			most = max(most, len(runs))
		}
		var kept int64
		for _, f := range runs {
			kept += f.entries
		}
		if kept != total {
			t.Errorf("%s: the runs have %d keys of %d", name, kept, total)
		}
		classes := sizeClass(total) + 1
		if limit := (maxRuns - 1) * classes; most > limit {
			t.Errorf("%s: %d runs at once; want at most %d", name, most, limit)
		}
		// Written once, and again in each class; mixed sizes may stay in a
		// class for some merges.
		limit := int64(1 + classes)
		if name == "large and tiny" {
			limit *= 2
		}
		if written > limit*total {
			t.Errorf("%s: %d keys written for %d; want at most %d times", name, written, total, limit)
		}
		t.Logf("%s: %d keys, at most %d runs, written %.1f times", name, total, most, float64(written)/float64(total))
	}
}
