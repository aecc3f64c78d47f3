package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// spool takes in the bytes of one object and hashes them. It begins in memory
// and moves to a temporary file once there are too many. Spools are pooled:
// release must be called once, and nothing else afterwards.
type spool struct {
	*reader
	buf   []byte   // all bytes, while there is no file
	chunk []byte   // for moving bytes to the file
	file  *os.File // unlinked; nil for a small object
	hash  hash.Hash
	size  int64  // bytes taken in
	etag  string // of the object that they are of
}

func newSpool(r *reader) *spool { return &spool{reader: r, hash: sha256.New()} }

// spoolError is trouble on this machine, which reading again does not mend.
type spoolError struct{ err error }

func (e *spoolError) Error() string { return e.err.Error() }
func (e *spoolError) Unwrap() error { return e.err }

// reset forgets all bytes.
func (s *spool) reset() {
	if s.file != nil {
		s.file.Close() // nothing of it is wanted
		s.file = nil
	}
	s.buf, s.size, s.etag = s.buf[:0], 0, ""
	s.hash.Reset()
}

// release gives the spool back.
func (s *spool) release() {
	s.reset()
	s.spools.Put(s)
}

// expect makes room for an object of total bytes, or of any number for -1.
func (s *spool) expect(total int64) error {
	switch {
	case s.file != nil:
	case total > int64(s.small):
		return s.toFile()
	case total >= s.size:
		// One more, so that the end is met without growing.
		s.buf = slices.Grow(s.buf, int(total-s.size)+1)
	}
	return nil
}

// toFile moves to a file without a name, so that nothing is left behind by a
// crash.
func (s *spool) toFile() error {
	f, err := os.CreateTemp(s.tempDir, "gumshoe-object-*")
	if err != nil {
		return &spoolError{fmt.Errorf("make a temporary file for a large object: %w", err)}
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return &spoolError{fmt.Errorf("unlink the temporary file of a large object: %w", err)}
	}
	err = s.write(s.buf)
	s.buf = s.buf[:0]
	if s.chunk == nil {
		s.chunk = make([]byte, 256<<10)
	}
	return err
}

func (s *spool) write(p []byte) error {
	if _, err := s.file.Write(p); err != nil {
		return &spoolError{fmt.Errorf("keep a large object in a temporary file, after %d bytes: %w", s.size, err)}
	}
	return nil
}

// fill takes in r to its end. Errors of this machine are *spoolError.
func (s *spool) fill(r io.Reader) error {
	for {
		var p []byte
		if s.file != nil {
			p = s.chunk
		} else {
			if len(s.buf) == cap(s.buf) {
				s.buf = slices.Grow(s.buf, 4<<10)
			}
			p = s.buf[len(s.buf):cap(s.buf)]
		}
		n, err := r.Read(p)
		p = p[:n]
		s.hash.Write(p)
		s.size += int64(n)
		if s.size > s.maxBytes {
			return &spoolError{s.tooLarge(s.size)}
		}
		if s.file != nil {
			if err := s.write(p); err != nil {
				return err
			}
		} else if s.buf = s.buf[:len(s.buf)+n]; len(s.buf) > s.small {
			if err := s.toFile(); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// content hands the bytes out; its Close releases the spool.
func (s *spool) content(ctx context.Context) (*source.Content, error) {
	var r io.Reader = bytes.NewReader(s.buf)
	if s.file != nil {
		if _, err := s.file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		r = s.file
	}
	c := source.NewContent(source.Until(ctx, r), [32]byte(s.hash.Sum(nil)), s.size, func() error {
		s.release()
		return nil
	})
	c.Tag = tagOf(s.etag)
	return c, nil
}
