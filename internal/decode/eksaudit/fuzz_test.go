package eksaudit

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// agree checks that Parser reads the first value of in as the reference
// does, and ends where it ends. It returns what became of the value: the
// length of it, and the reason if it was rejected.
func agree(t testing.TB, p *Parser, rec *Record, in []byte) (n int, reason decode.Reason) {
	t.Helper()
	var s jsonscan.Scanner
	s.Reset(in, 0)
	err := p.Parse(&s, rec)
	var rejection *decode.Rejection
	if errors.As(err, &rejection) {
		reason = rejection.Reason
	}
	if s.Err() != nil && err != s.Err() || s.Err() == nil && err != nil && reason == "" {
		t.Fatalf("%q: error %v; the scanner's is %v", in, err, s.Err())
	}
	var raw json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(in))
	if decErr := dec.Decode(&raw); decErr != nil {
		if s.Err() == nil {
			t.Fatalf("%q: read, though %v", in, decErr)
		}
		return 0, ""
	}
	if s.Err() != nil {
		if bytes.Count(in, []byte("["))+bytes.Count(in, []byte("{")) > jsonscan.MaxDepth {
			return 0, "" // perhaps too deep
		}
		t.Fatalf("%q: %v; the reference reads it", in, s.Err())
	}
	if int64(s.Pos()) != dec.InputOffset() {
		t.Fatalf("%q: stopped at byte %d; the reference at %d", in, s.Pos(), dec.InputOffset())
	}
	want, wantReason := reference(raw)
	if reason != wantReason {
		t.Fatalf("%q: %q; the reference says %q", in, reason, wantReason)
	}
	if reason == "" {
		if got := normal(*rec); !reflect.DeepEqual(*want, got) {
			t.Fatalf("%q: the reference says otherwise (-):\n%s", in, cmp.Diff(*want, got))
		}
	}
	return s.Pos(), reason
}

// No input panics; what is read is what the reference reads, whatever was
// read before; an accepted event has a time and a verb or a URI and is
// recognized by its names.
func FuzzParser(f *testing.F) {
	for _, q := range quirks {
		f.Add([]byte(q.in))
	}
	for _, in := range []string{`{"kind":0}`, ` {} {}`, `[1]`, `"x"`, `{"auditID":"\ud800\u0041","verb":"\xff","timestamp":"2024-05-06T12:00:00Z"}`, `{"a":{`, `{"a" 1}`} {
		f.Add([]byte(in))
	}
	used := new(Parser)
	var reused Record
	f.Fuzz(func(t *testing.T, in []byte) {
		in = append(in, '\n') // a number at the end might go on
		n, reason := agree(t, used, &reused, in)
		var fresh Record
		if m, again := agree(t, new(Parser), &fresh, in); m != n || again != reason {
			t.Fatalf("%q: %d bytes, %q; and then %d, %q", in, n, reason, m, again)
		}
		if n == 0 || reason != "" {
			return
		}
		if fresh.Time.IsZero() || fresh.Time.Location() != time.UTC || fresh.Verb == "" && fresh.RequestURI == "" {
			t.Fatalf("%q: accepted without time or verb: %+v", in, fresh)
		}
		if !Looks(namesOf(t, in)) {
			t.Fatalf("%q: accepted, but does not look it", in)
		}
		_, _ = Subject(&fresh.User)
		if id, ok := fresh.Identity(); !ok && (id.ARN != "" || id.Type != "") {
			t.Fatalf("%q: no identity, and yet %+v", in, id)
		}
		if api := fresh.API(); len(api) < len("k8s:x:y") {
			t.Fatalf("%q: API %q", in, api)
		}
	})
}

// The fast path takes exactly what time.Parse takes, and means the same.
func FuzzParseTime(f *testing.F) {
	for _, s := range []string{"2024-01-02T03:04:05Z", "2024-02-30T03:04:05Z", "2024-02-29T23:59:59.123456Z", "0000-01-01T00:00:00Z",
		"2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00.1Z", "2024-01-01T00:00:60Z", "2024-01-00T00:00:00Z",
		"2024-01-02 03:04:05.595141000", "2024-01-02 03:04:05", "2024-01-02 03:04:05.38Z", "2024-01-02T03:04:05.Z", "2024-01-02T03:04:05.1234567890Z",
		"2024-01-02T03:04:05,5Z", "2024-01-02T3:04:05Z", "2024-01-02 03:04:05 UTC", "20x4-01-02T03:04:05Z", "2024-01-02T03:04:05+02:00", "Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseTime([]byte(s))
		want := referenceTime(s)
		if ok && !got.Equal(want) || !ok && !want.IsZero() || ok && got.Location() != time.UTC {
			t.Fatalf("%q: %v, %v; time.Parse says %v", s, got, ok, want)
		}
	})
}
