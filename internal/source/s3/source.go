package s3

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// ErrArchived says that an object lies in a storage class that cannot be read
// before the object is restored.
var ErrArchived = errors.New("archived: restore the object first")

// ErrTooLarge says that an object has more than Options.MaxBytes.
var ErrTooLarge = errors.New("larger than the limit")

// Options say how objects are chosen and read. The zero value will do.
type Options struct {
	// Include takes only the objects whose key below the prefix's last slash,
	// or whose key after its own last slash, one of the patterns matches, see
	// source.ParsePatterns. None take all.
	Include []string
	// TempDir is where objects of more than 8 MiB are kept while they are
	// read, in files that have no name; empty for the system's own.
	TempDir string
	// MaxBytes is the largest object that is read; 0 for 64 GiB, a guess.
	MaxBytes int64
}

// Source is the source.Source of the objects in a bucket whose keys begin
// with a prefix.
type Source struct {
	*reader
	bucket, prefix string
	include        source.Patterns
	err            error // of the settings
}

// New returns a Source of s3://bucket/prefix. The prefix is a key's beginning
// in plain text, not a folder: "logs" stands for logs/a and for logs-old/a.
// Nothing is asked yet; with a bad bucket name or pattern Objects yields its
// error and nothing else.
func New(client API, bucket, prefix string, o Options) *Source {
	s := &Source{reader: newReader(client, o), bucket: bucket, prefix: prefix}
	if s.err = checkBucket(bucket); s.err == nil {
		s.include, s.err = source.ParsePatterns(o.Include...)
	}
	return s
}

// Objects implements source.Source. The whole list is made before the first
// object is yielded, since it is sorted: see source.Listing for the memory
// that it takes. There is one request for each 1,000 keys. Objects that only
// stand for a folder are passed over.
func (s *Source) Objects(ctx context.Context) iter.Seq2[source.Object, error] {
	return func(yield func(source.Object, error) bool) {
		l, err := s.list(ctx)
		if err != nil {
			yield(source.Object{}, fmt.Errorf("list %s: %w", source.EscapeName(nameOf(s.bucket, s.prefix)), err))
			return
		}
		l.Objects(ctx)(yield)
	}
}

func (s *Source) list(ctx context.Context) (*source.Listing, error) {
	if s.err != nil {
		return nil, s.err
	}
	var l source.Listing
	in := &s3.ListObjectsV2Input{
		Bucket: &s.bucket,
		// XML cannot hold every character that a key may have.
		EncodingType:             types.EncodingTypeUrl,
		OptionalObjectAttributes: []types.OptionalObjectAttributes{types.OptionalObjectAttributesRestoreStatus},
	}
	if s.prefix != "" {
		in.Prefix = &s.prefix
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		page, err := s.page(ctx, in)
		if err != nil {
			return nil, err
		}
		for i := range page.Contents {
			if err := s.add(&l, &page.Contents[i], page.EncodingType); err != nil {
				return nil, err
			}
		}
		if !aws.ToBool(page.IsTruncated) {
			return &l, nil
		}
		next := aws.ToString(page.NextContinuationToken)
		if next == "" || next == aws.ToString(in.ContinuationToken) {
			return nil, errors.New("the answer says that there is more but not where")
		}
		in.ContinuationToken = &next
	}
}

func (s *Source) page(ctx context.Context, in *s3.ListObjectsV2Input) (page *s3.ListObjectsV2Output, err error) {
	err = s.regions.follow(s.bucket, func(there func(*s3.Options)) error {
		page, err = s.client.ListObjectsV2(ctx, in, there)
		return err
	})
	return page, err
}

// add takes a listed object in, or passes it over.
func (s *Source) add(l *source.Listing, o *types.Object, encoding types.EncodingType) error {
	key, size := aws.ToString(o.Key), aws.ToInt64(o.Size)
	if encoding == types.EncodingTypeUrl {
		plain, err := url.QueryUnescape(key)
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		key = plain
	}
	if isFolder(key, size) || key != s.prefix && !s.include.Match(s.below(key)) {
		return nil
	}
	var reason error
	switch {
	case archived(o):
		reason = fmt.Errorf("%s: %w", o.StorageClass, ErrArchived)
	case size > s.maxBytes:
		reason = s.tooLarge(size)
	}
	l.AddTagged(nameOf(s.bucket, key), size, tagOf(aws.ToString(o.ETag)), reason)
	return nil
}

// tagOf is the Object.Tag of an object with this ETag, which lists have in
// quotes and notifications have not. A weak one, which no S3 of AWS gives,
// promises nothing about bytes.
func tagOf(etag string) string {
	if strings.HasPrefix(etag, "W/") {
		return ""
	}
	return strings.Trim(etag, `"`)
}

// below is what patterns see of a key: what comes after the prefix's last
// slash.
func (s *Source) below(key string) string {
	return strings.TrimPrefix(key[min(len(key), strings.LastIndexByte(s.prefix, '/')+1):], "/")
}

// archived reports whether an object cannot be read as it is: not those of
// GLACIER_IR, which are read at once.
func archived(o *types.Object) bool {
	switch o.StorageClass {
	case types.ObjectStorageClassGlacier, types.ObjectStorageClassDeepArchive:
		r := o.RestoreStatus
		return r == nil || r.RestoreExpiryDate == nil || aws.ToBool(r.IsRestoreInProgress)
	}
	return false
}

// Acknowledge implements source.Source: objects stay where they are.
func (s *Source) Acknowledge(context.Context, source.Object) error { return nil }
