package s3

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/source"
)

const scheme = "s3://"

// maxKey is the longest key in bytes: Amazon S3 user guide, object-keys.
const maxKey = 1024

// ParseURI splits s3://bucket/key, in which the key is written as in
// Object.URI, see source.EscapeName. The key may be empty or a prefix, with
// or without a slash before it.
func ParseURI(uri string) (bucket, key string, err error) {
	rest, ok := strings.CutPrefix(uri, scheme)
	if !ok {
		return "", "", fmt.Errorf("%q does not begin with %s", uri, scheme)
	}
	bucket, key, _ = strings.Cut(rest, "/")
	if err := checkBucket(bucket); err != nil {
		return "", "", fmt.Errorf("%q: %w", uri, err)
	}
	if key, err = source.UnescapeName(key); err != nil {
		return "", "", err
	}
	return bucket, key, nil
}

// nameOf is the URI of an object before it is escaped.
func nameOf(bucket, key string) string { return scheme + bucket + "/" + key }

// checkBucket takes what bucket names consist of, old ones included, and the
// aliases of access points. The SDK would take more, ARNs for instance, and
// send its requests to whatever they name.
func checkBucket(bucket string) error {
	if bucket == "" || len(bucket) > 255 {
		return fmt.Errorf("a bucket's name has 1 to 255 characters, not %d", len(bucket))
	}
	for _, c := range []byte(bucket) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_':
		default:
			return errors.New("a bucket's name consists of letters, digits, dots, hyphens and underscores")
		}
	}
	return nil
}

// isFolder reports whether an object only stands for a folder, as consoles
// make them.
func isFolder(key string, size int64) bool { return size == 0 && strings.HasSuffix(key, "/") }
