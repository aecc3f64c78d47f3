// Package cloudtrail decodes CloudTrail records, in all the forms in which
// people keep them: as AWS delivers them to S3, as JSON lines, as a list, as
// one pretty-printed record.
//
// A record is decoded as logged. Judging it (who the caller is, what the
// address means) is not done here.
//
// It may import decode, decode/intern, decode/jsonscan, decode/jsonstream and
// entity.
package cloudtrail
