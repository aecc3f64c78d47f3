package warehouse

import (
	"math"
	"time"
)

// Hour is a whole hour, counted from the Unix epoch in UTC: the grain of
// every rollup.
type Hour int32

// HourOf returns the hour that t lies in; times that an Hour cannot hold,
// a quarter of a million years away, give the nearest that it can.
func HourOf(t time.Time) Hour { return HourOfUnix(t.Unix()) }

// HourOfUnix is HourOf of Unix seconds.
func HourOfUnix(seconds int64) Hour { return Hour(clamp(floorDiv(seconds, 3600))) }

// Time returns the start of h.
func (h Hour) Time() time.Time { return time.Unix(int64(h)*3600, 0).UTC() }

// Day returns the day that h lies in.
func (h Hour) Day() Day { return Day(floorDiv(int64(h), 24)) }

// Day is a whole day, counted from the Unix epoch in UTC. A segment never
// crosses one.
type Day int32

// The days that a store holds: [FirstDay, EndDay) are the years 1 to 9999.
const (
	FirstDay Day = -719162
	EndDay   Day = 2932897
)

// Storable reports whether a store holds d. Months outside have no name.
func (d Day) Storable() bool { return d >= FirstDay && d < EndDay }

// DayOf returns the day that t lies in; times that a Day cannot hold give the
// nearest that it can.
func DayOf(t time.Time) Day { return Day(clamp(floorDiv(t.Unix(), 86400))) }

// Time returns the start of d.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Month returns the month that d lies in.
func (d Day) Month() Month {
	t := d.Time()
	return Month(t.Year()*12 + int(t.Month()) - 1)
}

// Month is a calendar month: year × 12 + month (January is 0). Rollups lie
// in one partition a month.
type Month int32

// Start returns the first instant of m.
func (m Month) Start() time.Time {
	year := floorDiv(int64(m), 12)
	return time.Date(int(year), time.Month(int64(m)-year*12+1), 1, 0, 0, 0, 0, time.UTC)
}

// Days returns the half-open range of the days of m.
func (m Month) Days() (first, end Day) { return DayOf(m.Start()), DayOf((m + 1).Start()) }

// String returns "2026_11", the suffix of a partition's name.
func (m Month) String() string { return m.Start().Format("2006_01") }

// Range is a half-open range of hours [From, To).
type Range struct{ From, To Hour }

// RangeOf returns the whole hours that cover [from, to).
func RangeOf(from, to time.Time) Range {
	return Range{HourOf(from), HourOf(to.Add(time.Hour - 1))}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func clamp(n int64) int64 { return max(math.MinInt32, min(n, math.MaxInt32)) }
