package api

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json"
)

func TestParseTimestamp(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]time.Time{
		"2021-08-18T16:35:56Z":           time.Date(2021, 8, 18, 16, 35, 56, 0, time.UTC),
		"2021-08-18T16:35:56.2Z":         time.Date(2021, 8, 18, 16, 35, 56, 200e6, time.UTC),
		"2021-08-18T16:35:56.123000Z":    time.Date(2021, 8, 18, 16, 35, 56, 123e6, time.UTC), // as boto3 sends it
		"2021-08-18T16:35:56.123456789Z": time.Date(2021, 8, 18, 16, 35, 56, 123456789, time.UTC),
		"2024-02-29T00:00:00Z":           time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC),
	} {
		if got, err := parseTimestamp(s); err != nil || !got.Equal(want) {
			t.Errorf("parseTimestamp(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "Z", "2021-08-18T16:35:56", "2021-08-18T16:35:56.Z", "2021-08-18T16:35:56,5Z", "2021-08-18T16:35:56.1234567890Z",
		"2021-08-18T16:35:56.12a4Z", "2021-08-18t16:35:56Z", "2021-08-18T16:35:56z", "2021-08-18T6:35:56Z0", "2023-02-29T00:00:00Z",
		"2021-13-01T00:00:00Z", "2021-08-18T24:00:00Z", "2021-08-18T16:60:00Z", "2021-08-18T16:35:60Z", "+021-08-18T16:35:56Z",
		"2021-08-18T16:35:56+00:00", "12021-08-18T16:35:56Z",
	} {
		if got, err := parseTimestamp(s); err == nil {
			t.Errorf("parseTimestamp(%q) = %v, want an error", s, got)
		}
	}
}

func TestTimestampIsWrittenInUTCWithMilliseconds(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 5400)
	got, err := json.Marshal(struct{ A, B *Timestamp }{timestamp(time.Date(2021, 8, 18, 18, 5, 56, 284_999_999, zone)), timestamp(time.Time{})})
	if want := `{"A":"2021-08-18T16:35:56.284Z","B":null}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// FuzzParseTimestamp: what is read comes back from RFC 3339 with nanoseconds,
// and what time.Parse refuses is refused.
func FuzzParseTimestamp(f *testing.F) {
	f.Add("2021-08-18T16:35:56.284Z")
	f.Add("2021-08-18T16:35:56Z")
	f.Add("2021-08-18T16:35:56.1234567890Z")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseTimestamp(s)
		if err != nil {
			return
		}
		reference, err := time.Parse(time.RFC3339Nano, s)
		if err != nil || !reference.Equal(got) {
			t.Errorf("parseTimestamp(%q) = %v, time.Parse says %v, %v", s, got, reference, err)
		}
		if again, err := parseTimestamp(got.Format(time.RFC3339Nano)); err != nil || !again.Equal(got) {
			t.Errorf("%q: read as %v, written and read again %v, %v", s, got, again, err)
		}
	})
}
