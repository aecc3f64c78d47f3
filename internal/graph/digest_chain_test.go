package graph

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// hourly is an unbroken chain of n digests from ten o'clock on 4 March, each
// with two log files.
func hourly(n int) []warehouse.Digest {
	var chain []warehouse.Digest
	for i := range n {
		d := warehouse.Digest{Account: "111122223333", Region: "us-east-2", Trail: "main", Object: fmt.Sprintf("digest%d", i), Hash: fmt.Sprintf("aa%d", i),
			From: at(4, 10+i, 0, 0).Unix(), To: at(4, 11+i, 0, 0).Unix(), Files: []string{fmt.Sprintf("log%da", i), fmt.Sprintf("log%db", i)}}
		if i > 0 {
			d.Previous, d.PreviousHash = chain[i-1].Object, strings.ToUpper(chain[i-1].Hash)
		}
		chain = append(chain, d)
	}
	return chain
}

// without leaves one digest out.
func without(chain []warehouse.Digest, i int) []warehouse.Digest {
	return append(append([]warehouse.Digest{}, chain[:i]...), chain[i+1:]...)
}

func TestDigests(t *testing.T) {
	t.Parallel()
	whole := hourly(5)
	edit := func(i int, change func(*warehouse.Digest)) []warehouse.Digest {
		chain := hourly(5)
		change(&chain[i])
		return chain
	}
	for name, c := range map[string]struct {
		digests []warehouse.Digest
		lost    string // the log files that were not ingested
		want    string
	}{
		"whole":        {whole, "", ""},
		"its end only": {whole[3:], "", ""},
		"twice":        {append(hourly(5), whole...), "", ""},
		"a second trail": {append(edit(2, func(*warehouse.Digest) {}), func() []warehouse.Digest {
			other := hourly(1)
			other[0].Trail, other[0].From, other[0].To = "other", at(5, 0, 0, 0).Unix(), at(5, 1, 0, 0).Unix()
			return other
		}()...), "", ""},
		"a digest is missing": {without(whole, 2), "",
			`digest-missing 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: no digest of the trail "main"; the next one names "digest2", which was not read [1]`},
		"three are missing": {[]warehouse.Digest{whole[0], whole[4]}, "",
			`digest-missing 2026-03-04 11:00 to 14:00 UTC 111122223333 in us-east-2: no digest of the trail "main"; the next one names "digest3", which was not read [3]`},
		"validation was off": {without(edit(3, func(d *warehouse.Digest) { d.Previous, d.PreviousHash = "", "" }), 2), "",
			`digest-missing 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: no digest of the trail "main"; the next one begins a new chain, as after logging or validation was off [1]`},
		"CloudTrail made none": {without(edit(3, func(d *warehouse.Digest) { d.Previous, d.PreviousHash = whole[1].Object, whole[1].Hash }), 2), "",
			`digest-missing 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: no digest of the trail "main", and the next one names none [1]`},
		"a digest was changed": {edit(2, func(d *warehouse.Digest) { d.Hash = "bb" }), "",
			`chain-broken 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: the trail "main": the digest "digest2" is not the one whose hash the next digest has`},
		"a digest was changed after it was read": {append(hourly(5), edit(2, func(d *warehouse.Digest) { d.Hash = "bb" })[2]), "",
			`chain-broken 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: the trail "main": the digest "digest2" was read in 2 versions`},
		"a digest was exchanged": {edit(2, func(d *warehouse.Digest) { d.Object = "forged" }), "",
			`chain-broken 2026-03-04 13:00 to 14:00 UTC 111122223333 in us-east-2: the trail "main": the digest "digest3" names "digest2" before it, not "forged"`},
		"a chain begins anew": {edit(2, func(d *warehouse.Digest) { d.Previous, d.PreviousHash = "", "" }), "",
			`chain-broken 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: the trail "main": the digest "digest2" names none before it, yet there is "digest1"`},
		"hashes that are not known": {edit(2, func(d *warehouse.Digest) { d.Hash, d.PreviousHash = "", "" }), "", ""},
		"a backfill digest": {append(hourly(5), warehouse.Digest{Account: "111122223333", Region: "us-east-2", Trail: "main", Object: "x_backfill.json.gz",
			From: at(1, 11, 0, 0).Unix(), To: at(1, 12, 0, 0).Unix(), Files: []string{"late"}}), " late ",
			`files-missing 2026-03-01 11:00 to 12:00 UTC 111122223333 in us-east-2: 1 log file of the trail "main" was delivered and not ingested, such as "late" [1]`},
		"files are missing": {whole, " log0b log1a log1b log3a ",
			`files-missing 2026-03-04 10:00 to 12:00 UTC 111122223333 in us-east-2: 3 log files of the trail "main" were delivered and not ingested, such as "log0b" [3]
files-missing 2026-03-04 13:00 to 14:00 UTC 111122223333 in us-east-2: 1 log file of the trail "main" was delivered and not ingested, such as "log3a" [1]`},
		"by account and Region": {func() []warehouse.Digest {
			all := without(whole, 2)
			for _, d := range without(whole, 1) {
				d.Account = "444455556666"
				all = append(all, d)
			}
			for _, d := range whole {
				d.Region = "eu-west-1"
				all = append(all, d)
			}
			return all
		}(), "",
			`digest-missing 2026-03-04 11:00 to 12:00 UTC 444455556666 in us-east-2: no digest of the trail "main"; the next one names "digest1", which was not read [1]
digest-missing 2026-03-04 12:00 to 13:00 UTC 111122223333 in us-east-2: no digest of the trail "main"; the next one names "digest2", which was not read [1]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			digests := append([]warehouse.Digest{}, c.digests...)
			ingested := func(key string) bool { return !strings.Contains(c.lost, " "+key+" ") }
			for range 5 {
				got := strings.TrimSpace(lines(FindGaps(Input{Digests: digests, Ingested: ingested})))
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Fatal(diff)
				}
				rand.Shuffle(len(digests), func(i, j int) { digests[i], digests[j] = digests[j], digests[i] })
			}
			for _, g := range FindGaps(Input{Digests: digests}) {
				if g.Kind == FilesMissing {
					t.Errorf("without a ledger: %v", g)
				}
			}
		})
	}
}
