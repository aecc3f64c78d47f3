package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

const (
	smallObject = 8 << 20  // bytes up to which an object is kept in memory
	largest     = 64 << 30 // bytes of Options.MaxBytes when it is 0
	// maxReads bounds how often one object is begun or gone on with. A guess.
	maxReads = 6
	// stallTimeout ends a read that brings nothing. A guess: S3 itself closes
	// a connection that is idle for a few seconds.
	stallTimeout = time.Minute
)

// reader reads objects of any bucket.
type reader struct {
	client   API
	tempDir  string
	maxBytes int64
	small    int // bytes that are kept in memory
	stall    time.Duration
	regions  regions
	spools   sync.Pool // of *spool
}

func newReader(client API, o Options) *reader {
	r := &reader{client: client, tempDir: o.TempDir, maxBytes: o.MaxBytes, small: smallObject, stall: stallTimeout}
	if r.maxBytes == 0 {
		r.maxBytes = largest
	}
	r.spools.New = func() any { return newSpool(r) }
	return r
}

// Open implements source.Source. The object is read to its end before Open
// returns, up to 8 MiB into a pooled buffer, more into a temporary file, since
// its hash has to be known. When a read breaks off it is gone on with where
// it broke, if the object is still the same by its ETag, and else begun
// again: an object that is overwritten meanwhile is read as it was or as it
// is, never as a mix.
func (r *reader) Open(ctx context.Context, o source.Object) (*source.Content, error) {
	if o.Err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URI, o.Err)
	}
	bucket, key, err := ParseURI(o.URI)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URI, err)
	}
	s := r.spools.Get().(*spool)
	if err := r.fetch(ctx, bucket, key, s); err != nil {
		s.release()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("open %s: %w", o.URI, explain(err))
	}
	c, err := s.content(ctx)
	if err != nil {
		s.release()
		return nil, fmt.Errorf("open %s: %w", o.URI, err)
	}
	return c, nil
}

// fetch reads an object into s.
func (r *reader) fetch(ctx context.Context, bucket, key string, s *spool) error {
	for read := 1; ; read++ {
		again, err := r.read(ctx, bucket, key, s)
		if err == nil || !again || read == maxReads || ctx.Err() != nil {
			return err
		}
	}
}

// read asks for what s does not have yet of an object. It reports whether an
// error is one after which the next read may succeed; what the SDK itself has
// tried again is none.
func (r *reader) read(ctx context.Context, bucket, key string, s *spool) (again bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if s.etag == "" {
		s.reset()
	}
	got, err := r.get(ctx, bucket, key, s.size, s.etag)
	if err != nil {
		changed := s.size > 0 && (status(err) == http.StatusPreconditionFailed || status(err) == http.StatusRequestedRangeNotSatisfiable)
		s.reset()
		return changed, err
	}
	defer got.Body.Close()
	if s.size > 0 && !startsAt(got, s.size) {
		s.reset() // the range was not heeded: this is the whole object
	}
	s.etag = aws.ToString(got.ETag)
	total := int64(-1)
	if got.ContentLength != nil {
		total = s.size + *got.ContentLength
	}
	if total > r.maxBytes {
		return false, r.tooLarge(total)
	}
	if err := s.expect(total); err != nil {
		return false, err
	}
	stalled := fmt.Errorf("nothing came for %v", r.stall)
	watch := time.AfterFunc(r.stall, func() { cancel(stalled) })
	defer watch.Stop()
	err = s.fill(readerFunc(func(p []byte) (int, error) {
		n, err := got.Body.Read(p)
		watch.Reset(r.stall)
		return n, err
	}))
	switch {
	case err == nil && total >= 0 && s.size != total:
		err = io.ErrUnexpectedEOF
	case err == nil:
		return false, nil
	case errors.Is(context.Cause(ctx), stalled):
		err = stalled
	}
	if s.size == total {
		s.reset() // all bytes and an error: the checksum is wrong
	}
	_, ours := errors.AsType[*spoolError](err)
	return !ours, err
}

// get asks for an object from byte from on, if it still has that ETag; for
// all of it when from is 0.
func (r *reader) get(ctx context.Context, bucket, key string, from int64, etag string) (got *s3.GetObjectOutput, err error) {
	ask := &s3.GetObjectInput{Bucket: &bucket, Key: &key}
	if from > 0 {
		ask.Range, ask.IfMatch = aws.String(fmt.Sprintf("bytes=%d-", from)), &etag
	}
	err = r.regions.follow(bucket, func(there func(*s3.Options)) error {
		got, err = r.client.GetObject(ctx, ask, there)
		return err
	})
	return got, err
}

// readerFunc is an io.Reader made of its one method.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// startsAt reports whether an answer holds the object from that byte on.
func startsAt(got *s3.GetObjectOutput, from int64) bool {
	return strings.HasPrefix(aws.ToString(got.ContentRange), "bytes "+strconv.FormatInt(from, 10)+"-")
}

func (r *reader) tooLarge(size int64) error {
	return fmt.Errorf("%d bytes: %w of %d", size, ErrTooLarge, r.maxBytes)
}

// status returns the HTTP status of a refusal, 0 if there is none.
func status(err error) int {
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.Response != nil {
		return answer.HTTPStatusCode()
	}
	return 0
}

// explain wraps an error of AWS with the one that callers decide on.
func explain(err error) error {
	refusal, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	switch refusal.ErrorCode() {
	case "NoSuchKey":
		return source.ErrGone
	case "InvalidObjectState":
		return fmt.Errorf("%w: %w", ErrArchived, err)
	}
	return err
}
