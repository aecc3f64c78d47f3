package duckdb

import (
	"cmp"
	"context"
	"os"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse/duckdb/keyrun"
)

// How many bits runs keep of a key. Each costs a bit a record on disk, and
// each that is left out doubles the keys that are found where there are none,
// which a look at the segments has to find out.
const (
	// eventKeyBits: on a day of 100 M events, a key that is new meets the bits
	// of another with the probability 100 M / 2^56 = 1.4e-9. Such a hit reads
	// the ids of the whole day, some seconds, for an event of this id might
	// have another time and would be a conflict. Over that day it happens 0.07
	// times, with 48 bits 18 times and with 40 bits 4,500 times.
	eventKeyBits = 56
	// flowKeyBits: copies of a flow record have its time, so a false hit reads
	// only the segments that reach over it: 10 ms for three of 40,000. Of a
	// batch of 40,000 records on a day of 5 M, 0.2 meet such a hit, which is
	// 0.05 µs a record, and 3.6 on a day of 100 M, most of which read the same
	// segments. With 44 bits it is 0.01 and 0.2, and an index that is half a
	// byte a record larger: of 2 M records 7.2 MB instead of 6.2, where their
	// gzipped text has 30.
	flowKeyBits = 40
)

// keyBits returns how many bits the runs of a kind keep.
func keyBits(kind fileKind) int {
	if kind == flowRunFile {
		return flowKeyBits
	}
	return eventKeyBits
}

// inRuns tells for each of the sorted keys whether one of the runs has its
// upper bits.
func (s *Store) inRuns(ctx context.Context, runs []file, keys []uint64) ([]bool, error) {
	hit := make([]bool, len(keys))
	for _, run := range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		err := keyrun.Find(run.path(s.dir), keyBits(run.kind), run.entries, keys, func(i int) { hit[i] = true })
		if err != nil {
			return nil, err
		}
	}
	return hit, nil
}

// writeRun writes the keys of a day, in whatever order they are, together with those of
// older runs when there are too many of them, which it returns.
func (s *Store) writeRun(kind fileKind, batch string, day warehouse.Day, keys []uint64) (run file, replaced []file, err error) {
	keys = sortByHash(keys, make([]uint64, len(keys)), func(k uint64) uint64 { return k }, cmp.Compare[uint64])
	replaced = planMerge(s.files.of(kind, day), int64(len(keys)))
	run = file{kind: kind, day: day, name: batch + ".keys", entries: int64(len(keys))}
	var paths []string
	for _, f := range replaced {
		run.entries += f.entries
		paths = append(paths, f.path(s.dir))
	}
	run.bytes, err = createFile(run.path(s.dir), func(w *os.File) error {
		return keyrun.Merge(w, keyBits(kind), keys, paths)
	})
	return run, replaced, err
}
