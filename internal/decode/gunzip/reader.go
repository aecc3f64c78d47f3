package gunzip

import (
	"bufio"
	"compress/gzip"
	"errors"
	"hash/crc32"
)

const (
	// history is how far back a distance reaches, in bytes.
	history = 32 << 10
	// chunk is how much is unpacked at a time, in bytes: little enough to be
	// in the processor's cache when it is summed up and handed out.
	chunk = 32 << 10
	// window is how much is unpacked before history is moved to its start.
	window = 128 << 10
	// slack is how far behind its end a chunk may go: two literals and the
	// longest match, in whole strides.
	slack = 2 + (258+stride-1)/stride*stride
)

// ErrCorrupt says that the packed data is no deflate stream.
var ErrCorrupt = errors.New("gzip: corrupt deflate data")

// step is what comes next in a member.
type step func(*Reader) error

// errEnd says that the deflate stream of a member is complete.
var errEnd = errors.New("end of the deflate stream")

// Reader unpacks gzip files of one or more members, one file after another.
// It has 150 KB of memory whatever it reads, and none of its methods allocates.
// A zero Reader must be Reset before it is read.
//
// It starts no goroutines and is not safe for concurrent use.
type Reader struct {
	in     input
	header headerReader
	step   step
	err    error // behind what is in the window

	final bool   // the current block is the member's last
	left  int    // bytes to come of a stored block
	codes *codes // of the current block
	sum   uint32 // CRC-32 of the member so far
	size  uint32 // its bytes so far, modulo 2^32

	start    int // of the member in win, or of the history
	from, to int // what is unpacked and not yet handed out
	stop     int // where to stop for now

	win     [window + slack]byte
	dynamic codes
	fixed   codes // empty until it is needed
	lengths [maxUsedLits + maxUsedDists]uint8
}

// NewReader returns a Reader of r. Its errors are those of Reset.
func NewReader(r *bufio.Reader) (*Reader, error) {
	z := new(Reader)
	if err := z.Reset(r); err != nil {
		return nil, err
	}
	return z, nil
}

// Reset makes z read the file r, of which it reads the header. An error is
// returned by Read as well. It is io.EOF for an empty file,
// io.ErrUnexpectedEOF for one that ends inside its header, gzip.ErrHeader for
// one that is no gzip, or the source's own.
func (z *Reader) Reset(r *bufio.Reader) error {
	z.in.reset(r)
	z.start, z.from, z.to = 0, 0, 0
	z.err = z.beginMember()
	return z.err
}

// Read reads unpacked bytes. Its error is io.EOF behind the last member,
// io.ErrUnexpectedEOF if the file ends earlier, ErrCorrupt, gzip.ErrHeader
// if something else follows a member, gzip.ErrChecksum, or the source's own.
// All that could be unpacked is handed out before it.
func (z *Reader) Read(p []byte) (int, error) {
	for z.from == z.to {
		if z.err != nil {
			return 0, z.err
		}
		z.err = z.unpack()
	}
	n := copy(p, z.win[z.from:z.to])
	z.from += n
	return n, nil
}

// unpack unpacks the next chunk, less at the end of a member. Everything
// before it was handed out.
func (z *Reader) unpack() error {
	if z.to+chunk > window {
		moved := z.to - history
		copy(z.win[:history], z.win[moved:z.to])
		z.from, z.to, z.start = history, history, max(0, z.start-moved)
	}
	z.stop = z.to + chunk
	var err error
	for err == nil && z.to < z.stop {
		err = z.step(z)
	}
	z.sum = crc32.Update(z.sum, crc32.IEEETable, z.win[z.from:z.to])
	z.size += uint32(z.to - z.from)
	if errors.Is(err, errEnd) {
		err = z.endMember()
	}
	z.in.release()
	return err
}

// endMember checks the trailer of a member and begins the next, if there is
// one: io.EOF says that there is none.
func (z *Reader) endMember() error {
	z.in.alignToByte()
	if err := z.in.need(32); err != nil {
		return err
	}
	sum := z.in.take(32)
	if err := z.in.need(32); err != nil {
		return err
	}
	if size := z.in.take(32); sum != z.sum || size != z.size {
		return gzip.ErrChecksum
	}
	return z.beginMember()
}

func (z *Reader) beginMember() error {
	if err := z.header.read(&z.in); err != nil {
		return err
	}
	z.start, z.sum, z.size = z.to, 0, 0
	z.step = (*Reader).beginBlock
	return nil
}
