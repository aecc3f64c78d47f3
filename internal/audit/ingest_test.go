package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gumshoe-detective/gumshoe/internal/audit"
	"github.com/gumshoe-detective/gumshoe/internal/decode"
	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/entity"
)

// Ingest reads what the log writes: the finished files, and the current one.
func TestIngestReadsTheLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := audit.Open(dir, audit.Options{MaxFileBytes: 2000})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := time.Date(2026, 11, 23, 15, 7, 1, 0, time.UTC)
	calls := []audit.Call{
		{Operation: "CreateGraph", ARN: "arn:aws:iam::111122223333:user/security/alice", AccountID: "111122223333", AccessKeyID: "AKIAIOSFODNN7EXAMPLE"},
		{Operation: "ListGraphs", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333", AccessKeyID: "AKIAIOSFODNN7EXAMPLF", ReadOnly: true},
		{Operation: "AcceptInvitation", ErrorCode: "ValidationException", ErrorMessage: "Invalid request body", ARN: "arn:aws:iam::111122223333:root", AccountID: "111122223333"},
		{ErrorCode: "UnrecognizedClientException", ErrorMessage: "no", AccessKeyID: "AKIAIOSFODNN7EXAMPLG"},
	}
	for i := range calls {
		c := &calls[i]
		c.EventID, c.Time, c.SourceIP, c.UserAgent, c.RecipientAccountID = fmt.Sprint(i), at.Add(time.Duration(i)*time.Second), "192.0.2.7", "Boto3/1.43", "111122223333"
		c.Region, c.Parameters = "eu-west-1", []byte(`{"GraphArn":"x"}`)
		if err := l.Record(*c); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	got := map[string]cloudtrail.Record{}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		u := decode.NewReader(f, decode.Limits{})
		defer u.Close()
		d := cloudtrail.NewDecoder(u, cloudtrail.Options{})
		for {
			var rec cloudtrail.Record
			err := d.Next(&rec)
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			got[rec.EventID] = rec
		}
	}
	wantCallers := []entity.Ref{
		{Type: entity.AwsUser, Key: "arn:aws:iam::111122223333:user/security/alice", Label: "alice"},
		{Type: entity.AwsUser, Key: "arn:aws:iam::111122223333:root", Label: "root"},
		{Type: entity.AwsUser, Key: "arn:aws:iam::111122223333:root", Label: "root"},
		{Type: entity.AwsAccount, Key: "111122223333", Label: "111122223333"},
	}
	for i, c := range calls {
		rec, ok := got[c.EventID]
		if !ok {
			t.Fatalf("record %d is missing", i)
		}
		name := c.Operation
		if name == "" {
			name = "Unknown"
		}
		if rec.EventName != name || rec.EventSource != "detective.amazonaws.com" || !rec.EventTime.Equal(c.Time) ||
			rec.ErrorCode != c.ErrorCode || rec.RecipientAccountID != "111122223333" {
			t.Errorf("record %d is %+v", i, rec)
		}
		caller := entity.ResolveCaller(&rec.UserIdentity, rec.RecipientAccountID)
		p, want := caller.Principal, wantCallers[i]
		if p.Type != want.Type || p.Key != want.Key || p.Label != want.Label {
			t.Errorf("record %d was called by %+v; want %+v", i, p, want)
		}
		if caller.AccessKey.Key != c.AccessKeyID {
			t.Errorf("record %d was called with the key %q; want %q", i, caller.AccessKey.Key, c.AccessKeyID)
		}
	}
}

// Whatever a call holds makes one line, in UTF-8, that the decoder takes.
func FuzzRecord(f *testing.F) {
	f.Add("CreateGraph", "111122223333", "arn:aws:iam::111122223333:root", "AKIA", "192.0.2.7", "Boto3", []byte(`{"a":[1]}`), "", "")
	f.Add("", "", "", "\xff", "\n", "\u2028\x00", []byte("{\n\"\xff\\\"[\": \"\\\\\"}"), "ValidationException", "no\r\n")
	f.Add("X", "1", "arn", "", "", "", []byte(`[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]`), "E", "")
	f.Fuzz(func(t *testing.T, operation, account, arn, key, ip, agent string, parameters []byte, code, message string) {
		line, err := audit.Encode(audit.Call{
			Time: time.Unix(1_700_000_000, 0), EventID: "id", Operation: operation, AccountID: account, ARN: arn, AccessKeyID: key,
			SourceIP: ip, UserAgent: agent, Parameters: parameters, ErrorCode: code, ErrorMessage: message,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(line) > 256<<10 || !utf8.Valid(line) || !json.Valid(line) || bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Fatalf("got %q", line)
		}
		d := cloudtrail.NewDecoder(bytes.NewReader([]byte(`{"Records":[`+string(line)+`]}`)), cloudtrail.Options{})
		var rec cloudtrail.Record
		if err := d.Next(&rec); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if rec.EventID != "id" || rec.EventTime.Unix() != 1_700_000_000 {
			t.Fatalf("%s was read as %+v", line, rec)
		}
		if err := d.Next(&rec); !errors.Is(err, io.EOF) {
			t.Fatalf("a second record in %s: %v", line, err)
		}
	})
}
