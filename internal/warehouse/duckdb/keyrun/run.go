package keyrun

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// run is an open file with its index in memory: 16 bytes a thousand keys.
type run struct {
	f         *os.File
	index     []byte
	count     uint64
	dataBytes int64 // of all blocks
}

// open opens the run at path, which must keep the given number of bits.
func open(path string, bits int) (_ *run, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := &run{f: f}
	if err := r.load(bits); err != nil {
		return nil, errors.Join(r.fail(err), f.Close())
	}
	return r, nil
}

// load reads the footer and the index and checks them.
func (r *run) load(bits int) error {
	info, err := r.f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size < footerBytes {
		return errDamaged
	}
	footer := make([]byte, footerBytes)
	if _, err := r.f.ReadAt(footer, size-footerBytes); err != nil {
		return err
	}
	indexBytes := int64(binary.LittleEndian.Uint32(footer[16:])) * entryBytes
	if string(footer[:4]) != magic || indexBytes > size-footerBytes {
		return errDamaged
	}
	r.dataBytes = size - footerBytes - indexBytes
	r.index = make([]byte, indexBytes)
	if _, err := r.f.ReadAt(r.index, r.dataBytes); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	sum := crc32.Update(crc32.Checksum(r.index, castagnoli), castagnoli, footer[:footerBytes-4])
	if sum != binary.LittleEndian.Uint32(footer[footerBytes-4:]) {
		return errDamaged
	}
	if int(footer[4]) != bits {
		return fmt.Errorf("it keeps %d bits of its keys, not %d", footer[4], bits)
	}
	r.count = binary.LittleEndian.Uint64(footer[8:])
	for b := range r.blocks() {
		if from, to := r.extent(b); from < 0 || to <= from || to-from > maxBlock || b > 0 && r.first(b) < r.first(b-1) {
			return errDamaged
		}
	}
	return nil
}

func (r *run) blocks() int { return len(r.index) / entryBytes }

// first returns the first key of a block.
func (r *run) first(block int) uint64 {
	return binary.LittleEndian.Uint64(r.index[block*entryBytes:])
}

// extent returns where a block begins and ends.
func (r *run) extent(block int) (from, to int64) {
	from = int64(binary.LittleEndian.Uint64(r.index[block*entryBytes+8:]))
	if block+1 == r.blocks() {
		return from, r.dataBytes
	}
	return from, int64(binary.LittleEndian.Uint64(r.index[(block+1)*entryBytes+8:]))
}

func (r *run) fail(err error) error { return fmt.Errorf("read keys %s: %w", r.f.Name(), err) }

func (r *run) close() error { return r.f.Close() }
