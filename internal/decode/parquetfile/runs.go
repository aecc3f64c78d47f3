package parquetfile

import (
	"encoding/binary"
	"errors"
)

var errRuns = errors.New("a page's values are broken or more than it says")

// maxPadding is how many values behind the last a sequence may hold. Packed
// runs are of 8 values at least; DuckDB fills them up to 256.
const maxPadding = 1024

// checkRuns makes sure that a sequence in Parquet's RLE/bit-packing hybrid,
// with width bits a value, holds no more than limit values and some padding: a
// run of a few bytes may claim billions.
func checkRuns(b []byte, width uint, limit int64) error {
	if width > 32 {
		return errRuns
	}
	var values int64
	for len(b) > 0 {
		head, n := binary.Uvarint(b)
		if n <= 0 {
			return errRuns
		}
		b = b[n:]
		count, size := head>>1, uint64(width+7)/8
		if count > uint64(limit)+maxPadding {
			return errRuns
		}
		if head&1 == 1 { // groups of 8 values, packed
			size = count * uint64(width)
			count *= 8
		}
		if values += int64(count); values > limit+maxPadding || size > uint64(len(b)) {
			return errRuns
		}
		b = b[size:]
	}
	return nil
}

// checkDeltas does the same for a DELTA_BINARY_PACKED sequence of values of
// that many bits. It returns what lies behind the sequence.
func checkDeltas(b []byte, bits byte, limit int64) ([]byte, error) {
	var head [4]uint64 // values a block, miniblocks a block, values, the first value
	for i := range head {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errRuns
		}
		head[i], b = v, b[n:]
	}
	block, minis, values := head[0], head[1], head[2]
	// Sizes are multiples of 128 and 32; writers have 128 to 2048 values.
	if block == 0 || block > 1<<16 || block%128 != 0 || minis == 0 || block%minis != 0 || block/minis%32 != 0 || values > uint64(limit) {
		return nil, errRuns
	}
	mini := block / minis
	for left := int64(values) - 1; left > 0; {
		_, n := binary.Uvarint(b) // the smallest delta
		if n <= 0 || uint64(len(b)-n) < minis {
			return nil, errRuns
		}
		widths := b[n : n+int(minis)]
		b = b[n+int(minis):]
		for _, width := range widths {
			if left <= 0 {
				break // miniblocks behind the last value are left out
			}
			size := uint64(width) * mini / 8
			if width > bits || size > uint64(len(b)) {
				return nil, errRuns
			}
			b = b[size:]
			left -= int64(mini)
		}
	}
	return b, nil
}
