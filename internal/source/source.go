package source

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// ErrGone says that an object that was listed is no longer there.
var ErrGone = errors.New("object is gone")

// Object names one unit of source bytes.
type Object struct {
	// URI identifies the object for ever: for a file its absolute path, with
	// control characters, percent signs and bytes that are no UTF-8 written
	// as %XX.
	URI string
	// Size in bytes as stored, when it was listed.
	Size int64
	// Tag changes whenever the bytes of the object do, if its store has such a
	// thing: the ETag of Amazon S3 without its quotes. Objects of the same URI,
	// Size and Tag have the same bytes. It is "" where none is known, as for
	// files, and that is equal to nothing.
	Tag string
	// Stamp is when AWS delivered the object, to the minute and in UTC, if
	// its name says so; the zero time otherwise. It is a few minutes later
	// than the events inside.
	Stamp time.Time
	// Err is why the object cannot be read, if that was clear when it was
	// listed. Such an object is listed so that it can be reported.
	Err error
}

// Source hands out objects. Its methods may be called concurrently.
type Source interface {
	// Objects lists what there is to read now.
	//
	//   - Every object MUST be yielded once; one that cannot be read too, with
	//     Err set.
	//   - Objects with a Stamp MUST come first and in the order of their
	//     stamps, so that batches hold contiguous time.
	//   - The order of the same objects MUST always be the same.
	//   - The iterator MUST end with ctx's error, yielded with a zero Object,
	//     once ctx is done, and with any other error that makes the list
	//     incomplete. An object's own trouble is no such error.
	//   - It MUST be possible to stop early and to call Objects again.
	Objects(ctx context.Context) iter.Seq2[Object, error]

	// Open opens an object that this source has listed.
	//
	//   - The content MUST be exactly the bytes that its SHA256 is of.
	//   - An object that is not there any more MUST give ErrGone; one with
	//     Err set MUST give an error.
	//   - Open and the content's Read MUST return ctx's error soon after ctx
	//     is done.
	//   - Any number of contents MAY be open at once, of one object too.
	//
	// The caller must Close the content.
	Open(ctx context.Context, o Object) (*Content, error)

	// Acknowledge says that all of the object has been committed, so that a
	// source that delivers work (a queue) need not deliver it again.
	//
	//   - It MUST NOT be called before the commit.
	//   - It MAY be called again, and for an object that is gone; both MUST
	//     succeed.
	//   - It MUST NOT change what a later Open gives.
	Acknowledge(ctx context.Context, o Object) error
}

// Content is the bytes of an open object, as stored. It is not safe for
// concurrent use.
type Content struct {
	io.Reader
	SHA256 [32]byte // of all the bytes, known before the first is read
	Size   int64    // bytes
	Tag    string   // Object.Tag of these bytes, which may be newer than the list; "" where none is known
	close  func() error
}

// NewContent returns the content of an object; Close calls release once.
func NewContent(r io.Reader, sha256 [32]byte, size int64, release func() error) *Content {
	return &Content{Reader: r, SHA256: sha256, Size: size, close: release}
}

// Close releases what the content holds. Nothing may be read afterwards.
func (c *Content) Close() error {
	release := c.close
	c.Reader, c.close = closed{}, nil
	if release == nil {
		return nil
	}
	return release()
}

// closed is what a closed content reads from: its buffer may be another's.
type closed struct{}

func (closed) Read([]byte) (int, error) { return 0, errors.New("read from a closed content") }
