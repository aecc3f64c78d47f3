package ingest

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// target names what a call acted on: the S3 bucket among a record's
// resources. The records of other services name theirs in parameters; those
// that make links are read there.
func (r *resolver) target(rec *cloudtrail.Record, ev *event) {
	if rec.EventSource != "s3.amazonaws.com" {
		return
	}
	var bucket, account string
	for _, res := range rec.Resources {
		b := bucketOf(res.ARN)
		if bucket == "" {
			bucket = b
		}
		// An object is listed without an account, its bucket with it.
		if b != "" && b == bucket {
			account = first(account, res.AccountID)
		}
	}
	ev.Target = r.name(entity.S3Bucket, bucket, account)
}

// bucketOf returns the bucket that the ARN of a bucket or of an object names,
// "" for all others. Access points (arn:aws:s3:<Region>:<account>:…) are none.
func bucketOf(arn string) string {
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return ""
	}
	_, rest, _ = strings.Cut(rest, ":") // the partition
	resource, ok := strings.CutPrefix(rest, "s3:::")
	if !ok {
		return ""
	}
	bucket, _, _ := strings.Cut(resource, "/")
	return bucket
}
