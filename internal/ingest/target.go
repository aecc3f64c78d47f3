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
	for _, res := range rec.Resources {
		bucket, ok := strings.CutPrefix(res.ARN, "arn:aws:s3:::")
		if !ok {
			continue
		}
		bucket, _, _ = strings.Cut(bucket, "/")
		if bucket != "" {
			ev.Target = r.name(entity.S3Bucket, bucket, res.AccountID)
			return
		}
	}
}
