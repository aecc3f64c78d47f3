package gunzip

import (
	"bufio"
	"encoding/binary"
)

// input is the packed side of a Reader: the source's current block, and the
// bits taken from it that were not used yet.
//
// The bits of bits above count are either zero or those that the next refill
// puts there.
type input struct {
	r     *bufio.Reader
	ahead []byte // what r has in its buffer, from pos on not taken yet
	pos   int
	err   error // how the source ended; it is not read again

	bits  uint64 // the next ones lowest
	count uint   // how many of bits are valid, at most 63
}

func (in *input) reset(r *bufio.Reader) {
	*in = input{r: r}
}

// refill tops bits up to 56 or more, or to all that there is.
func (in *input) refill() {
	if len(in.ahead)-in.pos >= 8 {
		in.bits |= binary.LittleEndian.Uint64(in.ahead[in.pos:]) << (in.count & 63)
		in.pos += int(63-in.count) >> 3
		in.count |= 56
		return
	}
	for in.count < 56 {
		if in.pos == len(in.ahead) && !in.more() {
			return
		}
		in.bits |= uint64(in.ahead[in.pos]) << (in.count & 63)
		in.pos++
		in.count += 8
	}
}

// more replaces the current block, which was all taken, with the next.
func (in *input) more() bool {
	in.release()
	if in.err != nil {
		return false
	}
	if _, in.err = in.r.Peek(1); in.err != nil {
		return false
	}
	in.ahead, in.err = in.r.Peek(in.r.Buffered())
	return in.err == nil
}

// release tells the source what was taken. It keeps what is ahead.
func (in *input) release() {
	// What is buffered can be discarded without an error.
	_, _ = in.r.Discard(in.pos)
	in.ahead, in.pos = in.ahead[in.pos:], 0
}

// need makes sure that n bits, at most 56, are there. Its error is the
// source's, io.ErrUnexpectedEOF at its end.
func (in *input) need(n uint) error {
	if in.count < n {
		if in.refill(); in.count < n {
			return in.short()
		}
	}
	return nil
}

// short is the error where bits are missing.
func (in *input) short() error { return noEOF(in.err) }

// take returns the next n bits, which must be there.
func (in *input) take(n uint) uint32 {
	v := uint32(in.bits & (1<<(n&63) - 1))
	in.drop(n)
	return v
}

func (in *input) drop(n uint) {
	in.bits >>= n & 63
	in.count -= n
}

// alignToByte drops the bits up to the next byte's first.
func (in *input) alignToByte() { in.drop(in.count & 7) }

// readByte returns the next byte, the source's own error where it ended.
func (in *input) readByte() (byte, error) {
	if in.count < 8 {
		if in.refill(); in.count < 8 {
			return 0, in.err
		}
	}
	return byte(in.take(8)), nil
}

// read copies bytes, as many as are at hand and at least one unless the
// source ended.
func (in *input) read(p []byte) int {
	n := 0
	for ; in.count >= 8 && n < len(p); n++ {
		p[n] = byte(in.take(8))
	}
	if n == len(p) {
		return n
	}
	in.bits = 0 // what is above count was not taken
	if n == 0 && (in.pos < len(in.ahead) || in.more()) {
		n = copy(p, in.ahead[in.pos:])
		in.pos += n
	}
	return n
}
