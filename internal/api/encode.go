package api

import (
	"cmp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// What the generated appendJSON methods write with. They append the same
// documents that reflection makes; a test compares the two.

// appendString writes a string; bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			b, _ = jsontext.AppendQuote(b, s) // its error is that of UTF-8
			return b
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendFloat writes a number.
func appendFloat(b []byte, f float64) []byte { return append(b, jsontext.Float(f).String()...) }

// keysInto appends the keys of a map to keys and sorts them. Most maps have as
// many as there are data source packages, so that keys need no memory.
func keysInto[K cmp.Ordered, V any](keys []K, m map[K]V) []K {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// appendJSON writes a time in the API's form.
func (t Timestamp) appendJSON(b []byte) []byte {
	u := t.UTC()
	year, month, day := u.Date()
	if year < 0 || year > 9999 { // not in this layout; as reflection does it
		b = append(b, '"')
		return append(u.AppendFormat(b, timestampLayout), '"')
	}
	hour, minute, second := u.Clock()
	digits := func(n, width int) {
		b = append(b, "0000"[:width]...)
		for i := len(b) - 1; n > 0; i-- {
			b[i] = byte('0' + n%10)
			n /= 10
		}
	}
	b = append(b, '"')
	digits(year, 4)
	for _, part := range [...]struct {
		before byte
		n      int
	}{{'-', int(month)}, {'-', day}, {'T', hour}, {':', minute}, {':', second}} {
		b = append(b, part.before)
		digits(part.n, 2)
	}
	b = append(b, '.')
	digits(u.Nanosecond()/1e6, 3)
	return append(b, 'Z', '"')
}

// closed ends an object or a list whose last entry is followed by a comma, or
// that is empty.
func closed(b []byte, end byte) []byte {
	if last := len(b) - 1; b[last] == ',' {
		b[last] = end
		return b
	}
	return append(b, end)
}
