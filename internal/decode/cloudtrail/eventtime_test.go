package cloudtrail

import (
	"strings"
	"testing"
	"time"
)

// The fast path takes exactly what time.Parse takes, and means the same.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2024-01-02T03:04:05Z", "2024-02-30T03:04:05Z", "2024-02-29T23:59:59Z", "0000-01-01T00:00:00Z",
		"2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-00T00:00:00Z",
		"2024-01-02T03:04:05.678Z", "2024-01-02 03:04:05", "2024-01-02 03:04:05 UTC", "2024-01-02 03:04:05 PST", "20x4-01-02T03:04:05Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseTime([]byte(s))
		want, err := referenceTime(s)
		if ok != (err == nil) || ok && (!got.Equal(want) || got.Location() != time.UTC) {
			t.Fatalf("%q: %v, %v; time.Parse says %v, %v", s, got, ok, want, err)
		}
	})
}

// Decoding takes no more memory than a few strings for each record, however
// many there are.
func TestAllocations(t *testing.T) {
	in := string(delivery(1000))
	r := strings.NewReader("")
	d := NewDecoder(r, Options{})
	var rec Record
	drainAll := func() {
		r.Reset(in)
		d.Reset(r)
		for d.Next(&rec) == nil {
			continue
		}
	}
	drainAll()
	// eventID and requestID are the record's own.
	if allocs := testing.AllocsPerRun(5, drainAll); allocs > 2.5*1000 {
		t.Errorf("%.1f allocations a record; want at most 2.5", allocs/1000)
	}
}
