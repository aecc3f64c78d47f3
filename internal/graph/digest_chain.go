package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// slack is how far apart, in seconds, two digests may lie that follow each
// other. CloudTrail leaves nothing between them.
const slack = 60

// digestGaps finds what the digests tell to be missing, trail by trail.
func digestGaps(in Input) []Gap {
	trail := func(a, b *warehouse.Digest) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Trail, b.Trail))
	}
	digests := make([]*warehouse.Digest, len(in.Digests))
	for i := range in.Digests {
		digests[i] = &in.Digests[i]
	}
	slices.SortFunc(digests, func(a, b *warehouse.Digest) int {
		return cmp.Or(trail(a, b), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Hash, b.Hash))
	})
	var gaps []Gap
	for len(digests) > 0 {
		n := 1
		for n < len(digests) && trail(digests[0], digests[n]) == 0 {
			n++
		}
		c := newChain(digests[:n])
		gaps = append(gaps, c.missing()...)
		gaps = append(gaps, c.broken()...)
		gaps = append(gaps, filesMissing(digests[:n], in.Ingested)...)
		digests = digests[n:]
	}
	return gaps
}

// chain is a trail's digests of the log files of an account and Region.
type chain struct {
	hourly []*link          // by time
	late   []*link          // backfill digests, a chain beside the hourly one
	byKey  map[string]*link // all of them
}

// link is a digest with the hashes that it was read with: more than one when
// it was changed between two readings.
type link struct {
	*warehouse.Digest
	hashes []string
}

// newChain makes a chain of digests ordered by time.
func newChain(digests []*warehouse.Digest) *chain {
	c := &chain{byKey: make(map[string]*link, len(digests))}
	for _, d := range digests {
		l := c.byKey[d.Object]
		switch {
		case l == nil:
			l = &link{Digest: d}
			c.byKey[d.Object] = l
			// As AWS's own client tells them apart.
			if strings.HasSuffix(d.Object, "_backfill.json.gz") {
				c.late = append(c.late, l)
			} else {
				c.hourly = append(c.hourly, l)
			}
		case slices.ContainsFunc(l.hashes, func(h string) bool { return strings.EqualFold(h, d.Hash) }):
			continue
		}
		l.hashes = append(l.hashes, d.Hash)
	}
	return c
}

// missing finds the hours between two digests that no digest is about.
func (c *chain) missing() []Gap {
	var gaps []Gap
	var until int64 // end of what the digests so far are about
	for i, d := range c.hourly {
		from := until
		until = max(until, d.To)
		if i == 0 || d.From <= from+slack {
			continue
		}
		g := d.gap(DigestMissing, from, d.From)
		g.Files = int(max(1, (d.From-from+1800)/3600))
		switch {
		case d.Previous == "":
			g.Detail = fmt.Sprintf("no digest of the trail %.128q; the next one begins a new chain, as after logging or validation was off", d.Trail)
		case c.byKey[d.Previous] != nil:
			g.Detail = fmt.Sprintf("no digest of the trail %.128q, and the next one names none", d.Trail)
		default:
			g.Detail = fmt.Sprintf("no digest of the trail %.128q; the next one names %.512q, which was not read", d.Trail, d.Previous)
		}
		gaps = append(gaps, g)
	}
	return gaps
}

// broken finds digests that are not what the next one says of them.
func (c *chain) broken() []Gap {
	var gaps []Gap
	add := func(d *link, format string, args ...any) {
		g := d.gap(ChainBroken, d.From, d.To)
		g.Detail = fmt.Sprintf("the trail %.128q: ", d.Trail) + fmt.Sprintf(format, args...)
		gaps = append(gaps, g)
	}
	for _, all := range [][]*link{c.hourly, c.late} {
		for _, d := range all {
			if len(d.hashes) > 1 {
				add(d, "the digest %.512q was read in %d versions", d.Object, len(d.hashes))
			}
			before := c.byKey[d.Previous]
			if before == nil || d.PreviousHash == "" {
				continue
			}
			if !slices.ContainsFunc(before.hashes, func(h string) bool { return h == "" || strings.EqualFold(h, d.PreviousHash) }) {
				add(before, "the digest %.512q is not the one whose hash the next digest has", before.Object)
			}
		}
	}
	for i := 1; i < len(c.hourly); i++ {
		before, d := c.hourly[i-1], c.hourly[i]
		switch {
		case d.From > before.To+slack || d.Previous == before.Object:
		case d.Previous == "":
			add(d, "the digest %.512q names none before it, yet there is %.512q", d.Object, before.Object)
		default:
			add(d, "the digest %.512q names %.512q before it, not %.512q", d.Object, d.Previous, before.Object)
		}
	}
	return gaps
}

// filesMissing finds the log files that digests list and that were not
// ingested, consecutive hours in one.
func filesMissing(digests []*warehouse.Digest, ingested func(string) bool) []Gap {
	if ingested == nil {
		return nil
	}
	var gaps []Gap
	for _, d := range digests {
		n, example := 0, ""
		for _, key := range d.Files {
			if !ingested(key) {
				if n++; n == 1 {
					example = key
				}
			}
		}
		if n == 0 {
			continue
		}
		g := (&link{Digest: d}).gap(FilesMissing, d.From, d.To)
		g.Files = n
		if last := len(gaps) - 1; last >= 0 && !g.From.After(gaps[last].To.Add(slack*time.Second)) {
			gaps[last].Files += n
			if g.To.After(gaps[last].To) {
				gaps[last].To = g.To
			}
			continue
		}
		g.Detail = fmt.Sprintf("such as %.512q", example)
		gaps = append(gaps, g)
	}
	for i := range gaps {
		g := &gaps[i]
		verb := "were"
		if g.Files == 1 {
			verb = "was"
		}
		g.Detail = fmt.Sprintf("%s of the trail %.128q %s delivered and not ingested, %s", count(g.Files, "log file"), digests[0].Trail, verb, g.Detail)
	}
	return gaps
}

// gap returns a gap of the trail; times are Unix seconds.
func (d *link) gap(kind GapKind, from, to int64) Gap {
	return Gap{Account: d.Account, Region: d.Region, Origin: warehouse.FromCloudTrail, Kind: kind,
		From: time.Unix(from, 0).UTC(), To: time.Unix(to, 0).UTC()}
}
