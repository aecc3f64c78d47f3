package vpcflow

import (
	"encoding/binary"
	"math/bits"
)

// nextWord returns the first word of line from offset i on, and where it
// ends. The word is empty at the end of the line.
func nextWord(line []byte, i int) (word []byte, end int) {
	start := skipSpace(line, i)
	end = wordEnd(line, start)
	return line[start:end], end
}

// skipSpace returns the offset of the first byte from i on that is no space.
func skipSpace(line []byte, i int) int {
	for i < len(line) && isSpace(line[i]) {
		i++
	}
	return i
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// wordEnd returns the offset of the first space from i on, or the length of
// the line.
func wordEnd(line []byte, i int) int {
	// Eight bytes at a time up to one that is a space or a control character.
	// The lowest flag is exact: a borrow can only raise flags above a true
	// one.
	for i+8 <= len(line) {
		x := binary.LittleEndian.Uint64(line[i:])
		low := (x - (' '+1)*ones) &^ x & highs
		if low == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(low) >> 3
		if isSpace(line[i]) {
			return i
		}
		i++
	}
	for i < len(line) && !isSpace(line[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }
