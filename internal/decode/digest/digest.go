package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/finding/field"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Digest is a digest file. Times are UTC; hashes are SHA-256 in lower-case
// hex; what the file does not tell is zero.
type Digest struct {
	Account string // whose log files it lists, 12 digits
	Region  string // of the log files
	Trail   Trail

	From, To       time.Time // when the log files were delivered, half-open
	Oldest, Newest time.Time // event times in the log files; zero when there is none

	Bucket, Object string // where CloudTrail put the digest
	Hash           string // of its unpacked content
	Backfill       bool   // it lists files that CloudTrail left out of the digests of their hours

	// The digest before: bucket, key and the hash of its unpacked content.
	// Empty in the first of a chain.
	PreviousBucket, Previous, PreviousHash string

	Files []LogFile // in the order of the list, empty after a quiet hour
}

// LogFile is a log file that a digest lists.
type LogFile struct {
	Bucket, Key    string
	Hash           string // of its unpacked content
	Oldest, Newest time.Time
}

// Keys returns the keys of the log files, without their buckets.
func (d *Digest) Keys() []string {
	keys := make([]string, len(d.Files))
	for i, f := range d.Files {
		keys[i] = f.Key
	}
	return keys
}

// Parse reads one digest file from its unpacked content, whose hash it takes:
// raw must be what the file holds, to the byte.
//
// An account, a range of time and a key are needed, and a key for each log
// file; all else may be missing, and members of an unexpected kind count as
// absent. The error is a *decode.Rejection with decode.ReasonDigest.
func Parse(raw []byte) (Digest, error) {
	v, err := object(raw)
	if err != nil {
		return Digest{}, err
	}
	sum := sha256.Sum256(raw)
	d := Digest{
		Account: v.Get("awsAccountId").Text(),
		From:    v.Get("digestStartTime").Time(), To: v.Get("digestEndTime").Time(),
		Oldest: v.Get("oldestEventTime").Time(), Newest: v.Get("newestEventTime").Time(),
		Bucket: v.Get("digestS3Bucket").Text(), Object: v.Get("digestS3Object").Text(),
		Hash:           hex.EncodeToString(sum[:]),
		PreviousBucket: v.Get("previousDigestS3Bucket").Text(), Previous: v.Get("previousDigestS3Object").Text(),
		PreviousHash: hashOf(v, "previousDigestHashValue", "previousDigestHashAlgorithm"),
	}
	for e := range v.Get("logFiles").Elements() {
		f := logFile(e.Indexed())
		if f.Key == "" {
			return Digest{}, broken("log file %d has no s3Object", len(d.Files))
		}
		d.Files = append(d.Files, f)
	}
	d.named()
	switch {
	case d.Object == "":
		return Digest{}, broken("no digestS3Object")
	case !entity.IsAccountID(d.Account):
		return Digest{}, broken("awsAccountId is %.64q", d.Account)
	case d.From.IsZero() || d.To.IsZero():
		return Digest{}, broken("from %.64q to %.64q", v.Get("digestStartTime").Text(), v.Get("digestEndTime").Text())
	case !d.From.Before(d.To):
		return Digest{}, broken("it ends at %s, before it begins", d.To.Format(time.RFC3339))
	}
	return d, nil
}

// named fills in what names tell: the digest's own, and where that is not
// CloudTrail's the names of the log files.
func (d *Digest) named() {
	n, _ := parseName(d.Object)
	d.Backfill = n.backfill
	for i := 0; n.region == "" && i < len(d.Files); i++ {
		account, region := parseLogName(d.Files[i].Key)
		n.region = region
		if n.account == "" {
			n.account = account
		}
	}
	if d.Account == "" {
		d.Account = n.account
	}
	d.Region = n.region
	d.Trail = n.trail
}

// object returns the JSON object that raw holds.
func object(raw []byte) (field.Value, error) {
	var s jsonscan.Scanner
	s.Reset(raw, 0)
	if s.Kind() != jsonscan.Object {
		return field.Value{}, broken("no JSON object")
	}
	value, ok := s.Skip()
	if !ok {
		return field.Value{}, broken("%v", s.Err())
	}
	if len(strings.TrimSpace(string(raw[s.Pos():]))) > 0 {
		return field.Value{}, broken("more behind the object, at byte %d", s.Pos())
	}
	return field.Of(value).Indexed(), nil
}

func logFile(v field.Value) LogFile {
	return LogFile{
		Bucket: v.Get("s3Bucket").Text(), Key: v.Get("s3Object").Text(),
		Hash:   hashOf(v, "hashValue", "hashAlgorithm"),
		Oldest: v.Get("oldestEventTime").Time(), Newest: v.Get("newestEventTime").Time(),
	}
}

// hashOf returns a hash, unless it is said to be another than SHA-256, the
// only one that CloudTrail uses.
func hashOf(v field.Value, value, algorithm string) string {
	if a := v.Get(algorithm).Text(); a != "" && !strings.EqualFold(a, "SHA-256") {
		return ""
	}
	return strings.ToLower(v.Get(value).Text())
}

func broken(format string, args ...any) error {
	return &decode.Rejection{Records: 1, Reason: decode.ReasonDigest, Detail: "a CloudTrail digest file: " + fmt.Sprintf(format, args...)}
}
