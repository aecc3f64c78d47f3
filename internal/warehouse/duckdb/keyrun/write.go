package keyrun

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

const (
	magic       = "gkr1"
	footerBytes = 4 + 4 + 8 + 4 + 4
	entryBytes  = 16 // of the index
)

// writer writes one run.
type writer struct {
	out    *bufio.Writer
	bits   int
	keys   []uint64 // of the block to come
	block  []byte
	index  []byte // 16 bytes a block
	offset uint64
	count  uint64
}

func newWriter(w io.Writer, bits int) *writer {
	return &writer{out: bufio.NewWriterSize(w, 1<<18), bits: bits, keys: make([]uint64, 0, blockKeys)}
}

// add adds a key that is not smaller than the one before, without the bits
// that are not kept.
func (w *writer) add(k uint64) error {
	w.keys = append(w.keys, k)
	if len(w.keys) == blockKeys {
		return w.flush()
	}
	return nil
}

func (w *writer) flush() error {
	if len(w.keys) == 0 {
		return nil
	}
	w.index = binary.LittleEndian.AppendUint64(w.index, w.keys[0])
	w.index = binary.LittleEndian.AppendUint64(w.index, w.offset)
	w.block = appendBlock(w.block[:0], w.keys)
	w.offset += uint64(len(w.block))
	w.count += uint64(len(w.keys))
	w.keys = w.keys[:0]
	_, err := w.out.Write(w.block)
	return err
}

func (w *writer) close() error {
	if err := w.flush(); err != nil {
		return err
	}
	footer := append([]byte(magic), byte(w.bits), 0, 0, 0)
	footer = binary.LittleEndian.AppendUint64(footer, w.count)
	footer = binary.LittleEndian.AppendUint32(footer, uint32(len(w.index)/entryBytes))
	sum := crc32.Update(crc32.Checksum(w.index, castagnoli), castagnoli, footer)
	footer = binary.LittleEndian.AppendUint32(footer, sum)
	for _, part := range [][]byte{w.index, footer} {
		if _, err := w.out.Write(part); err != nil {
			return err
		}
	}
	return w.out.Flush()
}

// Merge writes to w a run of the given keys, which must be sorted, and of
// those of the runs at paths. All of them keep the given number of bits, 1 to
// 64. Duplicates stay.
func Merge(w io.Writer, bits int, keys []uint64, paths []string) (err error) {
	if bits < 1 || bits > 64 {
		return fmt.Errorf("BUG: a run of %d bits a key", bits)
	}
	var heads []*head
	defer func() {
		for _, h := range heads {
			err = errors.Join(err, h.close())
		}
	}()
	shift := 64 - bits
	for _, p := range paths {
		r, err := open(p, bits)
		if err != nil {
			return err
		}
		heads = append(heads, &head{run: r, in: bufio.NewReaderSize(io.NewSectionReader(r.f, 0, r.dataBytes), 1<<18)})
	}
	out := newWriter(w, bits)
	if err := mergeHeads(out, heads, keys, shift); err != nil {
		return err
	}
	return out.close()
}

// mergeHeads writes the keys of all heads and the given ones in order. There
// is a handful of heads, so that the least key is found by looking at each.
func mergeHeads(out *writer, heads []*head, keys []uint64, shift int) error {
	var live []*head
	if len(keys) > 0 {
		given := &head{}
		given.keys = make([]uint64, len(keys))
		for i, k := range keys {
			given.keys[i] = k >> shift
		}
		live = append(live, given)
	}
	for _, h := range heads {
		if ok, err := h.fill(); err != nil {
			return err
		} else if ok {
			live = append(live, h)
		}
	}
	for len(live) > 0 {
		least, next := 0, ^uint64(0) // the head with the least key, and the least of all others
		for i, h := range live[1:] {
			if k := h.keys[0]; k < live[least].keys[0] {
				next, least = live[least].keys[0], i+1
			} else {
				next = min(next, k)
			}
		}
		h := live[least]
		for len(h.keys) > 0 && h.keys[0] <= next {
			if err := out.add(h.keys[0]); err != nil {
				return err
			}
			h.keys = h.keys[1:]
		}
		if len(h.keys) > 0 {
			continue
		}
		if ok, err := h.fill(); err != nil {
			return err
		} else if !ok {
			live[least] = live[len(live)-1]
			live = live[:len(live)-1]
		}
	}
	return nil
}

// head reads a run from front to back, a block at a time.
type head struct {
	run   *run
	in    *bufio.Reader
	next  int      // block
	keys  []uint64 // of the current block that are still to come
	space []uint64
	data  []byte
	buf   []byte
}

// fill reads the next block and reports whether there was one.
func (h *head) fill() (bool, error) {
	if h.run == nil || h.next == h.run.blocks() {
		return false, nil
	}
	from, to := h.run.extent(h.next)
	if cap(h.data) < maxBlock {
		h.data = make([]byte, maxBlock)
	}
	h.data = h.data[:to-from]
	if _, err := io.ReadFull(h.in, h.data); err != nil {
		return false, h.run.fail(err)
	}
	var b block
	var err error
	if h.buf, err = b.open(h.data, h.run.first(h.next), h.buf); err != nil {
		return false, h.run.fail(err)
	}
	h.space = b.appendKeys(h.space[:0])
	h.keys = h.space
	h.next++
	return true, nil
}

func (h *head) close() error {
	if h.run == nil {
		return nil
	}
	return h.run.close()
}
