package cloudtrail

import (
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// time reads eventTime. What is no time is kept for the rejection.
func (f *fields) time(s *jsonscan.Scanner) {
	b, _ := s.Text()
	var ok bool
	if f.rec.EventTime, ok = parseTime(b); ok {
		f.eventTime = ""
	} else {
		f.eventTime = string(b[:min(len(b), 64)])
	}
}

// layouts are the forms of time seen in logs besides the usual one: with a
// fraction of a second (which time.Parse takes anyway), with a space, with
// and without a zone. Without one, times are UTC.
var layouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 MST",
}

// parseTime reads a time in UTC.
func parseTime(b []byte) (time.Time, bool) {
	if t, ok := parseUsual(b); ok {
		return t, true
	}
	if len(b) > 64 {
		return time.Time{}, false
	}
	text := string(b)
	for _, layout := range layouts {
		t, err := time.ParseInLocation(layout, text, time.UTC)
		if err != nil {
			continue
		}
		if zone, offset := t.Zone(); layout == layouts[len(layouts)-1] && (zone != "UTC" || offset != 0) {
			return time.Time{}, false // an abbreviation that means nothing for sure
		}
		return t.UTC(), true
	}
	return time.Time{}, false
}

// parseUsual reads 2006-01-02T15:04:05Z, which nearly all records have, in
// a tenth of the time that time.Parse takes.
func parseUsual(b []byte) (time.Time, bool) {
	if len(b) != 20 || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != 'Z' {
		return time.Time{}, false
	}
	century, year := twoDigits(b[0:]), twoDigits(b[2:])
	month, day := twoDigits(b[5:]), twoDigits(b[8:])
	hour, minute, second := twoDigits(b[11:]), twoDigits(b[14:]), twoDigits(b[17:])
	if century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || day > 31 ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(century*100+year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	// time.Date makes 1 March of 30 February.
	return t, t.Day() == day
}

// twoDigits returns the number that b begins with, or -1.
func twoDigits(b []byte) int {
	tens, units := b[0]-'0', b[1]-'0'
	if tens > 9 || units > 9 {
		return -1
	}
	return int(tens)*10 + int(units)
}
