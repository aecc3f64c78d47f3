package csv

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/gumshoe-detective/gumshoe/internal/decode/cloudtrail"
	"github.com/gumshoe-detective/gumshoe/internal/decode/jsonscan"
)

// Every row of a real table of honeypot events becomes a record with all that
// a record needs.
func TestRealTable(t *testing.T) {
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	name := filepath.Join(dir, "cloudtrail", "otrf-honeybucket-2022", "AWS_S3_HoneyBucketLogs.csv")
	in, err := os.ReadFile(name)
	if err != nil {
		t.Skipf("no real logs: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	if line, _, _ := bytes.Cut(in, []byte{'\n'}); !IsHeader(line, CloudTrail()) {
		t.Fatalf("no header: %s", line)
	}
	d := NewDecoder(bytes.NewReader(in), Options{})
	var p cloudtrail.Parser
	var s jsonscan.Scanner
	var rec cloudtrail.Record
	calls, buckets, agents := map[string]int{}, 0, map[string]bool{}
	n := 0
	for {
		object, err := d.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("row %d: %v", n, err)
		}
		s.Reset(object, 0)
		if err := p.Parse(&s, &rec); err != nil {
			t.Fatalf("row %d: %v\n%s", n, err, object)
		}
		n++
		calls[rec.EventName]++
		agents[rec.UserAgent] = true
		if bytes.Contains(rec.RequestParameters, []byte(`"bucketName":"`)) && rec.EventSource == "s3.amazonaws.com" {
			buckets++
		}
		if rec.UserIdentity.Type == "" || rec.EventID == "" || rec.RecipientAccountID != "" || rec.SourceIPAddress == "" {
			t.Errorf("row %d: %s", n, object)
		}
	}
	if n != 301 || buckets != 301 {
		t.Errorf("%d rows, %d of them about a bucket; want 301", n, buckets)
	}
	t.Logf("%d rows, calls %v, %d agents", n, calls, len(agents))
}
