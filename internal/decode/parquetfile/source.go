package parquetfile

import (
	"errors"
	"fmt"
	"io"
)

// tracked remembers how a source failed, which the library may not pass on
// as it was.
type tracked struct {
	r    io.ReaderAt
	size int64
	err  error // the source's error, unless it is io.EOF
}

// ReadAt reads from the source.
func (t *tracked) ReadAt(p []byte, off int64) (int, error) {
	n, err := t.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		t.err = err
	}
	return n, err
}

// read returns n bytes from offset off on. The error is the source's, or a
// *Rejection if they are not there.
func (t *tracked) read(off, n int64) ([]byte, error) {
	b := make([]byte, n)
	return b, t.fill(b, off)
}

// fill reads all of b from offset off on; see read.
func (t *tracked) fill(b []byte, off int64) error {
	if n, err := t.ReadAt(b, off); n < len(b) {
		if t.err != nil {
			return t.err
		}
		return truncated(fmt.Sprintf("%d of %d bytes at %d: %v", n, len(b), off, err))
	}
	return nil
}
