package audit

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGoldenRecords(t *testing.T) {
	t.Parallel()
	f := func(name string, change func(*Call)) {
		t.Helper()
		c := call("6d3d0a4e-6c9e-4c6b-8f0e-0c8f3f1d2a11")
		change(&c)
		line, err := encode(c)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Indent(&got, line, "", "  "); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name+".json")
		if *update {
			if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want(t, string(text), got.String())
	}
	f("root", func(*Call) {})
	f("user", func(c *Call) {
		c.Operation, c.ReadOnly = "CreateMembers", false
		c.ARN = "arn:aws:iam::111122223333:user/security/alice"
		c.Time = c.Time.In(time.FixedZone("", 3600))
	})
	// The sample of AWS's user guide for Detective.
	f("refused", func(c *Call) {
		c.Operation, c.ReadOnly, c.Parameters = "AcceptInvitation", false, nil
		c.ErrorCode, c.ErrorMessage = "ValidationException", "Invalid request body"
	})
	f("unknown-key", func(c *Call) {
		c.AccountID, c.ARN, c.AccessKeyID, c.RecipientAccountID = "", "", "AKIA<script>\xff\x00", ""
		c.Operation, c.Parameters = "", []byte("{\n\t\"a\": \"\xff\u2028<&>\"\n}")
		c.ErrorCode, c.ErrorMessage = "UnrecognizedClientException", "The security token included in the request is invalid."
	})
	f("sts", func(c *Call) {
		c.EventSource, c.Operation, c.Parameters = "sts.amazonaws.com", "GetCallerIdentity", nil
	})
	f("too-large", func(c *Call) { c.Parameters = []byte(`"` + strings.Repeat("x", maxRecord-10) + `"`) })
	f("much-too-large", func(c *Call) { c.Parameters = bytes.Repeat([]byte("x"), 10<<20) })
	f("too-deep", func(c *Call) {
		c.Parameters = []byte(strings.Repeat(`{"[":[`, 21) + strings.Repeat("]}", 21))
	})
	f("not-json", func(c *Call) { c.Parameters = []byte("{}{}") })
}

// Texts of any length and content make a record of bounded size, and as much
// of the parameters is kept as there is room for.
func TestRecordSize(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\x01", 1<<20) // each takes six bytes in JSON
	c := Call{EventID: long, RequestID: long, Operation: long, EventSource: long, Region: long, AccountID: long, ARN: long,
		AccessKeyID: long, RecipientAccountID: long, SourceIP: long, UserAgent: long, ErrorCode: long, ErrorMessage: long,
		Parameters: bytes.Repeat([]byte("["), 1<<20)}
	line, err := encode(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(line) > maxRecord/2 {
		t.Errorf("a record of %d bytes without parameters", len(line))
	}
	least, err := encode(call(""))
	if err != nil {
		t.Fatal(err)
	}
	room := maxRecord - (len(least) - len(call("").Parameters))
	for extra, fits := range map[int]bool{0: true, 1: false} {
		c := call("")
		c.Parameters = []byte(`"` + strings.Repeat("x", room+extra-2) + `"`)
		line, err := encode(c)
		if err != nil {
			t.Fatal(err)
		}
		if got := !bytes.Contains(line, []byte(`"omitted":true`)); got != fits || len(line) > maxRecord {
			t.Errorf("%d bytes more than there is room for: kept %v, a record of %d bytes", extra, got, len(line))
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	f := func(in string, want int) {
		t.Helper()
		if got := cut(in); len(got) != want || !strings.HasPrefix(in, got) {
			t.Errorf("cut to %d bytes; want %d", len(got), want)
		}
	}
	a := strings.Repeat("a", maxText)
	f("", 0)
	f(a, maxText)
	f(a+"a", maxText)
	f(a[1:]+"ü", maxText-1)
	f(a[3:]+"🕵", maxText-3)
	f(a[4:]+"🕵a", maxText)
	f(strings.Repeat("\x80", 2*maxText), maxText-utf8.UTFMax) // no text at all
}

func TestEventTime(t *testing.T) {
	t.Parallel()
	f := func(in time.Time, want string) {
		t.Helper()
		if got := eventTime(in); got != want {
			t.Errorf("%v is written %s; want %s", in, got, want)
		}
	}
	f(at, "2026-11-23T15:07:01Z")
	f(at.In(time.FixedZone("", -9*3600)), "2026-11-23T15:07:01Z")
	f(time.Time{}, "0001-01-01T00:00:00Z")
	f(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), "9999-12-31T23:59:59Z")
	f(time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), "0001-01-01T00:00:00Z")
}

// Every member of our records is one that CloudTrail writes, of the same type.
func TestShapeOfRealRecords(t *testing.T) {
	t.Parallel()
	data := os.Getenv("GUMSHOE_REALDATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	text, err := os.ReadFile(filepath.Join(data, "cloudtrail", "traildiscover-samples", "DeleteTrail.json"))
	if err != nil {
		t.Skipf("no real records: %v", err)
	}
	var real []map[string]any
	if err := json.Unmarshal(text, &real); err != nil || len(real) == 0 {
		t.Fatal(len(real), err)
	}
	c := call("x")
	c.ARN, c.ErrorCode, c.ErrorMessage = "arn:aws:iam::111122223333:user/alice", "AccessDenied", "no"
	line, err := encode(c)
	if err != nil {
		t.Fatal(err)
	}
	var ours map[string]any
	if err := json.Unmarshal(line, &ours); err != nil {
		t.Fatal(err)
	}
	same := func(where string, ours, real map[string]any) {
		for name, value := range ours {
			theirs, ok := real[name]
			if !ok {
				t.Errorf("%s%s is not in a real record", where, name)
			} else if a, b := fmt.Sprintf("%T", value), fmt.Sprintf("%T", theirs); a != b && theirs != nil {
				t.Errorf("%s%s is %s, in a real record %s", where, name, a, b)
			}
		}
	}
	same("", ours, real[0])
	same("userIdentity.", ours["userIdentity"].(map[string]any), real[0]["userIdentity"].(map[string]any))
}
