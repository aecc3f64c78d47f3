package storetest

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// testKube asks for a subject, a cluster and a pod.
func testKube(t *testing.T, f *fixture) {
	when := at("2026-01-31T23:30:00Z")
	row := func(when time.Time, subject, cluster, pod entity.ID) warehouse.Kube {
		return warehouse.Kube{Hour: warehouse.HourOf(when), Account: account, Cluster: cluster, Subject: subject, API: api, Address: address,
			Target: pod, Counts: calls(when, 1)}
	}
	rows := []warehouse.Kube{row(when, alice, 5, 6), row(when, bob, 5, 0), row(when, bob, 7, 6), row(when.Add(time.Hour), alice, 5, 6)}
	f.commit(t, &warehouse.Batch{ID: "a", Kube: rows}, &warehouse.Batch{ID: "b", Kube: rows[:1]})
	twice := rows[0]
	twice.Success = 2
	sorted := func(rows []warehouse.Kube) []warehouse.Kube {
		slices.SortFunc(rows, func(a, b warehouse.Kube) int {
			return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(b.Subject, a.Subject), cmp.Compare(a.Cluster, b.Cluster))
		})
		return rows
	}
	for name, c := range map[string]struct {
		id   entity.ID
		r    warehouse.Range
		want []warehouse.Kube
	}{
		"subject":       {alice, always, []warehouse.Kube{twice, rows[3]}},
		"cluster":       {5, always, []warehouse.Kube{twice, rows[1], rows[3]}},
		"pod":           {6, always, []warehouse.Kube{twice, rows[2], rows[3]}},
		"an hour":       {5, hourAt(when.Add(time.Hour)), rows[3:]},
		"somebody else": {account, always, nil},
	} {
		same(t, name, sorted(must(f.Kube(f.ctx, c.id, c.r))(t)), c.want)
	}
}

// testFindings has versions of findings over the end of a month.
func testFindings(t *testing.T, f *fixture) {
	when := at("2026-01-31T23:59:59.999Z")
	first := warehouse.FindingVersion{Finding: alice, Updated: when, Created: when.Add(-time.Hour), First: at("1969-12-31T23:59:59.5Z"), Last: when,
		Account: account, Region: 5, Product: "GuardDuty", Type: "Recon:EC2/Portscan", Title: "it's \x00 ☃", Severity: 8.1, Label: "HIGH",
		Count: math.MaxInt64, Archived: true, Sequence: true, Workflow: "NEW", Compliance: "FAILED"}
	second := first
	second.Updated, second.First, second.Last, second.Archived = when.Add(time.Millisecond), time.Time{}, time.Time{}, false
	other := warehouse.FindingVersion{Finding: bob, Updated: when, Title: "bad \xff"}
	otherStored := other
	otherStored.Title = "bad \uFFFD"
	sameTime := first // another product says something else at the same time
	sameTime.Product = "Security Hub"
	f.commit(t, &warehouse.Batch{ID: "a", Findings: []warehouse.FindingVersion{second, first}},
		&warehouse.Batch{ID: "b", Findings: []warehouse.FindingVersion{first, other, sameTime}},
		&warehouse.Batch{ID: "c", Findings: []warehouse.FindingVersion{second, first}})
	sorted := func(rows []warehouse.FindingVersion) []warehouse.FindingVersion {
		slices.SortFunc(rows, func(a, b warehouse.FindingVersion) int {
			return cmp.Or(a.Updated.Compare(b.Updated), cmp.Compare(b.Finding, a.Finding), cmp.Compare(a.Product, b.Product))
		})
		return rows
	}
	type versions = []warehouse.FindingVersion
	for range 2 {
		for name, c := range map[string]struct {
			q    warehouse.FindingQuery
			want versions
		}{
			"all":                 {warehouse.FindingQuery{}, versions{first, sameTime, otherStored, second}},
			"of one":              {warehouse.FindingQuery{Findings: []entity.ID{alice, 12}}, versions{first, sameTime, second}},
			"from":                {warehouse.FindingQuery{From: when.Add(1)}, versions{second}},
			"to":                  {warehouse.FindingQuery{To: when.Add(1)}, versions{first, sameTime, otherStored}},
			"half-open":           {warehouse.FindingQuery{From: when, To: when.Add(time.Millisecond), Findings: []entity.ID{bob}}, versions{otherStored}},
			"none":                {warehouse.FindingQuery{Findings: []entity.ID{12}}, nil},
			"of another month":    {warehouse.FindingQuery{From: when.AddDate(0, 2, 0)}, nil},
			"before all of them":  {warehouse.FindingQuery{To: when.AddDate(-1, 0, 0)}, nil},
			"in another timezone": {warehouse.FindingQuery{From: when.Add(1).In(time.FixedZone("", 3600))}, versions{second}},
		} {
			same(t, name, sorted(must(f.Findings(f.ctx, c.q))(t)), c.want)
		}
		f.reopen(t)
	}
}

func testCoverage(t *testing.T, f *fixture) {
	when := at("2026-01-31T23:30:00Z")
	row := func(when time.Time, region entity.ID, origin warehouse.Origin, n uint32) warehouse.Coverage {
		return warehouse.Coverage{Hour: warehouse.HourOf(when), Account: account, Region: region, Origin: origin, Counts: calls(when, n)}
	}
	trail, flows, next := row(when, 5, warehouse.FromCloudTrail, 3), row(when, 0, warehouse.FromVPCFlow, 4), row(when.Add(time.Hour), 5, warehouse.FromCloudTrail, 1)
	f.commit(t, &warehouse.Batch{ID: "a", Coverage: []warehouse.Coverage{trail, next}},
		&warehouse.Batch{ID: "b", Coverage: []warehouse.Coverage{flows, trail}})
	trail.Success = 6
	sorted := func(rows []warehouse.Coverage) []warehouse.Coverage {
		slices.SortFunc(rows, func(a, b warehouse.Coverage) int {
			return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Origin, b.Origin))
		})
		return rows
	}
	same(t, "all", sorted(must(f.Coverage(f.ctx, always))(t)), []warehouse.Coverage{trail, flows, next})
	same(t, "an hour", must(f.Coverage(f.ctx, hourAt(when.Add(time.Hour))))(t), []warehouse.Coverage{next})
	same(t, "none", must(f.Coverage(f.ctx, warehouse.RangeOf(when.Add(3*time.Hour), when.Add(5*time.Hour))))(t), []warehouse.Coverage{})
}

func testDigests(t *testing.T, f *fixture) {
	midnight := at("2026-02-01T00:00:00Z")
	digest := func(account, region, trail string, from time.Time, files ...string) warehouse.Digest {
		return warehouse.Digest{Account: account, Region: region, Trail: trail, From: from.Unix(), To: from.Unix() + 3600, Object: "o'",
			Hash: "00ff", Previous: "p", PreviousHash: "q", Files: files}
	}
	all := []warehouse.Digest{
		digest("1", "eu", "a", midnight.Add(-time.Hour), "f1", "", "bad \xff"),
		digest("1", "eu", "a", midnight),
		digest("1", "eu", "b", midnight.Add(-30*time.Minute), "f2"),
		digest("1", "us", "a", midnight.Add(-2*time.Hour)),
		digest("2", "eu", "a", midnight.Add(-time.Hour)),
	}
	f.commit(t, &warehouse.Batch{ID: "a", Digests: []warehouse.Digest{all[4], all[1], all[0]}},
		&warehouse.Batch{ID: "b", Digests: []warehouse.Digest{all[2], all[3], all[0]}})
	all[0].Files = []string{"f1", "", "bad \uFFFD"}
	pick := func(indexes ...int) (some []warehouse.Digest) {
		for _, i := range indexes {
			some = append(some, all[i])
		}
		return some
	}
	for range 2 {
		for name, c := range map[string]struct {
			from, to time.Time
			want     []warehouse.Digest
		}{
			"all":              {midnight.AddDate(-1, 0, 0), midnight.AddDate(1, 0, 0), all},
			"an hour":          {midnight.Add(-time.Hour), midnight, pick(0, 2, 4)},
			"a moment":         {midnight.Add(-1), midnight, pick(0, 2, 4)},
			"the next moment":  {midnight, midnight.Add(1), pick(1, 2)},
			"just before":      {midnight.Add(-time.Hour - 1), midnight.Add(-time.Hour), pick(3)},
			"after all":        {midnight.Add(time.Hour), midnight.AddDate(1, 0, 0), nil},
			"before all":       {midnight.AddDate(-1, 0, 0), midnight.Add(-2 * time.Hour), nil},
			"nothing is asked": {time.Time{}, time.Time{}, nil},
		} {
			same(t, name, must(f.Digests(f.ctx, c.from, c.to))(t), c.want)
		}
		f.reopen(t)
	}
	if err := f.Drop(f.ctx, []warehouse.Month{month("2026-01-01")}); err != nil {
		t.Fatal(err)
	}
	same(t, "those that reach into a month that stays", must(f.Digests(f.ctx, midnight.AddDate(-1, 0, 0), midnight.AddDate(1, 0, 0)))(t), pick(1, 2))
}

// hourAt is the range of the hour that t lies in.
func hourAt(t time.Time) warehouse.Range {
	h := warehouse.HourOf(t)
	return warehouse.Range{From: h, To: h + 1}
}
