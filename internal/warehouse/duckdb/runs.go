package duckdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
)

// A run is a file of sorted 64-bit keys, little-endian, duplicates allowed:
// the hashes of the events of one day that some batches brought. Eight bytes
// an event, on disk only.

const keyBytes = 8

// findInRun calls hit with the index in keys of every key that the run at
// path holds. keys must be sorted; n is the run's number of keys.
//
// Hashes are evenly spread, so where a key lies in the file can be computed
// to within a few blocks. When the keys sought are dense the blocks touch
// each other and the file is read from front to back.
func findInRun(path string, n int64, keys []uint64, hit func(i int)) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r := runReader{f: f, n: n, block: blockKeys(n, len(keys))}
	for i, k := range keys {
		found, err := r.seek(k)
		if err != nil {
			return fmt.Errorf("read keys %s: %w", path, err)
		}
		if found {
			hit(i)
		}
	}
	return nil
}

// blockKeys is the number of keys to read at once: 4 KiB for a few keys in a
// large run, up to 256 KiB when most of the run will be read anyway.
func blockKeys(n int64, sought int) int64 {
	const small, large = 512, 32768
	if sought == 0 || n/int64(sought) > small {
		return small
	}
	return large
}

// runReader looks up ascending keys in a run.
type runReader struct {
	f     io.ReaderAt
	n     int64
	block int64

	buf   []byte
	start int64 // index of the first key in buf
	len   int64 // keys in buf
	low   int64 // the keys before this index are smaller than all still sought
}

// seek reports whether the run holds k, which must not be smaller than the
// key sought before.
func (r *runReader) seek(k uint64) (bool, error) {
	lo, hi := r.low, r.n // the position of k, if any, is in [lo, hi)
	for at := max(r.start, lo); lo < hi; at = r.guess(k, lo, hi) {
		if at >= r.start+r.len {
			at = r.guess(k, lo, hi) // nothing in memory to try first
		}
		if err := r.fetch(at, lo); err != nil {
			return false, err
		}
		first, last := r.key(0), r.key(r.len-1)
		switch {
		case k < first:
			hi = r.start
		case k > last:
			lo = r.start + r.len
			r.low = lo
		default:
			i := r.search(k)
			r.low = r.start + i
			return r.key(i) == k, nil
		}
	}
	return false, nil
}

// guess estimates the position of k within [lo, hi) as if keys were evenly
// spread over all 64-bit numbers, and halves the range when that misses it.
func (r *runReader) guess(k uint64, lo, hi int64) int64 {
	high, _ := bits.Mul64(k, uint64(r.n))
	at := int64(high)
	if at < lo || at >= hi {
		if hi-lo <= 2*r.block {
			// Close by: take the neighbouring block.
			if at < lo {
				return lo
			}
			return hi - 1
		}
		return lo + (hi-lo)/2
	}
	return at
}

// fetch makes buf hold the block around position at, not before lo.
func (r *runReader) fetch(at, lo int64) error {
	if at >= r.start && at < r.start+r.len {
		return nil
	}
	start := max(at-at%r.block, lo)
	n := min(r.block, r.n-start)
	if int64(cap(r.buf)) < n*keyBytes {
		r.buf = make([]byte, r.block*keyBytes)
	}
	r.buf = r.buf[:n*keyBytes]
	if _, err := r.f.ReadAt(r.buf, start*keyBytes); err != nil {
		return err
	}
	r.start, r.len = start, n
	return nil
}

func (r *runReader) key(i int64) uint64 {
	return binary.LittleEndian.Uint64(r.buf[i*keyBytes:])
}

// search returns the index in the block of the first key that is not smaller
// than k, which lies between the block's first and its last key.
func (r *runReader) search(k uint64) int64 {
	lo, hi := int64(0), r.len-1
	for lo < hi {
		mid := lo + (hi-lo)/2
		if r.key(mid) < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
