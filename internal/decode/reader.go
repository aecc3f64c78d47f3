package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/gumshoe-detective/gumshoe/internal/decode/gunzip"
)

// Container is how an object's bytes are packed.
type Container string

// The containers. The zero value is that of a Reader that has read nothing.
const (
	Plain Container = "plain"
	Gzip  Container = "gzip"
	Zstd  Container = "zstd"
)

// inputBlock is how much packed data is read at a time, in bytes.
const inputBlock = 64 << 10

// maxWindow is the largest zstd window, in bytes: that of zstd --long and
// --ultra -22. It bounds a decoder's memory.
const maxWindow = 128 << 20

// Reader unpacks one object after another. It finds the container by its
// first bytes. Bytes that are in no known container are handed through.
//
// It returns a *ContainerError where the object is broken or passes a limit,
// and the source's own error, unchanged, where the source fails. It starts
// no goroutines and is not safe for concurrent use.
type Reader struct {
	limits Limits
	src    input
	in     *bufio.Reader
	gz     *gunzip.Reader
	zs     *zstd.Decoder

	container Container
	unpacked  io.Reader
	out       int64 // unpacked bytes handed out
	err       error // sticky
}

// NewReader returns a Reader of the object r. The caller must Close it and
// remains the owner of r.
func NewReader(r io.Reader, l Limits) *Reader {
	u := &Reader{limits: l.withDefaults()}
	u.in = bufio.NewReaderSize(&u.src, inputBlock)
	u.Reset(r)
	return u
}

// Reset makes u read the object r, reusing buffers and decompressors. Many
// small objects are much cheaper that way than with a Reader for each.
func (u *Reader) Reset(r io.Reader) {
	u.src = input{r: r}
	u.in.Reset(&u.src)
	u.container, u.unpacked, u.out, u.err = "", nil, 0, nil
}

// Container is how the object is packed, known after the first Read.
func (u *Reader) Container() Container { return u.container }

// Close releases the decompressors. It does not close the object.
func (u *Reader) Close() error {
	if u.zs != nil {
		u.zs.Close()
		u.zs = nil
	}
	u.err = errors.New("read from a closed decode.Reader")
	return nil
}

// Read reads unpacked bytes.
func (u *Reader) Read(p []byte) (int, error) {
	if u.err == nil && u.unpacked == nil {
		u.err = u.classify(u.open())
	}
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.unpacked.Read(p)
	if over := u.overLimits(n); over != nil {
		n, err = int(max(0, min(int64(n), u.limits.MaxBytes-u.out))), over
	}
	u.out += int64(n)
	u.err = u.classify(err)
	return n, u.err
}

// open finds the container and prepares its decompressor.
func (u *Reader) open() error {
	magic, err := u.in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		u.container = Gzip
		if u.gz == nil {
			u.gz = new(gunzip.Reader)
		}
		if err := u.gz.Reset(u.in); err != nil {
			return err
		}
		u.unpacked = u.gz
	case isZstd(magic):
		u.container = Zstd
		if u.zs == nil {
			// One decoding thread in the caller's goroutine: parallelism is
			// across objects.
			u.zs, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1),
				zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return err
			}
		}
		if err := u.zs.Reset(u.in); err != nil {
			return err
		}
		u.unpacked = u.zs
	default:
		u.container, u.unpacked = Plain, u.in
	}
	return nil
}

// isZstd reports whether a zstd frame begins with magic: a data frame or a
// skippable one (RFC 8878, 3.1).
func isZstd(magic []byte) bool {
	return bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18})
}

// classify turns a decompressor's error into a *ContainerError.
func (u *Reader) classify(err error) error {
	var broken *ContainerError
	switch {
	case err == nil || errors.Is(err, io.EOF) && u.src.err == nil || errors.As(err, &broken):
		return err
	case u.src.err != nil:
		// The source failed; whatever the decompressor made of that is not
		// the object's fault.
		return u.src.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &ContainerError{Reason: ReasonTruncated, Err: err}
	case errors.Is(err, zstd.ErrWindowSizeExceeded):
		return &ContainerError{Reason: ReasonTooLarge, Err: err}
	case u.container == Zstd:
		return &ContainerError{Reason: ReasonBadZstd, Err: err}
	default:
		return &ContainerError{Reason: ReasonBadGzip, Err: err}
	}
}

// input counts what is read from the source and remembers how it failed.
type input struct {
	r   io.Reader
	n   int64
	err error // the source's error, unless it is io.EOF
}

func (in *input) Read(p []byte) (int, error) {
	n, err := in.r.Read(p)
	in.n += int64(n)
	if err != nil && err != io.EOF {
		in.err = err
	}
	return n, err
}
