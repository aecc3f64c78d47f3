package gunzip

import (
	"compress/gzip"
	"hash/crc32"
	"io"
)

// The flags of a member's header (RFC 1952, 2.3.1).
const (
	flagSum      = 1 << 1
	flagExtra    = 1 << 2
	flagName     = 1 << 3
	flagComment  = 1 << 4
	flagReserved = 0xe0
)

// longestText is how long a file's name or a comment may be, with its NUL,
// in bytes: as long as compress/gzip takes it.
const longestText = 512

// headerReader reads the header of a member, of which nothing is kept.
type headerReader struct {
	in  *input
	sum uint32
	buf [longestText]byte
}

// read reads a header from in. Its error is io.EOF where in ends before it.
func (h *headerReader) read(in *input) error {
	h.in, h.sum = in, 0
	head, err := h.next(10)
	if err != nil {
		return err
	}
	if head[0] != 0x1f || head[1] != 0x8b || head[2] != 8 {
		return gzip.ErrHeader
	}
	if flags := head[3]; flags != 0 {
		return noEOF(h.readRest(flags))
	}
	return nil
}

// readRest reads what flags say that follows.
func (h *headerReader) readRest(flags byte) error {
	if flags&flagExtra != 0 {
		b, err := h.next(2)
		if err != nil {
			return err
		}
		for left := int(b[0]) | int(b[1])<<8; left > 0; {
			n := min(left, len(h.buf))
			if _, err := h.next(n); err != nil {
				return err
			}
			left -= n
		}
	}
	for _, flag := range []byte{flagName, flagComment} {
		if flags&flag != 0 {
			if err := h.skipText(); err != nil {
				return err
			}
		}
	}
	if flags&flagSum != 0 {
		want := uint16(h.sum)
		b, err := h.next(2)
		if err != nil {
			return err
		}
		if uint16(b[0])|uint16(b[1])<<8 != want {
			return gzip.ErrHeader
		}
	}
	if flags&flagReserved != 0 {
		return gzip.ErrHeader
	}
	return nil
}

// next returns the next n bytes, valid until the next call. Its error is
// io.EOF where there are none at all.
func (h *headerReader) next(n int) ([]byte, error) {
	for i := range n {
		c, err := h.in.readByte()
		if err != nil {
			if i > 0 {
				err = noEOF(err)
			}
			return nil, err
		}
		h.buf[i] = c
	}
	h.sum = crc32.Update(h.sum, crc32.IEEETable, h.buf[:n])
	return h.buf[:n], nil
}

// skipText reads up to a NUL.
func (h *headerReader) skipText() error {
	for i := range h.buf {
		c, err := h.in.readByte()
		if err != nil {
			return err
		}
		h.buf[i] = c
		if c == 0 {
			h.sum = crc32.Update(h.sum, crc32.IEEETable, h.buf[:i+1])
			return nil
		}
	}
	return gzip.ErrHeader
}

// noEOF is err, io.ErrUnexpectedEOF in place of io.EOF.
func noEOF(err error) error {
	if err == io.EOF { //nolint:errorlint // readers return io.EOF itself
		return io.ErrUnexpectedEOF
	}
	return err
}
