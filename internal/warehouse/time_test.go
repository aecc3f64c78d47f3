package warehouse_test

import (
	"math"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/warehouse"
)

func TestHourDayMonth(t *testing.T) {
	t.Parallel()
	f := func(in, hour, day, month, name string) {
		t.Helper()
		at, err := time.Parse(time.RFC3339Nano, in)
		if err != nil {
			t.Fatal(err)
		}
		h, d := warehouse.HourOf(at), warehouse.DayOf(at)
		m := d.Month()
		got := [4]string{h.Time().Format(time.RFC3339), d.Time().Format(time.RFC3339), m.Start().Format(time.RFC3339), m.String()}
		if want := [4]string{hour, day, month, name}; got != want {
			t.Errorf("%s: got %v; want %v", in, got, want)
		}
		if h.Day() != d {
			t.Errorf("%s: the hour lies in day %d, the time in day %d", in, h.Day(), d)
		}
	}
	f("2026-11-23T09:45:59.999Z", "2026-11-23T09:00:00Z", "2026-11-23T00:00:00Z", "2026-11-01T00:00:00Z", "2026_11")
	f("2026-12-31T23:59:59.999999999Z", "2026-12-31T23:00:00Z", "2026-12-31T00:00:00Z", "2026-12-01T00:00:00Z", "2026_12")
	f("2027-01-01T01:00:00+02:00", "2026-12-31T23:00:00Z", "2026-12-31T00:00:00Z", "2026-12-01T00:00:00Z", "2026_12")
	f("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1970_01")
	f("1969-12-31T23:59:59.999Z", "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z", "1969-12-01T00:00:00Z", "1969_12")
	f("1900-02-28T00:00:00.001Z", "1900-02-28T00:00:00Z", "1900-02-28T00:00:00Z", "1900-02-01T00:00:00Z", "1900_02")
	f("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001_01")
	f("9999-12-31T23:59:59Z", "9999-12-31T23:00:00Z", "9999-12-31T00:00:00Z", "9999-12-01T00:00:00Z", "9999_12")
	f("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0000_01")
}

func TestStorable(t *testing.T) {
	t.Parallel()
	f := func(at time.Time, want bool) {
		t.Helper()
		if got := warehouse.DayOf(at).Storable(); got != want {
			t.Errorf("DayOf(%v).Storable() = %v; want %v", at, got, want)
		}
	}
	first, end := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	f(first, true)
	f(first.Add(-1), false)
	f(end, false)
	f(end.Add(-1), true)
	f(time.Time{}, true)
	f(time.Unix(1<<60, 0), false)
	f(time.Unix(-1<<60, 0), false)
}

// TestMonthsBeforeYearZero has months that only ranges reach.
func TestMonthsBeforeYearZero(t *testing.T) {
	t.Parallel()
	for _, d := range []warehouse.Day{-800_000, -719_529, math.MinInt32 / 24, math.MaxInt32 / 24} {
		m := d.Month()
		if start, next := m.Start(), (m + 1).Start(); d.Time().Before(start) || !d.Time().Before(next) {
			t.Errorf("day %v is in month [%v, %v)", d.Time(), start, next)
		}
	}
}

func TestRangeOf(t *testing.T) {
	t.Parallel()
	f := func(from, to time.Time, want warehouse.Range) {
		t.Helper()
		if got := warehouse.RangeOf(from, to); got != want {
			t.Errorf("RangeOf(%v, %v) = %v; want %v", from, to, got, want)
		}
	}
	h := func(n int64) time.Time { return time.Unix(n*3600, 0) }
	f(h(5), h(7), warehouse.Range{From: 5, To: 7})
	f(h(5).Add(time.Minute), h(7).Add(1), warehouse.Range{From: 5, To: 8})
	f(h(-5).Add(-1), h(-3).Add(-1), warehouse.Range{From: -6, To: -3})
	f(h(5), h(5), warehouse.Range{From: 5, To: 5})
	f(time.Unix(-1<<60, 0), time.Unix(1<<60, 0), warehouse.Range{From: math.MinInt32, To: math.MaxInt32})
}
