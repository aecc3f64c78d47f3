package keyrun

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// write writes keys, sorted, to a file.
func write(t testing.TB, bits int, keys []uint64, merged ...string) string {
	t.Helper()
	slices.Sort(keys)
	path := filepath.Join(t.TempDir(), "run.keys")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Merge(f, bits, keys, merged); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// content returns all that a run has, as it would be in a file of its own.
func content(t testing.TB, path string, bits int) (keys []uint64) {
	t.Helper()
	r, err := open(path, bits)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	}()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for b := range r.blocks() {
		from, to := r.extent(b)
		var one block
		if _, err = one.open(data[from:to], r.first(b), nil); err != nil {
			t.Fatal(err)
		}
		keys = one.appendKeys(keys)
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

// TestFind compares Find with a map of the bits that are kept.
func TestFind(t *testing.T) {
	t.Parallel()
	for name, draw := range shapes {
		for _, n := range []int{0, 1, 2, blockKeys - 1, blockKeys, blockKeys + 1, 5000, 40_000} {
			for _, bits := range []int{1, 40, 56, 63, 64} {
				r := rand.New(rand.NewPCG(uint64(n), uint64(bits)))
				var keys []uint64
				in := map[uint64]bool{}
				for range n {
					k := draw(r)
					keys = append(keys, k)
					in[k>>(64-bits)] = true
				}
				path := write(t, bits, keys)
				for _, sought := range []int{0, 1, 10, 3000} {
					ask := slices.Clone([]uint64{0, math.MaxUint64, 1 << 63}[:min(sought, 3)])
					for len(ask) < sought {
						if n > 0 && len(ask)%2 == 0 {
							ask = append(ask, keys[r.IntN(n)]+uint64(r.IntN(2)))
						} else {
							ask = append(ask, draw(r))
						}
					}
					slices.Sort(ask)
					var got, want []int
					for i, k := range ask {
						if in[k>>(64-bits)] {
							want = append(want, i)
						}
					}
					if err := Find(path, bits, int64(n), ask, func(i int) { got = append(got, i) }); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
						t.Fatalf("%s, %d keys of %d bits, %d sought (-want +got):\n%s", name, n, bits, sought, diff)
					}
				}
			}
		}
	}
}

// TestMerge merges a file and given keys in any number and compares with a
// sorted list.
func TestMerge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		bits := rapid.SampledFrom([]int{1, 8, 40, 56, 64}).Draw(rt, "bits")
		key := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 3), rapid.Uint64Range(math.MaxUint64-3, math.MaxUint64))
		runs := rapid.SliceOfN(rapid.SliceOfN(key, 0, 50), 1, 10).Draw(rt, "runs")
		var want []uint64
		var paths []string
		for _, r := range runs {
			want = append(want, r...)
		}
		for _, r := range runs[1:] {
			paths = append(paths, write(t, bits, slices.Clone(r)))
		}
		for i := range want {
			want[i] >>= 64 - bits
		}
		slices.Sort(want)
		got := content(t, write(t, bits, runs[0], paths...), bits)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// TestMergeLarge merges runs of many blocks.
func TestMergeLarge(t *testing.T) {
	t.Parallel()
	for name, draw := range shapes {
		r := rand.New(rand.NewPCG(1, 2))
		var want []uint64
		var paths []string
		for _, n := range []int{1, 30_000, blockKeys, 5000, 0, 5001} {
			keys := make([]uint64, n)
			for i := range keys {
				keys[i] = draw(r)
			}
			want = append(want, keys...)
			paths = append(paths, write(t, 64, keys))
		}
		slices.Sort(want)
		path := write(t, 64, nil, paths...)
		if got := content(t, path, 64); !slices.Equal(got, want) {
			t.Errorf("%s: %d keys merged to other %d", name, len(want), len(got))
		}
	}
}

// TestReads bounds what a lookup reads: a block a key when they are few, and
// each block once, many at a time, when they are dense.
func TestReads(t *testing.T) {
	t.Parallel()
	const n = 200_000
	for name, draw := range shapes {
		r := rand.New(rand.NewPCG(1, 2))
		keys := make([]uint64, n)
		for i := range keys {
			keys[i] = draw(r)
		}
		path := write(t, 64, keys)
		opened, err := open(path, 64)
		if err != nil {
			t.Fatal(err)
		}
		ask := make([]uint64, 20)
		for i := range ask {
			ask[i] = draw(r)
		}
		slices.Sort(ask)
		blocks, reads := plannedReads(opened, ask)
		if blocks > len(ask) || reads > len(ask) {
			t.Errorf("%s: %d blocks in %d reads for %d keys", name, blocks, reads, len(ask))
		}
		blocks, reads = plannedReads(opened, keys)
		if most := int(opened.dataBytes/(readBytes-maxBlock)) + 1; blocks > opened.blocks() || reads > max(most, 3) {
			t.Errorf("%s: %d blocks of %d in %d reads for all keys; want at most %d", name, blocks, opened.blocks(), reads, most)
		}
		if err := opened.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func plannedReads(r *run, keys []uint64) (blocks, reads int) {
	s := search{run: r, keys: keys}
	for parts := s.plan(0, 0); len(parts) > 0; reads++ {
		blocks += len(parts)
		last := parts[len(parts)-1]
		parts = s.plan(last.block+1, last.to)
	}
	return blocks, reads
}

// TestSize holds the bytes a key that doc.go names.
func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n, bits int
		limit   float64
	}{{40_000, 56, 5.45}, {40_000, 44, 3.95}, {1_000_000, 56, 4.8}, {1_000_000, 44, 3.3}} {
		keys := make([]uint64, c.n)
		r := rand.New(rand.NewPCG(3, 4))
		for i := range keys {
			keys[i] = r.Uint64()
		}
		info, err := os.Stat(write(t, c.bits, keys))
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(info.Size()) / float64(c.n); got > c.limit {
			t.Errorf("%d keys of %d bits take %.2f bytes each; want at most %.2f", c.n, c.bits, got, c.limit)
		}
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	path := write(t, 56, []uint64{1 << 20, 2 << 20, 3 << 20})
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fails := func(what string, err error) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), "run.keys") {
			t.Errorf("%s: error %v; want one that names the file", what, err)
		}
	}
	find := func(path string, bits int, n int64) error {
		return Find(path, bits, n, []uint64{0, 3 << 20, math.MaxUint64}, func(int) {})
	}
	if err := find(path, 56, 3); err != nil {
		t.Fatal(err)
	}
	fails("another number of keys", find(path, 56, 4))
	fails("another number of bits", find(path, 40, 3))
	fails("no file", find(path+"x", 56, 3))
	for length := range whole {
		if err := os.WriteFile(path, whole[:length], 0o600); err != nil {
			t.Fatal(err)
		}
		fails(fmt.Sprintf("cut to %d bytes, looked up", length), find(path, 56, 3))
		fails(fmt.Sprintf("cut to %d bytes, merged", length), Merge(&bytes.Buffer{}, 56, nil, []string{path}))
	}
	for at := range whole {
		for bit := range 8 {
			changed := slices.Clone(whole)
			changed[at] ^= 1 << bit
			if err := os.WriteFile(path, changed, 0o600); err != nil {
				t.Fatal(err)
			}
			fails(fmt.Sprintf("bit %d of byte %d changed, looked up", bit, at), find(path, 56, 3))
			fails(fmt.Sprintf("bit %d of byte %d changed, merged", bit, at), Merge(&bytes.Buffer{}, 56, nil, []string{path}))
		}
	}
	for _, bits := range []int{0, -1, 65} {
		if Find(path, bits, 3, nil, func(int) {}) == nil || Merge(&bytes.Buffer{}, bits, nil, nil) == nil {
			t.Errorf("%d bits a key: no error", bits)
		}
	}
}

// FuzzBlock opens anything as a block, its checksum made good.
func FuzzBlock(f *testing.F) {
	for _, keys := range [][]uint64{{7}, {7, 7, 9}, {0, 1 << 40, math.MaxUint64}, slices.Repeat([]uint64{5}, blockKeys)} {
		f.Add(appendBlock(nil, keys), uint64(9))
	}
	f.Fuzz(func(t *testing.T, data []byte, k uint64) {
		if len(data) >= blockHeader {
			binary.LittleEndian.PutUint32(data[3:], checksum(data))
		}
		var b block
		buf, err := b.open(data, 5, nil)
		if err != nil {
			return
		}
		keys := b.appendKeys(nil)
		if len(keys) != int(binary.LittleEndian.Uint16(data)) {
			t.Fatalf("a block of %d keys has %d", binary.LittleEndian.Uint16(data), len(keys))
		}
		if _, err := b.open(data, 5, buf); err != nil {
			t.Fatal(err)
		}
		got := b.has(k)
		if slices.IsSorted(keys) && keys[0] >= 5 && got != slices.Contains(keys, k) {
			t.Errorf("has(%d) = %v of %v", k, got, keys)
		}
	})
}

// FuzzFind changes a few bytes of a run anywhere: what it says then is right
// or an error.
func FuzzFind(f *testing.F) {
	keys := make([]uint64, 3000)
	r := rand.New(rand.NewPCG(5, 6))
	for i := range keys {
		keys[i] = r.Uint64()
	}
	whole, err := os.ReadFile(write(f, 56, keys))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint16(0), uint64(1), uint16(len(whole)))
	f.Add(uint16(len(whole)-10), uint64(0xff00), uint16(len(whole)-1))
	f.Fuzz(func(t *testing.T, at uint16, change uint64, length uint16) {
		data := slices.Clone(whole[:min(int(length), len(whole))])
		for i := range 8 {
			if p := int(at) + i; p < len(data) {
				data[p] ^= byte(change >> (8 * i))
			}
		}
		path := filepath.Join(t.TempDir(), "run.keys")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		found := 0
		err := Find(path, 56, int64(len(keys)), keys, func(int) { found++ })
		if err == nil && found != len(keys) {
			t.Errorf("%d of %d keys and no error", found, len(keys))
		}
		if err == nil && !bytes.Equal(data, whole) {
			// Find reads all of it.
			t.Error("a changed file and no error")
		}
	})
}
