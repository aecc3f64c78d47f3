package investigate

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRuleOfQuantity checks that a rule with PerHour holds for an hour and an
// address that bring the calls, and for nothing less.
func TestRuleOfQuantity(t *testing.T) {
	t.Parallel()
	const perHour = 10
	alice := user("alice")
	bulk := rule("bulk", "Read in bulk", "high", [2]string{"TA0009", "Collection"},
		[2]string{"T1530", "Data from Cloud Storage"}, "Reads objects in bulk.", 50)
	bulk.PerHour = perHour
	book := maps.Clone(rules)
	book["bulk"] = bulk
	reads := func(at time.Time, address, api string, n int) (calls []call) {
		for i := range n {
			calls = append(calls, call{at: at.Add(time.Duration(i) * time.Second), who: alice, address: address,
				api: "s3.amazonaws.com:" + api, agent: cli, rules: []string{"bulk"}})
		}
		return calls
	}
	type row struct {
		API, Address string
		Calls        int64
		Points       int
	}
	f := func(name string, calls []call, want ...row) {
		t.Helper()
		r, err := New(Options{Rules: book, Places: places}).Investigate(t.Context(), newMemStore(calls, places), alice.Key, scopeStart, scopeEnd)
		if err != nil {
			t.Fatal(err)
		}
		var got []row
		for _, i := range r.Indicators {
			if d := i.IndicatorDetail.TTPsObservedDetail; d != nil {
				got = append(got, row{d.APIName, d.IpAddress, d.APISuccessCount, i.Points})
			}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got)\n%s", name, d)
		}
	}
	at := scopeStart.Add(time.Hour)
	f("too few", reads(at, home, "GetObject", perHour-1))
	f("enough", reads(at, home, "GetObject", perHour), row{"GetObject", home, perHour, 50})
	f("over the full hour", append(reads(at, home, "GetObject", perHour-1), reads(at.Add(time.Hour), home, "GetObject", 1)...),
		row{"GetObject", home, perHour, 50})
	f("hours apart", append(reads(at, home, "GetObject", perHour-1), reads(at.Add(2*time.Hour), home, "GetObject", perHour-1)...))
	f("two addresses", append(reads(at, home, "GetObject", perHour-1), reads(at, strange, "GetObject", perHour-1)...))
	f("two APIs", append(reads(at, home, "GetObject", perHour-2), reads(at, home, "GetObjectVersion", 2)...),
		row{"GetObject", home, perHour - 2, 50}, row{"GetObjectVersion", home, 2, 0})
	f("an hour of many beside one of few", append(reads(at, home, "GetObject", perHour), reads(at.Add(2*time.Hour), home, "GetObject", 1)...),
		row{"GetObject", home, perHour, 50})

	nightly := func(n int) (calls []call) {
		for d := range 5 {
			calls = append(calls, reads(at.AddDate(0, 0, -d-1), home, "GetObject", n)...)
		}
		return calls
	}
	f("nightly", append(nightly(perHour), reads(at, home, "GetObject", perHour)...), row{"GetObject", home, perHour, 50 / 4})
	f("a little every day is no habit of much", append(nightly(perHour-1), reads(at, home, "GetObject", perHour)...),
		row{"GetObject", home, perHour, 50})
	f("the habit of another address", append(nightly(perHour), reads(at, strange, "GetObject", perHour)...),
		row{"GetObject", strange, perHour, 50})
}
