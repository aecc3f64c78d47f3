package clients

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gumshoe-detective/gumshoe/internal/investigate/indicators"
)

// realLogs returns the folder of real CloudTrail logs, or skips the test.
// They are not part of the project.
func realLogs(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("GUMSHOE_REALDATA")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared", "data")
	}
	dir = filepath.Join(dir, "cloudtrail")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs: %v (set GUMSHOE_REALDATA to their folder)", err)
	}
	return dir
}

type counts struct{ Seen, Stored, Duplicate, Rejected int }

func (c counts) balanced() bool { return c.Seen == c.Stored+c.Duplicate+c.Rejected }

func (c counts) add(o counts) counts {
	return counts{c.Seen + o.Seen, c.Stored + o.Stored, c.Duplicate + o.Duplicate, c.Rejected + o.Rejected}
}

type ingested struct {
	Totals  counts
	Objects []struct {
		counts
		Object  string
		Reasons map[string]int
	}
}

// TestRealLogsAreAccountedFor reads everything there is: each record of each
// file is stored, a duplicate, or rejected with a reason, and a second run
// stores nothing.
func TestRealLogsAreAccountedFor(t *testing.T) {
	t.Parallel()
	logs, data := realLogs(t), t.TempDir()
	r := decode[ingested](t, gumshoe(t, 0, "ingest", "--data", data, "--enroll", "-o", "json", logs))
	files := 0
	err := filepath.WalkDir(logs, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Objects) != files {
		t.Errorf("%d objects in the report, %d files", len(r.Objects), files)
	}
	var sum, lab counts
	for _, o := range r.Objects {
		if !o.balanced() {
			t.Errorf("%s: %+v does not add up", o.Object, o.counts)
		}
		reasons := 0
		for reason, n := range o.Reasons {
			if reason != "conflict" {
				reasons += n
			}
		}
		if reasons != o.Rejected {
			t.Errorf("%s: %d rejected, reasons %v", o.Object, o.Rejected, o.Reasons)
		}
		sum = sum.add(o.counts)
		if strings.Contains(o.Object, "env-sans504-s3-2021") {
			lab = lab.add(o.counts)
		}
	}
	if sum != r.Totals || !sum.balanced() {
		t.Errorf("totals %+v, the objects have %+v", r.Totals, sum)
	}
	if want := (counts{30477, 23981, 6496, 0}); lab != want {
		t.Errorf("the lab's trails: %+v, want %+v", lab, want)
	}
	again := decode[ingested](t, gumshoe(t, 0, "ingest", "--data", data, "--enroll", "-o", "json", logs))
	if again.Totals.Stored != 0 || !again.Totals.balanced() {
		t.Errorf("the second run: %+v", again.Totals)
	}
}

// TestBoto3FindsRealAttackers investigates the principals that the labels of
// whole environments name, with boto3 against the program.
func TestBoto3FindsRealAttackers(t *testing.T) {
	logs := realLogs(t)
	tool(t, "python")
	const administrator = "111122223333"
	w := &world{dir: t.TempDir(), account: administrator}
	data := filepath.Join(w.dir, "d")
	cred := decode[struct{ AccessKeyId, SecretAccessKey string }](t,
		gumshoe(t, 0, "account", "create", administrator, "--email", "aws@example.com", "--data", data, "-o", "json"))
	w.key, w.secret = cred.AccessKeyId, cred.SecretAccessKey
	const lab, story = "env-sans504-s3-2021", "env-panther-compromised-root-creds"
	gumshoe(t, 0, "ingest", "--data", data, "--account", administrator, "--enroll", filepath.Join(logs, lab), filepath.Join(logs, story))
	w.url = serve(t, data)

	date := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		env, who, from, to string
		severities         []string
		seen               string // an API that a rule must have seen from the attacker's address
		address            string
	}{
		{lab, "arn:aws:iam::342082656213:user/jmerckle", "2021-07-29", "2021-07-30", []string{"HIGH", "CRITICAL"}, "PutUserPolicy", "3.238.12.183"},
		{lab, "arn:aws:iam::342082656213:user/FalsimentisRoot", "2021-07-29", "2021-07-31", []string{"HIGH", "CRITICAL"}, "GetObject", "96.253.26.224"},
		{story, "arn:aws:iam::493859302102:root", "2020-10-30", "2020-11-02", []string{"HIGH", "CRITICAL"}, "StopLogging", "92.55.146.245"},
		// One call, an instance of a mining size, by a user that the stolen
		// root user made.
		{story, "arn:aws:iam::493859302102:user/tracy_stone", "2020-10-30", "2020-11-02", []string{"HIGH", "CRITICAL"}, "RunInstances", "92.55.146.245"},
	} {
		r := w.boto3(t, c.who, date(c.from), date(c.to))
		if !slices.Contains(c.severities, r.Investigation.Severity) {
			t.Errorf("%s: severity %s, want one of %v", c.who, r.Investigation.Severity, c.severities)
		}
		truth := logged(t, filepath.Join(logs, c.env), c.who, date(c.from), date(c.to))
		found, agents := false, 0
		for _, i := range r.Indicators {
			if i.IndicatorType == indicators.NewUserAgent {
				agents++
			}
			d := i.IndicatorDetail.TTPsObservedDetail
			if d == nil {
				continue
			}
			n := truth[apiCall{d.IpAddress, d.APIName}]
			if d.APISuccessCount > n[0] || d.APIFailureCount > n[1] || d.APISuccessCount+d.APIFailureCount == 0 {
				t.Errorf("%s: %+v; the logs have %d and %d", c.who, *d, n[0], n[1])
			}
			if d.APIName == c.seen && d.IpAddress == c.address {
				found = true
				if got := [2]int64{d.APISuccessCount, d.APIFailureCount}; got != n {
					t.Errorf("%s: %s succeeded and failed %d times, in the logs %d", c.who, c.seen, got, n)
				}
			}
		}
		if !found || agents == 0 {
			t.Errorf("%s: %s from %s found: %t, %d new user agents", c.who, c.seen, c.address, found, agents)
		}
	}
}

type apiCall struct{ address, api string }

// logged counts the calls of a principal in the files below dir, successes
// and failures, each event once: a plain second reading of the logs.
func logged(t *testing.T, dir, principal string, from, to time.Time) map[apiCall][2]int64 {
	t.Helper()
	type record struct {
		EventTime                                           time.Time
		EventName, SourceIPAddress, ErrorCode, ErrorMessage string
		UserIdentity                                        struct{ ARN string }
		ResponseElements                                    struct{ ConsoleLogin string }
	}
	seen, calls := map[string]bool{}, map[apiCall][2]int64{}
	count := func(raw json.RawMessage) {
		r := decode[record](t, raw)
		if r.UserIdentity.ARN != principal || r.EventTime.Before(from) || !r.EventTime.Before(to) || seen[string(raw)] {
			return
		}
		seen[string(raw)] = true
		n := calls[apiCall{r.SourceIPAddress, r.EventName}]
		if r.ErrorCode == "" && r.ErrorMessage == "" && r.ResponseElements.ConsoleLogin != "Failure" {
			n[0]++
		} else {
			n[1]++
		}
		calls[apiCall{r.SourceIPAddress, r.EventName}] = n
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b := plain(t, path)
		if strings.HasSuffix(path, ".jsonl") {
			for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
				count(slices.Clone(s.Bytes()))
			}
			return nil
		}
		for _, raw := range decode[struct{ Records []json.RawMessage }](t, b).Records {
			count(raw)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

func plain(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil && strings.HasSuffix(path, ".gz") {
		var z *gzip.Reader
		if z, err = gzip.NewReader(bytes.NewReader(b)); err == nil {
			b, err = io.ReadAll(z)
		}
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return b
}
