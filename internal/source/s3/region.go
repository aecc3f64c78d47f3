package s3

import (
	"errors"
	"net/http"
	"strings"
	"sync"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// maxRegions bounds the buckets whose Region is remembered: a queue may name
// any number.
const maxRegions = 1024

// regions are those of the buckets that are not in the client's own.
type regions struct {
	mu sync.Mutex
	of map[string]string // by bucket
}

// follow makes a call for a bucket, where the bucket is. A call to the wrong
// Region is refused with the right one, and made again there.
func (r *regions) follow(bucket string, call func(there func(*s3.Options)) error) error {
	region := r.get(bucket)
	err := call(in(region))
	right := redirected(err)
	if right == "" || right == region {
		return err
	}
	r.set(bucket, right)
	return call(in(right))
}

func in(region string) func(*s3.Options) {
	return func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
	}
}

func (r *regions) get(bucket string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.of[bucket]
}

func (r *regions) set(bucket, region string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil || len(r.of) >= maxRegions {
		r.of = map[string]string{}
	}
	r.of[bucket] = region
}

// redirected returns the Region that a refusal sends to: 301
// PermanentRedirect, 307 TemporaryRedirect, and 400
// AuthorizationHeaderMalformed of an endpoint that serves several Regions,
// which may name it only in its message.
func redirected(err error) string {
	region := ""
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.Response != nil {
		switch answer.HTTPStatusCode() {
		case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusBadRequest:
			region = answer.Response.Header.Get("X-Amz-Bucket-Region")
		}
	}
	if refusal, ok := errors.AsType[smithy.APIError](err); ok && region == "" && refusal.ErrorCode() == "AuthorizationHeaderMalformed" {
		_, region, _ = strings.Cut(refusal.ErrorMessage(), "expecting '")
		region, _, _ = strings.Cut(region, "'")
	}
	if !isRegion(region) {
		return ""
	}
	return region
}

// isRegion reports whether s may become a part of a host's name.
func isRegion(s string) bool {
	for _, c := range []byte(s) {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}
