package sigv4

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestPublishedExamples: the two examples of AWS's documentation and its
// test suite, which anybody can look up.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	f := func(name, url, service, contentType, want string) {
		t.Helper()
		r := httptest.NewRequest("GET", url, nil)
		r.Header.Set("X-Amz-Date", "20150830T123600Z")
		signed := []string{"host", "x-amz-date"}
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
			signed = append([]string{"content-type"}, signed...)
		}
		a := Authorization{
			Credential:    Credential{AccessKeyID: "AKIDEXAMPLE", Date: "20150830", Region: "us-east-1", Service: service},
			SignedHeaders: signed,
			Signature:     want,
		}
		now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
		if err := Verify(r, nil, a, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	f("get-vanilla", "http://example.amazonaws.com/", "service", "",
		"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
	f("ListUsers", "http://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "iam", "application/x-www-form-urlencoded; charset=utf-8",
		"5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7")
}

// sign makes a request that is signed over the given headers.
func sign(signed time.Time, headers []string, change func(*http.Request)) (*http.Request, Authorization) {
	r := httptest.NewRequest("POST", "http://localhost/graph", nil)
	r.Header.Set("X-Amz-Date", signed.Format(dateLayout))
	change(r)
	return r, signAs(r, signed, signed, headers)
}

const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// signAs signs with the key of the day scope.
func signAs(r *http.Request, signed, scope time.Time, headers []string) Authorization {
	a := Authorization{
		Credential:    Credential{AccessKeyID: "K", Date: scope.Format("20060102"), Region: "us-east-1", Service: "detective"},
		SignedHeaders: headers,
	}
	canonical, _ := canonicalRequest(r, headers, emptyHash)
	a.Signature = signature("secret", a.Credential, signed, canonical)
	return a
}

// TestVerifyScopeDate: the key of another day signs nothing of today.
func TestVerifyScopeDate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 5, 0, 0, time.UTC)
	headers := []string{"host", "x-amz-date"}
	r, _ := sign(now, headers, func(*http.Request) {})
	a := signAs(r, now, now.AddDate(0, 0, -1), headers)
	want := "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260228' != '20260301'."
	if got := message(Verify(r, nil, a, "secret", now)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestVerifyClock(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 5, 0, 0, time.UTC)
	f := func(offset time.Duration, want string) {
		t.Helper()
		r, a := sign(now.Add(offset), []string{"host", "x-amz-date"}, func(*http.Request) {})
		err := Verify(r, nil, a, "secret", now)
		if got := message(err); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("clock off by %v: got %q, want %q…", offset, got, want)
		}
	}
	f(0, "")
	f(-15*time.Minute, "") // also crosses midnight
	f(15*time.Minute, "")
	f(-15*time.Minute-time.Second, "Signature expired: 20260228T234959Z is now earlier than 20260228T235000Z (20260301T000500Z - 15 min.)")
	f(15*time.Minute+time.Second, "Signature not yet current: 20260301T002001Z is still later than 20260301T002000Z (20260301T000500Z + 15 min.)")
}

func TestVerifyHeaders(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f := func(name string, headers []string, change func(*http.Request), want string) {
		t.Helper()
		r, a := sign(now, headers, change)
		if got := message(Verify(r, nil, a, "secret", now)); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	keep := func(*http.Request) {}
	f("no date signed", []string{"host"}, keep, "'x-amz-date' or 'date' must be a signed header.")
	f("date in HTTP's form", []string{"date", "host"}, func(r *http.Request) {
		r.Header.Set("Date", now.Format(http.TimeFormat))
	}, "")
	f("date in ISO form", []string{"date", "host"}, func(r *http.Request) {
		r.Header.Set("Date", now.Format(dateLayout))
	}, "")
	f("bad date", []string{"host", "x-amz-date"}, func(r *http.Request) {
		r.Header.Set("X-Amz-Date", now.Format(http.TimeFormat))
	}, "The 'x-amz-date' header must have the form 20060102T150405Z.")
	f("two dates", []string{"host", "x-amz-date"}, func(r *http.Request) {
		r.Header.Add("X-Amz-Date", now.Format(dateLayout))
	}, "The request must have one 'x-amz-date' header.")
	f("signed header missing", []string{"host", "x-amz-date", "x-amz-target"}, keep, "The signed header 'x-amz-target' is not in the request.")
	f("two payload hashes", []string{"host", "x-amz-date"}, func(r *http.Request) {
		r.Header["X-Amz-Content-Sha256"] = []string{emptyHash, "0"}
	}, "The provided 'x-amz-content-sha256' header does not match what was computed.")
	f("spaces", []string{"host", "x-amz-date", "x-test"}, func(r *http.Request) {
		r.Header["X-Test"] = []string{"  a   b ", "c"}
	}, "")
}

func TestHeaderValue(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "http://localhost:8620/", strings.NewReader("abc"))
	r.Header["X-Test"] = []string{"  a   b ", "c"}
	r.TransferEncoding = []string{"chunked"}
	for name, want := range map[string]string{
		"host": "localhost:8620", "content-length": "3", "x-test": "a b,c", "transfer-encoding": "chunked",
	} {
		if got, ok := headerValue(r, name); got != want || !ok {
			t.Errorf("%s: got %q, %t, want %q", name, got, ok, want)
		}
	}
	if got, ok := headerValue(r, "x-none"); ok {
		t.Errorf("missing header: got %q", got)
	}
}

func TestCanonicalQuery(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"":                    "",
		"b=2&a=1":             "a=1&b=2",
		"a=2&a=1&a":           "a=&a=1&a=2",
		"a=b=c":               "a=b%3Dc",
		"a=x+y&b=x%20y":       "a=x%20y&b=x%20y",
		"k=%2b%7e%c3%a4":      "k=%2B~%C3%A4",
		"&&a=1&":              "a=1",
		"a-b=1&a.b=2&a%20b=3": "a%20b=3&a-b=1&a.b=2",
	} {
		if got, err := canonicalQuery(raw); err != nil || got != want {
			t.Errorf("canonicalQuery(%q) = %q, %v, want %q", raw, got, err, want)
		}
	}
	if _, err := canonicalQuery("a=%zz"); err == nil {
		t.Error("malformed encoding: no error")
	}
}

func message(err error) string {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal.Message
	}
	if err != nil {
		return "not an *Error: " + err.Error()
	}
	return ""
}
