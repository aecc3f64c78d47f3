package eksaudit

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// moment reads a time in UTC, zero for what is none.
func moment(s *jsonscan.Scanner) time.Time {
	b, _ := s.Text()
	t, _ := parseTime(b)
	return t
}

// layouts are the forms of time that shippers make of the API server's,
// which has microseconds and a Z. Each may have a fraction of a second.
// Without a zone, times are UTC.
var layouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 UTC",
}

// parseTime reads a time in UTC.
func parseTime(b []byte) (time.Time, bool) {
	if t, ok := parseUsual(b); ok {
		return t, true
	}
	if len(b) < len("2006-01-02T1:04:05") || len(b) > 64 {
		return time.Time{}, false
	}
	text := string(b)
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseUsual reads 2006-01-02T15:04:05.999999Z, with or without the fraction
// and the Z and with a space for the T, in a tenth of the time that
// time.Parse takes.
func parseUsual(b []byte) (time.Time, bool) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return time.Time{}, false
	}
	nanos, ok := fraction(b[19:])
	century, year := twoDigits(b[0:]), twoDigits(b[2:])
	month, day := twoDigits(b[5:]), twoDigits(b[8:])
	hour, minute, second := twoDigits(b[11:]), twoDigits(b[14:]), twoDigits(b[17:])
	if !ok || century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || day > 31 ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(century*100+year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	// time.Date makes 1 March of 30 February.
	return t, t.Day() == day
}

// fraction reads what follows the seconds: up to nine digits behind a point,
// and a Z, each of which may be missing. It returns nanoseconds.
func fraction(b []byte) (nanos int, ok bool) {
	if n := len(b); n > 0 && b[n-1] == 'Z' {
		b = b[:n-1]
	}
	if len(b) == 0 {
		return 0, true
	}
	digits := b[1:]
	if b[0] != '.' || len(digits) == 0 || len(digits) > 9 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		nanos = nanos*10 + int(c-'0')
	}
	for range 9 - len(digits) {
		nanos *= 10
	}
	return nanos, true
}

// twoDigits returns the number that b begins with, or -1.
func twoDigits(b []byte) int {
	tens, units := b[0]-'0', b[1]-'0'
	if tens > 9 || units > 9 {
		return -1
	}
	return int(tens)*10 + int(units)
}
