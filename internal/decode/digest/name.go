package digest

import (
	"strings"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Trail is the trail that a digest belongs to, as far as the digest's key
// tells.
type Trail struct {
	Name       string
	HomeRegion string
	// ARN is empty for the trail of an organization: its digests say which
	// account they are about, not in which one the trail is.
	ARN string
	// Organization is the id of the organization whose trail it is.
	Organization string
}

// String returns the ARN, or the name of a trail whose ARN is not known.
func (t Trail) String() string {
	if t.ARN != "" {
		return t.ARN
	}
	return t.Name
}

// name is what the key of a digest tells.
type name struct {
	account, region string
	trail           Trail
	backfill        bool
}

// parseName reads a key such as
//
//	prefix/AWSLogs/o-exampleorgid/111122223333/CloudTrail-Digest/us-east-2/2026/03/04/
//	111122223333_CloudTrail-Digest_us-east-2_trail_name_eu-west-1_20260304T101500Z.json.gz
//
// with or without the organization; backfill digests end in _backfill.json.gz.
// Names of trails may hold underscores, Regions hold none.
func parseName(key string) (name, bool) {
	folder, file := cutLast(key, "/")
	// Names of trails may hold dots as well.
	file = strings.TrimSuffix(strings.TrimSuffix(file, ".gz"), ".json")
	account, rest, ok := strings.Cut(file, "_CloudTrail-Digest_")
	if !ok || !entity.IsAccountID(account) {
		return name{}, false
	}
	region, rest, _ := strings.Cut(rest, "_")
	rest, backfill := strings.CutSuffix(rest, "_backfill")
	rest, stamp := cutLast(rest, "_")
	trail, home := cutLast(rest, "_")
	if region == "" || trail == "" || home == "" || stamp == "" {
		return name{}, false
	}
	n := name{account: account, region: region, backfill: backfill, trail: Trail{Name: trail, HomeRegion: home}}
	if n.trail.Organization = organization(folder, account); n.trail.Organization == "" {
		n.trail.ARN = "arn:" + entity.Partition(home) + ":cloudtrail:" + home + ":" + account + ":trail/" + trail
	}
	return n, true
}

// organization returns the organization's id from the folder of a digest of
// an account: …/o-exampleorgid/111122223333/CloudTrail-Digest/…
func organization(folder, account string) string {
	before, _, ok := strings.Cut(folder, "/"+account+"/CloudTrail-Digest/")
	if !ok {
		return ""
	}
	if _, id := cutLast("/"+before, "/"); strings.HasPrefix(id, "o-") {
		return id
	}
	return ""
}

// parseLogName reads account and Region from the key of a log file:
// …/111122223333_CloudTrail_us-east-2_20260304T1015Z_Mu0KsOhtH1ar15ZZ.json.gz.
func parseLogName(key string) (account, region string) {
	_, file := cutLast(key, "/")
	account, rest, ok := strings.Cut(file, "_CloudTrail_")
	region, _, ended := strings.Cut(rest, "_")
	if !ok || !ended || !entity.IsAccountID(account) {
		return "", ""
	}
	return account, region
}

// cutLast cuts s around the last sep: all of s is behind when there is none.
func cutLast(s, sep string) (before, after string) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):]
	}
	return "", s
}
