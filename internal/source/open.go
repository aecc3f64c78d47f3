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
	// Before opening, which would wait for ever on a pipe.
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	// From here on the content owns the file.
	var c *Content
	if info.Size() <= smallFile {
		c, err = f.small(ctx, file, info.Size())
	} else {
		c, err = large(ctx, file)
	}
	if err != nil {
		file.Close() // the first error says more
		return nil, err
	}
	return c, nil
}

// small reads the whole file. A file that turns out to have grown beyond
// smallFile is left to large.
func (f *Files) small(ctx context.Context, file *os.File, size int64) (*Content, error) {
	pooled := f.buffers.Get().(*[]byte)
	buf := bytes.NewBuffer((*pooled)[:0])
	buf.Grow(int(size) + bytes.MinRead)
	_, err := buf.ReadFrom(io.LimitReader(file, smallFile+1))
	*pooled = buf.Bytes()[:0]
	if err != nil || buf.Len() > smallFile {
		f.buffers.Put(pooled)
		if err != nil {
			return nil, err
		}
		return large(ctx, file)
	}
	if err := file.Close(); err != nil {
		f.buffers.Put(pooled)
		return nil, err
	}
	return NewContent(Until(ctx, bytes.NewReader(buf.Bytes())), sha256.Sum256(buf.Bytes()), int64(buf.Len()),
		func() error { f.buffers.Put(pooled); return nil }), nil
}

// large hashes the file and goes back to its start.
func large(ctx context.Context, file *os.File) (*Content, error) {
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
