package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDigestsChain(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"small files": {Seed: 1, Days: 2, Events: 600, Digests: true, Accounts: 1, Principals: 12},
		"large files": {Seed: 2, Days: 2, Events: 4000, EventsPerFile: 400, Digests: true, Accounts: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := simulate(t, cfg)
			logs := map[string]string{}
			for _, f := range c.read(t, "/CloudTrail/") {
				sum := sha256.Sum256(f.plain)
				logs[f.name] = hex.EncodeToString(sum[:])
			}
			files, named := 0, 0
			type link struct{ object, hash string }
			last := map[string]link{}
			digests := c.read(t, "/CloudTrail-Digest/")
			for _, f := range digests {
				files++
				var d digest
				if err := json.Unmarshal(f.plain, &d); err != nil {
					t.Fatalf("%s: %v", f.name, err)
				}
				chain := strings.Join(strings.Split(f.name, "/")[:4], "/")
				start, err1 := time.Parse(time.RFC3339, d.StartTime)
				end, err2 := time.Parse(time.RFC3339, d.EndTime)
				if err1 != nil || err2 != nil || end.Sub(start) != time.Hour || d.S3Object != f.name || !strings.HasSuffix(f.name, end.Format("20060102T150405Z")+".json.gz") ||
					!strings.Contains(f.name, end.Format("/2006/01/02/")) {
					t.Errorf("%s is about %s to %s of %s", f.name, d.StartTime, d.EndTime, d.S3Object)
				}
				before, ok := last[chain]
				switch {
				case ok != (d.PreviousDigestS3Object != nil):
					t.Errorf("%s has a predecessor: %v", f.name, !ok)
				case ok && (*d.PreviousDigestS3Object != before.object || *d.PreviousDigestHashValue != before.hash):
					t.Errorf("%s comes after %s %s, want %+v", f.name, *d.PreviousDigestS3Object, *d.PreviousDigestHashValue, before)
				}
				sum := sha256.Sum256(f.plain)
				last[chain] = link{f.name, hex.EncodeToString(sum[:])}
				for _, l := range d.LogFiles {
					named++
					if logs[l.S3Object] != l.HashValue {
						t.Errorf("%s has hash %s, the digest says %s", l.S3Object, logs[l.S3Object], l.HashValue)
					}
					delete(logs, l.S3Object) // named once
				}
				if (len(d.LogFiles) > 0) != (d.NewestEventTime != nil) {
					t.Errorf("%s: newest event %v with %d files", f.name, d.NewestEventTime, len(d.LogFiles))
				}
			}
			if len(logs) > 0 {
				t.Errorf("%d log files stand in no digest", len(logs))
			}
			if m := c.counts(t, "cloudtrail-digest"); m.Files != files || m.Records != named || files < 24*len(last) {
				t.Errorf("manifest %+v, found %d digests of %d chains naming %d files", m, files, len(last), named)
			}
			if !slices.IsSortedFunc(digests, func(a, b folderFile) int { return strings.Compare(a.name, b.name) }) {
				t.Error("digests are not read in order")
			}
		})
	}
}

// Digests are about the logs, they do not change them.
func TestDigestsLeaveTheLogsAlone(t *testing.T) {
	t.Parallel()
	cfg := Config{Seed: 5, Days: 1, Events: 500, Accounts: 1}
	without := simulate(t, cfg)
	cfg.Digests = true
	with := simulate(t, cfg)
	a, b := hashes(t, without.dir), hashes(t, with.dir)
	for name, sum := range a {
		if name != ManifestFile && b[name] != sum {
			t.Errorf("%s is another file with digests", name)
		}
	}
}
