package keyrun

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func randomKeys(n int) []uint64 {
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = rand.Uint64()
	}
	slices.Sort(keys)
	return keys
}

// BenchmarkFind looks up 40,000 keys, one in a hundred of which is there.
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{40_000, 1_000_000, 10_000_000} {
		for _, bits := range []int{44, 56} {
			b.Run(fmt.Sprintf("%d/%d bits", n, bits), func(b *testing.B) {
				keys := randomKeys(n)
				path := write(b, bits, keys)
				ask := randomKeys(40_000)
				for i := 0; i < len(ask); i += 100 {
					ask[i] = keys[rand.IntN(n)]
				}
				slices.Sort(ask)
				hits := 0
				for b.Loop() {
					hits = 0
					if err := Find(path, bits, int64(n), ask, func(int) { hits++ }); err != nil {
						b.Fatal(err)
					}
				}
				if hits < 400 {
					b.Errorf("%d hits", hits)
				}
				b.ReportMetric(float64(len(ask)*b.N)/b.Elapsed().Seconds(), "keys/s")
				info, err := os.Stat(path)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(info.Size())/float64(n), "B/key")
			})
		}
	}
}

// BenchmarkMerge merges eight runs of a million keys.
func BenchmarkMerge(b *testing.B) {
	const runs, each = 8, 1_000_000
	var paths []string
	for range runs {
		paths = append(paths, write(b, 56, randomKeys(each)))
	}
	for b.Loop() {
		if err := Merge(io.Discard, 56, nil, paths); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(runs*each), "ns/key")
}

// BenchmarkWrite writes the run of a batch.
func BenchmarkWrite(b *testing.B) {
	keys := randomKeys(40_000)
	for b.Loop() {
		if err := Merge(io.Discard, 56, keys, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(keys)), "ns/key")
}
