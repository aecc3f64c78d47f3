package gunzip

import "encoding/binary"

const (
	// fastInput is how many bytes must be ahead for inflateFast: the first
	// refill and the two of a turn.
	fastInput = 24
	// stride is how much of a match is copied at a time, in bytes.
	stride = 32
)

// inflate unpacks symbols of a block, up to its end or that of the chunk.
func (z *Reader) inflate() error {
	for z.to < z.stop {
		var ended bool
		var err error
		if len(z.in.ahead)-z.in.pos >= fastInput {
			ended, err = z.inflateFast()
		} else {
			ended, err = z.inflateSymbol()
		}
		if err != nil {
			return err
		}
		if ended {
			return z.endBlock()
		}
	}
	return nil
}

// inflateFast unpacks symbols while there is plenty of input, and reports
// whether it came to the end of the block.
//
// All that a turn needs is in local variables, hence the length of it. That
// bounds are checked costs nothing measurable; nor do the shifts of
// GOAMD64=v3 save anything.
func (z *Reader) inflateFast() (ended bool, err error) {
	c, win := z.codes, &z.win
	to, stop := z.to, z.stop
	in, pos := z.in.ahead, z.in.pos
	last := len(in) - 2*8
	// Of count only the lowest six bits are meant: to subtract a whole entry
	// is quicker than to subtract only its number of bits.
	bits, count, pos := topUp(z.in.bits, uint64(z.in.count), in, pos)
	e := c.lit[bits&(1<<litBits-1)]
	for to < stop && pos <= last {
		// At least 56 bits: enough for three codes that are in the table, or
		// two and a length. Text has its literals in runs.
		if int32(e) < 0 {
			bits >>= e & 63
			count -= uint64(e)
			win[to] = byte(e >> 16)
			to++
			e = c.lit[bits&(1<<litBits-1)]
			if int32(e) < 0 {
				bits >>= e & 63
				count -= uint64(e)
				win[to] = byte(e >> 16)
				to++
				e = c.lit[bits&(1<<litBits-1)]
				if int32(e) < 0 {
					bits >>= e & 63
					count -= uint64(e)
					win[to] = byte(e >> 16)
					to++
					bits, count, pos = topUp(bits, count, in, pos)
					e = c.lit[bits&(1<<litBits-1)]
					continue
				}
			}
		}
		if e&exceptional != 0 {
			if e&subtable != 0 {
				bits >>= litBits
				count -= litBits
				e = c.lit[uint64(e>>16)+bits&(1<<(e>>8&15)-1)]
				if int32(e) < 0 {
					bits >>= e & 63
					count -= uint64(e)
					win[to] = byte(e >> 16)
					to++
					bits, count, pos = topUp(bits, count, in, pos)
					e = c.lit[bits&(1<<litBits-1)]
					continue
				}
			}
			if e&exceptional != 0 {
				bits >>= e & 63
				count -= uint64(e)
				if ended = e&endOfBlock != 0; !ended {
					err = ErrCorrupt
				}
				break
			}
		}
		length := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&63))
		bits >>= e & 63
		count -= uint64(e)

		if count&63 < maxCode+13 {
			bits, count, pos = topUp(bits, count, in, pos)
		}
		d := c.dist[bits&(1<<distBits-1)]
		if d&subtable != 0 {
			bits >>= distBits
			count -= distBits
			d = c.dist[uint64(d>>16)+bits&(1<<(d>>8&15)-1)]
		}
		distance := int(d>>16) + int(bits&(1<<(d&63)-1)>>(d>>8&63))
		bits >>= d & 63
		count -= uint64(d)
		if d&exceptional != 0 || distance > to-z.start {
			err = ErrCorrupt
			break
		}

		// The next symbol is looked up before the match is copied: that can
		// go on meanwhile.
		bits, count, pos = topUp(bits, count, in, pos)
		e = c.lit[bits&(1<<litBits-1)]
		if distance < 8 {
			repeat(win, to, distance, length)
			to += length
			continue
		}
		end := to + length
		for from := to - distance; ; from += stride {
			s, d := win[from:from+stride], win[to:to+stride]
			// Word by word, as a word may be what was copied just now.
			binary.LittleEndian.PutUint64(d, binary.LittleEndian.Uint64(s))
			binary.LittleEndian.PutUint64(d[8:], binary.LittleEndian.Uint64(s[8:]))
			binary.LittleEndian.PutUint64(d[16:], binary.LittleEndian.Uint64(s[16:]))
			binary.LittleEndian.PutUint64(d[24:], binary.LittleEndian.Uint64(s[24:]))
			if to += stride; to >= end {
				break
			}
		}
		to = end
	}
	z.to = to
	z.in.pos, z.in.bits, z.in.count = pos, bits, uint(count&63)
	return ended, err
}

// topUp is input.refill with eight bytes or more ahead, for local variables.
func topUp(bits, count uint64, in []byte, pos int) (uint64, uint64, int) {
	return bits | binary.LittleEndian.Uint64(in[pos:])<<(count&63), count | 56, pos + int(^count&63>>3)
}

// repeat copies length bytes to to from distance bytes before, which may be
// some of them: what is copied doubles with each step.
func repeat(win *[window + slack]byte, to, distance, length int) {
	for from, end := to-distance, to+length; to < end; {
		to += copy(win[to:end], win[from:to])
	}
}

// inflateSymbol unpacks one symbol where the input may end with it, and
// reports whether it was the end of the block. It uses no bits but those
// that are there.
func (z *Reader) inflateSymbol() (ended bool, err error) {
	in, c := &z.in, z.codes
	if in.refill(); in.count < c.least {
		return false, in.short()
	}
	e, err := in.symbol(c.lit[:], litBits)
	if err != nil {
		return false, err
	}
	value := in.value(e)
	switch {
	case e&endOfBlock != 0:
		return true, nil
	case e&literal != 0:
		z.win[z.to] = byte(value)
		z.to++
		return false, nil
	}
	in.refill()
	if e, err = in.symbol(c.dist[:], distBits); err != nil {
		return false, err
	}
	distance := in.value(e)
	if distance > z.to-z.start {
		return false, ErrCorrupt
	}
	repeat(&z.win, z.to, distance, value)
	z.to += value
	return false, nil
}

// symbol returns the entry of the next symbol, all bits of which are there.
// If it is in a subtable, the bits that lead to it are dropped.
func (in *input) symbol(table []entry, width uint) (entry, error) {
	e := table[in.bits&(1<<width-1)]
	if e&subtable != 0 {
		if in.count < width {
			return 0, in.short()
		}
		in.drop(width)
		e = table[uint64(e>>16)+in.bits&(1<<(e>>8&15)-1)]
	}
	if uint(e&63) > in.count {
		return 0, in.short()
	}
	if e&(exceptional|endOfBlock) == exceptional {
		return 0, ErrCorrupt
	}
	return e, nil
}

// value takes the bits of an entry and returns the literal, the length or
// the distance.
func (in *input) value(e entry) int {
	return int(e&^literal>>16) + int(in.take(uint(e&63))>>(e>>8&63))
}
