package duckdb

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// maxRuns is the number of runs of about one size that a day may have before
// they are merged into one: each key is rewritten once for every eightfold
// growth of its day.
const maxRuns = 8

// planMerge returns the runs of a day that a batch with n more keys should
// be merged with: all that are no bigger than the result so far, as long as
// there are enough of them; none otherwise.
func planMerge(runs []file, n int64) []file {
	sorted := slices.Clone(runs)
	slices.SortFunc(sorted, func(a, b file) int { return cmp.Compare(a.entries, b.entries) })
	merged := 0 // sorted[:merged] are in
	for size := n; ; {
		limit := sizeClass(size)
		end := merged
		for end < len(sorted) && sizeClass(sorted[end].entries) <= limit {
			end++
		}
		if end-merged < maxRuns-1 {
			return sorted[:merged]
		}
		for _, f := range sorted[merged:end] {
			size += f.entries
		}
		merged = end
	}
}

// sizeClass is the logarithm of n to the base maxRuns, rounded down.
func sizeClass(n int64) int {
	c := 0
	for n >= maxRuns {
		n /= maxRuns
		c++
	}
	return c
}

// eventHashes returns the sorted duplicate keys of events.
func eventHashes(events []*warehouse.Event) []uint64 {
	keys := make([]uint64, len(events))
	for i, e := range events {
		keys[i] = e.Key
	}
	slices.Sort(keys)
	return keys
}

// mergeRuns writes a run of the sorted keys and those of the runs at paths.
func mergeRuns(w io.Writer, keys []uint64, paths []string) (err error) {
	heads := []*runHead{{rest: keys}}
	defer func() {
		for _, h := range heads {
			err = errors.Join(err, h.close())
		}
	}()
	for _, p := range paths {
		f, err := os.Open(p)
		if err != nil {
			return err
		}
		heads = append(heads, &runHead{f: f, r: bufio.NewReaderSize(f, 1<<18)})
	}
	for _, h := range heads {
		if err := h.next(); err != nil {
			return err
		}
	}
	out := bufio.NewWriterSize(w, 1<<18)
	var b [keyBytes]byte
	for {
		// A handful of runs: a linear search beats a heap.
		var least *runHead
		for _, h := range heads {
			if !h.done && (least == nil || h.key < least.key) {
				least = h
			}
		}
		if least == nil {
			return out.Flush()
		}
		binary.LittleEndian.PutUint64(b[:], least.key)
		if _, err := out.Write(b[:]); err != nil {
			return err
		}
		if err := least.next(); err != nil {
			return err
		}
	}
}

// runHead stands at a key of a run, which is a file or, when f is nil, the
// keys in rest.
type runHead struct {
	f    *os.File
	r    *bufio.Reader
	rest []uint64
	key  uint64
	done bool
}

// next goes to the next key or sets done.
func (h *runHead) next() error {
	if h.f == nil {
		if h.done = len(h.rest) == 0; !h.done {
			h.key, h.rest = h.rest[0], h.rest[1:]
		}
		return nil
	}
	var b [keyBytes]byte
	if _, err := io.ReadFull(h.r, b[:]); errors.Is(err, io.EOF) {
		h.done = true
		return nil
	} else if err != nil {
		return fmt.Errorf("read keys %s: %w", h.f.Name(), err)
	}
	h.key = binary.LittleEndian.Uint64(b[:])
	return nil
}

func (h *runHead) close() error {
	if h.f == nil {
		return nil
	}
	return h.f.Close()
}
