package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// Open implements Source. A file of up to 4 MiB is read into a pooled
// buffer; a larger one is read twice, first for its hash. What is appended
// to a file after Open is not part of the content. A file that is rewritten
// in place while it is being read may give bytes that its hash is not of:
// log files are not.
func (f *Files) Open(ctx context.Context, o Object) (*Content, error) {
	if o.Err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URI, o.Err)
	}
	path, err := UnescapeName(o.URI)
	if err != nil {
		return nil, err
	}
	c, err := f.open(ctx, path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrGone
		}
		return nil, fmt.Errorf("open %s: %w", o.URI, reason(err))
	}
	return c, nil
}

func (f *Files) open(ctx context.Context, path string) (*Content, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fd, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	if size > smallFile {
		return large(ctx, os.NewFile(uintptr(fd), path))
	}
	return f.small(ctx, fd, path, int(size))
}

// openRegular opens the regular file at path and returns its size. It calls the
// system itself, and so does small: os.File asks the system five things more of
// each file, to know whether it can wait for it. Of many small files that is
// a twentieth of the time that ingesting them takes.
func openRegular(path string) (fd int, size int64, err error) {
	// Without O_NONBLOCK it would wait for ever on a pipe.
	err = uninterrupted(func() (err error) {
		fd, err = syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
		return err
	})
	if errors.Is(err, syscall.ENXIO) {
		return 0, 0, ErrNotRegular // a socket
	}
	if err != nil {
		return 0, 0, err
	}
	var info syscall.Stat_t
	err = uninterrupted(func() error { return syscall.Fstat(fd, &info) })
	if err == nil && info.Mode&syscall.S_IFMT != syscall.S_IFREG {
		err = ErrNotRegular
	}
	if err != nil {
		_ = syscall.Close(fd) // the first error says more
		return 0, 0, err
	}
	return fd, info.Size, nil
}

// uninterrupted calls f until no signal interrupts it, which happens on network
// file systems.
func uninterrupted(f func() error) error {
	for {
		if err := f(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// small reads the whole file, which had so many bytes when it was opened. One
// that turns out to have grown beyond smallFile is left to large.
func (f *Files) small(ctx context.Context, fd int, path string, size int) (*Content, error) {
	pooled := f.buffers.Get().(*[]byte)
	buf, err := readAll(fd, slices.Grow((*pooled)[:0], size+1))
	*pooled = buf[:0]
	if err != nil || len(buf) > smallFile {
		f.buffers.Put(pooled)
		if err == nil {
			return large(ctx, os.NewFile(uintptr(fd), path))
		}
		_ = syscall.Close(fd) // the first error says more
		return nil, err
	}
	if err := syscall.Close(fd); err != nil {
		f.buffers.Put(pooled)
		return nil, err
	}
	return NewContent(Until(ctx, bytes.NewReader(buf)), sha256.Sum256(buf), int64(len(buf)),
		func() error { f.buffers.Put(pooled); return nil }), nil
}

// readAll appends what is left of a file to buf, at most little more than
// smallFile. The end is where nothing more comes, as with io.Reader: a file may
// be longer or shorter than its size says.
func readAll(fd int, buf []byte) ([]byte, error) {
	for len(buf) <= smallFile {
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, len(buf)+bytes.MinRead)
		}
		var n int
		err := uninterrupted(func() (err error) {
			n, err = syscall.Read(fd, buf[len(buf):cap(buf)])
			return err
		})
		if err != nil || n == 0 {
			return buf, err
		}
		buf = buf[:len(buf)+n]
	}
	return buf, nil
}

// large hashes the file, which it closes on an error, and goes back to its start.
func large(ctx context.Context, file *os.File) (_ *Content, err error) {
	defer func() {
		if err != nil {
			file.Close() // the first error says more
		}
	}()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	hash := sha256.New()
	size, err := io.CopyBuffer(hash, Until(ctx, file), make([]byte, 256<<10))
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return NewContent(Until(ctx, &exactly{file, size}), [32]byte(hash.Sum(nil)), size, file.Close), nil
}

// Until returns a reader of r that gives ctx's error once ctx is done.
func Until(ctx context.Context, r io.Reader) io.Reader { return cancelled{ctx, r} }

type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// exactly reads n bytes of r and takes an earlier end for an error: the file
// was cut after it was hashed.
type exactly struct {
	r io.Reader
	n int64
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.n)])
	e.n -= int64(n)
	if err == io.EOF && e.n > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
