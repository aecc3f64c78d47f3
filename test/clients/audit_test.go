package clients

import (
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// auditRecord is what of a record the audit script foretells.
type auditRecord struct {
	RequestID, EventName, ErrorCode, ErrorMessage string
	ReadOnly                                      bool
}

// TestCallsAreAuditedAndCanBeRead finds every call of boto3, good and
// refused, in DIR/audit once the server has stopped, without what is
// sensitive, and reads the records into a graph of their own.
func TestCallsAreAuditedAndCanBeRead(t *testing.T) {
	t.Parallel()
	tool(t, "python")
	c := &cast{data: filepath.Join(t.TempDir(), "d"), accounts: map[string]account{}}
	for _, id := range []string{security, outsider} {
		c.enter(t, id)
	}
	var told []auditRecord
	t.Run("calls", func(t *testing.T) {
		c.url = serve(t, c.data) // stopped when this ends
		for _, line := range c.python(t, 15, "audit.py") {
			told = append(told, decode[auditRecord](t, line))
		}
	})
	if len(told) == 0 {
		t.Fatal("no calls were made")
	}

	written, n := map[string]json.RawMessage{}, 0
	folder := filepath.Join(c.data, "audit")
	err := filepath.WalkDir(folder, func(path string, f fs.DirEntry, err error) error {
		switch {
		case err != nil || f.IsDir():
			return err
		case !strings.HasSuffix(path, ".json.gz"):
			t.Errorf("%s is left behind by a server that has stopped", path)
			return nil
		}
		for _, raw := range decode[struct{ Records []json.RawMessage }](t, plain(t, path)).Records {
			written[decode[auditRecord](t, raw).RequestID] = raw
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n != len(written) {
		t.Errorf("%d records of %d requests", n, len(written))
	}
	for _, want := range told {
		raw, ok := written[want.RequestID]
		if !ok {
			t.Errorf("no record of %+v", want)
			continue
		}
		if got := decode[auditRecord](t, raw); got != want {
			t.Errorf("the record is %+v, the client saw %+v", got, want)
		}
		for _, hidden := range []string{"@example.com", "a secret word", "wrong"} {
			if strings.Contains(string(raw), hidden) {
				t.Errorf("the record shows %q: %s", hidden, raw)
			}
		}
		checkCaller(t, raw)
	}

	other := filepath.Join(t.TempDir(), "other")
	report := decode[ingested](t, gumshoe(t, 0, "ingest", "--data", other, "--enroll", "-o", "json", folder))
	if want := (counts{Seen: n, Stored: n}); report.Totals != want {
		t.Errorf("reading the log again: %+v, want %+v; %+v", report.Totals, want, report.Objects)
	}
}

// checkCaller checks who a record says made the call.
func checkCaller(t *testing.T, raw json.RawMessage) {
	t.Helper()
	r := decode[struct {
		EventSource, SourceIPAddress, UserAgent, RecipientAccountID, AWSRegion, ErrorCode string
		RequestParameters                                                                 json.RawMessage
		UserIdentity                                                                      struct{ Type, AccountID, AccessKeyID string }
	}](t, raw)
	if r.EventSource != "detective.amazonaws.com" || r.SourceIPAddress != "127.0.0.1" || !strings.Contains(r.UserAgent, "Boto3/") {
		t.Errorf("the call came from %s, %s, %s", r.EventSource, r.SourceIPAddress, r.UserAgent)
	}
	if r.ErrorCode == "InvalidSignatureException" || r.ErrorCode == "UnrecognizedClientException" {
		if r.UserIdentity.AccountID != "" || r.RecipientAccountID != "" || string(r.RequestParameters) != "null" {
			t.Errorf("a caller whose signature was refused is believed: %s", raw)
		}
		return
	}
	if r.UserIdentity.Type != "Root" || r.UserIdentity.AccountID != r.RecipientAccountID || r.UserIdentity.AccessKeyID == "" || r.AWSRegion != "us-east-1" {
		t.Errorf("the caller is not named: %s", raw)
	}
}
