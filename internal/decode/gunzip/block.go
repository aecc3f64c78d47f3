package gunzip

// beginBlock reads the head of a block.
func (z *Reader) beginBlock() error {
	if err := z.in.need(3); err != nil {
		return err
	}
	z.final = z.in.take(1) == 1
	switch z.in.take(2) {
	case 0:
		return z.beginStored()
	case 1:
		z.codes = z.fixedCodes()
	case 2:
		if err := z.readCodes(); err != nil {
			return err
		}
		z.codes = &z.dynamic
	default:
		return ErrCorrupt
	}
	z.step = (*Reader).inflate
	return nil
}

// endBlock goes on behind a block.
func (z *Reader) endBlock() error {
	if z.final {
		return errEnd
	}
	z.step = (*Reader).beginBlock
	return nil
}

func (z *Reader) beginStored() error {
	z.in.alignToByte()
	if err := z.in.need(32); err != nil {
		return err
	}
	n, complement := uint16(z.in.take(16)), uint16(z.in.take(16))
	if n != ^complement {
		return ErrCorrupt
	}
	z.left = int(n)
	z.step = (*Reader).copyStored
	return nil
}

// copyStored copies of a stored block what is at hand.
func (z *Reader) copyStored() error {
	if z.left == 0 {
		return z.endBlock()
	}
	n := z.in.read(z.win[z.to:min(z.to+z.left, z.stop)])
	if n == 0 {
		return z.in.short()
	}
	z.to += n
	z.left -= n
	if z.left == 0 {
		return z.endBlock()
	}
	return nil
}

// fixedCodes returns the codes of RFC 1951, 3.2.6.
func (z *Reader) fixedCodes() *codes {
	if c := &z.fixed; c.least == 0 {
		var n [maxLits]uint8
		fill := func(from, to int, bits uint8) {
			for i := from; i < to; i++ {
				n[i] = bits
			}
		}
		fill(0, 144, 8)
		fill(144, 256, 9)
		fill(256, 280, 7)
		fill(280, maxLits, 8)
		c.least, _ = build(c.lit[:], litBits, n[:], lits[:])
		fill(0, maxDists, 5)
		_, _ = build(c.dist[:], distBits, n[:maxDists], dists[:])
	}
	return &z.fixed
}

// lengthOrder is in which order the lengths of the code of code lengths
// are given (RFC 1951, 3.2.7).
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readCodes reads the codes at the head of a block.
func (z *Reader) readCodes() error {
	in := &z.in
	if err := in.need(14); err != nil {
		return err
	}
	nLits, nDists, nLens := int(in.take(5))+257, int(in.take(5))+1, int(in.take(4))+4
	if nLits > maxUsedLits || nDists > maxUsedDists {
		return ErrCorrupt
	}
	var lenLengths [19]uint8
	for _, i := range lengthOrder[:nLens] {
		if err := in.need(3); err != nil {
			return err
		}
		lenLengths[i] = uint8(in.take(3))
	}
	var table [1 << lenBits]entry
	if _, ok := build(table[:], lenBits, lenLengths[:], lens[:]); !ok {
		return ErrCorrupt
	}
	lengths := z.lengths[:nLits+nDists]
	if err := readLengths(in, &table, lengths); err != nil {
		return err
	}
	c := &z.dynamic
	least, ok := build(c.lit[:], litBits, lengths[:nLits], lits[:])
	if !ok {
		return ErrCorrupt
	}
	if _, ok := build(c.dist[:], distBits, lengths[nLits:], dists[:]); !ok {
		return ErrCorrupt
	}
	c.least = max(least, uint(lengths[256]))
	if !z.final && c.least > 0 {
		c.least += 3 + 7 // the smallest block
	}
	return nil
}

// readLengths reads the lengths of the codes, which are packed themselves.
func readLengths(in *input, table *[1 << lenBits]entry, lengths []uint8) error {
	for i := 0; i < len(lengths); {
		if in.count < lenBits+7 {
			in.refill()
		}
		e := table[in.bits&(1<<lenBits-1)]
		if e&exceptional != 0 {
			return ErrCorrupt
		}
		n := uint(e & 63)
		if n > in.count {
			return in.short()
		}
		in.drop(n)
		symbol := uint8(e >> 16)
		if symbol < 16 {
			lengths[i] = symbol
			i++
			continue
		}
		var value uint8
		var least, extra uint
		switch symbol {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			value, least, extra = lengths[i-1], 3, 2
		case 17:
			least, extra = 3, 3
		default:
			least, extra = 11, 7
		}
		if extra > in.count {
			return in.short()
		}
		times := int(least + uint(in.take(extra)))
		if times > len(lengths)-i {
			return ErrCorrupt
		}
		for _, end := i, i+times; i < end; i++ {
			lengths[i] = value
		}
	}
	return nil
}
