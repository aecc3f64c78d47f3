package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const someID = "7ec7f858-0775-423c-8eeb-d866ca706aaa"

func TestAppendCopy(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"eventTime":"2021-03-01T23:53:26Z","requestParameters":{"eventID":"11111111-1111-1111-1111-111111111111","eventTime":"x"},"eventID":"` + someID + `"}`)
	r, err := newLogRecord(raw)
	if err != nil {
		t.Fatal(err)
	}
	if r.eventID() != someID {
		t.Errorf("event id %s", r.eventID())
	}
	ids := map[string]bool{someID: true}
	for _, c := range []struct {
		copied, days int
		day          string
	}{{0, 0, "2021-03-01"}, {1, 6, "2021-02-23"}, {300, 60, "2020-12-31"}} {
		text, err := r.appendCopy([]byte("x"), c.copied, c.days)
		if err != nil {
			t.Fatal(err)
		}
		var got struct{ EventTime, EventID string }
		if err := json.Unmarshal(text[1:], &got); err != nil {
			t.Fatalf("copy %d: %v: %s", c.copied, err, text)
		}
		if got.EventTime != c.day+"T23:53:26Z" {
			t.Errorf("copy %d: time %s, want %s", c.copied, got.EventTime, c.day)
		}
		if ids[got.EventID] {
			t.Errorf("copy %d has the id of another: %s", c.copied, got.EventID)
		}
		ids[got.EventID] = true
		if again, err := r.appendCopy(nil, c.copied, c.days); err != nil || !bytes.Equal(again, text[1:]) {
			t.Errorf("copy %d again: %s, %v", c.copied, again, err)
		}
	}
	for _, bad := range []string{`{}`, `{"eventTime":"2021-03-01T23:53:26Z"}`, `{"eventID":"` + someID + `"}`,
		`{"eventTime":"2021-03-01","eventID":"short"}`, `{"eventID":"` + someID + `","eventTime":"2021-03-01"}`} {
		if _, err := newLogRecord([]byte(bad)); err == nil {
			t.Errorf("no error for %s", bad)
		}
	}
}

// FuzzAppendCopy: a copy differs from its record in its places alone.
func FuzzAppendCopy(f *testing.F) {
	f.Add([]byte(`{"eventTime":"2021-03-01T23:53:26Z","eventID":"`+someID+`"}`), 3)
	f.Add(cloudTrailRecord(someID, time.Unix(0, 0)), 0)
	f.Add([]byte(`{"eventTime":"eventID":"eventTime":"`), 1)
	f.Fuzz(func(t *testing.T, raw []byte, copied int) {
		r, err := newLogRecord(raw)
		if err != nil {
			return
		}
		text, err := r.appendCopy(nil, copied, 6)
		if err != nil {
			return
		}
		if len(text) != len(raw) || !bytes.Equal(text[:r.day], raw[:r.day]) || !bytes.Equal(text[r.day+dayLength:r.id], raw[r.day+dayLength:r.id]) ||
			!bytes.Equal(text[r.id+idLength:], raw[r.id+idLength:]) {
			t.Errorf("%q became %q", raw, text)
		}
	})
}

func TestNameOf(t *testing.T) {
	t.Parallel()
	f := func(name string, days int, want string) {
		t.Helper()
		if got, err := nameOf(name, days); err != nil || got != want {
			t.Errorf("nameOf(%q, %d) = %q, %v; want %q", name, days, got, err, want)
		}
	}
	const name = "us-east-2/2021/08/01/342082656213_CloudTrail_us-east-2_20210801T2355Z_1lQFb8HU3K2s72AX.json.gz"
	f(name, 0, name)
	f(name, 6, "us-east-2/2021/07/26/342082656213_CloudTrail_us-east-2_20210726T2355Z_1lQFb8HU3K2s72AX.json.gz")
	if got, err := nameOf("2021/13/01/x", 1); err == nil {
		t.Errorf("month 13 gave %q", got)
	}
}

// TestEvent holds that the event for freshness is one record.
func TestEvent(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/a/b.json.gz"
	if err := writeEvent(path, someID, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	records, unpacked, err := readRecords(path)
	if err != nil || len(records) != 1 || unpacked == 0 {
		t.Fatalf("%d records of %d bytes, %v", len(records), unpacked, err)
	}
	if diff := cmp.Diff(string(cloudTrailRecord(someID, time.Unix(0, 0))), string(records[0].raw)); diff != "" {
		t.Error(diff)
	}
}
