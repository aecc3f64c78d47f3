package api

import (
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Timestamp is a time on the wire: read with 0 to 9 digits of fraction and
// always in UTC, written with milliseconds, 2021-08-18T16:35:56.284Z.
type Timestamp struct{ time.Time }

const (
	timestampLayout = "2006-01-02T15:04:05.000Z"
	timestampForm   = "dddd-dd-ddTdd:dd:dd" // d stands for a digit
)

// errTimestamp does not say what was found: the text may be of any length.
var errTimestamp = errors.New("a timestamp must have the form 2021-08-18T16:35:56.284Z")

// timestamp returns t for an answer, nil for the zero time.
func timestamp(t time.Time) *Timestamp {
	if t.IsZero() {
		return nil
	}
	return &Timestamp{t}
}

// MarshalJSONTo writes the timestamp in the API's form.
func (t Timestamp) MarshalJSONTo(enc *jsontext.Encoder) error {
	return enc.WriteToken(jsontext.String(t.UTC().Format(timestampLayout)))
}

// UnmarshalJSONFrom reads a timestamp. Numbers, offsets and other forms of
// ISO 8601 are refused.
func (t *Timestamp) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != '"' {
		return errTimestamp
	}
	t.Time, err = parseTimestamp(token.String())
	return err
}

// parseTimestamp checks the form itself because time.Parse is more generous:
// it takes a comma before the fraction and any number of its digits.
func parseTimestamp(s string) (time.Time, error) {
	if len(s) <= len(timestampForm) || s[len(s)-1] != 'Z' {
		return time.Time{}, errTimestamp
	}
	whole, fraction := s[:len(timestampForm)], s[len(timestampForm):len(s)-1]
	for i := range len(whole) {
		if c, want := whole[i], timestampForm[i]; want == 'd' && !isDigit(c) || want != 'd' && c != want {
			return time.Time{}, errTimestamp
		}
	}
	if fraction != "" {
		if fraction[0] != '.' || len(fraction) == 1 || len(fraction) > 10 {
			return time.Time{}, errTimestamp
		}
		for i := 1; i < len(fraction); i++ {
			if !isDigit(fraction[i]) {
				return time.Time{}, errTimestamp
			}
		}
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil { // e.g. the 30th of February
		return time.Time{}, errTimestamp
	}
	return t, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
