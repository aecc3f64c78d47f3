package parquetfile

import (
	"encoding/binary"
	"errors"
)

// The types of Thrift's compact protocol.
const (
	thriftStop   = 0
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
)

const (
	// maxThriftDepth is how deeply structs and lists may be nested; Parquet's
	// are below 8.
	maxThriftDepth = 16
	// maxThriftItems bounds the elements of all lists together. The decoder
	// takes some hundred bytes for each before it looks at it.
	maxThriftItems = 1 << 18
)

var (
	errThrift      = errors.New("metadata is no Thrift")
	errThriftItems = errors.New("too many items in the metadata")
)

// thriftSize returns how many bytes of b the struct at its beginning takes.
// It makes sure that lists and texts are not longer than what is there: the
// Parquet library would allocate whatever they claim.
func thriftSize(b []byte) (int, error) {
	w := thriftWalk{b: b}
	err := w.value(thriftStruct, maxThriftDepth)
	return w.i, err
}

// thriftWalk is a way through b without reading the values.
type thriftWalk struct {
	b     []byte
	i     int
	items int
}

// value moves behind a value of that type.
func (w *thriftWalk) value(kind byte, depth int) error {
	if depth == 0 {
		return errThrift
	}
	switch kind {
	case thriftTrue, thriftFalse, thriftByte:
		return w.skip(1)
	case thriftI16, thriftI32, thriftI64:
		_, err := w.varint()
		return err
	case thriftDouble:
		return w.skip(8)
	case thriftBinary:
		n, err := w.varint()
		if err != nil {
			return err
		}
		return w.skip(n)
	case thriftList, thriftSet:
		return w.list(depth - 1)
	case thriftMap:
		return w.pairs(depth - 1)
	case thriftStruct:
		return w.members(depth - 1)
	}
	return errThrift
}

// members moves behind a struct.
func (w *thriftWalk) members(depth int) error {
	for {
		head, err := w.byte()
		if err != nil {
			return err
		}
		if head&0xf == thriftStop {
			return nil
		}
		if head>>4 == 0 { // the field's number is written out
			if _, err := w.varint(); err != nil {
				return err
			}
		}
		if kind := head & 0xf; kind != thriftTrue && kind != thriftFalse { // these are their own values
			if err := w.value(kind, depth); err != nil {
				return err
			}
		}
	}
}

// list moves behind a list or set.
func (w *thriftWalk) list(depth int) error {
	head, err := w.byte()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 0xf {
		if n, err = w.varint(); err != nil {
			return err
		}
	}
	if err := w.count(n); err != nil {
		return err
	}
	for range n {
		if err := w.value(head&0xf, depth); err != nil {
			return err
		}
	}
	return nil
}

// pairs moves behind a map.
func (w *thriftWalk) pairs(depth int) error {
	n, err := w.varint()
	if err != nil || n == 0 {
		return err
	}
	if err := w.count(n); err != nil {
		return err
	}
	kinds, err := w.byte()
	if err != nil {
		return err
	}
	for range n {
		if err := w.value(kinds>>4, depth); err != nil {
			return err
		}
		if err := w.value(kinds&0xf, depth); err != nil {
			return err
		}
	}
	return nil
}

// count takes account of n items, each of one byte at least.
func (w *thriftWalk) count(n uint64) error {
	if n > uint64(len(w.b)-w.i) {
		return errThrift
	}
	if w.items += int(n); w.items > maxThriftItems {
		return errThriftItems
	}
	return nil
}

func (w *thriftWalk) byte() (byte, error) {
	if w.i == len(w.b) {
		return 0, errThrift
	}
	w.i++
	return w.b[w.i-1], nil
}

func (w *thriftWalk) varint() (uint64, error) {
	v, n := binary.Uvarint(w.b[w.i:])
	if n <= 0 {
		return 0, errThrift
	}
	w.i += n
	return v, nil
}

func (w *thriftWalk) skip(n uint64) error {
	if n > uint64(len(w.b)-w.i) {
		return errThrift
	}
	w.i += int(n)
	return nil
}
