package s3

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

// fakeS3 is one bucket in memory that fails as it is told.
type fakeS3 struct {
	pageSize int

	mu      sync.Mutex
	objects map[string]*stored
	asked   []string // what GetObject was asked for: "key" or "key from N"
	// body, if set, may replace the body of an answer; read counts from 1.
	body func(read int, whole io.Reader) io.Reader
	// before, if set, is called with the lock held before each answer to
	// GetObject, and may answer with an error.
	before func(read int) error
}

type stored struct {
	content []byte
	etag    string
	class   types.ObjectStorageClass
	restore *types.RestoreStatus
	size    int64 // that the list has, if not that of content
}

func newFakeS3(contents map[string][]byte) *fakeS3 {
	f := &fakeS3{pageSize: 3, objects: map[string]*stored{}}
	for key, content := range contents {
		f.put(key, content)
	}
	return f
}

// put must not be called while calls are on their way, but for before.
func (f *fakeS3) put(key string, content []byte) {
	f.objects[key] = &stored{content: content, etag: fmt.Sprintf("%q", fmt.Sprintf("%d-%x", len(content), content[:min(8, len(content))]))}
}

func (f *fakeS3) remove(key string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.objects, key)
	return nil
}

func (f *fakeS3) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, _ ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	out := &s3.ListObjectsV2Output{EncodingType: in.EncodingType, IsTruncated: aws.Bool(false)}
	for _, key := range slices.Sorted(maps.Keys(f.objects)) {
		if !strings.HasPrefix(key, aws.ToString(in.Prefix)) || key <= aws.ToString(in.ContinuationToken) {
			continue
		}
		if len(out.Contents) == f.pageSize {
			last, _ := url.QueryUnescape(*out.Contents[f.pageSize-1].Key)
			out.IsTruncated, out.NextContinuationToken = aws.Bool(true), &last
			break
		}
		o := f.objects[key]
		out.Contents = append(out.Contents, types.Object{
			Key: aws.String(url.QueryEscape(key)), Size: aws.Int64(cmp.Or(o.size, int64(len(o.content)))),
			ETag: &o.etag, StorageClass: o.class, RestoreStatus: o.restore,
		})
	}
	return out, nil
}

func (f *fakeS3) GetObject(ctx context.Context, in *s3.GetObjectInput, _ ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	from := 0
	if in.Range != nil {
		if _, err := fmt.Sscanf(*in.Range, "bytes=%d-", &from); err != nil {
			return nil, err
		}
	}
	asked := *in.Key
	if from > 0 {
		asked += fmt.Sprint(" from ", from)
	}
	f.asked = append(f.asked, asked)
	if f.before != nil {
		if err := f.before(len(f.asked)); err != nil {
			return nil, err
		}
	}
	o := f.objects[*in.Key]
	switch {
	case o == nil:
		return nil, refusal(http.StatusNotFound, "NoSuchKey", "", nil)
	case o.class != "":
		return nil, refusal(http.StatusForbidden, "InvalidObjectState", "", nil)
	case in.IfMatch != nil && *in.IfMatch != o.etag:
		return nil, refusal(http.StatusPreconditionFailed, "PreconditionFailed", "", nil)
	}
	out := &s3.GetObjectOutput{ETag: &o.etag, ContentLength: aws.Int64(int64(len(o.content) - from))}
	if from > 0 {
		out.ContentRange = aws.String(fmt.Sprintf("bytes %d-%d/%d", from, len(o.content)-1, len(o.content)))
	}
	var body io.Reader = bytes.NewReader(o.content[from:])
	if f.body != nil {
		body = f.body(len(f.asked), body)
	}
	out.Body = io.NopCloser(source.Until(ctx, body))
	return out, nil
}

// refusal is an error as the SDK makes it of an answer.
func refusal(status int, code, message string, header http.Header) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: "GetObject", Err: &awshttp.ResponseError{
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: header}},
			Err:      &smithy.GenericAPIError{Code: code, Message: message},
		}}}
}

var errReset = errors.New("connection reset by peer")

// breaksAfter gives n bytes of r and then an error.
func breaksAfter(n int64, r io.Reader) io.Reader {
	return io.MultiReader(io.LimitReader(r, n), readerFunc(func([]byte) (int, error) { return 0, errReset }))
}

// names is what a Source lists now, below prefix and with reasons, in order.
func names(t *testing.T, s source.Source, prefix string) (got []string) {
	t.Helper()
	for o, err := range s.Objects(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		line := strings.TrimPrefix(o.URI, prefix)
		if o.Err != nil {
			line += ": " + o.Err.Error()
		}
		got = append(got, line)
	}
	return got
}
