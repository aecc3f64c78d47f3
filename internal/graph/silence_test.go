package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gumshoe-detective/gumshoe/internal/entity"
	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

// full returns how much is tested: few, or many where the full counts are
// asked for.
func full(few, many int) int {
	if os.Getenv("GUMSHOE_FULL") == "1" {
		return many
	}
	return few
}

// sunday is the hour in which the week begins that tests have.
var sunday = int(warehouse.HourOf(at(1, 0, 0, 0)))

// rows makes coverage of CloudTrail's records by hour, of account #1 in two
// Regions.
func rows(counts []int) []warehouse.Coverage {
	var all []warehouse.Coverage
	for i, n := range counts {
		if n > 1 {
			all = append(all, row(sunday+i, 1, 8, warehouse.FromCloudTrail, uint32(n/2)))
		}
		if n > 0 {
			all = append(all, row(sunday+i, 1, 7, warehouse.FromCloudTrail, uint32(n-n/2)))
		}
	}
	return all
}

// found returns the gaps as ranges of indices of counts.
func found(counts []int) [][2]int {
	var got [][2]int
	for _, g := range FindGaps(Input{Coverage: rows(counts), Name: named, Most: math.MaxInt32}) {
		got = append(got, [2]int{int(warehouse.HourOf(g.From)) - sunday, int(warehouse.HourOf(g.To)) - sunday})
	}
	return got
}

// steady is n weeks with the same number of records each hour.
func steady(weeks, records int) []int { return slices.Repeat([]int{records}, weeks*weekHours) }

// office is n weeks of somebody who works on weekdays from nine to five.
func office(weeks, records int) []int {
	counts := make([]int, weeks*weekHours)
	for i := range counts {
		if day, hour := i/24%7, i%24; day >= 1 && day <= 5 && hour >= 9 && hour < 17 {
			counts[i] = records
		}
	}
	return counts
}

// silence removes the records of some hours.
func silence(counts []int, from, hours int) []int {
	counts = slices.Clone(counts)
	clear(counts[from : from+hours])
	return counts
}

func TestSilentHours(t *testing.T) {
	t.Parallel()
	const tuesday = 10*weekHours + 2*24 // in the middle
	for name, c := range map[string]struct {
		counts []int
		want   [][2]int
	}{
		"no gap":                         {steady(20, 5), nil},
		"three hours at five records":    {silence(steady(20, 5), tuesday+10, 3), [][2]int{{tuesday + 10, tuesday + 13}}},
		"two hours at five records":      {silence(steady(20, 5), tuesday+10, 2), nil},
		"an hour at fifteen":             {silence(steady(20, 15), tuesday, 1), [][2]int{{tuesday, tuesday + 1}}},
		"an hour at fourteen":            {silence(steady(20, 14), tuesday, 1), nil},
		"fifteen hours at one":           {silence(steady(20, 1), tuesday, 15), [][2]int{{tuesday, tuesday + 15}}},
		"three months":                   {silence(steady(20, 1), 3*weekHours, 13*weekHours), [][2]int{{3 * weekHours, 16 * weekHours}}},
		"two gaps":                       {silence(silence(steady(20, 9), tuesday, 5), tuesday+6, 9), [][2]int{{tuesday, tuesday + 5}, {tuesday + 6, tuesday + 15}}},
		"the edges":                      {silence(silence(steady(20, 50), 0, 100), 19*weekHours, weekHours), nil},
		"the second day":                 {silence(steady(20, 50), 24, 24), nil},
		"the fifth day":                  {silence(steady(20, 50), 5*24, 24), [][2]int{{5 * 24, 6 * 24}}},
		"the fifth last day":             {silence(steady(20, 50), 20*weekHours-5*24, 24), [][2]int{{20*weekHours - 5*24, 20*weekHours - 4*24}}},
		"in two weeks":                   {silence(steady(2, 50), 5*24, 24), [][2]int{{5 * 24, 6 * 24}}},
		"in one week":                    {silence(steady(1, 50), 3*24, 24), nil},
		"office hours":                   {office(20, 100), nil},
		"office hours, two weeks":        {office(2, 100), nil},
		"a day off":                      {silence(office(20, 100), tuesday, 24), [][2]int{{tuesday + 9, tuesday + 17}}},
		"from an evening to a noon":      {silence(office(20, 100), tuesday+17, 24*2+18), [][2]int{{tuesday + 24 + 9, tuesday + 3*24 + 11}}},
		"two weeks from a weekend on":    {silence(office(20, 100), tuesday-3*24, 2*weekHours), [][2]int{{tuesday - 24 + 9, tuesday + 10*24 + 17}}},
		"a busy night":                   {func() []int { c := office(20, 100); c[tuesday+2] = 5000; return c }(), nil},
		"an account that begins":         {append(silence(steady(10, 1), 0, 9*weekHours), steady(10, 50)...), nil},
		"an account that is given up":    {append(append(steady(10, 50), make([]int, 4*weekHours)...), 1, 1, 1), nil},
		"an account that becomes larger": {append(silence(steady(10, 1), 10*weekHours-8, 8), steady(10, 100)...), nil},
		"a record now and then": {func() []int {
			c := make([]int, 20*weekHours)
			for i := 0; i < len(c); i += 7 {
				c[i] = 100
			}
			return c
		}(), nil},
		"a job once a day": {func() []int {
			c := make([]int, 20*weekHours)
			for i := 3; i < len(c); i += 24 {
				c[i] = 500
			}
			return c
		}(), nil},
		"a daily job that fails once": {func() []int {
			c := make([]int, 20*weekHours)
			for i := 3; i < len(c); i += 24 {
				c[i] = 500
			}
			c[tuesday+3] = 0
			return c
		}(), [][2]int{{tuesday + 3, tuesday + 4}}},
		"nothing":    {nil, nil},
		"one record": {[]int{1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, found(c.counts)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Accounts and kinds of logs are looked at one by one, Regions together, and
// the gap says so.
func TestSilentHoursOfOneAccount(t *testing.T) {
	t.Parallel()
	var all []warehouse.Coverage
	for h := range 6 * weekHours {
		for region := range entity.ID(2) {
			if quiet := h >= 500 && h < 503; !quiet && (region == 0 || h < 300 || h > 320) {
				all = append(all, row(sunday+h, 1, 7+region, warehouse.FromCloudTrail, 300))
			}
		}
		if h < 700 || h > 900 {
			all = append(all, row(sunday+h, 1, 7, warehouse.FromVPCFlow, 1000))
		}
		all = append(all, row(sunday+h, 2, 7, warehouse.FromCloudTrail, 1))
	}
	want := `silent-hours 2026-03-21 20:00 to 23:00 UTC #1: no cloudtrail records for 3 hours; about 1,800 were to be expected
silent-hours 2026-03-30 04:00 to 2026-04-07 13:00 UTC #1: no vpcflow records for 201 hours; about 201,000 were to be expected
`
	if diff := cmp.Diff(want, lines(FindGaps(Input{Coverage: all, Name: named}))); diff != "" {
		t.Error(diff)
	}
	// Odd times cost nothing.
	all = append(all, row(math.MinInt32, 1, 7, warehouse.FromCloudTrail, 1), row(math.MaxInt32, 1, 7, warehouse.FromCloudTrail, 1))
	if diff := cmp.Diff(want, lines(FindGaps(Input{Coverage: all, Name: named}))); diff != "" {
		t.Error(diff)
	}
}

// reference is the test as its comment tells it, hour by hour.
func reference(counts []int) [][2]int {
	first, last := slices.IndexFunc(counts, func(n int) bool { return n > 0 }), len(counts)-1
	for last >= 0 && counts[last] == 0 {
		last--
	}
	type gap struct{ from, to, expected int }
	var long, ignored []gap
	for from := first; from >= 0 && from <= last; from++ {
		if counts[from] > 0 {
			continue
		}
		to := from
		for counts[to] == 0 {
			to++
		}
		// around returns the counts at the same hour, step apart.
		around := func(hour, step, most int, ahead bool) []int {
			var values []int
			if !ahead {
				step = -step
			}
			for h := hour; h >= first && h <= last && len(values) < most; h += step {
				if h < from || h >= to {
					values = append(values, counts[h])
				}
			}
			return values
		}
		middle := func(values []int, least int) int {
			if len(values) < least {
				return 0
			}
			slices.Sort(values)
			return values[(len(values)+1)/2-1]
		}
		expected, start, end := 0, -1, 0
		for h := from; h < to; h++ {
			level := min(middle(around(h, 24, 14, false), 3), middle(around(h, 24, 14, true), 3),
				middle(append(around(h, 168, 4, false), around(h, 168, 4, true)...), 1))
			if expected += level; level > 0 {
				if end = h + 1; start < 0 {
					start = h
				}
			}
		}
		if expected >= 15 {
			ignored = append(ignored, gap{start, end, 0})
		} else if to-from >= 168 {
			ignored = append(ignored, gap{from, to, 0})
		}
		if expected >= 15 {
			long = append(long, gap{start, end, expected})
		}
		from = to
	}
	var ratios []float64
	for h := max(0, first); h+168 <= last; h++ {
		a, b := float64(counts[h]), float64(counts[h+168])
		if a+b > 0 && !slices.ContainsFunc(ignored, func(g gap) bool { return h >= g.from && h < g.to || h+168 >= g.from && h+168 < g.to }) {
			ratios = append(ratios, (a-b)*(a-b)/(a+b))
		}
	}
	slices.Sort(ratios)
	f, n := 0.0, len(ratios)-len(ratios)/100
	for _, r := range ratios[:n] {
		f += r / float64(n)
	}
	var got [][2]int
	for _, g := range long {
		if chance := math.Exp(-float64(g.expected) / max(1, f)); chance <= math.Exp(-15)*(1+1e-9) {
			got = append(got, [2]int{g.from, g.to})
		}
	}
	return got
}

func TestSilentHoursAgainstReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.Float64Range(0.05, 20).Draw(t, "level")
		weekend := rapid.Float64Range(0, 1).Draw(t, "weekend")
		night := rapid.Float64Range(0, 1).Draw(t, "night")
		session := rapid.IntRange(1, 5).Draw(t, "records together")
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		counts := make([]int, rapid.IntRange(1, 60*24).Draw(t, "hours"))
		for i := range counts {
			l := level
			if day := i / 24 % 7; day == 0 || day == 6 {
				l *= weekend
			}
			if hour := i % 24; hour < 7 {
				l *= night
			}
			counts[i] = session * poisson(dice, l)
		}
		for range rapid.IntRange(0, 4).Draw(t, "gaps") {
			from := rapid.IntRange(0, len(counts)-1).Draw(t, "from")
			clear(counts[from:min(len(counts), from+rapid.OneOf(rapid.IntRange(1, 12), rapid.IntRange(1, 500)).Draw(t, "silent"))])
		}
		if diff := cmp.Diff(reference(counts), found(counts)); diff != "" {
			t.Fatalf("%v\n%s", counts, diff)
		}
	})
}

// Three silent hours and more are found wherever an account never has fewer
// than five records an hour, and nothing else is.
func TestRemovedStretchesAreFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		above := rapid.Float64Range(0, 50).Draw(t, "records above five")
		counts := make([]int, rapid.IntRange(3, 20).Draw(t, "weeks")*weekHours)
		for i := range counts {
			counts[i] = 5 + poisson(dice, above)
		}
		const edge = 3 * 24
		silent := rapid.IntRange(3, min(len(counts)-2*edge, len(counts)-weekHours)).Draw(t, "silent")
		from := rapid.IntRange(edge, len(counts)-edge-silent).Draw(t, "from")
		if from < weekHours && from+silent+weekHours > len(counts) {
			t.Skip("no hour has another on the same day of the week")
		}
		counts = silence(counts, from, silent)
		got := found(counts)
		if len(got) != 1 || got[0] != [2]int{from, from + silent} && silent < weekHours {
			t.Fatalf("silent from %d for %d hours, found %v", from, silent, got)
		}
	})
}

// TestFalseAlarms shows that an account with independent records at a steady
// level has less than one false alarm in 1,000 years, whatever the level. That
// is too rare to be simulated, so for many simulated surroundings of a stretch
// the shortest stretch is searched that is called a gap. A stretch of n hours
// is silent by chance with probability e^(-level n), and can begin in each of
// a year's 8,766 hours.
func TestFalseAlarms(t *testing.T) {
	t.Parallel()
	const around = 5 * weekHours
	rounds := full(15, 60)
	worst := 0.0
	for _, level := range []float64{0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.3, 1.7, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 20, 25, 30, 40} {
		dice := rand.New(rand.NewPCG(1, math.Float64bits(level)))
		sum := 0.0
		for range rounds {
			before, behind := make([]int, around), make([]int, around)
			for i := range around {
				before[i], behind[i] = poisson(dice, level), poisson(dice, level)
			}
			before[around-1], behind[0] = max(1, before[around-1]), max(1, behind[0]) // the stretch ends here
			// The chance of every longer stretch is contained in that of the shortest.
			n := 1
			for level*float64(n) < 30 && !isGap(before, n, behind) { // what is longer does not count
				n++
			}
			sum += math.Exp(-level * float64(n))
		}
		years := 8766 * sum / float64(rounds)
		worst = max(worst, years)
		t.Logf("%4.1f records an hour: %.2g false alarms a year", level, years)
	}
	if worst >= 1.0/1000 {
		t.Errorf("up to %.2g false alarms a year", worst)
	}
}

// isGap reports whether n silent hours between two spans are found.
func isGap(before []int, n int, behind []int) bool {
	s := &series{}
	add := func(from int, counts []int) {
		for i, c := range counts {
			if c > 0 {
				s.hours = append(s.hours, hourCount{warehouse.Hour(from + i), uint64(c)})
			}
		}
	}
	add(0, before)
	next := len(s.hours)
	add(len(before)+n, behind)
	return slices.ContainsFunc(s.silences(), func(t stretch) bool { return t.next == next })
}

// A thousand years of accounts, with nights and weekends or without, have at
// most one false alarm; a hundred of them are looked at unless all is tested.
func TestQuietYears(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(7, 7))
	counts := make([]int, 8766)
	alarms := 0
	for year := range full(100, 1000) {
		level := math.Exp(dice.Float64()*5 - 2) // 0.1 to 20 an hour
		night, weekend := 1.0, 1.0
		if year%2 == 1 {
			night, weekend = dice.Float64(), dice.Float64()
		}
		for i := range counts {
			l := level
			if hour := i % 24; hour < 7 || hour > 18 {
				l *= night
			}
			if day := i / 24 % 7; day == 0 || day == 6 {
				l *= weekend
			}
			counts[i] = poisson(dice, l)
		}
		if got := found(counts); len(got) > 0 {
			alarms += len(got)
			t.Logf("level %.2f, %.2f at night, %.2f at weekends: %v", level, night, weekend, got)
		}
	}
	if alarms > 1 {
		t.Errorf("%d false alarms", alarms)
	}
}

// Records that come in sessions, as people's and jobs' do, make more silent
// hours than independent ones. They are no gaps either; a day without is one.
func TestSessions(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(9, 9))
	alarms, missed := 0, 0
	const weeks = 52
	years := full(30, 200)
	for range years {
		counts := make([]int, weeks*weekHours)
		perHour, length := math.Exp(dice.Float64()*3-1), 2+40*dice.Float64() // 0.4 to 7 sessions, of 2 to 42 records
		for i := range counts {
			for range poisson(dice, perHour) {
				counts[i] += 1 + int(dice.ExpFloat64()*length)
			}
		}
		if got := found(counts); len(got) > 0 {
			alarms += len(got)
			t.Logf("%.1f sessions of %.0f records: %v", perHour, length, got)
		}
		const from = 20*weekHours + 30
		if got := found(silence(counts, from, 48)); perHour > 1.5 && !slices.ContainsFunc(got, func(g [2]int) bool { return g[0] <= from+2 && g[1] >= from+46 }) {
			missed++
			t.Logf("%.1f sessions of %.0f records: two days were not found", perHour, length)
		}
	}
	if alarms > 0 || missed > 0 {
		t.Errorf("%d false alarms in %d years, %d gaps missed", alarms, years, missed)
	}
}

// poisson draws from a Poisson distribution, in steps that e^-mean does not
// underflow in.
func poisson(dice *rand.Rand, mean float64) int {
	n := 0
	for mean > 0 {
		step := min(mean, 30)
		mean -= step
		limit, p := math.Exp(-step), dice.Float64()
		for p > limit {
			p *= dice.Float64()
			n++
		}
	}
	return n
}

func BenchmarkFindGaps(b *testing.B) {
	// 14.9 million rows.
	year := func(step int) []warehouse.Coverage {
		const accounts, regions, hours = 100, 17, 8766
		all := make([]warehouse.Coverage, 0, accounts*regions*hours/step)
		for h := 0; h < hours; h += step {
			for a := range accounts {
				for r := range regions {
					all = append(all, row(sunday+h, entity.ID(a+1), entity.ID(r+1), warehouse.FromCloudTrail, 9))
				}
			}
		}
		return all
	}
	for _, c := range []struct {
		name string
		step int
	}{{"a year of 100 accounts in 17 Regions", 1}, {"every other hour silent", 2}} {
		in := Input{Coverage: year(c.step), Name: named}
		b.Run(fmt.Sprintf("%s, %d rows", c.name, len(in.Coverage)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := FindGaps(in); len(got) > 0 {
					b.Fatal(got)
				}
			}
			b.ReportMetric(float64(len(in.Coverage))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
		b.Run("calendar, "+c.name, func(b *testing.B) {
			for b.Loop() {
				CalendarOf(in.Coverage, named)
			}
		})
	}
}
