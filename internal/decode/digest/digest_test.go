package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/simulate"
)

const (
	key   = "logs/AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2026/03/04/111122223333_CloudTrail-Digest_us-east-2_my_trail_eu-west-1_20260304T110131Z.json.gz"
	first = "logs/AWSLogs/111122223333/CloudTrail/us-east-2/2026/03/04/111122223333_CloudTrail_us-east-2_20260304T1015Z_Mu0KsOhtH1ar15ZZ.json.gz"
	hash  = "97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d"
)

// file is a digest file as CloudTrail writes it, with members replaced or,
// when nil, removed.
func file(t testing.TB, change map[string]any) []byte {
	t.Helper()
	m := map[string]any{
		"awsAccountId": "111122223333", "digestStartTime": "2026-03-04T10:01:31Z", "digestEndTime": "2026-03-04T11:01:31Z",
		"digestS3Bucket": "bucket", "digestS3Object": key, "digestPublicKeyFingerprint": "31e8b543", "digestSignatureAlgorithm": "SHA256withRSA",
		"newestEventTime": "2026-03-04T10:52:27Z", "oldestEventTime": "2026-03-04T10:02:27Z",
		"previousDigestS3Bucket": "bucket", "previousDigestS3Object": strings.Replace(key, "T11", "T10", 1),
		"previousDigestHashValue": strings.ToUpper(hash), "previousDigestHashAlgorithm": "SHA-256", "previousDigestSignature": "50887ccf",
		"logFiles": []any{map[string]any{"s3Bucket": "bucket", "s3Object": first, "hashValue": hash, "hashAlgorithm": "SHA-256",
			"newestEventTime": "2026-03-04T10:52:27Z", "oldestEventTime": "2026-03-04T10:02:27.5Z"}},
	}
	for name, v := range change {
		if m[name] = v; v == nil {
			delete(m, name)
		}
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// whole is what file without changes says.
func whole(raw []byte) Digest {
	at := func(h, m, s, ms int) time.Time { return time.Date(2026, 3, 4, h, m, s, ms*1e6, time.UTC) }
	sum := sha256.Sum256(raw)
	return Digest{
		Account: "111122223333", Region: "us-east-2",
		Trail: Trail{Name: "my_trail", HomeRegion: "eu-west-1", ARN: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/my_trail"},
		From:  at(10, 1, 31, 0), To: at(11, 1, 31, 0), Oldest: at(10, 2, 27, 0), Newest: at(10, 52, 27, 0),
		Bucket: "bucket", Object: key, Hash: hex.EncodeToString(sum[:]),
		PreviousBucket: "bucket", Previous: strings.Replace(key, "T11", "T10", 1), PreviousHash: hash,
		Files: []LogFile{{Bucket: "bucket", Key: first, Hash: hash, Oldest: at(10, 2, 27, 500), Newest: at(10, 52, 27, 0)}},
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change map[string]any
		want   func(*Digest)
	}{
		"as CloudTrail writes it": {nil, func(*Digest) {}},
		"the first of a chain": {map[string]any{"previousDigestS3Bucket": (*string)(nil), "previousDigestS3Object": (*string)(nil), "previousDigestHashValue": (*string)(nil), "previousDigestHashAlgorithm": (*string)(nil)},
			func(d *Digest) { d.PreviousBucket, d.Previous, d.PreviousHash = "", "", "" }},
		"a quiet hour": {map[string]any{"logFiles": []any{}, "newestEventTime": (*string)(nil), "oldestEventTime": (*string)(nil)},
			func(d *Digest) { d.Files, d.Oldest, d.Newest = nil, time.Time{}, time.Time{} }},
		"the least": {map[string]any{"digestS3Bucket": nil, "newestEventTime": nil, "oldestEventTime": nil, "logFiles": nil, "previousDigestS3Bucket": nil, "previousDigestS3Object": nil, "previousDigestHashValue": nil},
			func(d *Digest) {
				d.Bucket, d.PreviousBucket, d.Previous, d.PreviousHash = "", "", "", ""
				d.Files, d.Oldest, d.Newest = nil, time.Time{}, time.Time{}
			}},
		"members of an unexpected kind": {map[string]any{"previousDigestS3Bucket": []int{1}, "oldestEventTime": map[string]any{}, "newestEventTime": "soon", "more": 1.5},
			func(d *Digest) { d.PreviousBucket, d.Oldest, d.Newest = "", time.Time{}, time.Time{} }},
		"the account from the key": {map[string]any{"awsAccountId": nil}, func(*Digest) {}},
		"a key of somebody else": {map[string]any{"digestS3Object": "digests/1.json"},
			func(d *Digest) { d.Object, d.Trail = "digests/1.json", Trail{} }},
		"the account from a log file": {map[string]any{"digestS3Object": "digests/1.json", "awsAccountId": nil},
			func(d *Digest) { d.Object, d.Trail = "digests/1.json", Trail{} }},
		"no names at all": {map[string]any{"digestS3Object": "1", "logFiles": []any{map[string]any{"s3Object": "2"}}},
			func(d *Digest) { d.Object, d.Region, d.Trail, d.Files = "1", "", Trail{}, []LogFile{{Key: "2"}} }},
		"another hash": {map[string]any{"previousDigestHashAlgorithm": "SHA-512"}, func(d *Digest) { d.PreviousHash = "" }},
		"backfill": {map[string]any{"digestS3Object": strings.Replace(key, ".json", "_backfill.json", 1)},
			func(d *Digest) { d.Object, d.Backfill = strings.Replace(key, ".json", "_backfill.json", 1), true }},
		"of an organization": {map[string]any{"digestS3Object": strings.Replace(key, "AWSLogs/", "AWSLogs/o-exampleorgid/", 1)},
			func(d *Digest) {
				d.Object = strings.Replace(key, "AWSLogs/", "AWSLogs/o-exampleorgid/", 1)
				d.Trail.ARN, d.Trail.Organization = "", "o-exampleorgid"
			}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := file(t, c.change)
			want := whole(raw)
			c.want(&want)
			got, err := Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", raw, diff)
			}
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	f := func(key string, want name) {
		t.Helper()
		got, ok := parseName(key)
		if got != want || ok != (want != name{}) {
			t.Errorf("%s: %+v, %v; want %+v", key, got, ok, want)
		}
	}
	f("111122223333_CloudTrail-Digest_cn-north-1_a.b-c_d_cn-northwest-1_20260304T110131Z.json.gz", name{account: "111122223333", region: "cn-north-1",
		trail: Trail{Name: "a.b-c_d", HomeRegion: "cn-northwest-1", ARN: "arn:aws-cn:cloudtrail:cn-northwest-1:111122223333:trail/a.b-c_d"}})
	f("o-exampleorgid/111122223333/CloudTrail-Digest/x/111122223333_CloudTrail-Digest_eu-west-1_t_us-east-1_20260304T110131Z.json", name{account: "111122223333", region: "eu-west-1",
		trail: Trail{Name: "t", HomeRegion: "us-east-1", Organization: "o-exampleorgid"}})
	f("1111_CloudTrail-Digest_eu-west-1_t_us-east-1_20260304T110131Z.json.gz", name{})
	f("111122223333_CloudTrail-Digest_eu-west-1_us-east-1_20260304T110131Z.json.gz", name{})
	f("111122223333_CloudTrail-Digest_.json.gz", name{})
	f(first, name{})
	f("", name{})
	if got := (Trail{Name: "t", Organization: "o-1"}).String() + (Trail{Name: "t", ARN: "arn"}).String(); got != "tarn" {
		t.Error(got)
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string][]byte{
		"empty":                   nil,
		"no object":               []byte(`[]`),
		"no JSON":                 []byte(`{"awsAccountId":`),
		"more behind":             append(file(t, nil), file(t, nil)...),
		"another object":          []byte(`{"Records":[]}`),
		"no key":                  file(t, map[string]any{"digestS3Object": nil}),
		"no account":              file(t, map[string]any{"awsAccountId": "1", "digestS3Object": "x"}),
		"no start":                file(t, map[string]any{"digestStartTime": nil}),
		"no end":                  file(t, map[string]any{"digestEndTime": "tomorrow"}),
		"the end first":           file(t, map[string]any{"digestEndTime": "2026-03-04T09:01:31Z"}),
		"a log file without name": file(t, map[string]any{"logFiles": []any{map[string]any{"s3Bucket": "b"}}}),
		"a log file of no kind":   file(t, map[string]any{"logFiles": []any{7}}),
	} {
		d, err := Parse(raw)
		var rejection *decode.Rejection
		if !errors.As(err, &rejection) || rejection.Reason != decode.ReasonDigest || rejection.Records != 1 || rejection.Detail == "" || len(rejection.Detail) > 400 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// What is read is JSON, has what a digest needs, and is read again from
// another rendering.
func FuzzParse(f *testing.F) {
	f.Add(file(f, nil))
	f.Add(file(f, map[string]any{"awsAccountId": nil, "digestS3Object": "digests/1.json"}))
	f.Add(file(f, map[string]any{"logFiles": map[string]any{"s3Object": "x"}}))
	f.Add([]byte(`{"digestStartTime":"2026-03-04T05:06:07Z","digestS3Bucket":"b"}`))
	f.Add([]byte(` {"digests3object":"\u006b","AWSACCOUNTID":111122223333,"digestStartTime":1,"digestEndTime":2,"logFiles":null} `))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := Parse(raw)
		if err != nil {
			var rejection *decode.Rejection
			if !errors.As(err, &rejection) || rejection.Reason != decode.ReasonDigest || d.Object != "" {
				t.Fatalf("%+v, %v", d, err)
			}
			return
		}
		if sum := sha256.Sum256(raw); d.Hash != hex.EncodeToString(sum[:]) {
			t.Fatalf("hash %s", d.Hash)
		}
		if !json.Valid(raw) {
			t.Fatalf("read what is no JSON: %q", raw)
		}
		if len(d.Account) != 12 || d.Object == "" || !d.From.Before(d.To) || len(d.Keys()) != len(d.Files) || strings.Contains(strings.Join(d.Keys(), "\x00"), "\x00\x00") {
			t.Fatalf("%+v", d)
		}
		// What was read is read again from a plain rendering.
		again, err := Parse(render(t, d))
		if err != nil {
			t.Fatal(err)
		}
		again.Hash = d.Hash
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatal(diff)
		}
	})
}

// render writes d as a digest file.
func render(t *testing.T, d Digest) []byte {
	at := func(when time.Time) any {
		if when.IsZero() {
			return nil
		}
		return when.Format(time.RFC3339Nano)
	}
	files := []any{}
	for _, f := range d.Files {
		files = append(files, map[string]any{"s3Bucket": f.Bucket, "s3Object": f.Key, "hashValue": f.Hash, "oldestEventTime": at(f.Oldest), "newestEventTime": at(f.Newest)})
	}
	return file(t, map[string]any{"awsAccountId": d.Account, "digestStartTime": at(d.From), "digestEndTime": at(d.To), "oldestEventTime": at(d.Oldest), "newestEventTime": at(d.Newest),
		"digestS3Bucket": d.Bucket, "digestS3Object": d.Object, "previousDigestS3Bucket": d.PreviousBucket, "previousDigestS3Object": d.Previous,
		"previousDigestHashValue": d.PreviousHash, "logFiles": files})
}

// All digests of a simulation are read; they are about the files that are
// there, and each is the one before the next.
func TestSimulated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := simulate.Write(t.Context(), dir, simulate.Config{Seed: 3, Days: 1, Events: 1500, Accounts: 2, Digests: true}); err != nil {
		t.Fatal(err)
	}
	logs := map[string]string{} // hash by key
	var digests []Digest
	u := decode.NewReader(strings.NewReader(""), decode.Limits{})
	defer u.Close()
	err := filepath.WalkDir(filepath.Join(dir, simulate.LogFolder), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		packed, err := os.Open(path)
		if err != nil {
			return err
		}
		defer packed.Close()
		u.Reset(packed)
		raw, err := io.ReadAll(u)
		if err != nil {
			return err
		}
		key, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		key = filepath.ToSlash(key)
		if !strings.Contains(key, "/CloudTrail-Digest/") {
			logs[key] = fmt.Sprintf("%x", sha256.Sum256(raw))
			return nil
		}
		d, err := Parse(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if d.Object != key || d.To.Sub(d.From) != time.Hour || d.Trail.Name == "" || !strings.Contains(key, "/"+d.Account+"/CloudTrail-Digest/"+d.Region+"/") {
			t.Errorf("%s: %+v", key, d)
		}
		digests = append(digests, d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]Digest{} // paths ascend in time
	for _, d := range digests {
		chain := d.Account + " " + d.Region
		if before := last[chain]; d.Previous != before.Object || d.PreviousHash != before.Hash {
			t.Errorf("%s comes after %s", d.Object, d.Previous)
		}
		last[chain] = d
		for _, f := range d.Files {
			if logs[f.Key] != f.Hash || f.Newest.After(d.Newest) || f.Oldest.Before(d.Oldest) {
				t.Errorf("%s has hash %s; %+v", f.Key, logs[f.Key], f)
			}
			delete(logs, f.Key)
		}
	}
	if len(digests) < 25 || len(logs) > 0 {
		t.Errorf("%d digests leave %d log files out", len(digests), len(logs))
	}
}
