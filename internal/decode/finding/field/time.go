package field

import (
	"math"
	"strings"
	"time"
)

// layouts are the forms of time that findings have: AWS's own, Python's, and
// those of log stores. A fraction of a second is taken by all of them.
// Without a zone, times are UTC.
var layouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 UTC",
}

// Time returns a time in UTC, zero where there is none. A number is seconds
// since 1970, or milliseconds when it is too large for that: SDKs write them
// so. Years before 1970 and after 9999 are no times.
func (v Value) Time() time.Time {
	text := strings.TrimSpace(v.Text())
	if text == "" || len(text) > 64 {
		return time.Time{}
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return plausible(t.UTC())
		}
	}
	const year5000 = 95_617_584_000 // seconds
	f, ok := v.Float()
	switch {
	case !ok || f <= 0:
		return time.Time{}
	case f >= year5000:
		f /= 1000
	}
	if f >= year5000 {
		return time.Time{}
	}
	// A float holds the seconds of today to the microsecond.
	return time.UnixMicro(int64(math.Round(f * 1e6))).UTC()
}

func plausible(t time.Time) time.Time {
	if t.Year() < 1970 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
