package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// logFile is a CloudTrail file that a digest has to name.
type logFile struct {
	path                      string
	delivered, oldest, newest int64 // Unix seconds
	sum                       *fileSum
}

// digestFeed writes CloudTrail's digest files: each hour of each account and
// Region one that names the log files delivered in it, with their hashes, and
// the digest before it, with its hash (AWS: CloudTrail digest file
// structure). Files are complete at a day's end, so a day's digests are made
// then. There is no key: signatures and fingerprint are invented.
type digestFeed struct {
	ctx    context.Context
	out    *outbox
	seed   uint64
	dice   *dice
	days   int64 // end of what has digests, Unix seconds
	chains map[*stream]*digestChain
	order  []*digestChain
}

// digestChain is an account's and Region's chain.
type digestChain struct {
	streamKey
	pending  []logFile // not yet in a digest
	previous *digest
	hash     string // of previous's text
}

// digest is a digest file. What is null in the first of a chain is a pointer.
type digest struct {
	AWSAccountID            string      `json:"awsAccountId"`
	StartTime               string      `json:"digestStartTime"`
	EndTime                 string      `json:"digestEndTime"`
	S3Bucket                string      `json:"digestS3Bucket"`
	S3Object                string      `json:"digestS3Object"`
	PublicKeyFingerprint    string      `json:"digestPublicKeyFingerprint"`
	SignatureAlgorithm      string      `json:"digestSignatureAlgorithm"`
	NewestEventTime         *string     `json:"newestEventTime"`
	OldestEventTime         *string     `json:"oldestEventTime"`
	PreviousDigestS3Bucket  *string     `json:"previousDigestS3Bucket"`
	PreviousDigestS3Object  *string     `json:"previousDigestS3Object"`
	PreviousDigestHashValue *string     `json:"previousDigestHashValue"`
	PreviousDigestHashAlgo  *string     `json:"previousDigestHashAlgorithm"`
	PreviousDigestSignature *string     `json:"previousDigestSignature"`
	LogFiles                []digestLog `json:"logFiles"`
	signature               string
}

type digestLog struct {
	S3Bucket        string `json:"s3Bucket"`
	S3Object        string `json:"s3Object"`
	HashValue       string `json:"hashValue"`
	HashAlgorithm   string `json:"hashAlgorithm"`
	NewestEventTime string `json:"newestEventTime"`
	OldestEventTime string `json:"oldestEventTime"`
}

// The trail that the digests belong to, and its bucket.
const (
	digestTrail  = "organization-trail"
	digestBucket = "example-organization-trail"
)

func newDigestFeed(ctx context.Context, cfg Config, d *delivery) *digestFeed {
	seed := derive(uint64(cfg.Seed), "digests")
	f := &digestFeed{ctx: ctx, out: d.out, seed: seed, dice: &dice{seed}, days: cfg.start().Unix(), chains: map[*stream]*digestChain{}}
	d.closed = f.note
	return f
}

// note remembers a log file on its way to be stored.
func (f *digestFeed) note(s *stream, p *parcel, file logFile) {
	c := f.chains[s]
	if c == nil {
		c = &digestChain{streamKey: s.streamKey}
		f.chains[s] = c
		f.order = append(f.order, c)
	}
	p.sum = &fileSum{ready: make(chan struct{})}
	file.path, file.sum = p.path, p.sum
	c.pending = append(c.pending, file)
}

func (f *digestFeed) hour(now hourInfo) error {
	if now.end%86400 != 0 {
		return nil
	}
	return f.until(now.end)
}

// finish makes the digest of the first hour after the last day, in which its
// last files were delivered.
func (f *digestFeed) finish() error { return f.until(f.days + 3600) }

// until makes all chains' digests up to a time.
func (f *digestFeed) until(end int64) error {
	for ; f.days < end; f.days += 3600 {
		for _, c := range f.order {
			if err := f.digest(c, f.days, f.days+3600); err != nil {
				return err
			}
		}
	}
	return nil
}

// digest makes and sends a chain's digest of what was delivered before its
// end and stands in none before.
func (f *digestFeed) digest(c *digestChain, start, end int64) error {
	d := &digest{
		AWSAccountID: c.account.id, StartTime: clock(start), EndTime: clock(end),
		S3Bucket: digestBucket, S3Object: c.path(end),
		PublicKeyFingerprint: string(appendHex(appendHex(nil, f.seed, 16), derive(f.seed, c.region), 16)),
		SignatureAlgorithm:   "SHA256withRSA", LogFiles: []digestLog{}, signature: f.signature(),
	}
	if p := c.previous; p != nil {
		bucket, algorithm := digestBucket, "SHA-256"
		d.PreviousDigestS3Bucket, d.PreviousDigestS3Object = &bucket, &p.S3Object
		d.PreviousDigestHashValue, d.PreviousDigestHashAlgo, d.PreviousDigestSignature = &c.hash, &algorithm, &p.signature
	}
	kept := c.pending[:0]
	var oldest, newest int64
	for _, file := range c.pending {
		if file.delivered >= end {
			kept = append(kept, file)
			continue
		}
		select {
		case <-file.sum.ready:
		case <-f.ctx.Done():
			return context.Cause(f.ctx)
		}
		if oldest == 0 || file.oldest < oldest {
			oldest = file.oldest
		}
		newest = max(newest, file.newest)
		d.LogFiles = append(d.LogFiles, digestLog{S3Bucket: digestBucket, S3Object: file.path, HashAlgorithm: "SHA-256",
			HashValue: hex.EncodeToString(file.sum.sha256[:]), NewestEventTime: clock(file.newest), OldestEventTime: clock(file.oldest)})
	}
	c.pending = kept
	if newest > 0 {
		from, to := clock(oldest), clock(newest)
		d.OldestEventTime, d.NewestEventTime = &from, &to
	}
	b, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("encode a digest: %w", err)
	}
	sum := sha256.Sum256(b)
	c.previous, c.hash = d, hex.EncodeToString(sum[:])
	return f.out.post(parcel{source: cloudTrailDigest, path: d.S3Object, content: text(b)}, len(d.LogFiles), 0)
}

// signature is as long as one of RSA with 2,048 bits.
func (f *digestFeed) signature() string {
	var b []byte
	for range 32 {
		b = appendHex(b, f.dice.next(), 16)
	}
	return string(b)
}

func (c *digestChain) path(end int64) string {
	t := time.Unix(end, 0).UTC()
	return fmt.Sprintf("%[1]s/%[2]s/CloudTrail-Digest/%[3]s/%[4]s/%[2]s_CloudTrail-Digest_%[3]s_%[5]s_%[3]s_%[6]s.json.gz",
		LogFolder, c.account.id, c.region, t.Format("2006/01/02"), digestTrail, t.Format("20060102T150405Z"))
}

// clock formats Unix seconds as CloudTrail does.
func clock(unix int64) string { return string(appendISO(nil, unix)) }
